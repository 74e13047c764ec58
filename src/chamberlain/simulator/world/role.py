"""Directory roles: definitions and who is assigned where."""

from typing import NamedTuple

from chamberlain.simulator.world.reference import Ref


class RoleDefinition(NamedTuple):
    """A built-in or custom role. The id of a built-in one is its template id in every tenant."""

    id: str
    display_name: str
    description: str
    built_in: bool
    actions: tuple[str, ...]


class RoleAssignment(NamedTuple):
    """A principal holds a role at a scope, `/` for the whole tenant."""

    role_id: str
    principal: Ref
    scope: str


class Schedule(NamedTuple):
    """From when an assignment holds, and until when if it ends by itself."""

    starts: str | None
    ends: str | None
