"""Many names at once, as people type them: whom and what each may mean."""

from collections.abc import Iterable
from typing import Any

from chamberlain.store.connection import rows

_PERSON = "a.tenant_id = %(tenant)s AND a.gone_at IS NULL AND a.type IN ('member', 'guest')"
_THING = "p.tenant_id = %(tenant)s AND p.gone_at IS NULL AND p.family <> 5"
# One join for each way of naming, so that each is a hash join: an OR over all of them would compare all with all.
_PEOPLE = " UNION ".join(
    f"SELECT t.text, {rank} AS rank, a.guid::text AS id, a.name, a.user_name AS note FROM typed t "  # noqa: S608 - constants
    f"JOIN account a ON {by} = t.text WHERE {_PERSON} AND {by} <> ''"
    for rank, by in ((1, "a.guid::text"), (1, "lower(a.user_name)"), (1, "lower(a.mail)"), (2, "lower(a.name)"))
)
_THINGS = " UNION ".join(
    f"SELECT t.text, {rank} AS rank, p.key AS id, p.name, p.kind AS note FROM typed t "  # noqa: S608 - constants
    f"JOIN permission p ON {by} = t.text WHERE {_THING} AND {by} <> ''"
    for rank, by in (
        (1, "lower(p.key)"),
        (1, "lower(p.mail)"),
        (2, "lower(p.name)"),
        (2, "CASE p.app WHEN '' THEN '' ELSE lower(p.app || ': ' || p.name) END"),
    )
)
_TYPED = "WITH typed AS (SELECT DISTINCT lower(text) AS text FROM unnest(%(texts)s::text[]) AS text)"


def people(*, tenant_id: int, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Whom these mean exactly: id, name, note, the text in small letters; rank 1 by id or address, 2 by name only."""
    return _asked(f"{_TYPED} {_PEOPLE} ORDER BY text, rank, name, id", tenant_id, texts)


def permissions(*, tenant_id: int, texts: Iterable[str]) -> list[dict[str, Any]]:
    """What these mean exactly: key, name, note (its kind), the text in small letters; rank as of people."""
    return _asked(f"{_TYPED} {_THINGS} ORDER BY text, rank, note, name, id", tenant_id, texts)


def _asked(query: str, tenant_id: int, texts: Iterable[str]) -> list[dict[str, Any]]:
    wanted = list(texts)
    return rows(query, {"tenant": tenant_id, "texts": wanted}) if wanted else []
