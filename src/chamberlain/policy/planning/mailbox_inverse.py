"""Which change puts a mailbox back as it was, from what was seen of it before."""

from dataclasses import replace

from chamberlain.model.mailbox import (
    AUDIENCE,
    END,
    EXTERNAL,
    FORWARD_OUTSIDE,
    FORWARD_TO,
    INTERNAL,
    KEEP_COPY,
    OFF,
    SCHEDULED,
    START,
)
from chamberlain.model.plan import Change, Facts, Options
from chamberlain.model.verb import FORWARDING, REPLIES, Verb
from chamberlain.policy.planning.mailbox_facts import FIXED

_BACK: dict[Verb, Verb] = {
    Verb.HIDE_FROM_LISTS: Verb.SHOW_IN_LISTS,
    Verb.GIVE_FULL_ACCESS: Verb.TAKE_FULL_ACCESS,
    Verb.GIVE_SEND_AS: Verb.TAKE_SEND_AS,
    Verb.GIVE_SEND_ON_BEHALF: Verb.TAKE_SEND_ON_BEHALF,
    Verb.MAKE_SHARED: Verb.MAKE_PERSONAL,
}
BACK = _BACK | {back: verb for verb, back in _BACK.items()}


def mailbox_inverse(change: Change, *, before: Facts) -> tuple[Change, ...]:
    """The opposite of a change of a mailbox; empty where it was so before, or nothing was seen."""
    if change.verb in REPLIES:
        return _replies(change, before) if "replies" in before else ()
    if change.verb in FORWARDING:
        return _forwarding(change, before) if "forwards_to" in before else ()
    name, value = FIXED[change.verb]
    return (replace(change, verb=BACK[change.verb]),) if before.get(name) is (not value) else ()


def _replies(change: Change, before: Facts) -> tuple[Change, ...]:
    """On, off or scheduled as before, with the texts: replies that are off keep them for the next time."""
    said = {
        INTERNAL: str(before.get("internal_reply") or ""),
        EXTERNAL: str(before.get("external_reply") or ""),
        AUDIENCE: str(before.get("replies_to") or "none"),
    }
    if before["replies"] == OFF:
        return (replace(change, verb=Verb.END_REPLIES, options=Options(properties=said)),)
    if before["replies"] == SCHEDULED:
        said |= {START: str(before.get("replies_from") or ""), END: str(before.get("replies_until") or "")}
    return (replace(change, verb=Verb.SET_REPLIES, options=Options(properties=said)),)


def _forwarding(change: Change, before: Facts) -> tuple[Change, ...]:
    keeps = {KEEP_COPY: before.get("keeps_copy") is True}
    to, outside = str(before.get("forwards_to") or ""), str(before.get("forwards_outside") or "")
    if not (to or outside):
        return (replace(change, verb=Verb.END_FORWARDING, options=Options(properties=keeps)),)
    said = {name: value for name, value in ((FORWARD_TO, to), (FORWARD_OUTSIDE, outside)) if value}
    return (replace(change, verb=Verb.SET_FORWARDING, options=Options(properties={**said, **keeps})),)
