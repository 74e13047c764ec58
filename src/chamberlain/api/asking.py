"""What routes read from a request: the tenant, a time."""

from datetime import datetime

from django.http import HttpRequest

from chamberlain import clock
from chamberlain.api.bearer import visitor_of
from chamberlain.errors import NotFound
from chamberlain.model.tenant import Tenant
from chamberlain.policy.moment import read_moment
from chamberlain.queries import connections


def tenant_of(request: HttpRequest, slug: str) -> Tenant:
    """The tenant that an address names by slug, id or domain; one that the token does not reach is not there.

    raises  NotFound("tenant_not_found")
    """
    visitor = visitor_of(request)
    found = connections.find_tenant(viewer=visitor.actor, slug=slug)
    if visitor.token.tenant_id not in (None, found.id):
        raise NotFound("tenant_not_found", slug=slug)
    return found


def moment_or_none(typed: str | None) -> datetime | None:
    """A time in the past; None where none is given.

    raises  Refused("time_unreadable" | "time_ahead")
    """
    return read_moment(typed, now=clock.now()) if typed else None
