"""What stands in the way of a change of a mailbox: all of it, with what would help."""

from collections.abc import Iterator, Sequence

from chamberlain.model.exchange import MailboxType
from chamberlain.model.mailbox import DELEGATE, FORWARD_OUTSIDE, FORWARD_TO
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Change
from chamberlain.model.situation import AccountKnown, Situation
from chamberlain.model.verb import BY_EXCHANGE, OF_MAILBOX, SHARING, Verb
from chamberlain.policy.planning.mailbox_licence import LARGEST_GIGABYTES, gigabytes_of, has_licence
from chamberlain.policy.planning.on_premises import mailbox_command
from chamberlain.policy.planning.reach import Above

# What an on-premises directory masters of a mailbox: msExchHideFromAddressLists and publicDelegates are synced, and
# Exchange refuses them. Conversion goes through in the cloud, and back with the next sync: the mailbox of who has no
# licence is lost then.
# source  https://learn.microsoft.com/exchange/troubleshoot/user-and-shared-mailboxes/
#         shared-mailboxes-unexpectedly-converted-to-user-mailboxes (2026); https://learn.microsoft.com/entra/identity/
#         hybrid/connect/reference-connect-sync-attributes-synchronized (2026); the refusal as it was recorded by
#         https://www.easy365manager.com (2026): "'Set-Mailbox', 'HiddenFromAddressListsEnabled', can't be performed"
_MASTERED = SHARING | {
    Verb.HIDE_FROM_LISTS,
    Verb.SHOW_IN_LISTS,
    Verb.GIVE_SEND_ON_BEHALF,
    Verb.TAKE_SEND_ON_BEHALF,
}


def mailbox_obstacles(change: Change, *, situation: Situation) -> tuple[Obstacle, ...]:
    """Everything that keeps a change of a mailbox from being done; empty for any other change."""
    if change.verb not in OF_MAILBOX:
        return ()
    found = [*_ways(change, situation), *_others(change, situation)]
    account = situation.accounts.get(change.subject.guid)
    if account is not None:
        found += _of_account(change, account, situation)
    return tuple(found)


def other_of(change: Change) -> str:
    """The object id of who else a change of a mailbox names; "" where it names nobody of the tenant."""
    properties = change.options.properties
    return str(properties.get(DELEGATE) or properties.get(FORWARD_TO) or "") if change.verb in OF_MAILBOX else ""


def other_or_address(change: Change) -> str:
    """The same, or the address outside at which mail goes on."""
    return other_of(change) or str(change.options.properties.get(FORWARD_OUTSIDE) or "")


def other_name(change: Change, *, situation: Situation) -> str:
    """What whom a change of a mailbox names is called: by name, address, or id where nobody knows more."""
    known = situation.accounts.get(other_of(change))
    return other_or_address(change) if known is None else known.name or known.user_name


def _ways(change: Change, situation: Situation) -> Iterator[Obstacle]:
    if change.verb in BY_EXCHANGE and not situation.mailboxes:
        yield Obstacle(Hindrance.MAILBOX_NEEDS_EXCHANGE, Help.CONNECT_MAILBOXES)


def _others(change: Change, situation: Situation) -> Iterator[Obstacle]:
    other = other_of(change)
    known = situation.accounts.get(other)
    if other and other == change.subject.guid and known is not None:
        yield Obstacle(Hindrance.OWN_MAILBOX, Help.NAME_ANOTHER, {"who": known.name})
    # an undo may bring back a name that only Exchange knows
    if str(change.options.properties.get(DELEGATE) or "") and (known is None or known.deleted):
        yield Obstacle(Hindrance.UNKNOWN_SUBJECT, Help.SYNC_AGAIN, {"who": known.name if known else other})


def _of_account(change: Change, account: AccountKnown, situation: Situation) -> Iterator[Obstacle]:
    if account.no_mailbox:
        yield Obstacle(Hindrance.NO_MAILBOX, Help.NOTHING, {"who": account.name})
    if account.synced and change.verb in _MASTERED:
        other = situation.accounts.get(other_of(change))
        command = mailbox_command(change, account=account, other=other.user_name if other else "")
        yield Obstacle(Hindrance.SYNCED_MAILBOX, Help.RUN_COMMAND, {"who": account.name}, command)

    if change.verb in SHARING and account.mailbox is not None and account.mailbox.type is MailboxType.OTHER:
        yield Obstacle(Hindrance.NOT_CONVERTIBLE, Help.NOTHING, {"who": account.name})


def conversions(changes: Sequence[Change], *, situation: Situation, above: Above) -> Iterator[tuple[int, Obstacle]]:
    """What keeps mailboxes from being converted: no licence is there, and none comes with it, through no group."""
    after = above
    for change in changes:
        after = after.after(change)
    for place, change in enumerate(changes):
        account = situation.accounts.get(change.subject.guid)
        if change.verb not in SHARING or account is None:
            continue
        if not any(has_licence(one, change.subject, situation) for one in (above, after)):
            yield from ((place, one) for one in _unlicensed(change, account))


def _unlicensed(change: Change, account: AccountKnown) -> Iterator[Obstacle]:
    if change.verb is Verb.MAKE_PERSONAL:
        yield Obstacle(Hindrance.MAILBOX_TAKES_LICENCE, Help.ASSIGN_LICENCE_FIRST, {"who": account.name})
        return
    most = f"{LARGEST_GIGABYTES:.0f}"
    gigabytes = None if account.mailbox is None else gigabytes_of(account.mailbox)
    if gigabytes is not None and gigabytes > LARGEST_GIGABYTES:
        values = {"who": account.name, "gigabytes": f"{gigabytes:.0f}", "most": most}
        yield Obstacle(Hindrance.MAILBOX_TOO_LARGE, Help.ASSIGN_LICENCE_FIRST, values)
    # of a plan that was made with what Exchange told, it is not asked again
    is_asked = account.untold or account.mailbox is not None
    if gigabytes is None and is_asked:
        yield Obstacle(Hindrance.MAILBOX_SIZE_UNKNOWN, Help.PLAN_FEWER, {"who": account.name, "most": most})
