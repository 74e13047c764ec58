"""Guard rails, and the stop of everything that writes."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from chamberlain.actions.stop_writers import release_writers, set_guards, stop_writers
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.plans import Why
from chamberlain.model.api_token import TokenScope
from chamberlain.model.carried import Halt
from chamberlain.model.guard import Rails, Window
from chamberlain.queries.plans import Guards, find_guards

router = Router(tags=["plans"])
RAILS = "/tenants/{tenant}/guard-rails"
STOP = "/tenants/{tenant}/stop"
MOST_HOURS = 24 * 14
MOST_STEPS = 1_000_000

Count = Annotated[int, Field(ge=1, le=MOST_STEPS)]
Few = Annotated[int, Field(ge=1, le=1000)]
Percent = Annotated[int, Field(ge=1, le=100)]
Text = Annotated[str, Query(min_length=1, max_length=1000, description="Why, for the audit trail.")]


class WindowShape(Schema):
    """When changes may be made, in UTC."""

    model_config = ConfigDict(extra="forbid")

    days: list[Annotated[int, Field(ge=0, le=6)]] = Field(
        min_length=1, max_length=7, description="Weekdays; 0 is Monday."
    )
    begins: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="A time of day, like 22:00.")
    ends: str = Field(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="One that is not later than the beginning is of the next day."
    )


class WindowTold(Schema):
    """When changes may be made, in UTC."""

    days: list[int]
    begins: str
    ends: str


class GuardRailsShape(Schema):
    """A tenant's guard rails."""

    most_per_plan: int
    share_per_plan: int
    most_per_hour: int
    share_per_hour: int
    share_from: int
    failures: int
    failures_share: int
    failures_of: int
    windows: list[WindowTold]
    protected_accounts: list[str]
    protected_permissions: list[str]
    approval_delay_hours: int
    simulates: bool


class NewGuardRails(Schema):
    """What should be different of guard rails; null: as it is."""

    model_config = ConfigDict(extra="forbid")

    most_per_plan: Count | None = None
    share_per_plan: Percent | None = None
    most_per_hour: Count | None = None
    share_per_hour: Percent | None = None
    share_from: Count | None = None
    failures: Few | None = None
    failures_share: Percent | None = None
    failures_of: Few | None = None
    windows: list[WindowShape] | None = Field(default=None, max_length=20, description="None: always.")
    protected_accounts: list[UUID] | None = Field(default=None, max_length=200)
    protected_permissions: list[Annotated[str, Field(max_length=400, pattern=r"^[a-z_]+:[0-9a-f:-]+$")]] | None = Field(
        default=None, max_length=200
    )
    approval_delay_hours: Annotated[int, Field(ge=0, le=MOST_HOURS)] | None = None
    simulates: bool | None = Field(default=None, description="Plans are rehearsed, and nothing is written.")


class HaltShape(Schema):
    """What holds writers back."""

    everywhere: bool = Field(description="In every tenant.")
    breaker: bool = Field(description="Too much went wrong: nobody pressed a button.")
    reason: str
    by: str
    at: datetime


@router.get(RAILS, response=GuardRailsShape, operation_id="getGuardRails", **needs(TokenScope.READ_PLANS))
def get_rails(request: HttpRequest, *, tenant: str) -> dict[str, Any]:
    """The guard rails of a tenant."""
    return _rails(find_guards(viewer=viewer_of(request), tenant=tenant_of(request, tenant)))


@router.patch(RAILS, response=GuardRailsShape, operation_id="setGuardRails", **needs(TokenScope.MANAGE_GUARDS))
def set_rails(request: HttpRequest, *, tenant: str, wanted: NewGuardRails) -> dict[str, Any]:
    """Sets guard rails; what is left out stays as it is."""
    viewer, found = viewer_of(request), tenant_of(request, tenant)
    before = find_guards(viewer=viewer, tenant=found)
    set_guards(actor=viewer, tenant=found, rails=_changed(before.rails, wanted), simulates=wanted.simulates)
    return _rails(find_guards(viewer=viewer, tenant=found))


