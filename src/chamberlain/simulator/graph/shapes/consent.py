"""Delegated permission grants: what an application may do in the name of people.

source  https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant (metadata of 2026-08-20)
"""

import uuid
from base64 import urlsafe_b64encode

from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.world.application import DelegatedGrant
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View


def _application(view: View, serial: int) -> str:
    return view.base.guid(Ref(Kind.SERVICE_PRINCIPAL, serial))


def grant_id(view: View, grant: DelegatedGrant) -> str:
    """base64url of the GUIDs of client, resource and, if there is one, person."""
    ids = [_application(view, grant.client), _application(view, grant.resource)]
    if grant.principal is not None:
        ids.append(view.base.guid(grant.principal))
    return urlsafe_b64encode(b"".join(uuid.UUID(known).bytes_le for known in ids)).rstrip(b"=").decode()


GRANT: Shape[DelegatedGrant] = Shape(
    "oAuth2PermissionGrant",
    {
        "id": grant_id,
        "clientId": lambda view, grant: _application(view, grant.client),
        "consentType": lambda _view, grant: "AllPrincipals" if grant.principal is None else "Principal",
        "principalId": lambda view, grant: None if grant.principal is None else view.base.guid(grant.principal),
        "resourceId": lambda view, grant: _application(view, grant.resource),
        "scope": lambda _view, grant: grant.scope,
    },
    default=("clientId", "consentType", "id", "principalId", "resourceId", "scope"),
    filterable=frozenset({"clientId", "consentType", "principalId", "resourceId"}),
)
