"""How every scope stands: what is needed, beside what was seen of our token and of our service principal."""

from collections.abc import Iterable
from datetime import datetime

from chamberlain.model.capability import Capability, Held, Needed, Resource, ScopeStanding, ScopeState
from chamberlain.policy.capabilities import ABILITIES, lacks, needed, opens
from chamberlain.policy.scopes import DANGEROUS, SCOPES


def stand(chosen: Iterable[Capability], held: Iterable[Held]) -> tuple[ScopeStanding, ...]:
    """The scope table: first what the chosen capabilities need, then what is held beyond that, by name."""
    known = {one.scope: one for one in held}
    open_now = open_scopes(known.values())
    wanted = needed(chosen)
    lines = [_of_needed(one, known.get(one.scope.name), open_now) for one in wanted]
    surplus = sorted(open_now - {one.scope.name for one in wanted})
    return (*lines, *(_of_surplus(name, known[name].since) for name in surplus))


def _of_needed(one: Needed, seen: Held | None, held: frozenset[str]) -> ScopeStanding:
    name = one.scope.name
    missed = [capability for capability, _ in one.uses if name in lacks(capability, held)]
    instead = None if missed else _instead(one, held)
    state, since = _state_of(name, seen, instead)
    lost = tuple(ABILITIES[capability].loss for capability in missed)
    return ScopeStanding(
        name=name,
        state=state,
        needed=one,
        since=since,
        instead=None if instead == name else instead,
        lost=tuple(dict.fromkeys(lost)),
        writes=one.scope.writes,
        dangerous=name in DANGEROUS,
    )


def _instead(one: Needed, held: frozenset[str]) -> str | None:
    """The scope that does what this one is needed for: itself where it is held."""
    uses = (use for capability, _ in one.uses for use in ABILITIES[capability].uses if use.scope == one.scope.name)
    return next((found for use in uses if (found := opens(use, held)) is not None), None)


def _state_of(name: str, seen: Held | None, instead: str | None) -> tuple[ScopeState, datetime | None]:
    if instead == name and seen is not None:
        return ScopeState.GRANTED, seen.since
    if instead is not None:
        return ScopeState.WITHIN, None
    if seen is not None:
        return ScopeState.REVOKED, seen.lost_at
    return ScopeState.MISSING, None


def _of_surplus(name: str, since: datetime) -> ScopeStanding:
    scope = SCOPES.get(name)
    return ScopeStanding(
        name=name,
        state=ScopeState.SURPLUS,
        needed=None,
        since=since,
        instead=None,
        lost=(),
        writes=scope.writes if scope else _seems_to_write(name),
        dangerous=name in DANGEROUS,
    )


def _seems_to_write(name: str) -> bool:
    """Of a permission that no capability of ours needs only the name tells; in doubt it writes."""
    return not any(part.startswith("Read") and "Write" not in part for part in name.split("."))


def open_scopes(held: Iterable[Held]) -> frozenset[str]:
    """Those that are there now."""
    return frozenset(one.scope for one in held if one.lost_at is None)


def to_ask_for(standings: Iterable[ScopeStanding]) -> tuple[ScopeStanding, ...]:
    """What Reconnect asks for: only what is missing or was revoked."""
    return tuple(one for one in standings if one.state in (ScopeState.MISSING, ScopeState.REVOKED))


def unfed(chosen: Iterable[Capability], held: frozenset[str]) -> dict[Capability, tuple[str, ...]]:
    """Chosen capabilities that cannot work, with the scopes that they lack.

    Exchange's permissions are in no token of Graph: `held` has to name them where they were assigned.
    """
    found = {one: lacks(one, held) for one in ABILITIES if one in frozenset(chosen)}
    return {capability: scopes for capability, scopes in found.items() if scopes}


def of_exchange(name: str) -> bool:
    """Whether a scope is Exchange's, which only our service principal's assignments tell."""
    return name in SCOPES and SCOPES[name].resource is Resource.EXCHANGE
