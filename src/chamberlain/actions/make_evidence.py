"""Make a file that proves to an auditor what happened."""

from pathlib import Path

from chamberlain.actions.export_audit import export_audit
from chamberlain.actions.seal_events import seal_events
from chamberlain.audit.evidence import write
from chamberlain.errors import Misconfigured, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.audit import Asked
from chamberlain.model.evidence import Evidence
from chamberlain.store import chain, tenants
from chamberlain.store.audit_key import audit_key
from chamberlain.store.reads import events
from chamberlain.store.snapshot import snapshot


def make_evidence(*, actor: Actor, asked: Asked, path: Path) -> Evidence:
    """Writes entries of a tenant and a time, the chain between them, and a signature. The making of it is an entry.

    raises  Refused("not_allowed" | "evidence_exists"), Misconfigured("evidence_unwritable")
    """
    if path.exists():
        raise Refused("evidence_exists", path=str(path))
    export_audit(actor=actor, asked=asked, format="evidence", rows=events.count(asked)[0])
    seal_events(patient=True)
    key = audit_key()
    with snapshot():
        first, last = chain.stretch(asked.tenant_id, asked.since, asked.until)
        told = {
            str(one.id): {"guid": str(one.guid), "name": one.name, "domain": one.domain}
            for one in tenants.all_tenants()
            if asked.tenant_id in (None, one.id)
        }
        try:
            return write(
                path,
                chain.links(after=first - 1, until=last),
                asked=asked,
                places=(first, last),
                before=chain.before(first),
                tenants=told,
                key=key,
            )
        except OSError as error:
            raise Misconfigured("evidence_unwritable", path=str(path), reason=error.strerror or str(error)) from error
