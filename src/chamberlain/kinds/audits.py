"""The directory's audit log: what was touched, for what has no delta.

Microsoft Graph: GET /auditLogs/directoryAudits, AuditLog.Read.All or Directory.Read.All; a quota of its own, no
resource units. Entries come late and in no order, so each reading looks back over the one before.
source  https://learn.microsoft.com/graph/api/directoryaudit-list (2026)
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from chamberlain.errors import Refused
from chamberlain.graph import shape
from chamberlain.graph.page import pages
from chamberlain.kinds.reading import Reading

STREAM = "audits"
TARGETS = {"User": "people", "Group": "groups", "ServicePrincipal": "applications"}

# source  https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities (2026)
RESTORED = frozenset({"Restore user", "Restore Group"})


@dataclass(frozen=True, slots=True)
class Touched:
    """GUIDs of what somebody did something to.

    restored  people and groups that came back from the deleted items
    newest    the times of all entries
    """

    people: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    applications: set[str] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    newest: list[datetime] = field(default_factory=list)


async def touched(reading: Reading, since: datetime) -> Touched | None:
    """What was touched since then, as far as the log knows by now; None where we may not read it."""
    found = Touched()
    moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/auditLogs/directoryAudits?$filter=activityDateTime%20ge%20{moment}&$top=999"
    try:
        async for page in pages(reading.graph, path, shape.DirectoryAudit):
            for entry in page.value:
                found.newest.append(_time_of(entry.activity_date_time))
                for target in entry.target_resources or ():
                    if target.id and target.type in TARGETS:
                        getattr(found, TARGETS[target.type]).add(target.id.lower())
                        if entry.activity_display_name in RESTORED:
                            found.restored.add(target.id.lower())
    except Refused as refused:
        if refused.code not in {"scope_missing", "premium_missing"}:
            raise
        return None
    return found


def _time_of(text: str) -> datetime:
    """Microsoft writes up to seven digits of a second; ours have six."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6].ljust(6, '0')}").replace(tzinfo=UTC)
