"""One request that changes a tenant, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Write:
    """What to send.

    path    below /v1.0, without a query
    body    None: none. It may hold a new password, so it is not printed with the rest
    """

    method: str
    path: str
    body: Mapping[str, object] | None = field(default=None, repr=False)
