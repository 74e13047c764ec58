"""A tenant's guard rails as people type them, and what they may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any

from chamberlain.errors import Refused
from chamberlain.model.guard import Eyes, Rails, Window
from chamberlain.policy.planning.windows import zones

LONGEST_QUOTED = 40
MOST_WINDOWS = 20
MOST_PROTECTED = 200
WEEK = range(7)


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure may be, both ends included."""

    least: int
    most: int


# The figures of Rails that are set one by one, for every way of setting them. The delay is typed in hours.
BOUNDS: dict[str, Bound] = {
    "most_per_plan": Bound(1, 100_000),
    "share_per_plan": Bound(1, 100),
    "most_per_hour": Bound(1, 1_000_000),
    "share_per_hour": Bound(1, 100),
    "share_from": Bound(1, 100_000),
    "failures": Bound(1, 1_000),
    "failures_share": Bound(1, 100),
    "failures_of": Bound(1, 1_000),
}
DELAY = "approval_delay"
DELAY_BOUND = Bound(0, 24 * 14)


def read_figures(rails: Rails, typed: Mapping[str, str]) -> Rails:
    """The rails with the figures that were typed; what is missing stays as it is.

    raises  Refused("guard_unreadable")
    """
    found: dict[str, Any] = {name: _number(name, typed[name], bound) for name, bound in BOUNDS.items() if name in typed}
    changed = replace(rails, **found)
    if DELAY in typed:
        hours = _number(DELAY, typed[DELAY], DELAY_BOUND)
        changed = replace(changed, approval_delay=timedelta(hours=hours))
    return changed


def read_window(*, days: Iterable[str], begins: str, ends: str) -> Window:
    """A maintenance window that was typed: days as numbers from 0 for Monday, times of day in the tenant's zone.

    raises  Refused("window_unreadable")
    """
    known = {str(day): day for day in WEEK}
    chosen = tuple(sorted({known[day] for day in days if day in known}))
    if not chosen:
        raise Refused("window_unreadable", text="–")
    return Window(chosen, _time(begins), _time(ends))


def with_zone(rails: Rails, text: str) -> Rails:
    """The rails with windows by the clocks of a time zone that was typed.

    raises  Refused("zone_unknown")
    """
    return replace(rails, zone=_zone(text))


def read_eyes(text: str) -> Eyes:
    """What takes a second person, as it was typed.

    raises  Refused("four_eyes_unknown")
    """
    try:
        return Eyes(text.strip().lower())
    except ValueError:
        known = ", ".join(one.value for one in Eyes)
        raise Refused("four_eyes_unknown", text=text[:LONGEST_QUOTED], known=known) from None


def with_window(rails: Rails, window: Window) -> Rails:
    """The rails with one more window.

    raises  Refused("guard_unreadable"): there are enough
    """
    if window in rails.windows:
        return rails
    _require_room(len(rails.windows), most=MOST_WINDOWS, name="windows")
    return replace(rails, windows=(*rails.windows, window))


def without_window(rails: Rails, place: int) -> Rails:
    """The rails without the window at this place; as they are where there is none."""
    return replace(rails, windows=tuple(one for at, one in enumerate(rails.windows) if at != place))


def protecting(rails: Rails, *, account: str = "", permission: str = "") -> Rails:
    """The rails with one more account, or permission, that no plan may touch.

    raises  Refused("guard_unreadable"): there are enough
    """
    accounts, permissions = rails.protected_accounts, rails.protected_permissions
    if account and account not in accounts:
        _require_room(len(accounts), most=MOST_PROTECTED, name="protected_accounts")
        accounts = (*accounts, account)
    if permission and permission not in permissions:
        _require_room(len(permissions), most=MOST_PROTECTED, name="protected_permissions")
        permissions = (*permissions, permission)
    return replace(rails, protected_accounts=accounts, protected_permissions=permissions)


def unprotecting(rails: Rails, what: str) -> Rails:
    """The rails without this account or permission among the protected ones."""
    return replace(
        rails,
        protected_accounts=tuple(one for one in rails.protected_accounts if one != what),
        protected_permissions=tuple(one for one in rails.protected_permissions if one != what),
    )


def _number(name: str, text: str, bound: Bound) -> int:
    plain = text.strip()
    number = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else -1
    if not bound.least <= number <= bound.most:
        raise Refused("guard_unreadable", name=name, text=text[:LONGEST_QUOTED], least=bound.least, most=bound.most)
    return number


def _time(text: str) -> time:
    try:
        found = time.fromisoformat(text.strip())
    except ValueError:
        raise Refused("window_unreadable", text=text[:LONGEST_QUOTED]) from None
    return found.replace(second=0, microsecond=0, tzinfo=None)


def _zone(text: str) -> str:
    plain = text.strip().replace(" ", "_").casefold()
    found = next((name for name in zones() if name.casefold() == plain), None)
    if found is None:
        raise Refused("zone_unknown", text=text[:LONGEST_QUOTED])
    return found


def _require_room(held: int, *, most: int, name: str) -> None:
    if held >= most:
        raise Refused("guard_unreadable", name=name, text=str(held + 1), least=0, most=most)
