"""Automatic replies of a mailbox, which Graph sets; everything else of mailboxes only Exchange does.

    set, end  PATCH /users/{id}/mailboxSettings
    proof     GET   /users/{id}/mailboxSettings/automaticRepliesSetting

source  https://learn.microsoft.com/graph/api/user-update-mailboxsettings, user-get-mailboxsettings (2026);
        https://learn.microsoft.com/graph/api/resources/automaticrepliessetting (2026)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Graph
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.kinds.writing.ids import home
from chamberlain.model.mailbox import ALWAYS, AUDIENCE, END, EXTERNAL, INTERNAL, OFF, SCHEDULED, START
from chamberlain.model.plan import Change, Facts
from chamberlain.policy.planning.facts import expected, is_met
from chamberlain.policy.planning.reply_text import as_html

SETTING = "automaticRepliesSetting"
_UTC = "UTC"
_TEXTS = {INTERNAL: "internal_reply", EXTERNAL: "external_reply"}
_TIMES = {"scheduledStartDateTime": ("replies_from", START), "scheduledEndDateTime": ("replies_until", END)}


class Replies:
    """Carries SET_REPLIES and END_REPLIES."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request each; none for what is so already."""
        return [
            Sending(Write("PATCH", f"{home(change.subject)}/mailboxSettings", {SETTING: _wanted(change)}), (change,))
            for change, facts in zip(changes, before, strict=True)
            if not is_met(expected(change), seen=facts, before=facts)
        ]

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """The automatic replies of each mailbox; the error where there is no mailbox."""
        paths = [f"{home(change.subject)}/mailboxSettings/{SETTING}" for change in changes]
        answers = await graph.get_many(paths, dict[str, Any])
        return [answer if isinstance(answer, ChamberlainError) else _facts(answer) for answer in answers]


def _wanted(change: Change) -> dict[str, object]:
    """The setting; what is not named stays as it is."""
    wanted, properties = expected(change), change.options.properties
    told: dict[str, object] = {"status": wanted["replies"]}
    if "replies_to" in wanted:
        told[AUDIENCE] = wanted["replies_to"]
    for name in _TEXTS:
        if name in properties:
            told[name] = as_html(str(properties[name] or ""))
    for name, (_fact, given) in _TIMES.items():
        if properties.get(given):
            told[name] = {"dateTime": str(properties[given]).removesuffix("Z"), "timeZone": _UTC}
    return told


def _facts(answer: Mapping[str, Any]) -> Facts:
    status = str(answer.get("status") or OFF)
    is_timed = status == SCHEDULED
    return {
        "replies": status if status in (ALWAYS, SCHEDULED) else OFF,
        "replies_to": str(answer.get(AUDIENCE) or "none"),
        **{fact: str(answer.get(name) or "") for name, fact in _TEXTS.items()},
        **{fact: _moment(answer.get(name)) if is_timed else None for name, (fact, _given) in _TIMES.items()},
    }


def _moment(told: object) -> str | None:
    """A time as facts hold it: Graph tells these in UTC, unless a header asks for another zone.

    source  https://learn.microsoft.com/graph/api/user-get-mailboxsettings (2026): Prefer: outlook.timezone
    """
    if not isinstance(told, Mapping) or not told.get("dateTime"):
        return None
    whole, _point, _fraction = str(told["dateTime"]).removesuffix("Z").partition(".")
    return f"{whole}Z"
