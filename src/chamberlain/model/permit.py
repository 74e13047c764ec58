"""What may be sent that changes a tenant."""

from typing import NamedTuple


class Permit(NamedTuple):
    """One kind of request: exactly this method of exactly this path below /v1.0, e.g. "/admin/reportSettings"."""

    method: str
    path: str


NO_PERMITS: frozenset[Permit] = frozenset()