@router.get(STOP, response=list[HaltShape], operation_id="listStops", **needs(TokenScope.READ_PLANS))
def list_stops(request: HttpRequest, *, tenant: str) -> list[dict[str, Any]]:
    """What holds everything back that writes to a tenant; empty where nothing does."""
    return [_halt(one) for one in find_guards(viewer=viewer_of(request), tenant=tenant_of(request, tenant)).halts]


@router.put(STOP, response={204: None}, operation_id="stopWriters", **needs(TokenScope.STOP_WRITERS))
def stop(request: HttpRequest, *, tenant: str, why: Why) -> Status[None]:
    """Stops everything that writes to a tenant; what was sent is still proved."""
    stop_writers(actor=viewer_of(request), tenant=tenant_of(request, tenant), reason=why.reason)
    return Status(204, None)


@router.delete(STOP, response={204: None}, operation_id="releaseWriters", **needs(TokenScope.STOP_WRITERS))
def release(request: HttpRequest, *, tenant: str, reason: Text) -> Status[None]:
    """Lets writers go on, also after the breaker went. Paused plans are applied anew."""
    release_writers(actor=viewer_of(request), tenant=tenant_of(request, tenant), reason=reason)
    return Status(204, None)


@router.put("/stop", response={204: None}, operation_id="stopWritersEverywhere", **needs(TokenScope.STOP_WRITERS))
def stop_everywhere(request: HttpRequest, *, why: Why) -> Status[None]:
    """Stops everything that writes to any tenant."""
    stop_writers(actor=viewer_of(request), tenant=None, reason=why.reason)
    return Status(204, None)


@router.delete("/stop", response={204: None}, operation_id="releaseWritersEverywhere", **needs(TokenScope.STOP_WRITERS))
def release_everywhere(request: HttpRequest, *, reason: Text) -> Status[None]:
    """Lets writers go on, where all were stopped; a tenant's own stop stays."""
    release_writers(actor=viewer_of(request), tenant=None, reason=reason)
    return Status(204, None)


def _changed(rails: Rails, wanted: NewGuardRails) -> Rails:
    """Every figure that was named, in place of the one before."""
    plain = wanted.model_dump(
        exclude_none=True,
        exclude={"windows", "protected_accounts", "protected_permissions", "approval_delay_hours", "simulates"},
    )
    rails = replace(rails, **plain)
    if wanted.windows is not None:
        rails = replace(rails, windows=tuple(_window(one) for one in wanted.windows))
    if wanted.protected_accounts is not None:
        rails = replace(rails, protected_accounts=tuple(str(guid) for guid in wanted.protected_accounts))
    if wanted.protected_permissions is not None:
        rails = replace(rails, protected_permissions=tuple(wanted.protected_permissions))
    if wanted.approval_delay_hours is not None:
        rails = replace(rails, approval_delay=timedelta(hours=wanted.approval_delay_hours))
    return rails


def _window(one: WindowShape) -> Window:
    return Window(tuple(sorted(set(one.days))), time.fromisoformat(one.begins), time.fromisoformat(one.ends))


def _rails(guards: Guards) -> dict[str, Any]:
    rails = guards.rails
    return {
        "most_per_plan": rails.most_per_plan,
        "share_per_plan": rails.share_per_plan,
        "most_per_hour": rails.most_per_hour,
        "share_per_hour": rails.share_per_hour,
        "share_from": rails.share_from,
        "failures": rails.failures,
        "failures_share": rails.failures_share,
        "failures_of": rails.failures_of,
        "windows": [
            {"days": [*one.days], "begins": f"{one.begins:%H:%M}", "ends": f"{one.ends:%H:%M}"} for one in rails.windows
        ],
        "protected_accounts": [*rails.protected_accounts],
        "protected_permissions": [*rails.protected_permissions],
        "approval_delay_hours": int(rails.approval_delay.total_seconds() // 3600),
        "simulates": guards.simulates,
    }


def _halt(one: Halt) -> dict[str, Any]:
    return {
        "everywhere": one.tenant_id is None,
        "breaker": one.is_breaker,
        "reason": one.reason,
        "by": one.by_name,
        "at": one.at,
    }
