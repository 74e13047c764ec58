"""The kinds of permission, and the families that share a way of being read."""

from enum import Enum, IntEnum


class Family(IntEnum):
    """Permissions of one family come from one listing and are told apart from other families by it."""

    GROUP = 1
    ROLE = 2
    LICENCE = 3
    APP_ROLE = 4
    SERVICE_PLAN = 5
    DYNAMIC_DISTRIBUTION = 6

    @property
    def is_group(self) -> bool:
        """Whether accounts become members of it. What Exchange alone knows is a family of its own: a listing of
        Microsoft Graph says nothing about it, and ends nothing of it.
        """
        return self in GROUP_FAMILIES


GROUP_FAMILIES = frozenset({Family.GROUP, Family.DYNAMIC_DISTRIBUTION})


class Kind(Enum):
    """What can be held. Values are stable: they stand in URLs, the API and the command line."""

    ROLE = "role"
    SECURITY_GROUP = "security_group"
    M365_GROUP = "m365_group"
    MAIL_SECURITY_GROUP = "mail_security_group"
    DISTRIBUTION_GROUP = "distribution_group"
    PRODUCT = "product"
    LICENCE = "licence"

    @property
    def is_group(self) -> bool:
        """Whether accounts become members of it and groups can be nested in it."""
        return self in GROUP_KINDS


GROUP_KINDS = frozenset({Kind.SECURITY_GROUP, Kind.M365_GROUP, Kind.MAIL_SECURITY_GROUP, Kind.DISTRIBUTION_GROUP})


class Relation(IntEnum):
    """How a holder stands to a permission. Who is eligible may activate it, and does not hold it meanwhile."""

    MEMBER = 1
    OWNER = 2
    ASSIGNED = 3
    ELIGIBLE = 4


class AccountType(Enum):
    """What stands behind an account."""

    MEMBER = "member"
    GUEST = "guest"
    SERVICE_PRINCIPAL = "service_principal"
    DEVICE = "device"
    CONTACT = "contact"
    OTHER = "other"

    @property
    def is_person(self) -> bool:
        """Whether it is listed among people."""
        return self in (AccountType.MEMBER, AccountType.GUEST)
