"""Which capabilities a change takes, and which scopes with them."""

from chamberlain.model.capability import Capability
from chamberlain.model.kind import Kind
from chamberlain.model.plan import Change, SubjectType
from chamberlain.model.situation import PermissionKnown
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.capabilities import ABILITIES

MAIL_KINDS = frozenset({Kind.MAIL_SECURITY_GROUP, Kind.DISTRIBUTION_GROUP})

_MEMBERSHIP = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, Verb.ADD_OWNER, Verb.REMOVE_OWNER})
_OWNERSHIP = frozenset({Verb.ADD_OWNER, Verb.REMOVE_OWNER})
_BY_VERB = {
    Verb.ASSIGN_ROLE: Capability.PROVISION_ROLES,
    Verb.REMOVE_ROLE: Capability.PROVISION_ROLES,
    Verb.MAKE_ELIGIBLE: Capability.PROVISION_ROLES,
    Verb.END_ELIGIBLE: Capability.PROVISION_ROLES,
    Verb.ASSIGN_APP_ROLE: Capability.PROVISION_PRODUCTS,
    Verb.REMOVE_APP_ROLE: Capability.PROVISION_PRODUCTS,
    Verb.ASSIGN_LICENCE: Capability.PROVISION_LICENCES,
    Verb.REMOVE_LICENCE: Capability.PROVISION_LICENCES,
    Verb.SWAP_LICENCE: Capability.PROVISION_LICENCES,
    Verb.SET_PLANS: Capability.PROVISION_LICENCES,
    Verb.REPROCESS_LICENCES: Capability.PROVISION_PEOPLE,
    Verb.CREATE_USER: Capability.PROVISION_PEOPLE,
    Verb.UPDATE_USER: Capability.PROVISION_PEOPLE,
    Verb.DELETE_USER: Capability.PROVISION_PEOPLE,
    Verb.RESTORE_USER: Capability.PROVISION_PEOPLE,
    Verb.ENABLE: Capability.OFFBOARD_ACCOUNT,
    Verb.BLOCK: Capability.OFFBOARD_ACCOUNT,
    Verb.REVOKE_SESSIONS: Capability.OFFBOARD_ACCOUNT,
    Verb.RESET_PASSWORD: Capability.RESET_PASSWORDS,
    **dict.fromkeys(OF_MAILBOX, Capability.OFFBOARD_MAILBOX),
}


def capabilities_for(change: Change, *, permission: PermissionKnown | None) -> tuple[Capability, ...]:
    """What somebody has to have chosen for a change.

    Who is in a role-assignable group has its roles, so changing that takes the power over roles, too.
    source  https://learn.microsoft.com/graph/api/group-post-members (2026): permissions
    """
    if change.verb not in _MEMBERSHIP:
        return (_BY_VERB[change.verb],)
    if permission is not None and permission.kind in MAIL_KINDS:
        return (Capability.PROVISION_MAIL_GROUPS,)
    roles = (Capability.PROVISION_ROLES,) if permission is not None and permission.role_assignable else ()
    own = Capability.PROVISION_OWNERS if change.verb in _OWNERSHIP else Capability.PROVISION_GROUPS
    return (own, *roles)


def scopes_for(change: Change, *, permission: PermissionKnown | None) -> tuple[str, ...]:
    """The smallest scopes that a change takes."""
    needed = capabilities_for(change, permission=permission)
    return tuple(dict.fromkeys(use.scope for capability in needed for use in ABILITIES[capability].uses))


def can_hold(change: Change, *, permission: PermissionKnown, group: PermissionKnown | None) -> bool:
    """Whether Microsoft lets a subject of this make hold the permission.

    group  the subject, where it is one
    source https://learn.microsoft.com/graph/api/resources/groups-overview (2026): members of each type of group
    """
    if change.subject.type is SubjectType.ACCOUNT or group is None:
        return True
    if change.verb in _OWNERSHIP or group.key == permission.key:
        return False
    match permission.kind:
        case Kind.M365_GROUP:
            return False
        case Kind.SECURITY_GROUP:
            return not permission.role_assignable and group.kind in (Kind.SECURITY_GROUP, Kind.MAIL_SECURITY_GROUP)
        case Kind.ROLE:
            return group.role_assignable
        case Kind.LICENCE:
            return group.kind is not Kind.DISTRIBUTION_GROUP
        case _:
            return True
