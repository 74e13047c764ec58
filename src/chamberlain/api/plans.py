"""Plans: making, approving, carrying out, stopping, putting back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Path, Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from chamberlain.actions.apply_plan import approve_plan, refuse_plan, stop_plan
from chamberlain.actions.plan_once import apply_plan_once, make_plan_once, undo_plan_once
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of, visitor_of
from chamberlain.api.paging import USUAL, Limit
from chamberlain.api.plan_shapes import ChangePlanShape, PlanLineShape, line, plan
from chamberlain.api.runs import LARGEST_ID
from chamberlain.model.api_token import TokenScope
from chamberlain.model.plan import PlanState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.queries.asked import Asked, read_asked
from chamberlain.queries.plans import find_plan, list_plans
from chamberlain.settings import load

router = Router(tags=["plans"])
ROOT = "/tenants/{tenant}/plans"
ONE = ROOT + "/{plan_id}"
MOST_CHANGES = 1000

PlanId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Reason = Annotated[str, Field(min_length=1, max_length=1000, description="Why, for the plan and the audit trail.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="The same key again within a day answers with the same plan (200), instead of doing it again.",
    ),
]


class NewChange(Schema):
    """One change."""

    model_config = ConfigDict(extra="forbid")

    verb: Verb
    who: str = Field(
        default="",
        max_length=320,
        description='Object id, user name or mail of an account, or "group:<id>"; "" for a user who is to be created.',
    )
    what: str = Field(
        default="", max_length=400, description="Key, name or mail of what they get or lose, where the verb names one."
    )
    scope: str = Field(default="/", max_length=200, pattern=r"^/[A-Za-z0-9/_-]*$", description="Of a role.")
    ends: datetime | None = Field(default=None, description="When what is given ends.")
    disabled_plans: list[UUID] | None = Field(default=None, max_length=200, description="Of a licence: what is off.")
    instead_of: str = Field(default="", max_length=400, description="Of a swap: the licence that goes.")
    properties: dict[str, str | bool | None] = Field(
        default={},
        max_length=50,
        description="Of a user who is created or updated, by Microsoft's names. Of a mailbox: `internalReplyMessage`, "
        "`externalReplyMessage`, `externalAudience`, `scheduledStart` and `scheduledEnd` of automatic replies; "
        "`forwardTo` (somebody of the tenant) or `forwardOutside` (an address), and `keepCopy`; `delegate` of access.",
    )


class NewPlan(Schema):
    """Changes to plan."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
    changes: list[NewChange] = Field(min_length=1, max_length=MOST_CHANGES)


