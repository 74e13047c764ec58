"""What we stored beside what the simulator says is true.

The simulator's lines come from its own second algorithm. Ours come from the tables (direct edges), and from the same
queries that the pages use (who holds what).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from chamberlain.errors import NotFound
from chamberlain.model.actor import SYSTEM
from chamberlain.model.tenant import Tenant
from chamberlain.queries.people import find_person
from chamberlain.store.reads import export

KEPT_DIFFERENCES = 20
Line = str


@dataclass(slots=True)
class Comparison:
    """Equal when nothing is missing and nothing is extra; a few differences are kept as examples."""

    compared: dict[str, int] = field(default_factory=dict)
    missing: int = 0
    extra: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Whether both sides say the same; nothing compared is not equal."""
        return not self.missing and not self.extra and sum(self.compared.values()) > 0

    def add(self, kind: str, *, truth: set[Line], ours: set[Line]) -> None:
        """Compares one kind of line."""
        self.compared[kind] = len(truth)
        self.missing += len(truth - ours)
        self.extra += len(ours - truth)
        for side, lines in (("missing", truth - ours), ("extra", ours - truth)):
            self.examples.extend(f"{side}: {line}" for line in sorted(lines)[: KEPT_DIFFERENCES // 4])
        del self.examples[KEPT_DIFFERENCES:]


def compare(tenant: Tenant, truth: Iterable[dict[str, Any]]) -> Comparison:
    """Compares accounts, permissions, direct edges, and effective access of those whom the truth tells about."""
    lines: dict[str, set[Line]] = {"account": set(), "permission": set(), "edge": set(), "effective": set()}
    sample: list[str] | None = None
    for told in truth:
        kind = told.pop("t")
        if kind == "sample":
            sample = told["accounts"]
        else:
            if "name" in told:
                told["name"] = told["name"] or ""  # null and "" are one to us: nobody can see the difference
            lines[kind].add(_line(told))
    result = Comparison()
    result.add("account", truth=lines["account"], ours={_line(row) for row in export.accounts(tenant_id=tenant.id)})
    result.add("permission", truth=lines["permission"], ours=set(map(_line, export.permissions(tenant_id=tenant.id))))
    result.add("edge", truth=lines["edge"], ours={_line(row) for row in export.edges(tenant_id=tenant.id)})
    if lines["effective"] or sample is not None:
        people = sample if sample is not None else export.people(tenant_id=tenant.id)
        result.add("effective", truth=lines["effective"], ours=set(_effective(tenant, people)))
    return result


def _effective(tenant: Tenant, people: Iterable[str]) -> Iterator[Line]:
    for guid in people:
        try:
            person = find_person(viewer=SYSTEM, tenant=tenant, guid=UUID(guid))
        except NotFound:  # whoever is missing has nothing, and is told among the accounts
            continue
        for holding in person.holdings:
            if holding.owner or not holding.effective:
                continue
            yield _line({"account": guid, "permission": holding.key})
            for plan in holding.plans:
                if plan.enabled:
                    yield _line({"account": guid, "permission": plan.key})


def _line(content: dict[str, Any]) -> Line:
    return json.dumps(content, sort_keys=True, ensure_ascii=False)
