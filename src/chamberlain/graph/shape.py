"""What Graph sends, as far as we read it. `select` derives $select from the fields, so the two cannot disagree.

Fields that a listing may omit or send as null have defaults. Lists of what is held have none: an empty one comes as [],
so a missing one means that Microsoft did not tell, and must not close anything. Names are Microsoft's, in snake case.
source  https://learn.microsoft.com/graph/api/overview?view=graph-rest-1.0 (2026), resource pages of each type
"""

from datetime import datetime

import msgspec

NAVIGATION = frozenset({"manager", "members", "owners", "principal", "@odata.type", "@removed"})
DELTA = "@delta"


class Shape(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Base of everything read from Graph; unknown members are ignored."""


def select(shape: type[Shape], *, without: frozenset[str] = frozenset()) -> str:
    """The value of $select that brings the fields of a shape, without what only $expand brings.

    A delta function is asked for "members" and answers with "members@delta".
    without  names to leave out, as Microsoft writes them, e.g. "licenseAssignmentStates"
    """
    names = (field.encode_name for field in msgspec.structs.fields(shape))
    wanted = (name.removesuffix(DELTA) for name in names if name not in NAVIGATION)
    return ",".join(name for name in wanted if name not in without)


class Reference(Shape, frozen=True, kw_only=True, gc=False):
    """A directory object of whatever type, by id."""

    id: str
    display_name: str | None = None
    type: str = msgspec.field(default="", name="@odata.type")


class LicenceState(Shape, frozen=True, kw_only=True):
    """One licence of a user: where it comes from and how Microsoft fares with it."""

    sku_id: str
    assigned_by_group: str | None = None
    disabled_plans: list[str] = []
    state: str | None = None
    error: str | None = None


class AssignedLicence(Shape, frozen=True, kw_only=True):
    """A licence of a group."""

    sku_id: str
    disabled_plans: list[str] = []


class User(Shape, frozen=True, kw_only=True):
    """A user, with the manager's id where $expand=manager($select=id) was asked for.

    license_assignment_states  None where it was not selected: then it says nothing of licences
    """

    id: str
    display_name: str | None = None
    user_principal_name: str | None = None
    mail: str | None = None
    account_enabled: bool | None = None
    user_type: str | None = None
    department: str | None = None
    job_title: str | None = None
    company_name: str | None = None
    office_location: str | None = None
    city: str | None = None
    country: str | None = None
    usage_location: str | None = None
    mobile_phone: str | None = None
    employee_id: str | None = None
    employee_type: str | None = None
    created_date_time: str | None = None
    external_user_state: str | None = None
    on_premises_sync_enabled: bool | None = None
    license_assignment_states: list[LicenceState] | None = None
    manager: Reference | None = None


class LicensedUser(Shape, frozen=True, kw_only=True):
    """A user's licences."""

    id: str
    license_assignment_states: list[LicenceState]


class SignInActivity(Shape, frozen=True, kw_only=True):
    """When somebody signed in last; None for what is not on record.

    source  https://learn.microsoft.com/graph/api/resources/signinactivity (2026)
    """

    last_sign_in_date_time: datetime | None = None
    last_non_interactive_sign_in_date_time: datetime | None = None
    last_successful_sign_in_date_time: datetime | None = None


class SignedInUser(Shape, frozen=True, kw_only=True):
    """A user's last sign-ins, which never come with anything else: they are slow and dear."""

    id: str
    sign_in_activity: SignInActivity | None = None


class LicensedGroup(Shape, frozen=True, kw_only=True):
    """A group's licences."""

    id: str
    assigned_licenses: list[AssignedLicence]


class Group(Shape, frozen=True, kw_only=True):
    """A group, with up to 20 members where $expand=members was asked for.

    assigned_licenses  None where it was not selected: then it says nothing of licences
    """

    id: str
    display_name: str | None = None
    description: str | None = None
    mail: str | None = None
    mail_enabled: bool | None = None
    security_enabled: bool | None = None
    group_types: list[str] | None = None
    visibility: str | None = None
    membership_rule: str | None = None
    is_assignable_to_role: bool | None = None
    on_premises_sync_enabled: bool | None = None
    resource_provisioning_options: list[str] | None = None
    created_date_time: str | None = None
    assigned_licenses: list[AssignedLicence] | None = None
    members: list[Reference] | None = None


class OwnedGroup(Shape, frozen=True, kw_only=True):
    """A group's first 20 owners."""

    id: str
    owners: list[Reference] | None = None


class PrepaidUnits(Shape, frozen=True, kw_only=True):
    """Seats of a SKU."""

    enabled: int = 0
    suspended: int = 0
    warning: int = 0


class ServicePlanInfo(Shape, frozen=True, kw_only=True):
    """A service plan of a SKU."""

    service_plan_id: str
    service_plan_name: str | None = None
    applies_to: str | None = None


class Sku(Shape, frozen=True, kw_only=True):
    """A subscribed SKU."""

    sku_id: str
    sku_part_number: str | None = None
    applies_to: str | None = None
    capability_status: str | None = None
    consumed_units: int = 0
    prepaid_units: PrepaidUnits = PrepaidUnits()
    service_plans: list[ServicePlanInfo] = []


class RoleDefinition(Shape, frozen=True, kw_only=True):
    """A directory role."""

    id: str
    display_name: str | None = None
    description: str | None = None
    is_built_in: bool | None = None
    template_id: str | None = None


class RoleAssignment(Shape, frozen=True, kw_only=True):
    """Somebody holds a role in a scope."""

    id: str
    principal_id: str
    role_definition_id: str
    directory_scope_id: str | None = None
    principal: Reference | None = None


class RoleInstance(Shape, frozen=True, kw_only=True):
    """The same as its schedule has it: until when, and whether a group brings it.

    source  https://learn.microsoft.com/graph/api/resources/unifiedroleassignmentscheduleinstance (2026)
    """

    principal_id: str
    role_definition_id: str
    directory_scope_id: str | None = None
    member_type: str | None = None
    end_date_time: str | None = None


class RoleEligibility(Shape, frozen=True, kw_only=True):
    """Somebody may activate a role in a scope, and does not hold it meanwhile.

    source  https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance (2026)
    """

    id: str
    principal_id: str
    role_definition_id: str
    directory_scope_id: str | None = None
    member_type: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    principal: Reference | None = None


class AppRole(Shape, frozen=True, kw_only=True):
    """A role that an application declares."""

    id: str
    display_name: str | None = None
    description: str | None = None
    value: str | None = None
    is_enabled: bool = True
    allowed_member_types: list[str] = []


class ServicePrincipal(Shape, frozen=True, kw_only=True):
    """An application in the tenant."""

    id: str
    app_id: str | None = None
    display_name: str | None = None
    account_enabled: bool | None = None
    service_principal_type: str | None = None
    app_owner_organization_id: str | None = None
    app_role_assignment_required: bool | None = None
    tags: list[str] | None = None
    app_roles: list[AppRole]


class AppRoleAssignment(Shape, frozen=True, kw_only=True, gc=False):
    """Somebody holds a role in an application."""

    app_role_id: str
    principal_id: str
    principal_type: str | None = None


class GrantedRole(Shape, frozen=True, kw_only=True):
    """A permission that an application was granted, and whose it is."""

    app_role_id: str
    resource_id: str


class HeldAppRole(Shape, frozen=True, kw_only=True):
    """A role in an application, asked of whoever holds it; those of groups come with their members', too."""

    app_role_id: str
    principal_id: str
    resource_id: str


class DelegatedGrant(Shape, frozen=True, kw_only=True):
    """An application may act for one person, or for everybody ("AllPrincipals"), towards another application.

    scope   names separated by blanks; may begin with one
    source  https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant (2026)
    """

    id: str
    client_id: str
    resource_id: str
    consent_type: str | None = None
    principal_id: str | None = None
    scope: str | None = None


class AuditProperty(Shape, frozen=True, kw_only=True):
    """What changed of an object; values are JSON inside of text."""

    display_name: str | None = None
    old_value: str | None = None
    new_value: str | None = None


class AuditTarget(Shape, frozen=True, kw_only=True):
    """An object that somebody did something to."""

    id: str | None = None
    type: str | None = None
    display_name: str | None = None
    modified_properties: list[AuditProperty] | None = None


class DirectoryAudit(Shape, frozen=True, kw_only=True):
    """Something that happened in the directory. Entries come late and in no order.

    source  https://learn.microsoft.com/graph/api/resources/directoryaudit (2026)
    """

    id: str
    activity_date_time: str
    activity_display_name: str | None = None
    category: str | None = None
    result: str | None = None
    logged_by_service: str | None = None
    operation_type: str | None = None
    correlation_id: str | None = None
    target_resources: list[AuditTarget] | None = None


class Removed(msgspec.Struct, frozen=True, gc=False):
    """Why an object is no longer there: "changed" can be restored, "deleted" cannot.

    source  https://learn.microsoft.com/graph/delta-query-overview (2026)
    """

    reason: str = ""


class MemberChange(msgspec.Struct, gc=False):
    """Somebody joined or (`removed`) left. Lean: a first round brings one for each membership of a tenant."""

    id: str
    type: str = msgspec.field(default="", name="@odata.type")
    removed: Removed | None = msgspec.field(default=None, name="@removed")


class UserChange(User, frozen=True, kw_only=True):
    """A user as a delta tells it: all that was selected and ever set, or only the id and `removed`.

    What was never set is left out, also licences; `manager_delta` None: it does not speak of the manager.
    """

    removed: Removed | None = msgspec.field(default=None, name="@removed")
    manager_delta: list[MemberChange] | None = msgspec.field(default=None, name="manager@delta")


class GroupChange(Group, frozen=True, kw_only=True):
    """A group as a delta tells it; a large one comes several times, each time with other members."""

    removed: Removed | None = msgspec.field(default=None, name="@removed")
    members_delta: list[MemberChange] | None = msgspec.field(default=None, name="members@delta")
    owners_delta: list[MemberChange] | None = msgspec.field(default=None, name="owners@delta")


class ServicePrincipalChange(ServicePrincipal, frozen=True, kw_only=True):
    """An application as a delta tells it. A delta leaves out what is empty: no roles are then meant."""

    removed: Removed | None = msgspec.field(default=None, name="@removed")
    app_roles: list[AppRole] = []


class DelegatedGrantChange(DelegatedGrant, frozen=True, kw_only=True):
    """A delegated grant as a delta tells it; one that is removed has only its id."""

    client_id: str = ""
    resource_id: str = ""
    removed: Removed | None = msgspec.field(default=None, name="@removed")


class Subscription(Shape, frozen=True, kw_only=True):
    """A change notification that was asked for.

    source  https://learn.microsoft.com/graph/api/resources/subscription (2026)
    """

    id: str
    resource: str
    expiration_date_time: str
    change_type: str | None = None
    notification_url: str | None = None


class VerifiedDomain(Shape, frozen=True, kw_only=True):
    """A domain of the tenant."""

    name: str
    is_default: bool = False
    is_initial: bool = False


class Organization(Shape, frozen=True, kw_only=True):
    """The tenant itself."""

    id: str
    display_name: str | None = None
    verified_domains: list[VerifiedDomain] = []


class ReportSettings(Shape, frozen=True, kw_only=True):
    """Whether usage reports hide names."""

    display_concealed_names: bool | None = None


class PasswordCredential(Shape, frozen=True, kw_only=True):
    """A secret of an app registration, without the secret.

    source  https://learn.microsoft.com/graph/api/resources/passwordcredential (2026)
    """

    hint: str | None = None
    end_date_time: datetime | None = None


class OwnApplication(Shape, frozen=True, kw_only=True):
    """Our own app registration, as far as it tells when our secret ends."""

    app_id: str = ""
    password_credentials: list[PasswordCredential] = []
