"""Which files show that something was done: by their ending, and by how they begin where that ending says how."""

from chamberlain.errors import Refused

MEGABYTES = 5
LONGEST_NAME = 200

# Ending, what it is served as, how such a file begins (empty: anyhow). Nothing that browsers or office programs run.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", (b"RIFF",)),
    "txt": ("text/plain; charset=utf-8", ()),
    "log": ("text/plain; charset=utf-8", ()),
    "csv": ("text/csv; charset=utf-8", ()),
    "json": ("application/json", ()),
    "eml": ("application/octet-stream", ()),
    "msg": ("application/octet-stream", (b"\xd0\xcf\x11\xe0",)),
    "docx": ("application/octet-stream", (b"PK\x03\x04",)),
    "xlsx": ("application/octet-stream", (b"PK\x03\x04",)),
    "zip": ("application/zip", (b"PK\x03\x04",)),
}


def fit_name(name: str, *, content: bytes) -> str:
    """The name under which a file may be kept: without a folder, and one of KINDS by its ending and its beginning.

    raises  Refused("evidence_unfit")
    """
    plain = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable()).strip()
    if not plain or not content:
        raise _unfit("it is empty, or has no name")
    if len(content) > MEGABYTES * 1_000_000:
        raise _unfit("it is too large")
    ending = plain.rpartition(".")[2].lower() if "." in plain else ""
    if ending not in KINDS:
        raise _unfit("files of this kind are not kept")
    beginnings = KINDS[ending][1]
    if beginnings and not content.startswith(beginnings):
        raise _unfit("it is not what its name says")
    return f"{plain[: -len(ending) - 1][: LONGEST_NAME - len(ending) - 1]}.{ending}"


def type_of(name: str) -> str:
    """What a kept file is served as."""
    return KINDS.get(name.rpartition(".")[2].lower(), ("application/octet-stream", ()))[0]


def _unfit(reason: str) -> Refused:
    return Refused("evidence_unfit", reason=reason, megabytes=MEGABYTES, kinds=", ".join(KINDS))
