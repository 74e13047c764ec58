"""Service principals, app role assignments, and devices.

source  https://learn.microsoft.com/graph/api/resources/serviceprincipal and .../approleassignment (metadata of
        2026-08-20)
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from chamberlain.simulator.graph.shape import Shape, constant
from chamberlain.simulator.world.application import AppAssignment, AppRole, Device, ServicePrincipal
from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.view import View

_PRINCIPAL_TYPES = {Kind.USER: "User", Kind.GROUP: "Group", Kind.SERVICE_PRINCIPAL: "ServicePrincipal"}
_NULL = (
    "deletedDateTime", "appDescription", "applicationTemplateId", "createdByAppId", "customSecurityAttributes",
    "description",
    "disabledByMicrosoftStatus", "isDisabled", "logoutUrl", "notes", "preferredTokenSigningKeyThumbprint",
    "samlSingleSignOnSettings", "tokenEncryptionKeyId",
)  # fmt: skip
_EMPTY = (
    "addIns", "keyCredentials", "notificationEmailAddresses", "oauth2PermissionScopes", "passwordCredentials",
    "replyUrls",
    "resourceSpecificApplicationPermissions",
)  # fmt: skip


def _role(role: AppRole) -> dict[str, Any]:
    return {
        "allowedMemberTypes": role.member_types,
        "description": role.display_name,
        "displayName": role.display_name,
        "id": role.id,
        "isEnabled": True,
        "origin": "Application",
        "value": role.value,
    }


def _publisher(_view: View, _item: ServicePrincipal) -> dict[str, None]:
    return {"displayName": None, "verifiedPublisherId": None, "addedDateTime": None}


def _info(_view: View, _item: ServicePrincipal) -> dict[str, None]:
    return {
        "logoUrl": None,
        "marketingUrl": None,
        "privacyStatementUrl": None,
        "supportUrl": None,
        "termsOfServiceUrl": None,
    }


_SERVICE_PRINCIPAL_PROPERTIES: dict[str, Any] = {
    "id": lambda _view, item: item.id,
    "accountEnabled": lambda _view, item: item.enabled,
    "alternativeNames": lambda _view, item: ["isExplicit=True"] if item.type == "ManagedIdentity" else [],
    "appDisplayName": lambda _view, item: item.display_name,
    "appId": lambda _view, item: item.app_id,
    "appOwnerOrganizationId": lambda _view, item: item.owner_tenant,
    "appRoleAssignmentRequired": lambda _view, item: item.assignment_required,
    "appRoles": lambda _view, item: [_role(role) for role in item.roles],
    "displayName": lambda _view, item: item.display_name,
    "homepage": lambda _view, item: item.homepage,
    "info": _info,
    "loginUrl": lambda _view, item: item.homepage if item.sign_on == "saml" else None,
    "preferredSingleSignOnMode": lambda _view, item: item.sign_on,
    "servicePrincipalNames": lambda _view, item: [item.app_id],
    "servicePrincipalType": lambda _view, item: item.type,
    "signInAudience": lambda _view, item: "AzureADMyOrg" if item.type == "ManagedIdentity" else "AzureADMultipleOrgs",
    "tags": lambda _view, item: item.tags,
    "verifiedPublisher": _publisher,
    **{name: constant(None) for name in _NULL},
    **{name: constant([]) for name in _EMPTY},
}

SERVICE_PRINCIPAL: Shape[ServicePrincipal] = Shape(
    "servicePrincipal",
    _SERVICE_PRINCIPAL_PROPERTIES,
    default=tuple(
        name for name in _SERVICE_PRINCIPAL_PROPERTIES if name not in {"customSecurityAttributes", "isDisabled"}
    ),
    filterable=frozenset(
        {
            "accountEnabled",
            "appId",
            "displayName",
            "homepage",
            "id",
            "servicePrincipalType",
            "tags",
            "servicePrincipalNames",
        }
    ),
)


def principal_name(view: View, assignment: AppAssignment) -> str | None:
    """Display name of the principal of an assignment."""
    kind, index = assignment.principal
    if kind is Kind.USER:
        return view.person(index).display_name
    if kind is Kind.GROUP:
        return view.group(index).display_name
    return view.service_principal(index).display_name


@lru_cache(maxsize=4_096)
def _mark(resource: int, role_id: str) -> bytes:
    return blake2b(f"{resource}/{role_id}".encode(), digest_size=16).digest()


def _assignment_id(view: View, assignment: AppAssignment) -> str:
    """base64url of 32 bytes: the principal's GUID and a mark of resource and role; letters' case matters."""
    text = view.base.guid(assignment.principal).replace("-", "")
    principal = bytes.fromhex(f"{text[6:8]}{text[4:6]}{text[2:4]}{text[:2]}{text[10:12]}{text[8:10]}{text[14:16]}"
                              f"{text[12:14]}{text[16:]}")  # fmt: skip
    return urlsafe_b64encode(principal + _mark(assignment.resource, assignment.role_id)).rstrip(b"=").decode()


APP_ROLE_ASSIGNMENT: Shape[AppAssignment] = Shape(
    "appRoleAssignment",
    {
        "id": _assignment_id,
        "deletedDateTime": constant(None),
        "appRoleId": lambda _view, item: item.role_id,
        "createdDateTime": lambda _view, item: item.created,
        "principalDisplayName": principal_name,
        "principalId": lambda view, item: view.base.guid(item.principal),
        "principalType": lambda _view, item: _PRINCIPAL_TYPES[item.principal.kind],
        "resourceDisplayName": lambda view, item: view.service_principal(item.resource).display_name,
        "resourceId": lambda view, item: view.service_principal(item.resource).id,
    },
    default=(
        "id", "deletedDateTime", "appRoleId", "createdDateTime", "principalDisplayName", "principalId", "principalType",
        "resourceDisplayName", "resourceId",
    ),
    filterable=frozenset({"id", "principalDisplayName", "principalId", "principalType", "resourceId", "appRoleId"}),
)  # fmt: skip

DEVICE: Shape[Device] = Shape(
    "device",
    {
        "id": lambda _view, device: device.id,
        "deletedDateTime": constant(None),
        "accountEnabled": constant(value=True),
        "deviceId": lambda _view, device: device.id[::-1].replace("-", "")[:8] + device.id[8:],
        "displayName": lambda _view, device: device.display_name,
        "operatingSystem": lambda _view, device: device.operating_system,
        "operatingSystemVersion": constant("10.0.26100"),
        "trustType": constant("AzureAd"),
    },
    default=("id", "deletedDateTime", "accountEnabled", "deviceId", "displayName", "operatingSystem", "trustType"),
)  # fmt: skip
