"""Settings of mailboxes: automatic replies, which Graph changes; the rest is only shown.

    errors  404 MailboxNotEnabledForRESTAPI where somebody has no mailbox; 403 ErrorAccessDenied without the permission
    texts   kept as HTML: what is no page of its own is put into one

source  https://learn.microsoft.com/graph/api/user-get-mailboxsettings, .../user-update-mailboxsettings and
        .../resources/automaticrepliessetting (read 2026); texts of errors recorded from the service
"""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from chamberlain.simulator.exchange.recipients import born_as, has_mailbox
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import GraphError
from chamberlain.simulator.graph.writes.desk import Desk, read
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.mutation.exchange import SetMailbox
from chamberlain.simulator.world.mutation.replies import OFF, Moment, Replies
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

_PURPOSES = {"UserMailbox": "user", "SharedMailbox": "shared"}


class _Wished(msgspec.Struct, rename="camel"):
    """What a request may name; what it leaves out stays."""

    status: Literal["disabled", "alwaysEnabled", "scheduled"] | UnsetType = UNSET
    external_audience: Literal["none", "contactsOnly", "all"] | UnsetType = UNSET
    scheduled_start_date_time: Moment | UnsetType = UNSET
    scheduled_end_date_time: Moment | UnsetType = UNSET
    internal_reply_message: str | UnsetType | None = UNSET
    external_reply_message: str | UnsetType | None = UNSET


class _Body(msgspec.Struct, rename="camel"):
    automatic_replies_setting: _Wished | UnsetType = UNSET


class MailboxDesk(Desk):
    """The handlers."""

    def show(self, call: Call) -> Response:
        """GET /users/{id}/mailboxSettings"""
        return json_response(200, self._settings(call, call.view))

    def show_replies(self, call: Call) -> Response:
        """GET /users/{id}/mailboxSettings/automaticRepliesSetting"""
        serial = _mailbox(call, call.view)
        context = call.context(f"users('{call.keys[0]}')/mailboxSettings/automaticRepliesSetting")
        return json_response(200, {"@odata.context": context, **_replies(call.view, serial).shown()})

    def update(self, call: Call) -> Response:
        """PATCH /users/{id}/mailboxSettings"""
        serial = _mailbox(call, self.newest)
        wished = read(call.request.body, _Body).automatic_replies_setting
        before = _replies(self.newest, serial)
        after = before if wished is UNSET else _changed(before, wished)
        if after != before:
            self.change(call, SetMailbox(self.guid(Ref(Kind.USER, serial)), replies=after))
        return json_response(200, self._settings(call, self.newest))

    def _settings(self, call: Call, view: View) -> dict[str, Any]:
        serial = _mailbox(call, view)
        kind = view.entry(Shelf.MAILBOX, (serial, "mailbox_type"), None) or (born_as(view.person(serial)),)
        return {
            "@odata.context": call.context(f"users('{call.keys[0]}')/mailboxSettings"),
            "archiveFolder": None,
            "timeZone": "W. Europe Standard Time",
            "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
            "dateFormat": "dd.MM.yyyy",
            "timeFormat": "HH:mm",
            "userPurpose": _PURPOSES[kind[0]],
            "automaticRepliesSetting": _replies(view, serial).shown(),
        }


def _mailbox(call: Call, view: View) -> int:
    """Whose mailbox is asked for.

    raises  GraphError 404 where there is none
    """
    serial = call.user(call.keys[0])
    if not has_mailbox(view.person(serial)):
        text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", text)
    return serial


def _replies(view: View, serial: int) -> Replies:
    found = view.entry(Shelf.MAILBOX, (serial, "replies"), None)
    replies: Replies = OFF if found is None else found[0]
    return replies


def _changed(before: Replies, wished: _Wished) -> Replies:
    named = {name: value for name in wished.__struct_fields__ if (value := getattr(wished, name)) is not UNSET}
    for name in ("internal_reply_message", "external_reply_message"):
        if name in named:
            named[name] = _page(named[name] or "")
    for name in ("scheduled_start_date_time", "scheduled_end_date_time"):
        if name in named:
            named[name] = Moment(f"{named[name].key}.0000000", named[name].time_zone)
    after = msgspec.structs.replace(before, **named)
    if after.status == "scheduled" and after.scheduled_start_date_time.key >= after.scheduled_end_date_time.key:
        raise GraphError(400, "ErrorInvalidArgument", "The start time must be earlier than the end time.")
    return after


def _page(text: str) -> str:
    return text if not text or "<html" in text.lower() else f"<html>\n<body>\n{text}\n</body>\n</html>\n"
