"""/applications: the tenant's own app registration, its secrets, certificates and the platforms that it trusts.

source  https://learn.microsoft.com/graph/api/application-list, .../application-addpassword,
        .../application-removepassword, .../application-update and .../federatedidentitycredential (read 2026)
"""

import uuid
from typing import Any

import msgspec

from chamberlain.simulator.graph.answer import collection, entity
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Whole
from chamberlain.simulator.graph.refusal import GraphError, bad_request, not_found
from chamberlain.simulator.graph.shape import Shape, constant
from chamberlain.simulator.login.credentials import (
    MOST_FEDERATED,
    AppCredentials,
    Federated,
    Key,
    read_key,
)
from chamberlain.simulator.login.directory import Directory
from chamberlain.simulator.login.registration import Registration, graph_permissions
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.world.application import GRAPH_APP_ID

_ALTERNATE_KEY = "appId="
_OBJECT_IDS = uuid.UUID("6d2f1a3e-6a0c-4b39-9a37-0f1f3a1c9b52")


class _NewPassword(msgspec.Struct, rename="camel"):
    display_name: str | None = None


class _AddPassword(msgspec.Struct, rename="camel"):
    password_credential: _NewPassword = msgspec.field(default_factory=_NewPassword)


class _RemovePassword(msgspec.Struct, rename="camel"):
    key_id: str


class _NewKey(msgspec.Struct, rename="camel"):
    key: str
    type: str = "AsymmetricX509Cert"
    usage: str = "Verify"
    display_name: str | None = None


class _Update(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    key_credentials: list[_NewKey]


class _NewFederated(msgspec.Struct, rename="camel"):
    name: str
    issuer: str
    subject: str
    audiences: list[str]
    description: str | None = None


def object_id(registration: Registration) -> str:
    """The id of the registration itself, which is neither its client id nor its service principal's."""
    return str(uuid.uuid5(_OBJECT_IDS, registration.client_id))


def _asks_for(registration: Registration) -> list[dict[str, Any]]:
    known = graph_permissions()
    access = [{"id": known[name].id, "type": "Role"} for name in registration.roles]
    return [{"resourceAppId": GRAPH_APP_ID, "resourceAccess": access}]


class RegistrationDesk:
    """The handlers. The product's multi-tenant registration is at home elsewhere, so this tenant does not see it."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._own = [one for one in directory.registrations if not one.multi_tenant]
        properties: dict[str, Any] = {
            "id": lambda _view, item: object_id(item),
            "appId": lambda _view, item: item.client_id,
            "displayName": lambda _view, item: item.display_name,
            "signInAudience": constant("AzureADMyOrg"),
            "passwordCredentials": lambda _view, item: [one.document() for one in self._of(item).passwords],
            "keyCredentials": lambda _view, item: [one.document() for one in self._of(item).keys],
            "requiredResourceAccess": lambda _view, item: _asks_for(item),
        }
        self._shape: Shape[Registration] = Shape(
            "application", properties, default=tuple(properties), filterable=frozenset({"id", "appId", "displayName"})
        )

    def _of(self, registration: Registration) -> AppCredentials:
        return self._directory.credentials[registration.client_id]

    def _named(self, call: Call) -> Registration:
        key = call.keys[0]
        wanted = key.removeprefix(_ALTERNATE_KEY).strip("'").lower()
        for one in self._own:
            if wanted == (one.client_id if key.startswith(_ALTERNATE_KEY) else object_id(one)):
                return one
        raise not_found(key)

    def list(self, call: Call) -> dict[str, Any]:
        """GET /applications"""
        return collection(call, self._shape, Whole(self._own), context="applications")

    def get(self, call: Call) -> dict[str, Any]:
        """GET /applications/{id}"""
        return entity(call, self._shape, self._named(call), context="applications")

    def update(self, call: Call) -> Response:
        """PATCH /applications/{id}: certificates alone; those that are named are all there are afterwards"""
        wanted: _Update = _read(call, _Update)
        self._of(self._named(call)).replace_keys([_key(one) for one in wanted.key_credentials])
        return Response(204)

    def add_password(self, call: Call) -> Response:
        """POST /applications/{id}/addPassword: the secret is told this once"""
        wanted: _AddPassword = _read(call, _AddPassword)
        made = self._of(self._named(call)).add_password(name=wanted.password_credential.display_name)
        return json_response(200, {"@odata.context": call.context("passwordCredential"), **made.document(told=True)})

    def remove_password(self, call: Call) -> Response:
        """POST /applications/{id}/removePassword"""
        wanted: _RemovePassword = _read(call, _RemovePassword)
        kept = self._of(self._named(call))
        left = [one for one in kept.passwords if one.id != wanted.key_id.lower()]
        if len(left) == len(kept.passwords):
            raise bad_request(f"No password credential found with keyId {wanted.key_id}.")
        kept.passwords = left
        return Response(204)

    def list_federated(self, call: Call) -> dict[str, Any]:
        """GET /applications/{id}/federatedIdentityCredentials"""
        found = [one.document() for one in self._of(self._named(call)).federated]
        return {"@odata.context": call.context("federatedIdentityCredentials"), "value": found}

    def add_federated(self, call: Call) -> Response:
        """POST /applications/{id}/federatedIdentityCredentials"""
        wanted: _NewFederated = _read(call, _NewFederated)
        kept = self._of(self._named(call))
        if len(kept.federated) >= MOST_FEDERATED:
            raise bad_request("A maximum of 20 federated identity credentials can be added per application.")
        if any((one.issuer, one.subject) == (wanted.issuer, wanted.subject) for one in kept.federated):
            raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential exists.")
        made = Federated(wanted.name, wanted.issuer, wanted.subject, tuple(wanted.audiences), wanted.description)
        kept.federated.append(made)
        return json_response(201, made.document())

    def remove_federated(self, call: Call) -> Response:
        """DELETE /applications/{id}/federatedIdentityCredentials/{id or name}"""
        kept = self._of(self._named(call))
        left = [one for one in kept.federated if call.keys[1] not in (one.id, one.name)]
        if len(left) == len(kept.federated):
            raise not_found(call.keys[1])
        kept.federated = left
        return Response(204)


def _key(wanted: _NewKey) -> Key:
    try:
        return read_key(wanted.key, wanted.display_name)
    except ValueError:
        raise bad_request("Key credential value is invalid.") from None


def _read(call: Call, type_: type[Any]) -> Any:
    try:
        return msgspec.json.decode(call.request.body or b"{}", type=type_)
    except msgspec.MsgspecError as problem:
        raise GraphError(400, "BadRequest", f"Unable to read JSON request payload. {problem}") from problem
