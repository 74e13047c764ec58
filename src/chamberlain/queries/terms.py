"""When rights end that we take away: noted on the path by which somebody holds them. Where Microsoft ends it earlier,
that is the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chamberlain.model.kind import Family
from chamberlain.model.path import Path, Reason
from chamberlain.model.verb import Verb
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

    def on(self, path: Path, *, account: int, permission: Mapping[str, Any], owner: bool = False) -> Path:
        """The path with its end, where it has one."""
        verb = Verb.REMOVE_OWNER if owner else TAKES.get(Family(permission["family"]))
        if not self._known or verb is None or path.reason is not Reason.DIRECT:
            return path
        scope = (path.scope or WHOLE_TENANT) if verb is Verb.REMOVE_ROLE else WHOLE_TENANT
        until = self._known.get((account, permission["key"], verb.value, scope))
        is_first = until is not None and (path.until is None or until < path.until)
        return replace(path, until=until, by_us=True) if is_first else path


def ends_of(*, tenant_id: int, accounts: Sequence[int], at: datetime | None) -> Ends:
    """Of what these hold now; of the past none are told."""
    return Ends(terms.ends_of(tenant_id=tenant_id, accounts=accounts) if at is None and accounts else {})
