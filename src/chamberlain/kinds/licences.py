"""Licences, the service plans inside them, and who holds them.

Microsoft Graph: GET /subscribedSkus; LicenseAssignment.Read.All. What people hold comes with the listing of people,
what groups hand out with that of groups. What counts for a person is licenseAssignmentStates: it tells direct from
inherited and what failed. A group's licence reaches its direct members only, as Microsoft has worked out there.
source  https://learn.microsoft.com/graph/api/resources/licenseassignmentstate (2026)
"""

from functools import partial
from typing import Any

from chamberlain.errors import Upstream
from chamberlain.graph import shape
from chamberlain.graph.page import pages
from chamberlain.kinds.reading import Reading, facts
from chamberlain.model.kind import Family, Kind, Relation
from chamberlain.model.observed import NIL, GrantSeen, PermissionSeen, key_of

SKUS = f"/subscribedSkus?$select={shape.select(shape.Sku)}"
FREE_SEATS = frozenset({10_000, 1_000_000})


async def read(reading: Reading) -> None:
    """Every SKU with its service plans."""

    async def listing(unit: str) -> dict[str, Any]:
        count = 0
        async for page in pages(reading.graph, SKUS, shape.Sku):
            for sku in page.value:
                reading.sink.add([licence(sku), *service_plans(sku)], unit=unit)
            count += len(page.value)
        reading.progress.advance(count)
        return {"read": count}

    await reading.unit("licences", listing)


def licence(sku: shape.Sku) -> PermissionSeen:
    """A SKU in our words. Free and viral SKUs have 10,000 or 1,000,000 seats that cost nothing."""
    guid = sku.sku_id.lower()
    part_number = sku.sku_part_number or ""
    return PermissionSeen(
        family=Family.LICENCE,
        kind=Kind.LICENCE.value,
        guid=guid,
        parent=NIL,
        key=key_of(Family.LICENCE, guid),
        name=PRODUCT_NAMES.get(part_number, part_number),
        description="",
        app="",
        mail="",
        facts=facts(
            part_number=part_number,
            status=sku.capability_status,
            enabled=sku.prepaid_units.enabled,
            warning=sku.prepaid_units.warning,
            suspended=sku.prepaid_units.suspended,
            consumed=sku.consumed_units,
            free=sku.prepaid_units.enabled in FREE_SEATS,
        ),
    )


def service_plans(sku: shape.Sku) -> list[PermissionSeen]:
    """The plans of a SKU that a person can have; those of the whole company are nobody's."""
    parent = sku.sku_id.lower()
    return [
        PermissionSeen(
            family=Family.SERVICE_PLAN,
            kind=Kind.PRODUCT.value,
            guid=(guid := plan.service_plan_id.lower()),
            parent=parent,
            key=key_of(Family.SERVICE_PLAN, guid, parent),
            name=plan.service_plan_name or guid,
            description="",
            app=PRODUCT_NAMES.get(sku.sku_part_number or "", sku.sku_part_number or ""),
            mail="",
            facts=facts(),
        )
        for plan in sku.service_plans
        if plan.applies_to == "User"
    ]


def user_edges(reading: Reading, user: shape.User | shape.LicensedUser) -> list[GrantSeen]:
    """A person's licences, each with where it comes from.

    raises  Upstream("licences_untold") where Microsoft left them out: none told is not none held
    """
    if user.license_assignment_states is None:
        raise Upstream("licences_untold", path="/users", request_id="")
    return [
        GrantSeen(
            family=Family.LICENCE,
            holder=user.id.lower(),
            holder_type="other",
            holder_name="",
            guid=state.sku_id.lower(),
            parent=NIL,
            relation=Relation.ASSIGNED,
            via=state.assigned_by_group.lower() if state.assigned_by_group else None,
            qualifier_id=reading.detail_of(
                (state.state, state.error, *state.disabled_plans), partial(_detail_of_state, state)
            ),
        )
        for state in user.license_assignment_states
    ]


def _detail_of_state(state: shape.LicenceState) -> dict[str, object]:
    return {
        "disabled": sorted(plan.lower() for plan in state.disabled_plans),
        "error": state.error or "None",
        "state": state.state or "Active",
    }


def group_edges(reading: Reading, group: shape.Group | shape.LicensedGroup) -> list[GrantSeen]:
    """A group's licences.

    raises  Upstream("licences_untold") where Microsoft left them out
    """
    if group.assigned_licenses is None:
        raise Upstream("licences_untold", path="/groups", request_id="")
    return [
        GrantSeen(
            family=Family.LICENCE,
            holder=group.id.lower(),
            holder_type="group",
            holder_name="",
            guid=assigned.sku_id.lower(),
            parent=NIL,
            relation=Relation.ASSIGNED,
            via=None,
            qualifier_id=reading.detail(disabled=sorted(plan.lower() for plan in assigned.disabled_plans)),
        )
        for assigned in group.assigned_licenses
    ]


# Graph v1.0 has no friendly names. These are the most common SKUs; others show their part number.
# source  https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference (2026)
PRODUCT_NAMES = {
    "SPE_E5": "Microsoft 365 E5",
    "SPE_E3": "Microsoft 365 E3",
    "SPE_F1": "Microsoft 365 F3",
    "ENTERPRISEPACK": "Office 365 E3",
    "ENTERPRISEPREMIUM": "Office 365 E5",
    "STANDARDPACK": "Office 365 E1",
    "DESKLESSPACK": "Office 365 F3",
    "O365_BUSINESS": "Microsoft 365 Apps for Business",
    "OFFICESUBSCRIPTION": "Microsoft 365 Apps for Enterprise",
    "O365_BUSINESS_PREMIUM": "Microsoft 365 Business Standard",
    "SPB": "Microsoft 365 Business Premium",
    "O365_BUSINESS_ESSENTIALS": "Microsoft 365 Business Basic",
    "AAD_PREMIUM": "Microsoft Entra ID P1",
    "AAD_PREMIUM_P2": "Microsoft Entra ID P2",
    "EMS": "Enterprise Mobility + Security E3",
    "EMSPREMIUM": "Enterprise Mobility + Security E5",
    "INTUNE_A": "Microsoft Intune Plan 1",
    "EXCHANGESTANDARD": "Exchange Online (Plan 1)",
    "EXCHANGEENTERPRISE": "Exchange Online (Plan 2)",
    "POWER_BI_STANDARD": "Microsoft Fabric (Free)",
    "POWER_BI_PRO": "Power BI Pro",
    "FLOW_FREE": "Microsoft Power Automate Free",
    "VISIOCLIENT": "Visio Plan 2",
    "PROJECTPROFESSIONAL": "Planner and Project Plan 3",
    "TEAMS_EXPLORATORY": "Microsoft Teams Exploratory",
}
