"""The audit trail: who did and saw what, when and from where."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from chamberlain import clock
from chamberlain.actions.note_view import note_view
from chamberlain.api.asking import tenant_of
from chamberlain.api.bearer import needs, viewer_of, visitor_of
from chamberlain.api.runs import LARGEST_ID
from chamberlain.audit.event import EventName
from chamberlain.model.api_token import TokenScope
from chamberlain.model.audit import Asked, Seen
from chamberlain.policy.moment import read_moment
from chamberlain.queries import audit

router = Router(tags=["audit"])


class EntryShape(Schema):
    """Something that happened."""

    id: int
    sequence: int | None = Field(description="Its place in the chain; null: not sealed yet.")
    at: datetime
    event: str
    tenant: str
    actor_kind: str
    actor_id: str
    actor: str
    subject: str
    channel: str
    ip: str
    agent: str
    request_id: str
    reason: str
    before: dict[str, str] | None
    after: dict[str, str] | None
    details: dict[str, str]


class Trail(Schema):
    """A page of the trail, fifty entries at most."""

    items: list[EntryShape]
    next_before: int | None = Field(description="`before` of the next page; null on the last.")


@router.get("/audit", response=Trail, operation_id="listEvents", **needs(TokenScope.READ_AUDIT))
def list_events(
    request: HttpRequest,
    *,
    tenant: Annotated[str | None, Query(max_length=200, description="Unset: the whole installation.")] = None,
    who: Annotated[str, Query(max_length=200, description="Part of the actor's name, or the actor's id.")] = "",
    event: Annotated[str, Query(max_length=200, description="For example person:signed_in, or person.")] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    since: Annotated[str | None, Query(max_length=40)] = None,
    until: Annotated[str | None, Query(max_length=40)] = None,
    before: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> dict[str, Any]:
    """Entries, newest first."""
    viewer, now = viewer_of(request), clock.now()
    found = tenant_of(request, tenant) if tenant else None
    asked = Asked(
        tenant_id=found.id if found else visitor_of(request).token.tenant_id,
        who=who,
        what=event,
        subject=subject,
        since=read_moment(since, now=now, ends=False) if since else None,
        until=read_moment(until, now=now) if until else None,
    )
    page = audit.list_events(viewer=viewer, asked=asked, before=before)
    note_view(EventName.AUDIT_VIEWED, actor=viewer, tenant=found, subject="trail")
    return {"items": [entry(one) for one in page.rows], "next_before": page.older}


def entry(seen: Seen) -> dict[str, Any]:
    """An entry as the API tells it."""
    one = seen.entry
    return {
        "id": one.id,
        "sequence": seen.sequence,
        "at": one.at,
        "event": one.name,
        "tenant": seen.tenant,
        "actor_kind": one.actor_kind,
        "actor_id": one.actor_id,
        "actor": one.actor_name,
        "subject": one.subject,
        "channel": one.channel,
        "ip": one.ip,
        "agent": one.agent,
        "request_id": one.request,
        "reason": one.reason,
        "before": _values(one.before),
        "after": _values(one.after),
        "details": _values(one.details),
    }


def _values(told: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if told is None else {name: str(value) for name, value in told.items()}
