"""Objects that are known by id, read again with as few requests as our permissions allow.

source  https://learn.microsoft.com/graph/api/directoryobject-getbyids (2026): 1,000 ids a request, Directory.Read.All
"""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.graph.shape import Shape
from chamberlain.kinds.reading import Reading

Found = TypeVar("Found", bound=Shape)
BY_IDS_LIMIT = 1000


async def read_by_id(reading: Reading, guids: Iterable[str], item: type[Found], *, type: str, path: str) -> list[Found]:
    """Those of the objects that are there. Without Directory.Read.All they are read one by one, twenty a trip.

    type  as Microsoft writes it, e.g. "user"
    path  of one of them, with {id} and $select
    """
    ids = sorted(guids)
    if not ids:
        return []
    select = path.partition("$select=")[2]
    try:
        found: list[Found] = []
        for start in range(0, len(ids), BY_IDS_LIMIT):
            part = ids[start : start + BY_IDS_LIMIT]
            found.extend(await reading.graph.by_ids(part, item, types=[type], select=select))
    except Refused as refused:
        if refused.code != "scope_missing":
            raise
    else:
        return found
    answers = await reading.graph.get_many([path.format(id=guid) for guid in ids], item)
    refuse_errors(answers)
    return [one for one in answers if not isinstance(one, ChamberlainError)]


def refuse_errors(answers: Sequence[object]) -> None:
    """Passes over what is not there any more, and nothing else.

    raises  the first other error among the answers
    """
    for one in answers:
        if isinstance(one, ChamberlainError) and not isinstance(one, NotFound):
            raise one
