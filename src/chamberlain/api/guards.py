"""Guard rails, and the stop of everything that writes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from chamberlain.actions.stop_writers import name_four_eyes, release_writers, set_guards, stop_writers
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of
from chamberlain.api.plans import Why
from chamberlain.model.api_token import TokenScope
from chamberlain.model.carried import Halt
from chamberlain.model.guard import Eyes, Rails
from chamberlain.policy.planning.rails import (
    BOUNDS,
    DELAY_BOUND,
    MOST_PROTECTED,
    MOST_WINDOWS,
    WEEK,
    Bound,
    read_window,
    with_zone,
)
from chamberlain.queries.plans import Guards, find_guards

router = Router(tags=["plans"])
RAILS = "/tenants/{tenant}/guard-rails"
STOP = "/tenants/{tenant}/stop"
LONGEST_ZONE = 64
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"

Day = Annotated[int, Field(ge=WEEK[0], le=WEEK[-1])]
Text = Annotated[str, Query(min_length=1, max_length=1000, description="Why, for the audit trail.")]


def within(bound: Bound) -> Any:
    """A figure that may be left out."""
    return Field(default=None, ge=bound.least, le=bound.most)


class WindowShape(Schema):
    """When changes may be made, by the clocks of the tenant's zone."""

    model_config = ConfigDict(extra="forbid")

    days: list[Day] = Field(min_length=1, max_length=7, description="Weekdays; 0 is Monday.")
    begins: str = Field(pattern=CLOCK, description="A time of day, like 22:00.")
    ends: str = Field(pattern=CLOCK, description="One that is not later than the beginning is of the next day.")


class WindowTold(Schema):
    """When changes may be made, by the clocks of the tenant's zone."""

    days: list[int]
    begins: str
    ends: str


class EasingShape(Schema):
    """Somebody wants that something takes no second person any more; it still does."""

    what: Eyes
    by: str
    at: datetime
    until: datetime = Field(description="When it comes true by itself, where nobody else could agree.")


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
    zone: str = Field(description="The time zone of the windows.")
    protected_accounts: list[str]
    protected_permissions: list[str]
    four_eyes: list[Eyes] = Field(description="What takes a second person besides power over the tenant.")
    easing: list[EasingShape] = Field(description="What of it somebody wants to be without.")
    approval_delay_hours: int
    simulates: bool


class NewGuardRails(Schema):
    """What should be different of guard rails; null: as it is."""

    model_config = ConfigDict(extra="forbid")

    most_per_plan: int | None = within(BOUNDS["most_per_plan"])
    share_per_plan: int | None = within(BOUNDS["share_per_plan"])
    most_per_hour: int | None = within(BOUNDS["most_per_hour"])
    share_per_hour: int | None = within(BOUNDS["share_per_hour"])
    share_from: int | None = within(BOUNDS["share_from"])
    failures: int | None = within(BOUNDS["failures"])
    failures_share: int | None = within(BOUNDS["failures_share"])
    failures_of: int | None = within(BOUNDS["failures_of"])
    windows: list[WindowShape] | None = Field(default=None, max_length=MOST_WINDOWS, description="None: always.")
    zone: str | None = Field(
        default=None, max_length=LONGEST_ZONE, description="The time zone of the windows, like Europe/Berlin."
    )
    protected_accounts: list[UUID] | None = Field(default=None, max_length=MOST_PROTECTED)
    protected_permissions: list[Annotated[str, Field(max_length=400, pattern=r"^[a-z_]+:[0-9a-f:-]+$")]] | None = Field(
        default=None, max_length=MOST_PROTECTED
    )
    four_eyes: list[Eyes] | None = Field(
        default=None,
        max_length=len(Eyes),
        description="What takes a second person. What is left out still does until somebody else leaves it out, too.",
    )
    approval_delay_hours: int | None = within(DELAY_BOUND)
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
    set_guards(actor=viewer, tenant=found, rails=lambda held: _changed(held, wanted), simulates=wanted.simulates)
    if wanted.four_eyes is not None:
        name_four_eyes(actor=viewer, tenant=found, named=frozenset(wanted.four_eyes))
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
        include=set(BOUNDS),
    )
    rails = replace(rails, **plain)
    if wanted.zone is not None:
        rails = with_zone(rails, wanted.zone)
    if wanted.windows is not None:
        windows = (read_window(days=map(str, one.days), begins=one.begins, ends=one.ends) for one in wanted.windows)
        rails = replace(rails, windows=tuple(windows))
    if wanted.protected_accounts is not None:
        rails = replace(rails, protected_accounts=tuple(str(guid) for guid in wanted.protected_accounts))
    if wanted.protected_permissions is not None:
        rails = replace(rails, protected_permissions=tuple(wanted.protected_permissions))
    if wanted.approval_delay_hours is not None:
        rails = replace(rails, approval_delay=timedelta(hours=wanted.approval_delay_hours))
    return rails


def _rails(guards: Guards) -> dict[str, Any]:
    rails = guards.rails
    return {
        **{name: getattr(rails, name) for name in BOUNDS},
        "windows": [
            {"days": [*one.days], "begins": f"{one.begins:%H:%M}", "ends": f"{one.ends:%H:%M}"} for one in rails.windows
        ],
        "zone": rails.zone,
        "protected_accounts": [*rails.protected_accounts],
        "protected_permissions": [*rails.protected_permissions],
        "four_eyes": [*rails.four_eyes],
        "easing": [{"what": one.what, "by": one.by_name, "at": one.at, "until": one.until} for one in rails.easing],
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
