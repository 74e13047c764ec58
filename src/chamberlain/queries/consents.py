"""Which applications may act in whose name, now or at a time."""

from datetime import datetime
from uuid import UUID

from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.consent import Consent
from chamberlain.model.page import Page
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require, require_person
from chamberlain.queries.known import require_known
from chamberlain.store import consents
from chamberlain.store.reads import people

PAGE = 50


def list_consents(
    *,
    viewer: Actor,
    tenant: Tenant,
    text: str = "",
    at: datetime | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[Consent]:
    """A page of `size` (1 to 500) consents whose application, scopes or person contain the text.

    raises  Refused("not_allowed"), Refused("cursor_malformed"), NotFound("nothing_known_then")
    """
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    if at is not None:
        require_known(tenant_id=tenant.id, at=at)
    found = consents.page_of(tenant_id=tenant.id, text=text, at=at, cursor=cursor, size=size)
    return Page(tuple(consents.consent_of(row) for row in found.rows), found.total, found.next, found.previous)


def consents_of(*, viewer: Actor, tenant: Tenant, guid: UUID, at: datetime | None = None) -> tuple[Consent, ...]:
    """Applications that may act for this person alone; what they may do for everybody is not told here.

    raises  Refused("not_allowed"), NotFound("person_not_found")
    """
    require_person(viewer, tenant=tenant, guid=guid)
    if people.profile(tenant_id=tenant.id, guid=str(guid)) is None:
        raise NotFound("person_not_found", text=str(guid))
    return consents.list_consents(tenant_id=tenant.id, principal=str(guid), at=at)
