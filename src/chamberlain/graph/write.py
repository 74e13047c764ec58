"""One request that changes a tenant, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """What to send.

    path    below /v1.0, without a query
    body    None: none
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
