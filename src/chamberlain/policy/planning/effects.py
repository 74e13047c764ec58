"""What a change brings about besides what was asked for, from what is known now."""

from collections.abc import Iterator, Mapping
from datetime import UTC

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.path import Link
from chamberlain.model.plan import Change, Restorable, SubjectType
from chamberlain.model.situation import AccountKnown, Edge, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import read_moment
from chamberlain.policy.planning.mailbox_effects import mailbox_effects
from chamberlain.policy.planning.reach import RELATIONS, Above, reach
from chamberlain.policy.planning.restoring import RESTORING
from chamberlain.policy.planning.terms import place_of

# They may alter something also where the licence is held: its plans, or the one that goes.
_ALTERING = frozenset({Verb.SET_PLANS, Verb.SWAP_LICENCE, Verb.ASSIGN_LICENCE})


def effects(change: Change, *, before: Above, after: Above, situation: Situation) -> tuple[Effect, ...]:
    """Everything that happens besides.

    before, after  the direct edges without this change and with it; earlier steps of the plan are done in both
    """
    subject = change.subject
    had, has = reach(before, subject), reach(after, subject)
    found = [*_so_already(change, before, situation), *_gained_and_lost(change, had, has, situation)]
    of_mailbox = mailbox_effects(change, before=before, after=after, situation=situation)
    found += _last_ones(change, before, situation)
    if change.verb.family is not None and subject.type is SubjectType.GROUP:
        found += _for_members(change, situation)
    account = situation.accounts.get(subject.guid)
    if account is not None:
        stays = any(one.consequence is Consequence.MAILBOX_STAYS for one in of_mailbox)
        found += _of_account(change, account, lost=set(had) - set(has), left=set(has), mail_stays=stays)
    found += of_mailbox
    if change.options.ends_by_us:
        found.append(_ended(change, situation, is_held=any(one.consequence is Consequence.ALREADY_SO for one in found)))
    found += _ends_anyway(change, before, situation)
    if RESTORING[change.verb].restorable is Restorable.NOT:
        found.append(Effect(Consequence.NOT_RESTORABLE))
    return tuple(found)


def link_of(key: str, situation: Situation) -> Link:
    """A permission to be shown; one that nobody knows is shown by its key."""
    known = situation.permissions.get(key)
    if known is None:
        return Link(key, Kind.PRODUCT, key)
    return Link(key, known.kind, known.name)


def _so_already(change: Change, before: Above, situation: Situation) -> Iterator[Effect]:
    """A step that finds everything as it should be sends nothing."""
    if change.verb.family is not None:
        is_held = any(_is_wanted(change, edge) for edge in before.held(change.subject))
        if change.verb not in _ALTERING and is_held is change.verb.gives:
            yield Effect(Consequence.ALREADY_SO)
        return
    account = situation.accounts.get(change.subject.guid)
    if account is None:
        return
    enabled = {Verb.ENABLE: True, Verb.BLOCK: False}.get(change.verb)
    deleted = {Verb.DELETE_USER: True, Verb.RESTORE_USER: False}.get(change.verb)
    if enabled is account.enabled or deleted is account.deleted:
        yield Effect(Consequence.ALREADY_SO)


def _is_wanted(change: Change, edge: Edge) -> bool:
    """Whether an edge is the one that a change gives or takes; a role ends when it is to, or it is another one."""
    if edge.permission != change.permission or edge.relation is not RELATIONS[change.verb]:
        return False
    if change.verb.family is not Family.ROLE:
        return True
    is_same = edge.scope in (change.options.scope, "")
    return is_same and not (change.verb.gives and (edge.ends or change.options.ends is not None))


def _ended(change: Change, situation: Situation, *, is_held: bool) -> Effect:
    """We take away what we give, and what we gave before, not what somebody had for good before us."""
    if is_held and place_of(change) not in situation.timed:
        return Effect(Consequence.KEEPS, link_of(change.permission, situation))
    return Effect(Consequence.ENDS_BY_US)


