"""The group type.

source  https://learn.microsoft.com/graph/api/resources/group (metadata of 2026-08-20)
"""

from collections.abc import Callable
from typing import Any

from chamberlain.simulator.graph.shape import Shape, constant
from chamberlain.simulator.world.group import Group, GroupKind
from chamberlain.simulator.world.view import View

_NULL = (
    "deletedDateTime", "classification", "expirationDateTime", "isArchived", "isManagementRestricted",
    "onPremisesNetBiosName",
    "organizationId", "preferredDataLocation", "preferredLanguage", "theme", "uniqueName",
)  # fmt: skip
_EMPTY = ("assignedLabels", "infoCatalogs", "onPremisesProvisioningErrors", "serviceProvisioningErrors")
_SINGLE_ONLY = frozenset(
    {
        "accessType", "allowExternalSenders", "autoSubscribeNewMembers", "hideFromAddressLists",
        "hideFromOutlookClients",
        "isFavorite", "isSubscribedByMail", "unseenCount",
    }
)  # fmt: skip
_DEFAULT = (
    "id", "deletedDateTime", "classification", "createdDateTime", "description", "displayName", "expirationDateTime",
    "groupTypes",
    "isAssignableToRole", "mail", "mailEnabled", "mailNickname", "membershipRule", "membershipRuleProcessingState",
    "onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesNetBiosName", "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "preferredDataLocation", "preferredLanguage",
    "proxyAddresses",
    "renewedDateTime", "resourceBehaviorOptions", "resourceProvisioningOptions", "securityEnabled",
    "securityIdentifier", "theme",
    "uniqueName", "visibility", "onPremisesProvisioningErrors", "serviceProvisioningErrors",
)  # fmt: skip
_FILTERABLE = frozenset(
    {
        "assignedLicenses", "displayName", "description", "groupTypes", "id", "isAssignableToRole", "mail",
        "mailEnabled",
        "mailNickname", "onPremisesSyncEnabled", "proxyAddresses", "resourceProvisioningOptions", "securityEnabled",
        "visibility",
        "membershipRule", "membershipRuleProcessingState",
    }
)  # fmt: skip
_SECURITY_ENABLED = frozenset({GroupKind.SECURITY, GroupKind.MAIL_SECURITY})


def _types(_view: View, group: Group) -> list[str]:
    unified = ["Unified"] if group.kind is GroupKind.MICROSOFT_365 else []
    return [*unified, "DynamicMembership"] if group.rule is not None else unified


def _licences(_view: View, group: Group) -> list[dict[str, Any]]:
    return [{"disabledPlans": licence.disabled_plans, "skuId": licence.sku_id} for licence in group.licences]


def _security_identifier(_view: View, group: Group) -> str:
    return "S-1-12-1-" + "-".join(
        str(int(group.id.replace("-", "")[place : place + 8], 16)) for place in range(0, 32, 8)
    )


def _when_synced(value: Callable[[Group], Any]) -> Callable[[View, Group], Any]:
    return lambda _view, group: value(group) if group.synced else None


GROUP: Shape[Group] = Shape(
    "group",
    {
        "id": lambda _view, group: group.id,
        "assignedLicenses": _licences,
        "createdDateTime": lambda _view, group: group.created,
        "description": lambda _view, group: group.description,
        "displayName": lambda _view, group: group.display_name,
        "groupTypes": _types,
        "isAssignableToRole": lambda _view, group: True if group.role_assignable else None,
        "licenseProcessingState": lambda _view, group: {"state": "ProcessingComplete"} if group.licences else None,
        "mail": lambda _view, group: group.mail,
        "mailEnabled": lambda _view, group: group.kind is not GroupKind.SECURITY,
        "mailNickname": lambda _view, group: group.nickname,
        "membershipRule": lambda _view, group: group.rule,
        "membershipRuleProcessingState": lambda _view, group: "On" if group.rule is not None else None,
        "onPremisesDomainName": _when_synced(lambda _group: "corp.example"),
        "onPremisesLastSyncDateTime": _when_synced(lambda _group: "2026-01-05T06:30:00Z"),
        "onPremisesSamAccountName": _when_synced(lambda group: group.nickname),
        "onPremisesSecurityIdentifier": _when_synced(
            lambda group: f"S-1-5-21-1004336348-1177238915-682003330-{5000 + group.serial}"
        ),
        "onPremisesSyncEnabled": _when_synced(lambda _group: True),
        "proxyAddresses": lambda _view, group: [f"SMTP:{group.mail}"] if group.mail else [],
        "renewedDateTime": lambda _view, group: group.created,
        "resourceBehaviorOptions": constant([]),
        "resourceProvisioningOptions": lambda _view, group: ["Team"] if group.team else [],
        "securityEnabled": lambda _view, group: group.kind in _SECURITY_ENABLED,
        "securityIdentifier": _security_identifier,
        "visibility": lambda _view, group: group.visibility,
        **{name: constant(None) for name in (*_NULL, *sorted(_SINGLE_ONLY))},
        **{name: constant([]) for name in _EMPTY},
    },
    default=_DEFAULT,
    filterable=_FILTERABLE,
    expandable=frozenset({"members", "owners"}),
    single_only=_SINGLE_ONLY,
)  # fmt: skip
