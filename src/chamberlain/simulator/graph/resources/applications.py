"""/servicePrincipals: list, get, who is assigned to one, and what one was granted."""

from typing import Any

from chamberlain.simulator.graph.answer import collection, entity, number
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Source, Whole
from chamberlain.simulator.graph.matching import ranged
from chamberlain.simulator.graph.refusal import not_found
from chamberlain.simulator.graph.shapes.application import APP_ROLE_ASSIGNMENT, SERVICE_PRINCIPAL
from chamberlain.simulator.graph.sources import Assignments
from chamberlain.simulator.message import Response
from chamberlain.simulator.world.application import ServicePrincipal
from chamberlain.simulator.world.reference import Kind

_ALTERNATE_KEY = "appId="


def _source(call: Call) -> Source[ServicePrincipal]:
    view = call.view
    kind = Kind.SERVICE_PRINCIPAL
    return ranged(call, SERVICE_PRINCIPAL, kind, read=view.service_principal, then=view.base.service_principal)


def _named(call: Call) -> int:
    """Index of the service principal named by its id or, in the alternate key form, by its application."""
    key = call.keys[0]
    if not key.startswith(_ALTERNATE_KEY):
        return call.object(key, Kind.SERVICE_PRINCIPAL).serial
    app_id = key.removeprefix(_ALTERNATE_KEY).strip("'").lower()
    for ref in call.view.everything(Kind.SERVICE_PRINCIPAL):
        if call.view.service_principal(ref.serial).app_id == app_id:
            return ref.serial
    raise not_found(key)


def list_service_principals(call: Call) -> dict[str, Any]:
    """GET /servicePrincipals"""
    return collection(call, SERVICE_PRINCIPAL, _source(call), context="servicePrincipals")


def count_service_principals(call: Call) -> Response:
    """GET /servicePrincipals/$count"""
    return number(call, _source(call), SERVICE_PRINCIPAL)


def get_service_principal(call: Call) -> dict[str, Any]:
    """GET /servicePrincipals/{id}"""
    return entity(call, SERVICE_PRINCIPAL, call.view.service_principal(_named(call)), context="servicePrincipals")


def list_assigned_to(call: Call) -> dict[str, Any]:
    """GET /servicePrincipals/{id}/appRoleAssignedTo"""
    return collection(call, APP_ROLE_ASSIGNMENT, Assignments(call.view, _named(call)), context="appRoleAssignments")


def list_granted(call: Call) -> dict[str, Any]:
    """GET /servicePrincipals/{id}/appRoleAssignments"""
    principal = call.view.find(call.view.service_principal(_named(call)).id)
    found = [] if principal is None else call.view.app_assignments_of(principal)
    return collection(call, APP_ROLE_ASSIGNMENT, Whole(found), context="appRoleAssignments")
