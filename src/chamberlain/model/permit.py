"""What may be sent that changes a tenant."""

import re
from typing import NamedTuple

# An id of Microsoft's: a GUID, or the letters and digits that roles and assignments are named by. Nothing that could
# lead elsewhere: no slash, point, colon, percent sign or "$".
_ID = re.compile(r"[A-Za-z0-9_-]{1,200}")
ANY = "*"


class Permit(NamedTuple):
    """One kind of request: this method of this path below /v1.0, e.g. "/groups/*/members/$ref".

    path        "*" stands for one id
    properties  the only names that its body may have; None: the path is one that takes no others
    """

    method: str
    path: str
    properties: frozenset[str] | None = None

    def lets(self, method: str, path: str) -> bool:
        """Whether it is for such a request; what the body may say is looked at besides."""
        if method != self.method:
            return False
        wanted, found = self.path.split("/"), path.split("/")
        return len(wanted) == len(found) and all(
            _ID.fullmatch(one) is not None if part == ANY else one == part
            for part, one in zip(wanted, found, strict=True)
        )


NO_PERMITS: frozenset[Permit] = frozenset()
