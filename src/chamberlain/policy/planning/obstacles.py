"""What stands in the way of one change by itself: all of it, with what would help."""

from collections.abc import Iterator

from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Change, Subject, SubjectType
from chamberlain.model.situation import AccountKnown, PermissionKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES, lacks
from chamberlain.policy.planning.exchange_filter import is_filtered
from chamberlain.policy.planning.mailbox_obstacles import mailbox_obstacles
from chamberlain.policy.planning.needs import MAIL_KINDS, can_hold, capabilities_for
from chamberlain.policy.planning.on_premises import account_command, group_command
from chamberlain.policy.planning.reach import RELATIONS, Above, reach
from chamberlain.policy.planning.sensitive import sensitive

MEMBERS = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER})
OWNERS = frozenset({Verb.ADD_OWNER, Verb.REMOVE_OWNER})
TAKING = frozenset({Verb.REMOVE_MEMBER, Verb.REMOVE_ROLE, Verb.REMOVE_APP_ROLE, Verb.REMOVE_LICENCE})
# What Graph writes of an account that an on-premises directory masters.
# source  https://learn.microsoft.com/graph/api/user-update (2026); https://learn.microsoft.com/entra/identity/users/
#         users-revoke-access (2026): blocking works in the cloud as well, until the directory says otherwise
_MASTERED = frozenset({Verb.RESET_PASSWORD, Verb.DELETE_USER, Verb.UPDATE_USER})
_OURS_ANYWAY = frozenset({"usageLocation"})


def obstacles(change: Change, *, situation: Situation, above: Above | None = None) -> tuple[Obstacle, ...]:
    """Everything that keeps this change from being done; empty where it can be.

    above  the situation's edges, where somebody asks of many changes
    """
    above = above or Above.of(situation.edges)
    permission = situation.permissions.get(change.permission)
    account = situation.accounts.get(change.subject.guid)
    found = [*_unknown(change, situation), *_not_let(change, permission, situation)]
    found += _protected(change, account, permission, situation)
    if permission is not None:
        found += _nature(change, permission, situation)
        found += _inherited(change, permission, situation, above)
    if account is not None:
        found += _mastered(change, account)
        found += sensitive(change, account=account, situation=situation, above=above)
    found += mailbox_obstacles(change, situation=situation)
    found += _people_only(change, situation)
    if change.verb is Verb.MAKE_ELIGIBLE and not situation.premium:
        found.append(Obstacle(Hindrance.NO_PREMIUM, Help.NOTHING))
    return tuple(found)


def name_of(subject: Subject, situation: Situation) -> str:
    """What a subject is called; its user name or id where it has no name."""
    if subject.type is SubjectType.GROUP:
        known = situation.permissions.get(subject.key)
        return known.name if known else subject.key
    account = situation.accounts.get(subject.guid)
    return (account.name or account.user_name) if account else subject.guid


def _unknown(change: Change, situation: Situation) -> Iterator[Obstacle]:
    subject = change.subject
    is_known = subject.guid in situation.accounts or subject.key in situation.permissions
    if not is_known and change.verb is not Verb.CREATE_USER:
        yield Obstacle(Hindrance.UNKNOWN_SUBJECT, Help.SYNC_AGAIN, {"who": subject.key})
    wanted = [key for key in (change.permission, change.options.instead_of) if key]
    for key in wanted:
        if key not in situation.permissions:
            yield Obstacle(Hindrance.UNKNOWN_PERMISSION, Help.SYNC_AGAIN, {"what": key})
    if change.verb in MEMBERS and change.permission in situation.blind:
        yield Obstacle(Hindrance.UNSEEN, Help.GRANT_SCOPE, {"scope": "Member.Read.Hidden"})


def _not_let(change: Change, permission: PermissionKnown | None, situation: Situation) -> Iterator[Obstacle]:
    """What the connection is not for, or Microsoft was not asked for."""
    if not situation.writable:
        yield Obstacle(Hindrance.READ_ONLY, Help.LEAVE_READ_ONLY)
    for capability in capabilities_for(change, permission=permission):
        values = {"capability": ABILITIES[capability].title}
        if capability not in situation.chosen:
            yield Obstacle(Hindrance.CAPABILITY_OFF, Help.CHOOSE_CAPABILITY, values)
        elif missing := lacks(capability, situation.held):
            yield Obstacle(Hindrance.SCOPE_MISSING, Help.GRANT_SCOPE, {**values, "scope": ", ".join(missing)})


