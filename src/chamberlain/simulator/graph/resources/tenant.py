"""/organization, /domains, /subscribedSkus, /admin/reportSettings, /devices and /directoryObjects/getByIds."""

import contextlib
from typing import Any

import msgspec

from chamberlain.simulator.graph.answer import collection, entity, related
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Whole
from chamberlain.simulator.graph.mixed import SHAPES
from chamberlain.simulator.graph.refusal import GraphError, bad_request, not_found
from chamberlain.simulator.graph.shapes.application import DEVICE
from chamberlain.simulator.graph.shapes.licence import SUBSCRIBED_SKU
from chamberlain.simulator.graph.shapes.organization import DOMAIN, ORGANIZATION, domains
from chamberlain.simulator.graph.sources import Objects
from chamberlain.simulator.message import Response
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError
from chamberlain.simulator.world.mutation.settings import ConcealNames
from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.tenant import World

MAX_IDS = 1_000


class _Ids(msgspec.Struct):
    ids: list[str]
    types: list[str] | None = None


class _ReportSettings(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    display_concealed_names: bool


def list_organization(call: Call) -> dict[str, Any]:
    """GET /organization"""
    return collection(call, ORGANIZATION, Whole([call.view.tenant]), context="organization", paged=False)


def get_organization(call: Call) -> dict[str, Any]:
    """GET /organization/{id}"""
    if call.keys[0].lower() != call.view.tenant.id:
        raise not_found(call.keys[0])
    return entity(call, ORGANIZATION, call.view.tenant, context="organization")


def list_domains(call: Call) -> dict[str, Any]:
    """GET /domains"""
    return collection(call, DOMAIN, Whole(domains(call.view.tenant)), context="domains", paged=False)


def list_subscribed_skus(call: Call) -> dict[str, Any]:
    """GET /subscribedSkus: only $select"""
    return collection(
        call, SUBSCRIBED_SKU, Whole(call.view.base.subscriptions()), context="subscribedSkus", paged=False
    )


def get_report_settings(call: Call) -> dict[str, Any]:
    """GET /admin/reportSettings: names in usage reports are concealed until somebody changes that"""
    return {
        "@odata.context": call.context("admin/reportSettings/$entity"),
        "displayConcealedNames": call.view.conceals_names,
    }


class ReportSettingsDesk:
    """What writes the tenant's report settings; replicas tell of it as late as of anything else.

    source  https://learn.microsoft.com/graph/api/adminreportsettings-update (read 2026)
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def update(self, call: Call) -> Response:
        """PATCH /admin/reportSettings"""
        try:
            wanted = msgspec.json.decode(call.request.body, type=_ReportSettings)
        except msgspec.MsgspecError as problem:
            raise GraphError(400, "BadRequest", f"Unable to read JSON request payload. {problem}") from problem
        with contextlib.suppress(MutationRefusedError):  # it is so already
            self._world.change(ConcealNames(wanted.display_concealed_names))
        return Response(204)


def list_devices(call: Call) -> dict[str, Any]:
    """GET /devices"""
    return collection(call, DEVICE, Objects(call.view, Kind.DEVICE, call.view.device), context="devices")


def get_by_ids(call: Call) -> dict[str, Any]:
    """POST /directoryObjects/getByIds: those that exist, of any type, in the order asked"""
    try:
        wanted = msgspec.json.decode(call.request.body, type=_Ids)
    except msgspec.MsgspecError as problem:
        raise GraphError(400, "BadRequest", f"Unable to read JSON request payload. {problem}") from problem
    if len(wanted.ids) > MAX_IDS:
        raise bad_request(f"Too many items in the request. A maximum of {MAX_IDS} ids is allowed.")
    refs = [ref for guid in wanted.ids if (ref := call.view.find(guid.lower())) is not None]
    types = {name.lower() for name in wanted.types or ()}
    found = [
        ref
        for ref in refs
        if not types
        or SHAPES[ref.kind].name.lower()
        in types | ({SHAPES[ref.kind].name.lower()} if "directoryobject" in types else set())
    ]
    return {"@odata.context": call.context("directoryObjects"), "value": related(call, found, call.options.select)}
