"""What becomes of a mailbox when the licence that carries it goes, or the account does, and of mail that leaves."""

from collections.abc import Iterator
from dataclasses import replace

from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.exchange import Mailbox, MailboxType
from chamberlain.model.mailbox import FORWARD_OUTSIDE, FORWARD_TO
from chamberlain.model.plan import Change, SubjectType
from chamberlain.model.situation import AccountKnown, Situation
from chamberlain.model.verb import FORWARDING, OF_MAILBOX, SHARING, Verb
from chamberlain.policy.planning.mailbox_licence import LARGEST_GIGABYTES, gigabytes_of, has_licence
from chamberlain.policy.planning.reach import Above

UNTOLD = frozenset({Consequence.MAILBOX_UNKNOWN, Consequence.MAILBOX_UNREAD})
ASKED_FOR = OF_MAILBOX | {Verb.DELETE_USER}


def mailbox_effects(change: Change, *, before: Above, after: Above, situation: Situation) -> tuple[Effect, ...]:
    """What happens to the mailbox of whoever is changed; of one that keeps its licence, only that mail leaves, and that
    Exchange did not tell of it.
    """
    account = situation.accounts.get(change.subject.guid)
    if change.subject.type is not SubjectType.ACCOUNT or account is None or account.no_mailbox:
        return ()
    had = has_licence(before, change.subject, situation)
    loses = had and not has_licence(after, change.subject, situation)
    if account.mailbox is None:
        untold = Consequence.MAILBOX_UNREAD if situation.reads_mailboxes else Consequence.MAILBOX_UNKNOWN
        is_asked = loses or (account.untold and change.verb in ASKED_FOR)
        found: tuple[Effect, ...] = (Effect(untold),) if is_asked else ()
    else:
        found = _told(change, account, account.mailbox, loses=loses, situation=situation)
    return (*_leaves(change, account), *found)


def mailbox_after(change: Change, *, situation: Situation) -> Situation:
    """The situation once a change made another mailbox of somebody's."""
    account = situation.accounts.get(change.subject.guid)
    if change.verb not in SHARING | FORWARDING or account is None or account.mailbox is None:
        return situation
    changed = replace(account, mailbox=_changed(account.mailbox, change))
    return replace(situation, accounts={**situation.accounts, account.guid: changed})


def _leaves(change: Change, account: AccountKnown) -> Iterator[Effect]:
    to = str(change.options.properties.get(FORWARD_OUTSIDE) or "")
    if change.verb is Verb.SET_FORWARDING and to:
        yield Effect(Consequence.FORWARDS_OUTSIDE, values={"who": account.name, "to": to})


def _told(
    change: Change, account: AccountKnown, mailbox: Mailbox, *, loses: bool, situation: Situation
) -> tuple[Effect, ...]:
    is_deleted = change.verb is Verb.DELETE_USER
    if not (loses or is_deleted):
        return ()
    found = tuple(_deleted(mailbox) if is_deleted else _unlicensed(mailbox))
    stays = any(one.consequence is Consequence.MAILBOX_STAYS for one in found)
    return found if stays else (*found, *_forwarding(account, mailbox, situation))


def _changed(mailbox: Mailbox, change: Change) -> Mailbox:
    if change.verb in SHARING:
        return replace(mailbox, type=MailboxType.SHARED if change.verb is Verb.MAKE_SHARED else MailboxType.USER)
    said = change.options.properties  # empty where forwarding ends
    inside, outside = (str(said.get(name) or "") for name in (FORWARD_TO, FORWARD_OUTSIDE))
    return replace(mailbox, forwards_to=inside, forwards_outside=outside)


def _deleted(mailbox: Mailbox) -> Iterator[Effect]:
    """Whatever is in it goes with the account, unless something holds it.

    source  https://learn.microsoft.com/purview/inactive-mailboxes-in-office-365 (2026);
            https://learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes (2026): the account stays
    """
    if mailbox.held:
        yield Effect(Consequence.KEPT_BY_HOLD)
    else:
        yield Effect(Consequence.MAILBOX_DELETED, values=_size(mailbox))


def _unlicensed(mailbox: Mailbox) -> Iterator[Effect]:
    gigabytes = gigabytes_of(mailbox)
    is_large = gigabytes is not None and gigabytes > LARGEST_GIGABYTES
    if is_large:
        yield Effect(Consequence.MAILBOX_TOO_LARGE, values=_size(mailbox))
    if mailbox.held:
        yield Effect(Consequence.ON_HOLD)
    if mailbox.archive:
        yield Effect(Consequence.HAS_ARCHIVE)
    if is_large or mailbox.held or mailbox.archive:
        return
    is_personal = mailbox.type is MailboxType.USER
    yield Effect(Consequence.MAILBOX_GOES if is_personal else Consequence.MAILBOX_STAYS, values=_size(mailbox))


def _forwarding(account: AccountKnown, mailbox: Mailbox, situation: Situation) -> Iterator[Effect]:
    """Mail of a mailbox that goes is not forwarded any more."""
    inside = situation.accounts.get(mailbox.forwards_to)
    to = inside.name if inside else mailbox.forwards_to or mailbox.forwards_outside
    if to:
        yield Effect(Consequence.FORWARDING_ENDS, values={"who": account.name, "to": to})


def _size(mailbox: Mailbox) -> dict[str, str]:
    gigabytes = gigabytes_of(mailbox)
    return {} if gigabytes is None else {"gigabytes": f"{gigabytes:.0f}"}