def _ends_anyway(change: Change, before: Above, situation: Situation) -> Iterator[Effect]:
    """What is taken and would have ended: by itself, because Microsoft was told so, or by us."""
    if change.verb.family is None or change.verb.gives:
        return
    own = (edge.ends for edge in before.held(change.subject) if _is_wanted(change, edge))
    ends = [at for text in own if (at := read_moment(text)) is not None]
    ends += [at for at in [situation.ending.get(place_of(change))] if at is not None]
    if ends:
        yield Effect(Consequence.ENDS_ANYWAY, values={"time": f"{min(ends).astimezone(UTC):%Y-%m-%d %H:%M} UTC"})


def _gained_and_lost(
    change: Change, had: Mapping[str, tuple[str, ...]], has: Mapping[str, tuple[str, ...]], situation: Situation
) -> Iterator[Effect]:
    """What else is held afterwards, or not any more; and what was to go and stays, because it is held another way."""
    asked = {change.permission}
    for key in sorted(set(has) - set(had) - asked):
        yield Effect(Consequence.GAINS, link_of(key, situation), _links(has[key], situation))
    for key in sorted(set(had) - set(has) - asked):
        yield Effect(Consequence.LOSES, link_of(key, situation), _links(had[key], situation))
    taken = change.options.instead_of if change.verb.gives else change.permission
    if taken in has and change.verb not in (Verb.REMOVE_OWNER, Verb.END_ELIGIBLE):
        yield Effect(Consequence.KEEPS, link_of(taken, situation), _links(has[taken], situation))


def _last_ones(change: Change, before: Above, situation: Situation) -> Iterator[Effect]:
    """Groups that nobody looks after any more, or that nobody is in."""
    known = situation.permissions.get(change.permission)
    if change.verb is Verb.REMOVE_MEMBER and known is not None and known.members == 1:
        yield Effect(Consequence.GROUP_WITHOUT_MEMBERS, link_of(known.key, situation))
    owned = [change.permission] if change.verb is Verb.REMOVE_OWNER else []
    if change.verb in (Verb.BLOCK, Verb.DELETE_USER):
        owned = [edge.permission for edge in before.held(change.subject) if edge.relation is Relation.OWNER]
    for key in owned:
        owner_of = situation.permissions.get(key)
        if owner_of is not None and owner_of.owners == 1:
            yield Effect(Consequence.LAST_OWNER_LEAVES, link_of(key, situation))


def _for_members(change: Change, situation: Situation) -> Iterator[Effect]:
    """What a group gets or loses, those who are in it get or lose."""
    group = situation.permissions.get(change.subject.key)
    if group is None or group.members is None:
        return
    known = situation.permissions.get(change.permission)
    people = {"people": str(group.members)}
    gives = Consequence.GAINS if change.verb.gives else Consequence.LOSES
    yield Effect(gives, link_of(change.permission, situation), (link_of(group.key, situation),), people)
    free = known.seats - known.used if known is not None and known.seats is not None else None
    if change.verb in (Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE) and free is not None and free < group.members:
        yield Effect(
            Consequence.SEATS_SHORT, link_of(change.permission, situation), values={**people, "free": str(free)}
        )


def _of_account(
    change: Change, account: AccountKnown, *, lost: set[str], left: set[str], mail_stays: bool
) -> Iterator[Effect]:
    """What becomes of mail and files, and what the on-premises directory makes of it."""
    if account.synced and change.verb in (Verb.BLOCK, Verb.ENABLE):
        yield Effect(Consequence.SYNC_MAY_REVERT, values={"who": account.name})
    licences = {key for key in lost if key.startswith("licence:")}
    if licences and not mail_stays and not any(key.startswith("licence:") for key in left):
        yield Effect(Consequence.DATA_AT_RISK, values={"who": account.name})


def _links(keys: tuple[str, ...], situation: Situation) -> tuple[Link, ...]:
    return tuple(link_of(key, situation) for key in keys)
