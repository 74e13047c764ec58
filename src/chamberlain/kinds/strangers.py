"""Holders that no listing shows: devices, contacts, applications. A grant introduces them by id; here they get a name.

source  https://learn.microsoft.com/graph/api/directoryobject-getbyids (2026)
"""

from collections.abc import Iterable

from chamberlain.errors import Refused
from chamberlain.graph import shape
from chamberlain.kinds.reading import Reading, facts, holder_type
from chamberlain.model.observed import AccountSeen

TYPES = ["servicePrincipal", "device", "orgContact"]


async def name_strangers(reading: Reading, guids: Iterable[str], *, unit: str) -> None:
    """Asks for the names of these objects. Without Directory.Read.All they stay nameless, which harms nothing."""
    ids = sorted(guids)
    if not ids:
        return
    try:
        found = await reading.graph.by_ids(ids, shape.Reference, types=TYPES, select="id,displayName")
    except Refused as refused:
        if refused.code != "scope_missing":
            raise
        return
    known = [one for one in found if holder_type(one.type) not in {"other", "group"}]
    reading.sink.amend([_account(one) for one in known], unit=unit)


def _account(one: shape.Reference) -> AccountSeen:
    return AccountSeen(
        guid=one.id.lower(),
        type=holder_type(one.type),
        name=one.display_name or "",
        user_name="",
        mail="",
        enabled=True,
        department="",
        job_title="",
        manager=None,
        facts=facts(),
        created_at=None,
    )
