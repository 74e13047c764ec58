"""Reading the audit trail: a page of it, or all of a part, some at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Q

from chamberlain.errors import Refused
from chamberlain.model.audit import Asked, Seen
from chamberlain.store.connection import rows
from chamberlain.store.models import EventRow
from chamberlain.store.reads.subjects import names_of

AT_ONCE = 1_000
PLACES = "SELECT event_id, sequence FROM event_link WHERE event_id = ANY (%(ids)s)"


def newest(asked: Asked, *, before: int | None, size: int) -> list[Seen]:
    """Entries, newest first, from the one before this id on."""
    found = _asked(asked)
    if before is not None:
        found = found.filter(id__lt=before)
    page = list(found.order_by("-id")[:size])
    keys = [(event.tenant_id, event.subject) for event in page]
    names = names_of(keys)
    return [replace(one, about=names.get(key, "")) for one, key in zip(_seen(page), keys, strict=True)]


def every(asked: Asked, *, until: int | None = None) -> Iterator[Seen]:
    """All entries, oldest first; memory stays flat.

    until  the last id; entries that are written meanwhile are left for another time
    """
    after = 0
    while some := _seen(
        _asked(asked).filter(id__gt=after, **({"id__lte": until} if until else {})).order_by("id")[:AT_ONCE]
    ):
        yield from some
        after = some[-1].entry.id


def count(asked: Asked) -> tuple[int, int]:
    """How many there are, and the last one's id."""
    found = _asked(asked)
    last = found.order_by("-id").values_list("id", flat=True).first()
    return found.count(), last or 0


def names(tenant_id: int | None) -> list[str]:
    """Names of the events that ever happened, by the alphabet."""
    # A loose scan is not worth an index here: the answer is asked for a page that reads the same rows anyway.
    statement = "SELECT DISTINCT name FROM event WHERE %(tenant)s::int IS NULL OR tenant_id = %(tenant)s ORDER BY name"
    return [row["name"] for row in rows(statement, {"tenant": tenant_id})]


def _asked(asked: Asked) -> Any:
    if any("\x00" in text for text in (asked.who, asked.what, asked.subject)):
        raise Refused("text_malformed")
    found = EventRow.objects.select_related("tenant")
    if asked.tenant_id is not None:
        found = found.filter(tenant_id=asked.tenant_id)
    if asked.who:
        found = found.filter(Q(actor_id=asked.who) | Q(actor_name__icontains=asked.who))
    if asked.what:
        found = found.filter(Q(name=asked.what) | Q(name__startswith=f"{asked.what}:"))
    if asked.subject:
        found = found.filter(subject=asked.subject)
    if asked.since is not None:
        found = found.filter(at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(at__lt=asked.until)
    return found


def _seen(found: Iterable[EventRow]) -> list[Seen]:
    events = list(found)
    places = {row["event_id"]: row["sequence"] for row in rows(PLACES, {"ids": [event.id for event in events]})}
    return [Seen(event.value(), places.get(event.id), event.tenant.slug if event.tenant else "") for event in events]
