"""The audit trail: who did and saw what, and whether the record of it is whole."""

import json
from collections.abc import Iterator, Mapping
from itertools import chain as joined
from typing import Any

from chamberlain.model.actor import Actor
from chamberlain.model.audit import Asked, AuditPage, Seen, Verdict
from chamberlain.model.entry import ChainState, Fault, Finding, Link
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.chain import Seal, audit, moment
from chamberlain.store import chain
from chamberlain.store.audit_key import audit_key
from chamberlain.store.reads import events
from chamberlain.store.snapshot import snapshot

PAGE = 50
COLUMNS = (
    *("id", "place", "at", "event", "tenant", "actor_kind", "actor_id", "actor", "subject", "channel", "ip", "agent"),
    *("request", "reason", "before", "after", "details"),
)
ADOPTION = "events:adopted"
MOST_NAMED = 100  # findings; one link that was taken out of the middle moves all others


def list_events(*, viewer: Actor, asked: Asked, before: int | None = None) -> AuditPage:
    """A page of the trail, newest first.

    before  where the page before this one ended
    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_AUDIT_TRAIL, tenant_id=asked.tenant_id)
    found = events.newest(asked, before=before, size=PAGE + 1)
    older = found[PAGE - 1].entry.id if len(found) > PAGE else None
    return AuditPage(tuple(found[:PAGE]), older, before is not None)


def event_names(*, viewer: Actor, tenant: Tenant | None) -> list[str]:
    """What ever happened, to choose from.

    raises  Refused("not_allowed")
    """
    tenant_id = tenant.id if tenant else None
    require(viewer, Deed.SEE_AUDIT_TRAIL, tenant_id=tenant_id)
    return events.names(tenant_id)


def count_events(*, viewer: Actor, asked: Asked) -> tuple[int, int]:
    """How many entries were asked for, and the id of the last one: together what an export takes away.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.EXPORT_AUDIT_TRAIL, tenant_id=asked.tenant_id)
    return events.count(asked)


def export_events(*, viewer: Actor, asked: Asked, until: int) -> Iterator[Seen]:
    """All entries that were asked for, oldest first, up to this id.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.EXPORT_AUDIT_TRAIL, tenant_id=asked.tenant_id)
    return events.every(asked, until=until)


def documents(*, viewer: Actor, asked: Asked, until: int) -> Iterator[dict[str, Any]]:
    """The same for programs: a document for each entry, with COLUMNS as its keys.

    raises  Refused("not_allowed")
    """
    return (_document(one) for one in export_events(viewer=viewer, asked=asked, until=until))


def cells(document: Mapping[str, Any]) -> list[str]:
    """A document as text for each of COLUMNS; what has parts is JSON."""
    return [_flat(document[name]) for name in COLUMNS]


def chain_state(*, viewer: Actor, tenant: Tenant | None = None) -> ChainState:
    """Where the installation's chain ends, and what waits to be sealed.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_AUDIT_TRAIL, tenant_id=tenant.id if tenant else None)
    return chain.state()


@snapshot()
def verify_chain(*, viewer: Actor, known: tuple[int, str] | None = None) -> Verdict:
    """Reads the whole trail and checks every entry, every link and what is missing.

    known   a place and its hash that somebody wrote down elsewhere: a chain that was cut shorter, or made anew, differs
    raises  Refused("not_allowed"), Misconfigured("key_wrong")
    """
    require(viewer, Deed.SEE_AUDIT_TRAIL)
    state, seal = chain.state(), audit_key().seal
    tally = _Tally()
    links = tally.counted(chain.links(until=state.sequence), known)
    found: list[Finding] = []
    more = unstamped = adopted = 0
    taken_over = _adopted(seal)
    for finding in joined(audit(links, seal=seal), chain.unchained()):
        if finding.fault is Fault.UNSTAMPED and finding.event_id in taken_over:
            adopted += 1
        elif finding.fault is Fault.UNSTAMPED:
            unstamped += 1
        elif len(found) < MOST_NAMED:
            found.append(finding)
        else:
            more += 1
    if known and not tally.met:
        found.insert(0, Finding(Fault.CUT, known[0], None))
    return Verdict(state, tally.checked, tally.removed, tuple(found), more, unstamped, adopted)


def _adopted(seal: Seal) -> frozenset[int]:
    """Entries without a stamp of which stamped ones tell that they were taken over during an upgrade.

    Their ids suffice: the link of each is marked, and binds the id to what was sealed.
    """
    told = (one for one in chain.entries_named(ADOPTION) if one.stamp and seal.is_ours(one))
    return frozenset(int(text) for one in told for text in one.details.get("ids", "").split())


def _flat(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict) else str(value)


def _document(seen: Seen) -> dict[str, Any]:
    one = seen.entry
    return {
        "id": one.id,
        "place": seen.sequence,
        "at": moment(one.at),
        "event": one.name,
        "tenant": seen.tenant,
        "actor_kind": one.actor_kind,
        "actor_id": one.actor_id,
        "actor": one.actor_name,
        "subject": one.subject,
        "channel": one.channel,
        "ip": one.ip,
        "agent": one.agent,
        "request": one.request,
        "reason": one.reason,
        "before": one.before,
        "after": one.after,
        "details": one.details,
    }


class _Tally:
    """What went by."""

    def __init__(self) -> None:
        self.checked = 0
        self.removed = 0
        self.met = False

    def counted(self, links: Iterator[Link], known: tuple[int, str] | None) -> Iterator[Link]:
        for link in links:
            self.checked += 1
            self.removed += link.entry is None and link.removal is not None
            self.met |= (link.sequence, link.hash) == known
            yield link
