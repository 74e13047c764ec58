"""/oauth2PermissionGrants, of the tenant and of one person."""

from typing import Any

from chamberlain.simulator.graph.answer import collection
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Whole
from chamberlain.simulator.graph.shapes.consent import GRANT
from chamberlain.simulator.world.reference import Kind, Ref


def list_grants(call: Call) -> dict[str, Any]:
    """GET /oauth2PermissionGrants"""
    return collection(call, GRANT, Whole(call.view.delegated_grants()), context="oauth2PermissionGrants")


def list_grants_of_user(call: Call) -> dict[str, Any]:
    """GET /users/{id}/oauth2PermissionGrants: those for this person alone"""
    person = Ref(Kind.USER, call.user(call.keys[0]))
    found = [grant for grant in call.view.delegated_grants() if grant.principal == person]
    return collection(call, GRANT, Whole(found), context="oauth2PermissionGrants")
