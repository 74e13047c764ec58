"""Send an administrator to Microsoft to consent."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from chamberlain import clock
from chamberlain.actions.connecting import check_first_choice, require_connecting
from chamberlain.audit.event import EventName, record
from chamberlain.errors import Misconfigured, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.cloud import Cloud
from chamberlain.policy.authority import Deed, require_somewhere
from chamberlain.policy.cloud import login_of
from chamberlain.settings import load
from chamberlain.store import tenants
from chamberlain.store.connection import transaction

ATTEMPT_LASTS = timedelta(minutes=30)


def begin_connect(
    *, actor: Actor, tenant: str | None, redirect_uri: str | None = None, capabilities: Iterable[str] | None = None
) -> str:
    """The URL of Microsoft's consent page, with a state that works once, for this actor, for half an hour.

    Who may connect only tenants that are known, because they administer them, has to name one.

    tenant        GUID of the tenant that has to consent; None: whichever the administrator signs in to
    redirect_uri  another address than the web application's: the terminal listens itself
    capabilities  what it is to be connected for, values of Capability; None: what was chosen before, or the standard.
                  Microsoft shows what the registration lists, which is no less; only what was chosen is read
    raises        Refused: not_allowed, tenant_id_malformed, capability_unknown, writing_before_reading,
                  capability_not_yet; Misconfigured("installation_app_missing")
    source        https://learn.microsoft.com/entra/identity-platform/v2-admin-consent (2026): v1 form, which grants all
                  application permissions that the registration lists; "organizations" where the tenant is not known
    """
    require_somewhere(actor, Deed.CONNECT)
    expected = _guid(tenant)
    require_connecting(actor, guid=expected)
    chosen = check_first_choice(capabilities)
    settings = load()
    if settings.client_id is None or settings.client_secret is None:
        raise Misconfigured("installation_app_missing")
    state = secrets.token_urlsafe(32)
    with transaction():
        tenants.open_attempt(
            tenants.Attempt(expected, None if chosen is None else tuple(sorted(one.value for one in chosen))),
            state=state,
            actor_id=actor.id,
            now=clock.now(),
            lasts=ATTEMPT_LASTS,
        )
        record(EventName.CONSENT_REQUESTED, actor=actor, tenant_id=None, subject=tenant or "any tenant")
    query = urlencode(
        {"client_id": settings.client_id, "redirect_uri": redirect_uri or settings.redirect_uri, "state": state}
    )
    login_root = login_of(Cloud(settings.client_cloud), settings=settings)
    return f"{login_root}/{tenant or 'organizations'}/adminconsent?{query}"


def _guid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Refused("tenant_id_malformed", text=text) from None
