"""/subscriptions: create with a handshake, list one's own, renew, delete.

source  https://learn.microsoft.com/graph/api/resources/subscription (read 2026)
"""

import secrets
import time
import uuid
from datetime import datetime
from typing import Any

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import GraphError, not_found
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.notify import MAX_MINUTES, MAX_PER_APP, MIN_MINUTES, Subscription, Subscriptions
from chamberlain.simulator.notify_post import is_loopback, shakes_hands
from chamberlain.simulator.world.reference import Kind

MAX_CLIENT_STATE = 128
_CHANGE_TYPES = frozenset({"updated", "deleted"})
_READERS = {
    Kind.USER: ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    Kind.GROUP: ("Group.Read.All", "GroupMember.Read.All", "Group.ReadWrite.All", "Directory.Read.All"),
}


class _Wanted(msgspec.Struct, rename="camel"):
    change_type: str
    notification_url: str
    resource: str
    expiration_date_time: str
    client_state: str | None = None
    lifecycle_notification_url: str | None = None
    latest_supported_tls_version: str | None = None


class _Renewed(msgspec.Struct, rename="camel"):
    expiration_date_time: str


def _invalid(message: str) -> GraphError:
    return GraphError(400, "InvalidRequest", message)


def _expiry(text: str) -> float:
    """The second until which a subscription lives: at least 45 minutes, at most 29 days from now."""
    try:
        wanted = datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        raise _invalid(f"'{text}' is no expiration date.") from None
    now = time.time()
    if wanted > now + MAX_MINUTES * 60 + 60:
        raise GraphError(
            400, "ValidationError", f"Subscription expiration can only be {MAX_MINUTES} minutes in the future."
        )
    if wanted <= now:
        raise _invalid("Subscription expiration must be in the future.")
    return max(wanted, now + MIN_MINUTES * 60)


def _shake_hands(url: str) -> None:
    if not is_loopback(url):
        raise GraphError(400, "ValidationError", "Notification endpoints of a simulated tenant are on 127.0.0.1.")
    status = shakes_hands(url, f"Validation: Testing client application reachability {secrets.token_urlsafe(24)}")
    if status == 200:
        return
    if status == 400:
        raise GraphError(400, "ValidationError", "Subscription validation request failed. The token was not returned.")
    raise _invalid(
        "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."
    )


def _read(call: Call, type_: type[Any]) -> Any:
    try:
        return msgspec.json.decode(call.request.body, type=type_)
    except msgspec.MsgspecError as problem:
        raise GraphError(400, "BadRequest", f"Unable to read JSON request payload. {problem}") from problem


class Desk:
    """The handlers, with the subscriptions that they are about."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    def create(self, call: Call) -> Response:
        """POST /subscriptions"""
        wanted: _Wanted = _read(call, _Wanted)
        subscription = self._checked(call, wanted)
        for url in (wanted.notification_url, wanted.lifecycle_notification_url):
            if url is not None:
                _shake_hands(url)
        self._subscriptions.add(subscription)
        document = {"@odata.context": call.context("subscriptions/$entity"), **subscription.document()}
        return json_response(201, document | {"clientState": subscription.client_state})

    def _checked(self, call: Call, wanted: _Wanted) -> Subscription:
        change_types = frozenset(part.strip() for part in wanted.change_type.split(","))
        if not change_types or not change_types <= _CHANGE_TYPES:
            raise _invalid(f"The changeType '{wanted.change_type}' is not supported for this resource.")
        resource = self._subscriptions.resource(wanted.resource)
        if resource is None:
            raise _invalid(f"Resource '{wanted.resource}' is not supported for change notifications.")
        kind, about, relation = resource
        if not call.caller.may(_READERS[kind]):
            message = "Operation: Create; Exception: [Status Code: Forbidden; Reason: Insufficient privileges.]"
            raise GraphError(403, "ExtensionError", message)
        if len(wanted.client_state or "") > MAX_CLIENT_STATE:
            raise _invalid(f"clientState is longer than {MAX_CLIENT_STATE} characters.")
        if len(self._subscriptions.of(call.caller.client_id)) >= MAX_PER_APP:
            raise GraphError(403, "ExtensionError", f"The limit of {MAX_PER_APP} subscriptions has been reached.")
        return Subscription(
            str(uuid.uuid4()),
            call.caller.client_id,
            wanted.resource,
            change_types,
            wanted.notification_url,
            wanted.lifecycle_notification_url,
            wanted.client_state,
            _expiry(wanted.expiration_date_time),
            kind,
            about,
            relation,
        )

    def list(self, call: Call) -> dict[str, Any]:
        """GET /subscriptions: those of the application that asks"""
        found = [known.document() for known in self._subscriptions.of(call.caller.client_id)]
        return {"@odata.context": call.context("subscriptions"), "value": found}

    def _named(self, call: Call) -> Subscription:
        found = self._subscriptions.find(call.keys[0].lower(), call.caller.client_id)
        if found is None:
            raise not_found(call.keys[0])
        return found

    def get(self, call: Call) -> dict[str, Any]:
        """GET /subscriptions/{id}"""
        return {"@odata.context": call.context("subscriptions/$entity"), **self._named(call).document()}

    def renew(self, call: Call) -> dict[str, Any]:
        """PATCH /subscriptions/{id}"""
        subscription = self._named(call)
        subscription.expires = _expiry(_read(call, _Renewed).expiration_date_time)
        return self.get(call)

    def reauthorize(self, call: Call) -> Response:
        """POST /subscriptions/{id}/reauthorize"""
        self._named(call)
        return Response(204)

    def delete(self, call: Call) -> Response:
        """DELETE /subscriptions/{id}"""
        self._subscriptions.remove(self._named(call).id)
        return Response(204)
