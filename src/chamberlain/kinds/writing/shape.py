"""What of an answer is read as proof. As in graph/shape: a list that is not told is no empty list."""

from chamberlain.graph.shape import Shape


class Reference(Shape, frozen=True, kw_only=True):
    """An object by its id."""

    id: str


class Listed(Shape, frozen=True, kw_only=True):
    """A page of objects."""

    value: list[Reference]


class AppRoleAssignment(Shape, frozen=True, kw_only=True):
    """Who has which role of an application."""

    id: str
    app_role_id: str
    principal_id: str
    resource_id: str


class AppRoleAssignments(Shape, frozen=True, kw_only=True):
    """A page of them."""

    value: list[AppRoleAssignment]


class RoleAssignment(Shape, frozen=True, kw_only=True):
    """Who has which role of the directory. Where it is told by a schedule: until when, and whether it was activated."""

    id: str
    principal_id: str
    role_definition_id: str
    directory_scope_id: str | None = None
    end_date_time: str | None = None
    assignment_type: str | None = None
    member_type: str | None = None


class RoleAssignments(Shape, frozen=True, kw_only=True):
    """A page of them."""

    value: list[RoleAssignment]


class LicenceState(Shape, frozen=True, kw_only=True):
    """A licence of a user, and how Microsoft fares with it."""

    sku_id: str
    assigned_by_group: str | None = None
    disabled_plans: list[str] = []
    state: str | None = None
    error: str | None = None
    last_updated_date_time: str | None = None


class AssignedLicence(Shape, frozen=True, kw_only=True):
    """A licence of a group."""

    sku_id: str
    disabled_plans: list[str] = []


class LicensedUser(Shape, frozen=True, kw_only=True):
    """A user's licences."""

    id: str
    license_assignment_states: list[LicenceState]


class LicensedGroup(Shape, frozen=True, kw_only=True):
    """A group's licences."""

    id: str
    assigned_licenses: list[AssignedLicence]
