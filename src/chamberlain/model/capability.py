"""Words for what a connection is for: capabilities, the scopes that they need, and how those stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Capability(Enum):
    """What a set of scopes lets the product do. Values are stable: they stand in forms, the API and the terminal."""

    KNOW_TENANT = "know_tenant"
    SEE_PEOPLE = "see_people"
    SEE_GROUPS = "see_groups"
    SEE_ROLES = "see_roles"
    SEE_PRODUCTS = "see_products"
    SEE_LICENCES = "see_licences"
    AUDIT_WAKES = "audit_wakes"
    SEE_CONSENTS = "see_consents"
    SEE_REPORT_NAMES = "see_report_names"
    BE_TOLD = "be_told"
    SEE_HIDDEN_MEMBERS = "see_hidden_members"
    LAST_ACTIVITY = "last_activity"
    SERVICE_USE = "service_use"
    MAIL_DISCOVERY = "mail_discovery"
    SHOW_REPORT_NAMES = "show_report_names"
    PROVISION_PEOPLE = "provision_people"
    PROVISION_GROUPS = "provision_groups"
    PROVISION_OWNERS = "provision_owners"
    PROVISION_MAIL_GROUPS = "provision_mail_groups"
    PROVISION_LICENCES = "provision_licences"
    PROVISION_PRODUCTS = "provision_products"
    PROVISION_ROLES = "provision_roles"
    OFFBOARD_ACCOUNT = "offboard_account"
    OFFBOARD_MAILBOX = "offboard_mailbox"
    RESET_PASSWORDS = "reset_passwords"


class Resource(Enum):
    """Whose permission a scope is."""

    GRAPH = "graph"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Scope:
    """An application permission.

    role_id    the app role that an assignment names, in small letters
    writes     whether it lets its holder change the tenant
    dangerous  whether its holder can make itself Global Administrator
    within     wider permissions that let their holder do what this one is asked for
    """

    name: str
    resource: Resource
    role_id: str
    writes: bool = False
    dangerous: bool = False
    within: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Use:
    """What a capability needs a scope for, as a sentence. `also`: what opens this use alone, beside wider scopes."""

    scope: str
    purpose: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ability:
    """A capability with everything that it takes.

    title, loss   what it is, and what stops without it, as sentences
    uses          the smallest set of scopes
    replaces      scopes of the ten that the reference product asks for, which these stand in for
    roles         directory roles, one of which our own service principal has to hold
    is_optional   whether a sync succeeds without it
    is_essential  whether a connection without it would make no sense
    is_ready      whether the product can do it today
    """

    capability: Capability
    title: str
    loss: str
    uses: tuple[Use, ...]
    replaces: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    is_optional: bool = False
    is_essential: bool = False
    is_ready: bool = True


class ScopeState(Enum):
    """How a scope stands. `WITHIN`: not granted by itself, but a wider one is."""

    GRANTED = "granted"
    WITHIN = "within"
    MISSING = "missing"
    REVOKED = "revoked"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True)
class Needed:
    """A scope that the chosen capabilities need, with every reason. `required`: a sync fails without it."""

    scope: Scope
    uses: tuple[tuple[Capability, str], ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What we saw of a scope: `since` when it was first seen in its latest spell, `lost_at` when it was gone.

    assigned  whether our service principal has it assigned; None where we may not ask
    """

    scope: str
    since: datetime
    lost_at: datetime | None
    assigned: bool | None


@dataclass(frozen=True, slots=True)
class ScopeStanding:
    """One line of the scope table.

    needed   None where nothing that was chosen needs it
    since    granted or revoked since; None where it was never seen
    instead  the wider scope that stands in for it
    lost     what does not work without it, as sentences
    """

    name: str
    state: ScopeState
    needed: Needed | None
    since: datetime | None
    instead: str | None
    lost: tuple[str, ...]
    writes: bool
    dangerous: bool
