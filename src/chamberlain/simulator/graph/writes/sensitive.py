"""Actions on people that the permission alone does not allow: on administrators, and on anybody's password.

source  https://learn.microsoft.com/graph/api/resources/users#who-can-perform-sensitive-actions (read 2026)
"""

from chamberlain.simulator.graph.call import Caller
from chamberlain.simulator.graph.writes.desk import denied
from chamberlain.simulator.world.builtin_roles import GLOBAL_ADMINISTRATOR
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
_MIGHTY = frozenset({GLOBAL_ADMINISTRATOR, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"})  # and Privileged Authentication
_LESSER = frozenset(
    {
        USER_ADMINISTRATOR,
        "fdd7a751-b60b-444a-984c-02652fe8fa1c",  # Groups Administrator
        "729827e3-9c14-49f7-bb1b-9608f156bbb8",  # Helpdesk Administrator
        "966707d0-3269-4727-9be2-8c3a10f19b9d",  # Password Administrator
        "4a5d8f65-41da-4de4-8968-e035b65339cf",  # Reports Reader
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",  # Directory Readers
        "95e79109-95c0-4d8e-aee3-d01accf2d47b",  # Guest Inviter
    }
)
"""Roles whose holders a User Administrator may act on; on those of any other only the mighty may."""


def refuse_sensitive(view: View, caller: Caller, person: int, *, password: bool = False) -> None:
    """Refuse what the application's own roles do not suffice for.

    raises  GraphError 403
    """
    held, guarded = _roles(view, Ref(Kind.USER, person))
    own = _own_roles(view, caller)
    if guarded or held - _LESSER:
        enough = _MIGHTY
    elif held or password:
        enough = _MIGHTY | {USER_ADMINISTRATOR}
    else:
        return
    if own.isdisjoint(enough):
        raise denied()


def _roles(view: View, holder: Ref) -> tuple[set[str], bool]:
    """Roles that somebody holds, also through groups, and whether a group that may hold roles is theirs."""
    groups = {group for group in view.groups_of(holder) if view.group(group).role_assignable}
    owns = any(view.group(group).role_assignable for group in view.owned_by(holder))
    principals = (holder, *(Ref(Kind.GROUP, group) for group in groups))
    held = {one.role_id for principal in principals for one in view.roles_of(principal)}
    return held, bool(groups) or owns


def _own_roles(view: View, caller: Caller) -> set[str]:
    known = view.base.application(caller.client_id)
    if known is None:
        return set()
    held = view.roles_of(Ref(Kind.SERVICE_PRINCIPAL, known.serial))
    return {one.role_id for one in held if one.scope == "/"}
