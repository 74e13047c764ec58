"""Perform a queued sync, phase by phase. Every phase can be repeated: a crash costs the phase it happened in."""

import logging

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Misconfigured, Refused, Unsafe, Upstream
from chamberlain.graph.client import Endpoint
from chamberlain.graph.token import Credential
from chamberlain.kinds.table import KINDS
from chamberlain.model.actor import SYSTEM
from chamberlain.model.run import PhaseName, RunState
from chamberlain.model.tenant import Connection, CredentialKind
from chamberlain.settings import Settings
from chamberlain.store import runs, tenants
from chamberlain.store.connection import transaction
from chamberlain.store.merge import Merged
from chamberlain.sync.phase import Way, summarise, sync_kind, sync_organisation

log = logging.getLogger(__name__)
Failure = tuple[str, dict[str, str]]
OUR_OWN_FAILURES = frozenset({"unexpected", "job_lost", "phase_kept_crashing", "tenant_busy"})
HOPELESS = (Upstream, Misconfigured, Unsafe)


def begin(run_id: int) -> bool:
    """The run starts; starting it again changes nothing. False when it is over: it was given up for lost meanwhile."""
    if runs.find(tenant_id=runs.tenant_of(run_id), run_id=run_id).is_over:
        return False
    runs.move(run_id, RunState.RUNNING, now=clock.now())
    return True


def perform_phase(run_id: int, phase: PhaseName, *, settings: Settings) -> tuple[Failure | None, bool]:
    """Does one phase.

    returns  what went wrong, if anything, and whether the remaining phases are worth trying
    """
    tenant_id = runs.tenant_of(run_id)
    try:
        with runs.PhaseReporter(run_id=run_id, phase=phase) as reporter:
            reporter.refuse_to_crash_for_ever()
            merged = _perform(phase, run_id=run_id, tenant_id=tenant_id, settings=settings, reporter=reporter)
            reporter.finish(merged)
    except ChamberlainError as error:
        log.warning("sync run %d of tenant %d: phase %s failed: %s", run_id, tenant_id, phase.value, error)
        return (error.code, {key: str(value) for key, value in error.data.items()}), not isinstance(error, HOPELESS)
    return None, True


def end(run_id: int, failure: Failure | None) -> None:
    """The run ends: succeeded, or failed with its first failure. Ending it again changes nothing."""
    tenant_id = runs.tenant_of(run_id)
    with transaction():
        state = RunState.SUCCEEDED if failure is None else RunState.FAILED
        if not runs.move(run_id, state, now=clock.now(), error=failure):
            return
        code = failure[0] if failure else None
        if code not in OUR_OWN_FAILURES:
            queued_at = runs.find(tenant_id=tenant_id, run_id=run_id).queued_at
            tenants.note_health(tenant_id=tenant_id, error_code=code, since=queued_at)
        name = EventName.SYNC_SUCCEEDED if failure is None else EventName.SYNC_FAILED
        record(name, actor=SYSTEM, tenant_id=tenant_id, subject=f"run:{run_id}", error=code or "")


def way_to(connection: Connection, *, settings: Settings) -> Way:
    """How to reach the connection's tenant.

    raises  Misconfigured("installation_app_missing"), Misconfigured("key_wrong")
    """
    secret = tenants.secret_of(connection)
    if connection.credential is CredentialKind.INSTALLATION_APP:
        if settings.client_id is None or settings.client_secret is None:
            raise Misconfigured("installation_app_missing")
        secret = settings.client_secret.get_secret_value()
    return Way(
        Endpoint(settings.login_root, settings.graph_root, settings.requests_in_flight),
        Credential(str(connection.tenant.guid), connection.client_id, secret or ""),
    )


def _perform(
    phase: PhaseName, *, run_id: int, tenant_id: int, settings: Settings, reporter: runs.PhaseReporter
) -> Merged:
    if phase is PhaseName.SUMMARY:
        summarise(tenant_id=tenant_id)
        return Merged()
    connection = tenants.connection_of(tenant_id)
    if connection is None:
        raise Misconfigured("not_connected")
    way = way_to(connection, settings=settings)
    if phase is PhaseName.ORGANISATION:
        _note_organisation(connection, way=way, reporter=reporter)
        return Merged()
    entry = next(entry for entry in KINDS if entry.phase is phase)
    outcome = sync_kind(entry, tenant_id=tenant_id, way=way, reporter=reporter)
    runs.warn(run_id, [("vanished_while_read", {"guid": guid}) for guid in outcome.vanished])
    runs.warn(run_id, [("holders_unseen", {"guid": guid}) for guid in outcome.unseen])
    return outcome.merged


def _note_organisation(connection: Connection, *, way: Way, reporter: runs.PhaseReporter) -> None:
    found = sync_organisation(way=way, reporter=reporter)
    if found.guid != connection.tenant.guid:
        raise Refused("wrong_tenant", expected=str(connection.tenant.guid), found=str(found.guid))
    with transaction():
        tenants.save(guid=found.guid, name=found.name, domain=found.domain, now=clock.now())
        tenants.note_rights(tenant_id=connection.tenant.id, scopes=found.scopes, concealed_names=found.concealed_names)
