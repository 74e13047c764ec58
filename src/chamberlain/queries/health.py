"""How a connection is: the verdict, and what it is made of."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chamberlain import clock
from chamberlain.jobs.life import workers_alive
from chamberlain.language import gettext
from chamberlain.model.actor import Actor
from chamberlain.model.refusal import Refusal
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.expiry import Urgency
from chamberlain.policy.health import Concern, Facts, Health, Reason, Verdict, judge
from chamberlain.queries.credentials import Credentials, show_credentials
from chamberlain.queries.freshness import Freshness, show_freshness
from chamberlain.queries.quotas import Quotas, show_quotas
from chamberlain.queries.scopes import Scopes, list_shut, show_scopes
from chamberlain.queries.state import one_state
from chamberlain.queries.words import DATA
from chamberlain.settings import load
from chamberlain.store import refusals

VERDICTS = {
    Verdict.FINE: "It is fine.",
    Verdict.WATCH: "It works, and somebody should look.",
    Verdict.BAD: "It is not fine.",
}
TOLD = {
    Concern.NOT_CONNECTED: "The tenant is not connected: nothing is brought up to date.",
    Concern.BROKEN: "Microsoft does not let us in: {about}.",
    Concern.NO_WORKER: "No worker runs: nothing is read until one is started.",
    Concern.CREDENTIAL_OVER: "What it is connected with has expired.",
    Concern.SCOPES_MISSING: "Scopes are missing without which a sync fails: {about}.",
    Concern.NEVER_READ: "It was never read to the end.",
    Concern.OVERDUE: "The last complete sync is much longer ago than it should be.",
    Concern.LAST_RUN_FAILED: "The last sync failed: {about}.",
    Concern.KIND_OLD: "Not brought up to date with the rest: {about}.",
    Concern.KIND_NOT_READ: "Not read, and shown as it was: {about}.",
    Concern.CREDENTIAL_URGENT: "What it is connected with ends within days.",
    Concern.CREDENTIAL_SOON: "What it is connected with ends within a month.",
    Concern.OPTIONAL_SCOPES_MISSING: "Scopes are missing, and what needs them is left out: {about}.",
    Concern.NOTICES_FAILING: "Microsoft does not agree to tell us of changes: syncs look by themselves.",
    Concern.PAUSED: "Microsoft refuses more for now: {about}.",
    Concern.DIFFERS: "Microsoft counts another number of: {about}.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about a connection's health.

    verdict     as a sentence; `told`: each reason as one, with whether it alone makes it bad
    refusals    the last that Microsoft did not answer, newest first
    throttled   requests that Microsoft refused for now; `waited`: how long requests waited; both since the hour began
    """

    health: Health
    verdict: str
    told: tuple[tuple[Reason, str], ...]
    fresh: Freshness
    quotas: Quotas
    scopes: Scopes | None
    credentials: Credentials | None
    refusals: tuple[Refusal, ...]
    not_read: frozenset[str]
    throttled: int
    waited: timedelta

    @property
    def last_success(self) -> datetime | None:
        """The end of the last complete sync."""
        return self.fresh.integration.last_success if self.fresh.integration else None


def show_health(*, viewer: Actor, tenant: Tenant) -> Shown:
    """How the tenant's connection is now."""
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    with one_state():
        fresh = show_freshness(viewer=viewer, tenant=tenant)
        quotas = show_quotas(viewer=viewer, tenant=tenant)
        scopes = show_scopes(viewer=viewer, tenant=tenant) if fresh.integration else None
        kept = show_credentials(viewer=viewer, tenant=tenant)
        not_read = frozenset(one.what for one in list_shut(viewer=viewer, tenant=tenant))
        seen = refusals.latest(tenant.id)
    facts = _facts(fresh, quotas, scopes, kept, not_read)
    health = judge(facts, now=clock.now())
    return Shown(
        health=health,
        verdict=gettext(VERDICTS[health.verdict]),
        told=tuple((one, _told(one)) for one in health.reasons),
        fresh=fresh,
        quotas=quotas,
        scopes=scopes,
        credentials=kept,
        refusals=seen,
        not_read=not_read,
        throttled=sum(one.throttled for one in quotas.uses),
        waited=sum((one.waited for one in quotas.uses), timedelta(0)),
    )


def _told(reason: Reason) -> str:
    about = ", ".join(gettext(DATA[one]) if one in DATA else one for one in reason.about)
    return gettext(TOLD[reason.concern]).format(about=about)


def _facts(
    fresh: Freshness, quotas: Quotas, scopes: Scopes | None, kept: Credentials | None, not_read: frozenset[str]
) -> Facts:
    card = fresh.integration
    missing = scopes.missing if scopes else ()
    current = kept.current if kept else None
    last = card.last_run if card else None
    return Facts(
        is_connected=card is not None,
        error=(card.connection.error_code or "") if card else "",
        is_worked=workers_alive() > 0,
        is_running=card is not None and card.running is not None,
        connected_at=card.connection.connected_at if card else None,
        last_success=card.last_success if card else None,
        every=timedelta(minutes=load().sync_interval_minutes),
        last_run_failed=(last.error_code or "") if last and last.is_over else "",
        seen={one.what: one.looked.seen_at if one.looked else None for one in fresh.kinds},
        not_read=not_read,
        missing=tuple(one.name for one in missing if one.needed and one.needed.required),
        optional=tuple(one.name for one in missing if not (one.needed and one.needed.required)),
        credential=_urgency(kept, current.ending.urgency if current else Urgency.UNKNOWN),
        notices_failing=len(card.hearing.failing) if card and not card.hearing.deaf else 0,
        paused=tuple(one.name for one in quotas.uses if one.paused_until),
        differing=tuple(one.what for one in fresh.kinds if one.count and one.count.theirs != one.count.ours),
    )


def _urgency(kept: Credentials | None, urgency: Urgency) -> Urgency:
    """A word of the platform, and the installation's app, do not end here."""
    endless = (CredentialKind.OWN_FEDERATION, CredentialKind.INSTALLATION_APP)
    return Urgency.FINE if kept and kept.kind in endless else urgency
