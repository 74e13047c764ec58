"""What a token leaves of its person's rights: never more than they have."""

from dataclasses import dataclass, replace

from chamberlain.model.actor import Actor, TenantRole
from chamberlain.model.api_token import TokenScope
from chamberlain.policy.authority import INSTALLATION_ROLES, Deed


@dataclass(frozen=True, slots=True)
class Reach:
    """What a scope is good for.

    needs  what somebody must be allowed to do to make a token with it; deeds  what it lets a token do
    """

    needs: Deed
    deeds: frozenset[Deed]


_DIRECTORY = frozenset({Deed.SEE_TENANT, Deed.SEE_DIRECTORY, Deed.SEE_NAMED_PERMISSIONS, Deed.SEE_OWN_ACCESS})
_PLANS = frozenset({Deed.SEE_TENANT, Deed.SEE_PLANS})
REACH: dict[TokenScope, Reach] = {
    TokenScope.READ_DIRECTORY: Reach(Deed.SEE_DIRECTORY, _DIRECTORY | {Deed.EXPORT_LIST}),
    TokenScope.READ_HISTORY: Reach(Deed.SEE_DIRECTORY, _DIRECTORY),
    TokenScope.READ_CONNECTIONS: Reach(
        Deed.SEE_CONNECTION, frozenset({Deed.SEE_TENANT, Deed.SEE_RUNS, Deed.SEE_CONNECTION})
    ),
    TokenScope.READ_AUDIT: Reach(Deed.SEE_AUDIT_TRAIL, frozenset({Deed.SEE_TENANT, Deed.SEE_AUDIT_TRAIL})),
    TokenScope.RUN_SYNC: Reach(Deed.SYNC, frozenset({Deed.SEE_TENANT, Deed.SEE_RUNS, Deed.SYNC})),
    TokenScope.MANAGE_VIEWS: Reach(
        Deed.SAVE_VIEW, frozenset({Deed.SEE_TENANT, Deed.SEE_DIRECTORY, Deed.SAVE_VIEW, Deed.SHARE_VIEW})
    ),
    TokenScope.MANAGE_CONNECTIONS: Reach(
        Deed.CONNECT, frozenset({Deed.SEE_TENANT, Deed.SEE_CONNECTION, Deed.SLOW_DOWN, Deed.CONNECT, Deed.SYNC})
    ),
    TokenScope.MANAGE_ROLES: Reach(Deed.GRANT_ROLES, frozenset({Deed.SEE_TENANT, Deed.SEE_ROLES, Deed.GRANT_ROLES})),
    TokenScope.READ_PLANS: Reach(Deed.SEE_PLANS, _PLANS),
    TokenScope.MAKE_PLANS: Reach(Deed.MAKE_PLAN, _PLANS | {Deed.SEE_DIRECTORY, Deed.MAKE_PLAN}),
    TokenScope.APPROVE_PLANS: Reach(Deed.APPROVE_PLAN, _PLANS | {Deed.APPROVE_PLAN}),
    TokenScope.APPLY_PLANS: Reach(Deed.APPLY_PLAN, _PLANS | {Deed.APPLY_PLAN}),
    TokenScope.SETTLE_TASKS: Reach(Deed.SETTLE_TASK, _PLANS | {Deed.SETTLE_TASK}),
    TokenScope.MANAGE_GUARDS: Reach(Deed.SET_GUARDS, _PLANS | {Deed.SET_GUARDS}),
    TokenScope.STOP_WRITERS: Reach(Deed.STOP_WRITERS, _PLANS | {Deed.STOP_WRITERS, Deed.STOP_EVERYTHING}),
}


def narrowed(actor: Actor, *, scopes: frozenset[TokenScope], tenant_id: int | None) -> Actor:
    """The actor with only the deeds of these scopes, and in one tenant only where one is named.

    Roles in the whole installation become the same roles in that tenant, so that nothing beyond it is allowed.
    """
    deeds = frozenset(deed.value for scope in scopes for deed in REACH[scope].deeds)
    if tenant_id is None:
        return replace(actor, only=deeds)
    kept = {role for role in actor.tenant_roles if role.tenant_id == tenant_id}
    kept |= {TenantRole(role, tenant_id) for role in actor.roles & INSTALLATION_ROLES}
    return replace(actor, only=deeds, roles=frozenset(), tenant_roles=frozenset(kept))