def _protected(
    change: Change, account: AccountKnown | None, permission: PermissionKnown | None, situation: Situation
) -> Iterator[Obstacle]:
    """What no path may touch."""
    if account is not None and account.protected:
        yield Obstacle(Hindrance.PROTECTED_ACCOUNT, Help.NOTHING, {"who": account.name})
    holder = situation.permissions.get(change.subject.key)
    for known in (permission, holder, situation.permissions.get(change.options.instead_of)):
        if known is not None and known.protected:
            yield Obstacle(Hindrance.PROTECTED_PERMISSION, Help.NOTHING, {"what": known.name})
    touched = {change.subject.guid, *change.permission.split(":")[1:]}
    if touched & situation.ourselves:
        yield Obstacle(Hindrance.OURSELVES, Help.NOTHING)


def _nature(change: Change, permission: PermissionKnown, situation: Situation) -> Iterator[Obstacle]:
    """What the permission is by itself."""
    name = {"what": permission.name}
    filtered = is_filtered(permission)
    if change.verb in MEMBERS and permission.rule is not None:
        help_ = Help.EDIT_FILTER if filtered else Help.EDIT_RULE
        yield Obstacle(Hindrance.DYNAMIC, help_, {**name, "rule": permission.rule})
    if change.verb in OWNERS and filtered:
        yield Obstacle(Hindrance.OWNED_IN_EXCHANGE, Help.CHANGE_IN_EXCHANGE, name)
    if change.verb in MEMBERS | OWNERS:
        if permission.synced:
            account = situation.accounts.get(change.subject.guid)
            member = account.user_name if account else name_of(change.subject, situation)
            command = group_command(change, group=permission, member=member)
            yield Obstacle(Hindrance.SYNCED_GROUP, Help.RUN_COMMAND, name, command)
        elif permission.kind in MAIL_KINDS and not situation.exchange and not filtered:
            yield Obstacle(Hindrance.NEEDS_EXCHANGE, Help.CONNECT_EXCHANGE, name)
    group = situation.permissions.get(change.subject.key)
    if not can_hold(change, permission=permission, group=group):
        values = {**name, "who": name_of(change.subject, situation)}
        yield Obstacle(Hindrance.NOT_NESTABLE, Help.NAME_ANOTHER, values)


def _inherited(change: Change, permission: PermissionKnown, situation: Situation, above: Above) -> Iterator[Obstacle]:
    """What is held through a group only cannot be taken from the one who holds it so."""
    taken = _taken(change, permission, situation)
    if taken is None:
        return
    held = {(edge.permission, edge.relation) for edge in above.held(change.subject)}
    if (taken.key, RELATIONS[change.verb]) in held:
        return
    through = reach(above, change.subject).get(taken.key)
    if not through:
        if change.verb is Verb.SET_PLANS:
            values = {"who": name_of(change.subject, situation), "what": taken.name}
            yield Obstacle(Hindrance.NOT_HELD, Help.ASSIGN_INSTEAD, values)
        return
    nearest = situation.permissions.get(through[0])
    names = [known.name for key in through if (known := situation.permissions.get(key))]
    values = {"what": taken.name, "group": nearest.name if nearest else through[0], "through": " › ".join(names)}
    if nearest is not None and nearest.rule is not None:
        yield Obstacle(Hindrance.INHERITED, Help.EDIT_RULE, {**values, "rule": nearest.rule})
    else:
        yield Obstacle(Hindrance.INHERITED, Help.LEAVE_GROUP, values)


def _taken(change: Change, permission: PermissionKnown, situation: Situation) -> PermissionKnown | None:
    """What has to be held directly for the change: what goes, or has its plans set."""
    if change.verb is Verb.SWAP_LICENCE:
        return situation.permissions.get(change.options.instead_of)
    return permission if change.verb in TAKING or change.verb is Verb.SET_PLANS else None


def _people_only(change: Change, situation: Situation) -> Iterator[Obstacle]:
    if change.verb.family is None and change.subject.type is SubjectType.GROUP:
        yield Obstacle(Hindrance.NOT_A_PERSON, Help.NOTHING, {"who": name_of(change.subject, situation)})
    wanted = change.options.properties.get("userPrincipalName") if change.verb is Verb.CREATE_USER else None
    if not isinstance(wanted, str):
        return
    for account in situation.accounts.values():
        if account.user_name.casefold() == wanted.casefold():
            yield Obstacle(Hindrance.NAME_TAKEN, Help.NAME_ANOTHER, {"who": account.name, "name": account.user_name})


def _mastered(change: Change, account: AccountKnown) -> Iterator[Obstacle]:
    """What only the on-premises directory may change of an account."""
    if not account.synced or change.verb not in _MASTERED:
        return
    if change.verb is Verb.UPDATE_USER and set(change.options.properties) <= _OURS_ANYWAY:
        return
    command = account_command(change, account=account)
    yield Obstacle(Hindrance.SYNCED_ACCOUNT, Help.RUN_COMMAND, {"who": account.name}, command)
