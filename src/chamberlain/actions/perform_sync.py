"""Perform a queued sync: read and merge, then prove. Steps can be repeated: what was completed is not done again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from chamberlain import clock
from chamberlain.actions.end_sessions_of_leavers import end_sessions_of_leavers
from chamberlain.actions.look_at_expiry import look_at_expiry
from chamberlain.actions.note_scopes import note_scopes
from chamberlain.actions.reaching import way_to
from chamberlain.actions.tell_health import tell_health
from chamberlain.audit.event import EventName, record
from chamberlain.errors import ChamberlainError, Misconfigured, NotFound, Refused
from chamberlain.kinds.organisation import Organisation
from chamberlain.kinds.rights import Rights
from chamberlain.model.actor import SYSTEM
from chamberlain.model.capability import Capability
from chamberlain.model.kind import Family
from chamberlain.model.run import Mode, PhaseName, RunState, Trigger
from chamberlain.model.tenant import Connection
from chamberlain.policy.barred import OFF
from chamberlain.settings import Settings
from chamberlain.store import runs, scopes, tenants
from chamberlain.store.connection import transaction
from chamberlain.sync.consents import sync_consents
from chamberlain.sync.decide import Asked
from chamberlain.sync.prove import prove
from chamberlain.sync.tenant import Heard, Outcome, sync_tenant

log = logging.getLogger(__name__)
Failure = tuple[str, dict[str, str]]
OUR_OWN_FAILURES = frozenset({"unexpected", "job_lost", "phase_kept_crashing", "tenant_busy", "run_over"})
FAMILIES = {
    PhaseName.GROUPS: (Family.GROUP, Family.DYNAMIC_DISTRIBUTION),
    PhaseName.LICENCES: (Family.LICENCE, Family.SERVICE_PLAN),
    PhaseName.ROLES: (Family.ROLE,),
    PhaseName.PRODUCTS: (Family.APP_ROLE,),
}


def begin(run_id: int) -> bool:
    """The run starts; starting it again changes nothing. False when it is over: it was given up for lost meanwhile."""
    try:
        is_over = runs.find(tenant_id=runs.tenant_of(run_id), run_id=run_id).is_over
    except NotFound:
        return False  # its tenant was forgotten meanwhile
    if is_over:
        return False
    runs.move(run_id, RunState.RUNNING, now=clock.now())
    return True


def perform(run_id: int, *, settings: Settings) -> Failure | None:
    """Reads the tenant and merges what was read.

    returns  what went wrong, if anything: a kind that was refused does not stop the others
    """
    tenant_id = runs.tenant_of(run_id)
    chosen = scopes.chosen(tenant_id)
    full_every = timedelta(days=settings.full_sync_interval_days)
    asked = Asked(tenant_id, run_id, runs.asked_mode(run_id), full_every, chosen)
    try:
        connection = _connection_of(tenant_id)
    except ChamberlainError as error:
        return _failure(error)
    try:
        heard = Heard(
            report=partial(_report, run_id),
            rights=partial(_note_rights, connection),
            organisation=partial(_note_organisation, connection),
            plan=partial(runs.keep_plan, run_id),
        )
        with way_to(connection, settings=settings) as way:
            outcome = sync_tenant(asked, way=way, heard=heard)
    except ChamberlainError as error:
        log.warning("sync run %d of tenant %d failed: %s", run_id, tenant_id, error)
        _look_at_sessions(connection, settings=settings)  # by id, which mostly works where a listing does not
        return _failure(error)
    _note_outcome(run_id, outcome)
    if Capability.SEE_CONSENTS in chosen:
        _look_at_consents(run_id, connection, settings=settings)
    _look_at_secret(run_id, connection, settings=settings)
    _look_at_sessions(connection, settings=settings)
    failures = (error for error in (outcome.failures or {}).values() if error.code != OFF)
    return next((_failure(error) for error in failures), None)


def _look_at_sessions(connection: Connection, *, settings: Settings) -> None:
    """Whoever was blocked in Entra, or has gone, is out here as well. Not to know it spoils no run."""
    try:
        with way_to(connection, settings=settings) as way:
            end_sessions_of_leavers(connection.tenant, way=way)
    except ChamberlainError as error:
        log.warning("sessions of tenant %d were not looked at: %s", connection.tenant.id, error)


def _look_at_secret(run_id: int, connection: Connection, *, settings: Settings) -> None:
    """Asks when the connection's secret ends: after connecting, and whenever everything is read.

    Not to know it spoils no run.
    """
    run = runs.find(tenant_id=connection.tenant.id, run_id=run_id)
    if run.mode is not Mode.FULL and run.trigger is not Trigger.CONNECT:
        return
    try:
        look_at_expiry(connection, settings=settings)
    except ChamberlainError as error:
        log.info("sync run %d: the end of the secret stays unknown: %s", run_id, error)


def _look_at_consents(run_id: int, connection: Connection, *, settings: Settings) -> None:
    """Reads consents, which are optional: where Microsoft does not let us, the run says so and loses nothing."""
    tenant_id = connection.tenant.id
    full = runs.find(tenant_id=tenant_id, run_id=run_id).mode is Mode.FULL
    try:
        with way_to(connection, settings=settings) as way:
            merged = sync_consents(tenant_id, way=way, report=partial(_report, run_id), full=full)
    except ChamberlainError as error:
        log.warning("sync run %d of tenant %d cannot read consents: %s", run_id, tenant_id, error)
        runs.warn(run_id, [("consents_unseen", {"code": error.code})])
        return
    if merged is None:
        runs.warn(run_id, [("consents_unseen", {"code": "scope_missing"})])
    else:
        runs.note_merged(run_id, {PhaseName.CONSENTS: merged})


def check(run_id: int, *, settings: Settings) -> None:
    """Proves a run that was merged: counts, and a slice that is read again. A check that fails spoils no run.

    A run that has read everything proves itself.
    """
    tenant_id = runs.tenant_of(run_id)
    if runs.find(tenant_id=tenant_id, run_id=run_id).mode is Mode.FULL:
        return
    try:
        with way_to(_connection_of(tenant_id), settings=settings) as way:
            proof = prove(tenant_id=tenant_id, run_id=run_id, way=way, report=partial(_report, run_id))
    except ChamberlainError as error:
        log.warning("sync run %d of tenant %d cannot be proved: %s", run_id, tenant_id, error)
        runs.warn(run_id, [("proof_failed", {"code": error.code})])
        return
    if proof is not None:
        runs.keep_proof(run_id, proof)


def end(run_id: int, failure: Failure | None) -> None:
    """The run ends: succeeded, or failed with its first failure. One that is over stays as it is."""
    try:
        tenant_id = runs.tenant_of(run_id)
    except NotFound:
        return  # its tenant was forgotten meanwhile
    if runs.find(tenant_id=tenant_id, run_id=run_id).is_over:
        return
    with transaction():
        state = RunState.SUCCEEDED if failure is None else RunState.FAILED
        if not runs.move(run_id, state, now=clock.now(), error=failure):
            return
        code = failure[0] if failure else None
        if code not in OUR_OWN_FAILURES:
            queued_at = runs.find(tenant_id=tenant_id, run_id=run_id).queued_at
            if tenants.note_health(tenant_id=tenant_id, error_code=code, since=queued_at):
                tell_health(tenant_id, run_id=run_id, failure=failure)
        name = EventName.SYNC_SUCCEEDED if failure is None else EventName.SYNC_FAILED
        record(name, actor=SYSTEM, tenant_id=tenant_id, subject=f"run:{run_id}", error=code or "")


def _connection_of(tenant_id: int) -> Connection:
    connection = tenants.connection_of(tenant_id)
    if connection is None:
        raise Misconfigured("not_connected")
    return connection


@contextmanager
def _report(run_id: int, phase: PhaseName) -> Iterator[runs.PhaseReporter]:
    with runs.PhaseReporter(run_id=run_id, phase=phase) as reporter:
        reporter.refuse_to_crash_for_ever()
        yield reporter


def _note_rights(connection: Connection, found: Rights) -> None:
    """Keeps what Microsoft lets us do.

    raises  Refused("wrong_tenant"): what another tenant lets us do says nothing of this one
    """
    if found.tenant != str(connection.tenant.guid):
        raise Refused("wrong_tenant", expected=str(connection.tenant.guid), found=found.tenant)
    tenants.note_principal(tenant_id=connection.tenant.id, principal=found.principal)
    note_scopes(actor=SYSTEM, tenant_id=connection.tenant.id, seen=found.seen)


def _note_organisation(connection: Connection, found: Organisation) -> None:
    """Keeps what the tenant says of itself.

    raises  Refused("wrong_tenant")
    """
    if found.guid != connection.tenant.guid:
        raise Refused("wrong_tenant", expected=str(connection.tenant.guid), found=str(found.guid))
    with transaction():
        tenants.save(guid=found.guid, name=found.name, domain=found.domain, now=clock.now())
        tenants.note_rights(tenant_id=connection.tenant.id, scopes=found.scopes, concealed_names=found.concealed_names)


def _note_outcome(run_id: int, outcome: Outcome) -> None:
    merged = {PhaseName.PEOPLE: outcome.merged.accounts}
    for phase, families in FAMILIES.items():
        first, *others = (outcome.merged.of(family) for family in families)
        merged[phase] = sum(others, first)
    runs.note_merged(run_id, merged)
    runs.warn(run_id, [("vanished_while_read", {"guid": guid}) for guid in outcome.vanished])
    runs.warn(run_id, [("holders_unseen", {"guid": guid}) for guid in outcome.unseen])
    if outcome.shut is not None:
        runs.warn(run_id, [("exchange_unread", {"code": outcome.shut.code})])


def _failure(error: ChamberlainError) -> Failure:
    return error.code, {key: str(value) for key, value in error.data.items()}
