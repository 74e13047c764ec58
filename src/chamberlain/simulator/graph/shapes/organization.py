"""The organisation, its domains, and the report settings.

source  https://learn.microsoft.com/graph/api/resources/organization and .../domain (metadata of 2026-08-20)
"""

from typing import Any

from chamberlain.simulator.graph.shape import Shape, constant
from chamberlain.simulator.graph.shapes.licence import service_of
from chamberlain.simulator.world.base import Tenant
from chamberlain.simulator.world.view import View

_SERVICES = ["Email", "OfficeCommunicationsOnline", "Intune"]


def domains(tenant: Tenant) -> list[dict[str, Any]]:
    """The tenant's domains: the default one and the initial one."""
    return [
        {
            "id": name,
            "authenticationType": "Managed",
            "availabilityStatus": None,
            "isAdminManaged": True,
            "isDefault": name == tenant.domain,
            "isInitial": name == tenant.initial_domain,
            "isRoot": True,
            "isVerified": True,
            "manufacturer": None,
            "model": None,
            "passwordNotificationWindowInDays": 14,
            "passwordValidityPeriodInDays": 2147483647,
            "state": None,
            "supportedServices": _SERVICES,
        }
        for name in (tenant.domain, tenant.initial_domain)
    ]


def _verified_domains(_view: View, tenant: Tenant) -> list[dict[str, Any]]:
    return [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": name == tenant.domain,
            "isInitial": name == tenant.initial_domain,
            "name": name,
            "type": "Managed",
        }
        for name in (tenant.domain, tenant.initial_domain)
    ]


def _assigned_plans(view: View, tenant: Tenant) -> list[dict[str, str]]:
    plans = {plan.id: plan for sku in view.base.skus() for plan in sku.plans}
    return [
        {
            "assignedDateTime": tenant.created,
            "capabilityStatus": "Enabled",
            "service": service_of(plan.name),
            "servicePlanId": plan.id,
        }
        for plan in plans.values()
    ]


_NULL = (
    "deletedDateTime",
    "city",
    "onPremisesLastSyncDateTime",
    "partnerTenantType",
    "postalCode",
    "privacyProfile",
    "state",
    "street",
)
_EMPTY = (
    "businessPhones",
    "marketingNotificationEmails",
    "provisionedPlans",
    "securityComplianceNotificationMails",
    "securityComplianceNotificationPhones",
)

ORGANIZATION: Shape[Tenant] = Shape(
    "organization",
    {
        "id": lambda _view, tenant: tenant.id,
        "displayName": lambda _view, tenant: tenant.name,
        "verifiedDomains": _verified_domains,
        "assignedPlans": _assigned_plans,
        "tenantType": constant("AAD"),
        "country": constant("Germany"),
        "countryLetterCode": constant("DE"),
        "defaultUsageLocation": constant("DE"),
        "preferredLanguage": constant("en"),
        "createdDateTime": lambda _view, tenant: tenant.created,
        "onPremisesSyncEnabled": constant(value=True),
        "mobileDeviceManagementAuthority": constant("unknown"),
        "technicalNotificationMails": lambda _view, tenant: [f"it@{tenant.domain}"],
        **{name: constant(None) for name in _NULL},
        **{name: constant([]) for name in _EMPTY},
    },
    default=(
        "id", "deletedDateTime", "businessPhones", "city", "country", "countryLetterCode", "createdDateTime",
        "defaultUsageLocation", "displayName", "marketingNotificationEmails", "mobileDeviceManagementAuthority",
        "onPremisesLastSyncDateTime", "onPremisesSyncEnabled", "partnerTenantType", "postalCode", "preferredLanguage",
        "state",
        "street", "technicalNotificationMails", "tenantType", "assignedPlans", "provisionedPlans", "verifiedDomains",
    ),
)  # fmt: skip

DOMAIN: Shape[dict[str, Any]] = Shape(
    "domain",
    {
        name: (lambda key: lambda _view, domain: domain[key])(name)
        for name in domains(Tenant("", "", "", "", "", ""))[0]
    },
    default=tuple(domains(Tenant("", "", "", "", "", ""))[0]),
)
