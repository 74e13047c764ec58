"""What a tenant is connected for, and what we saw of the scopes that it lets us have."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from chamberlain.model.capability import Capability, Held
from chamberlain.policy.capabilities import STANDARD
from chamberlain.store.connection import rows
from chamberlain.store.models import ChoiceRow, ScopeRow

BOTH = """
    SELECT scope, since, lost_at, assigned,
        (SELECT capabilities::text FROM capability_choice WHERE tenant_id = %(tenant)s) AS chosen
    FROM connection_scope WHERE tenant_id = %(tenant)s ORDER BY scope
"""


def chosen(tenant_id: int) -> frozenset[Capability]:
    """The capabilities chosen for a tenant; the standard ones where nobody has chosen.

    A capability that this version does not know, as another version may have written, is left out.
    """
    return _read(ChoiceRow.objects.filter(tenant_id=tenant_id).values_list("capabilities", flat=True).first())


def _read(kept: list[str] | None) -> frozenset[Capability]:
    return STANDARD if kept is None else frozenset(one for one in Capability if one.value in kept)


def choose(*, tenant_id: int, capabilities: Iterable[Capability], now: datetime, by: str) -> None:
    """Keeps a choice in place of the one before."""
    values = sorted(one.value for one in capabilities)
    ChoiceRow.objects.update_or_create(
        tenant_id=tenant_id, defaults={"capabilities": values, "chosen_at": now, "chosen_by": by}
    )


def held(tenant_id: int) -> tuple[Held, ...]:
    """Every scope that was ever seen, by name; those that are gone say since when."""
    return tuple(row.value() for row in ScopeRow.objects.filter(tenant_id=tenant_id).order_by("scope"))


def tenants_without(capability: Capability) -> frozenset[int]:
    """Tenants for which somebody chose, and left this out."""
    chosen_ones = ChoiceRow.objects.exclude(capabilities__contains=[capability.value])
    return frozenset(chosen_ones.values_list("tenant_id", flat=True))


def chosen_and_held(tenant_id: int) -> tuple[frozenset[Capability], tuple[Held, ...]]:
    """Both at once, as every page asks; the standard capabilities where no scope was ever seen."""
    found = rows(BOTH, {"tenant": tenant_id})
    kept = found[0]["chosen"] if found else None
    return _read(json.loads(kept) if kept else None), tuple(
        Held(row["scope"], row["since"], row["lost_at"], row["assigned"]) for row in found
    )


def note(*, tenant_id: int, seen: Mapping[str, bool | None], now: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Notes what is there now; call it in a transaction.

    seen     by scope, whether our service principal has it assigned; None where we may not ask
    returns  scopes that came, and scopes that went, since it was noted last
    """
    known = {row.scope: row for row in ScopeRow.objects.select_for_update().filter(tenant_id=tenant_id)}
    came = sorted(name for name in seen if name not in known or known[name].lost_at is not None)
    went = sorted(name for name, row in known.items() if name not in seen and row.lost_at is None)
    for name in came:
        ScopeRow.objects.update_or_create(
            tenant_id=tenant_id, scope=name, defaults={"since": now, "lost_at": None, "assigned": seen[name]}
        )
    for name in went:
        ScopeRow.objects.filter(id=known[name].id).update(lost_at=now, assigned=False)
    for name, assigned in seen.items():
        if name in known and name not in came and known[name].assigned != assigned:
            ScopeRow.objects.filter(id=known[name].id).update(assigned=assigned)
    return tuple(came), tuple(went)
