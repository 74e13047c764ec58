"""Licences inside users and groups, encoded once for each combination because every user repeats a few of them."""

from functools import lru_cache

import msgspec

from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.world.licence import LicenceState, Sku, Subscription, catalogue
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

_CACHED = 4_096
_SERVICES = (
    ("EXCHANGE", "exchange"),
    ("SHAREPOINT", "SharePoint"),
    ("TEAMS", "TeamspaceAPI"),
    ("MCO", "MicrosoftCommunicationsOnline"),
    ("INTUNE", "SCO"),
    ("AAD_", "AADPremiumService"),
    ("BI_", "PowerBI"),
    ("YAMMER", "YammerEnterprise"),
    ("RMS_", "RMSOnline"),
)


def service_of(plan_name: str) -> str:
    """The service behind a plan, as assignedPlans calls it."""
    return next((service for start, service in _SERVICES if plan_name.startswith(start)), "MicrosoftOffice")


@lru_cache(maxsize=_CACHED)
def _assigned(sku_id: str, disabled: tuple[str, ...]) -> bytes:
    return msgspec.json.encode({"disabledPlans": disabled, "skuId": sku_id})


@lru_cache(maxsize=_CACHED)
def _state_start(sku_id: str, disabled: tuple[str, ...], group: str | None, state: str, error: str) -> bytes:
    document = {"skuId": sku_id, "disabledPlans": disabled, "assignedByGroup": group, "state": state, "error": error}
    return msgspec.json.encode(document)[:-1] + b',"lastUpdatedDateTime":"'


@lru_cache(maxsize=_CACHED)
def _plans(sku_id: str, disabled: tuple[str, ...], assigned: str) -> bytes:
    sku = next(known for known in catalogue().values() if known.id == sku_id)
    entries = [
        {
            "assignedDateTime": assigned,
            "capabilityStatus": "Enabled",
            "service": service_of(plan.name),
            "servicePlanId": plan.id,
        }
        for plan in sku.plans
        if plan.id not in disabled
    ]
    return msgspec.json.encode(entries)[1:-1]


def _array(parts: list[bytes]) -> msgspec.Raw:
    return msgspec.Raw(b"[" + b",".join(part for part in parts if part) + b"]")


def assigned_licences(view: View, person: Person) -> msgspec.Raw:
    """assignedLicenses: direct and inherited, no difference."""
    return _array([_assigned(sku_id, disabled) for sku_id, disabled in view.held_licences(person.serial).items()])


def _state(view: View, state: LicenceState) -> bytes:
    group = None if state.by_group is None else view.base.guid(Ref(Kind.GROUP, state.by_group))
    start = _state_start(state.sku_id, state.disabled_plans, group, state.state.value, state.error)
    return start + state.updated.encode() + b'"}'


def licence_assignment_states(view: View, person: Person) -> msgspec.Raw:
    """licenseAssignmentStates: every path, with its error."""
    return _array([_state(view, state) for state in view.licence_states(person.serial)])


def assigned_plans(view: View, person: Person) -> msgspec.Raw:
    """assignedPlans of the licences that are held."""
    held = view.held_licences(person.serial).items()
    return _array([_plans(sku_id, disabled, "2024-01-15T08:00:00Z") for sku_id, disabled in held])


def service_plans(sku: Sku, disabled: tuple[str, ...]) -> list[dict[str, str]]:
    """The service plans of a licence with the state of each."""
    return [
        {
            "servicePlanId": plan.id,
            "servicePlanName": plan.name,
            "provisioningStatus": "Disabled" if plan.id in disabled else "Success",
            "appliesTo": plan.applies_to,
        }
        for plan in sku.plans
    ]


SUBSCRIBED_SKU: Shape[Subscription] = Shape(
    "subscribedSku",
    {
        "id": lambda view, bought: f"{view.tenant.id}_{bought.sku.id}",
        "accountId": lambda view, _bought: view.tenant.id,
        "accountName": lambda view, _bought: view.tenant.initial_domain.partition(".")[0],
        "appliesTo": lambda _view, _bought: "User",
        "capabilityStatus": lambda _view, bought: "Warning" if bought.warning and not bought.enabled else "Enabled",
        "consumedUnits": lambda view, bought: view.consumed_units().get(bought.sku.id, 0),
        "prepaidUnits": lambda _view, bought: {
            "enabled": bought.enabled,
            "suspended": 0,
            "warning": bought.warning,
            "lockedOut": 0,
        },
        "servicePlans": lambda _view, bought: service_plans(bought.sku, ()),
        "skuId": lambda _view, bought: bought.sku.id,
        "skuPartNumber": lambda _view, bought: bought.sku.part_number,
        "subscriptionIds": lambda _view, bought: [f"{bought.sku.id[:8]}-0000-4000-8000-{bought.sku.id[-12:]}"],
    },
    default=(
        "accountName", "accountId", "appliesTo", "capabilityStatus", "consumedUnits", "id", "skuId", "skuPartNumber",
        "subscriptionIds", "prepaidUnits", "servicePlans",
    ),
)  # fmt: skip