class Why(Schema):
    """A reason."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class Plans(Schema):
    """Plans, newest first."""

    items: list[PlanLineShape]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")


@router.get(ROOT, response=Plans, operation_id="listPlans", **needs(TokenScope.READ_PLANS))
def list_all(
    request: HttpRequest,
    *,
    tenant: str,
    state: Annotated[PlanState | None, Query(description="Only plans in this state.")] = None,
    person: Annotated[UUID | None, Query(description="Only plans that touch this account.")] = None,
    limit: Limit = USUAL,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Plans that are older than this one.")] = None,
) -> dict[str, Any]:
    """Plans, newest first."""
    found = list_plans(
        viewer=viewer_of(request),
        tenant=tenant_of(request, tenant),
        limit=limit + 1,
        before=before,
        states=() if state is None else (state,),
        subject="" if person is None else f"account:{person}",
    )
    page = found[:limit]
    return {"items": [line(one) for one in page], "next_before": page[-1].id if len(found) > limit else None}


@router.post(
    ROOT, response={200: ChangePlanShape, 201: ChangePlanShape}, operation_id="makePlan", **needs(TokenScope.MAKE_PLANS)
)
def make(request: HttpRequest, *, tenant: str, new: NewPlan, idempotency_key: Key = None) -> Status[dict[str, Any]]:
    """Plans changes (201); nothing is changed. What cannot be done stands in `barred`, with what would help."""
    visitor, found = visitor_of(request), tenant_of(request, tenant)
    changes = read_asked(viewer=visitor.actor, tenant=found, asked=[_asked(one) for one in new.changes])
    plan_id, is_new = make_plan_once(
        visitor=visitor, tenant=found, changes=changes, reason=new.reason, settings=load(), key=idempotency_key
    )
    return Status(201 if is_new else 200, _told(request, found, plan_id))


@router.get(ONE, response=ChangePlanShape, operation_id="getPlan", **needs(TokenScope.READ_PLANS))
def get(request: HttpRequest, *, tenant: str, plan_id: PlanId) -> dict[str, Any]:
    """One plan with its steps and their proofs; while it runs, ask again."""
    return _told(request, tenant_of(request, tenant), plan_id)


@router.post(ONE + "/approve", response=ChangePlanShape, operation_id="approvePlan", **needs(TokenScope.APPROVE_PLANS))
def approve(request: HttpRequest, *, tenant: str, plan_id: PlanId) -> dict[str, Any]:
    """Approves a plan that somebody else made."""
    found = tenant_of(request, tenant)
    approve_plan(actor=viewer_of(request), tenant=found, plan_id=plan_id)
    return _told(request, found, plan_id)


@router.post(ONE + "/refuse", response=ChangePlanShape, operation_id="refusePlan", **needs(TokenScope.APPROVE_PLANS))
def refuse(request: HttpRequest, *, tenant: str, plan_id: PlanId, why: Why) -> dict[str, Any]:
    """Puts a plan aside that nobody started: it is never carried out."""
    found = tenant_of(request, tenant)
    refuse_plan(actor=viewer_of(request), tenant=found, plan_id=plan_id, reason=why.reason)
    return _told(request, found, plan_id)


@router.post(
    ONE + "/apply",
    response={200: ChangePlanShape, 202: ChangePlanShape},
    operation_id="applyPlan",
    **needs(TokenScope.APPLY_PLANS),
)
def apply(request: HttpRequest, *, tenant: str, plan_id: PlanId, idempotency_key: Key = None) -> Status[dict[str, Any]]:
    """Has a plan carried out, or go on (202). What holds it back is refused (400). No script is an emergency."""
    found = tenant_of(request, tenant)
    is_new = apply_plan_once(visitor=visitor_of(request), tenant=found, plan_id=plan_id, key=idempotency_key)
    return Status(202 if is_new else 200, _told(request, found, plan_id))


@router.post(ONE + "/stop", response=ChangePlanShape, operation_id="stopPlan", **needs(TokenScope.STOP_WRITERS))
def stop(request: HttpRequest, *, tenant: str, plan_id: PlanId, why: Why) -> dict[str, Any]:
    """Stops a plan between two steps; what was sent is still proved."""
    found = tenant_of(request, tenant)
    stop_plan(actor=viewer_of(request), tenant=found, plan_id=plan_id, reason=why.reason)
    return _told(request, found, plan_id)


@router.post(
    ONE + "/undo",
    response={200: ChangePlanShape, 201: ChangePlanShape},
    operation_id="undoPlan",
    **needs(TokenScope.MAKE_PLANS),
)
def undo(
    request: HttpRequest, *, tenant: str, plan_id: PlanId, why: Why, idempotency_key: Key = None
) -> Status[dict[str, Any]]:
    """Plans what puts a plan back (201); it is read, and carried out, like any other."""
    found = tenant_of(request, tenant)
    back, is_new = undo_plan_once(
        visitor=visitor_of(request),
        tenant=found,
        plan_id=plan_id,
        reason=why.reason,
        settings=load(),
        key=idempotency_key,
    )
    return Status(201 if is_new else 200, _told(request, found, back))


def _told(request: HttpRequest, tenant: Tenant, plan_id: int) -> dict[str, Any]:
    return plan(find_plan(viewer=viewer_of(request), tenant=tenant, plan_id=plan_id))


def _asked(one: NewChange) -> Asked:
    return Asked(
        verb=one.verb,
        who=one.who,
        what=one.what,
        scope=one.scope,
        ends=one.ends,
        disabled_plans=None if one.disabled_plans is None else tuple(str(guid) for guid in one.disabled_plans),
        instead_of=one.instead_of,
        properties=one.properties,
    )
