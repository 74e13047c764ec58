"""Ids as they may stand in the path of a write, out of the keys that plans speak of."""

import re

from chamberlain.errors import Refused
from chamberlain.model.kind import Family
from chamberlain.model.observed import NIL
from chamberlain.model.plan import Subject, SubjectType

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def object_id(text: str) -> str:
    """An id of a directory object. Nothing else may stand in a path: it would make another request of it.

    raises  Refused("not_an_id")
    """
    if _GUID.fullmatch(text) is None:
        raise Refused("not_an_id", text=text[:80])
    return text


def permission_ids(key: str, *, family: Family) -> tuple[str, str]:
    """The id of what a permission is part of (NIL where it is part of nothing), and its own: see observed.key_of.

    raises  Refused("not_an_id") for anything but a key of this family
    """
    prefix, *ids = key.split(":")
    if prefix != family.name.lower() or len(ids) not in (1, 2):
        raise Refused("not_an_id", text=key[:80])
    return object_id(ids[0]) if len(ids) == 2 else NIL, object_id(ids[-1])


def permission_id(key: str, *, family: Family) -> str:
    """The id of a permission of this family.

    raises  Refused("not_an_id")
    """
    return permission_ids(key, family=family)[1]


def home(subject: Subject) -> str:
    """Where a subject stands below /v1.0.

    raises  Refused("not_an_id")
    """
    return f"/{'groups' if subject.type is SubjectType.GROUP else 'users'}/{object_id(subject.guid)}"


def reference(root: str, guid: str, *, collection: str = "directoryObjects") -> str:
    """How a body names an object."""
    return f"{root}/v1.0/{collection}/{object_id(guid)}"
