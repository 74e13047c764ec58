"""Why nothing of a plan can be done, in one sentence where one thing stands in the way of everything."""

from collections.abc import Mapping, Sequence

from chamberlain.model.obstacle import Hindrance
from chamberlain.model.plan import Barred

Why = tuple[str, Mapping[str, str]]
# The first that bars every change is said: what is behind it shows once it is gone.
CODES = {
    Hindrance.READ_ONLY: "plan_read_only",
    Hindrance.CAPABILITY_OFF: "plan_capability_off",
    Hindrance.SCOPE_MISSING: "plan_scope_missing",
    Hindrance.NEEDS_EXCHANGE: "plan_needs_exchange",
    Hindrance.MAILBOX_NEEDS_EXCHANGE: "plan_needs_exchange",
}


def why_nothing(barred: Sequence[Barred], *, plan_id: int) -> Why:
    """Code and data of the error that says why a plan without steps has none."""
    for hindrance, code in CODES.items():
        found = [_values(one, hindrance) for one in barred]
        if found and all(values is not None for values in found):
            return code, {"plan_id": str(plan_id), **_together(found)}
    return "plan_nothing_to_do", {"plan_id": str(plan_id)}


def _values(barred: Barred, hindrance: Hindrance) -> list[Mapping[str, str]] | None:
    found = [one.values for one in barred.obstacles if one.hindrance is hindrance]
    return found or None


def _together(found: Sequence[list[Mapping[str, str]] | None]) -> dict[str, str]:
    """Capabilities and scopes of all, each once."""
    told: dict[str, dict[str, None]] = {}
    for values in (one for several in found for one in several or ()):
        for name in ("capability", "scope"):
            parts = [part.strip() for part in values.get(name, "").split(",")]
            told.setdefault(name, {}).update(dict.fromkeys(part for part in parts if part))
    return {name: ", ".join(parts) for name, parts in told.items()}
