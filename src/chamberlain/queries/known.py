"""From when on a tenant is known: before its first sync, nothing is."""

from datetime import datetime

from chamberlain.errors import NotFound
from chamberlain.store.reads import history


def require_known(*, tenant_id: int, at: datetime) -> datetime:
    """When the tenant was first looked at.

    raises  NotFound("nothing_known_then") for a time before that
    """
    since = history.known_since(tenant_id=tenant_id)
    if since is None:
        raise NotFound("nothing_known_yet")
    if at < since:
        raise NotFound("nothing_known_then", at=f"{at:%Y-%m-%d %H:%M}", since=f"{since:%Y-%m-%d %H:%M:%S}")
    return since
