"""Mailboxes, as far as only Exchange changes them.

    forwarding    Set-Mailbox: ForwardingAddress, ForwardingSmtpAddress, DeliverToMailboxAndForward
    address lists Set-Mailbox: HiddenFromAddressListsEnabled
    conversion    Set-Mailbox: Type
    access        Add-, Remove-MailboxPermission: FullAccess; Add-, Remove-RecipientPermission: SendAs;
                  Set-Mailbox: GrantSendOnBehalfTo, with "add" and "remove", so that the others stay
    proof         Get-Mailbox, Get-MailboxPermission, Get-RecipientPermission

Whose mailbox it is, and who gets at it, is said by object id.
source  https://learn.microsoft.com/powershell/module/exchange/set-mailbox, add-mailboxpermission,
        add-recipientpermission (2026)
"""

from collections.abc import Sequence

from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.graph.exchange.port import Exchange
from chamberlain.graph.fan_out import for_each
from chamberlain.kinds.writing.ids import object_id
from chamberlain.model.exchange import Access, Mailbox, MailboxChange, MailboxType
from chamberlain.model.mailbox import DELEGATE, FORWARD_OUTSIDE, FORWARD_TO, KEEP_COPY
from chamberlain.model.plan import Change, Facts
from chamberlain.model.verb import ACCESS_GIVING, BY_EXCHANGE, Verb

CARRIED = BY_EXCHANGE
AT_ONCE = 4
ACCESS: dict[Verb, Access] = {
    Verb.GIVE_FULL_ACCESS: Access.FULL,
    Verb.TAKE_FULL_ACCESS: Access.FULL,
    Verb.GIVE_SEND_AS: Access.SEND_AS,
    Verb.TAKE_SEND_AS: Access.SEND_AS,
    Verb.GIVE_SEND_ON_BEHALF: Access.ON_BEHALF,
    Verb.TAKE_SEND_ON_BEHALF: Access.ON_BEHALF,
}
Asked = tuple[str, Access | None, str]  # whose mailbox; which access of whom, or the settings
Answer = Mailbox | bool | ChamberlainError


async def seen(exchange: Exchange, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
    """What Exchange shows now of each, in their order; an error where it means it for good.

    raises  Upstream when something was not answered in time
    """
    answers: dict[Asked, Answer] = {}

    async def ask(one: Asked) -> None:
        user, access, who = one
        try:
            found = await exchange.has_access(user, access, who=who) if access else await exchange.mailbox(user)
        except (NotFound, Refused) as refused:
            answers[one] = refused
        else:
            answers[one] = found

    await for_each(sorted({_asked(change) for change in changes}, key=repr), ask, width=AT_ONCE)
    return [_facts(change, answers[_asked(change)]) for change in changes]


async def send(exchange: Exchange, changes: Sequence[Change]) -> list[ChamberlainError | None]:
    """Makes them happen, each by a cmdlet of its own, and tells what Exchange said to each: None where it took it.

    raises  Refused("write_refused") where there is no permit
    """
    told: list[ChamberlainError | None] = [None] * len(changes)
    mailboxes: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        mailboxes.setdefault(change.subject.guid, []).append(place)

    async def of_mailbox(places: list[int]) -> None:
        for place in places:  # one after another: Exchange refuses some that meet
            try:
                await _carry(exchange, changes[place])
            except ChamberlainError as error:
                if error.code == "write_refused":
                    raise
                told[place] = error

    await for_each(list(mailboxes.values()), of_mailbox, width=AT_ONCE)
    return told


async def _carry(exchange: Exchange, change: Change) -> None:
    user = object_id(change.subject.guid)
    if change.verb in ACCESS:
        access, who = ACCESS[change.verb], _delegate(change)
        if change.verb in ACCESS_GIVING:
            await exchange.give_access(user, access, to=who)
        else:
            await exchange.take_access(user, access, of=who)
        return
    await exchange.set_mailbox(user, change=_settings(change))


def _settings(change: Change) -> MailboxChange:
    properties = change.options.properties
    match change.verb:
        case Verb.SET_FORWARDING | Verb.END_FORWARDING:
            return MailboxChange(
                forward_to=str(properties.get(FORWARD_TO) or ""),
                forward_outside=str(properties.get(FORWARD_OUTSIDE) or ""),
                keeps_copy=_keeps(change),
            )
        case Verb.HIDE_FROM_LISTS | Verb.SHOW_IN_LISTS:
            return MailboxChange(hidden=change.verb is Verb.HIDE_FROM_LISTS)
        case Verb.MAKE_SHARED | Verb.MAKE_PERSONAL:
            return MailboxChange(shared=change.verb is Verb.MAKE_SHARED)
        case other:
            raise Refused("write_refused", method=other.value, path=change.subject.guid)


def _keeps(change: Change) -> bool | None:
    """Whether forwarded mail stays here as well: as it is said; as it was, where forwarding only ends."""
    said = change.options.properties.get(KEEP_COPY)
    if isinstance(said, bool):
        return said
    return True if change.verb is Verb.SET_FORWARDING else None


def _asked(change: Change) -> Asked:
    user = object_id(change.subject.guid)
    return (user, ACCESS[change.verb], _delegate(change)) if change.verb in ACCESS else (user, None, "")


def _delegate(change: Change) -> str:
    return object_id(str(change.options.properties.get(DELEGATE) or ""))


def _facts(change: Change, answer: Answer) -> Facts | ChamberlainError:
    if isinstance(answer, ChamberlainError):
        return answer
    if isinstance(answer, bool):
        return {ACCESS[change.verb].value: answer}
    match change.verb:
        case Verb.SET_FORWARDING | Verb.END_FORWARDING:
            return {
                "forwards_to": answer.forwards_to,
                "forwards_outside": answer.forwards_outside,
                "keeps_copy": answer.keeps_copy,
            }
        case Verb.HIDE_FROM_LISTS | Verb.SHOW_IN_LISTS:
            return {"hidden": answer.hidden}
        case _:
            return {"shared": answer.type is MailboxType.SHARED}
