"""A group, its kind, and the licences that it hands to its direct members."""

from enum import Enum
from typing import NamedTuple


class GroupKind(Enum):
    """The four kinds that Graph tells apart by groupTypes, mailEnabled and securityEnabled."""

    SECURITY = "security_group"
    MICROSOFT_365 = "m365_group"
    MAIL_SECURITY = "mail_security_group"
    DISTRIBUTION = "distribution_group"


class GroupLicence(NamedTuple):
    """A licence assigned to a group, with the service plans that are switched off."""

    sku_id: str
    disabled_plans: tuple[str, ...]


class Group(NamedTuple):
    """One group, without its members and owners."""

    serial: int
    id: str
    kind: GroupKind
    display_name: str
    description: str | None
    nickname: str
    mail: str | None
    rule: str | None
    role_assignable: bool
    synced: bool
    visibility: str | None
    team: bool
    licences: tuple[GroupLicence, ...]
    created: str
