"""When rights end that we take away: noted on the path by which somebody holds them. Where Microsoft ends it earlier,
that is the end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from chamberlain.model.kind import Family
from chamberlain.model.path import Path, Reason
from chamberlain.model.verb import Verb
from chamberlain.queries.role_ends import are_told
from chamberlain.store import terms

TAKES = {
    Family.GROUP: Verb.REMOVE_MEMBER,
    Family.ROLE: Verb.REMOVE_ROLE,
    Family.APP_ROLE: Verb.REMOVE_APP_ROLE,
    Family.LICENCE: Verb.REMOVE_LICENCE,
}
WHOLE_TENANT = "/"


@dataclass(frozen=True, slots=True)
class Ends:
    """Ends of what some accounts hold directly."""

    _known: Mapping[tuple[int, str, str, str], datetime] = field(default_factory=dict)
    _are_told: Callable[[], bool] = lambda: True

    def on(self, path: Path, *, account: int, permission: Mapping[str, Any], owner: bool = False) -> Path:
        """The path with its end, where it has one, or with the doubt whether it has."""
        ended = self._by_us(path, account=account, permission=permission, owner=owner)
        is_assigned = permission["family"] == Family.ROLE and not owner and path.reason is not Reason.ELIGIBLE
        if ended.until is None and is_assigned and not self._are_told():
            return replace(ended, untold=True)
        return ended

    def _by_us(self, path: Path, *, account: int, permission: Mapping[str, Any], owner: bool) -> Path:
        verb = Verb.REMOVE_OWNER if owner else TAKES.get(Family(permission["family"]))
        if not self._known or verb is None or path.reason is not Reason.DIRECT:
            return path
        scope = (path.scope or WHOLE_TENANT) if verb is Verb.REMOVE_ROLE else WHOLE_TENANT
        until = self._known.get((account, permission["key"], verb.value, scope))
        is_first = until is not None and (path.until is None or until < path.until)
        return replace(path, until=until, by_us=True) if is_first else path


def ends_of(*, tenant_id: int, accounts: Sequence[int], at: datetime | None) -> Ends:
    """Of what these hold now; of the past none are told."""
    if at is not None or not accounts:
        return Ends()
    return Ends(terms.ends_of(tenant_id=tenant_id, accounts=accounts), cache(lambda: are_told(tenant_id=tenant_id)))
