"""Writes a backup: one moment of the whole database, streamed into a file that others cannot read."""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import msgspec
import psycopg
from psycopg import sql

from chamberlain.errors import Conflict, Misconfigured
from chamberlain.model.backup import FORMAT, Manifest, Part
from chamberlain.store.backup.archive import KEYS, MANIFEST, MARK, mark, place
from chamberlain.store.backup.tables import sequences, tables
from chamberlain.store.connection import connect
from chamberlain.store.keyring import KeyRing
from chamberlain.store.keys import used

APPLIED = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
QUICKLY = 3  # zlib's level: a third of the time of its default, for a tenth more bytes


def write_backup(path: Path, *, ring: KeyRing, made_at: datetime, sealed: bytes | None) -> Manifest:
    """Writes everything as it is at one moment; others go on reading and writing meanwhile.

    The file appears under its name when it is whole and on the disk.

    sealed  the installation's keys under a passphrase, to be kept in it; None: it holds no key
    raises  Conflict("backup_exists"), Misconfigured("backup_unwritable")
    """
    if path.exists():
        raise Conflict("backup_exists", path=str(path))
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                manifest = _write(file, ring=ring, made_at=made_at, sealed=sealed)
                file.flush()
                os.fsync(file.fileno())
            os.link(unfinished, path)  # unlike a rename it replaces nothing
        finally:
            unfinished.unlink(missing_ok=True)
    except FileExistsError as error:
        raise Conflict("backup_exists", path=str(path)) from error
    except OSError as error:
        raise Misconfigured("backup_unwritable", path=str(path), reason=error.strerror or str(error)) from error
    return manifest


def _write(file: IO[bytes], *, ring: KeyRing, made_at: datetime, sealed: bytes | None) -> Manifest:
    needed = {*used()}
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICKLY) as archive,
        _moment() as (cursor, kept),
    ):
        cursor.execute(APPLIED)
        migrations = tuple(name for (name,) in cursor.fetchall())
        parts = tuple(_copy(cursor, archive, table, columns) for table, columns in kept.items())
        if sealed is not None:
            archive.writestr(KEYS, sealed)
        manifest = Manifest(
            format=FORMAT,
            made_at=made_at,
            version=version("chamberlain"),
            migrations=migrations,
            parts=parts,
            sequences=sequences(cursor),
            keys=tuple(dict.fromkeys((ring.ids[0], *sorted(needed | {*used()})))),
            key_sha256=hashlib.sha256(sealed).hexdigest() if sealed is not None else "",
        )
        told = msgspec.json.format(msgspec.json.encode(manifest))
        archive.writestr(MANIFEST, told)
        archive.writestr(MARK, mark(told, key=ring.keys[0]))
    return manifest


@contextmanager
def _moment() -> "Iterator[tuple[psycopg.Cursor[Any], dict[str, tuple[str, ...]]]]":
    """A snapshot of the database, with its tables: no migration changes them until it ends."""
    with connect() as guard, guard.cursor() as held:
        names = tables(held)
        everything = sql.SQL(", ").join(map(sql.Identifier, names))
        held.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(everything))
        with connect() as reader:
            reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            reader.read_only = True
            with reader.cursor() as cursor:
                yield cursor, tables(held)


def _copy(cursor: "psycopg.Cursor[Any]", archive: zipfile.ZipFile, table: str, columns: tuple[str, ...]) -> Part:
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    digest, rows = hashlib.sha256(), 0
    with archive.open(place(table), "w", force_zip64=True) as entry, cursor.copy(statement) as lines:
        for line in lines:
            digest.update(line)
            rows += bytes(line).count(b"\n")  # in COPY's text a line break that is data is written \n
            entry.write(line)
    return Part(table, columns, rows, digest.hexdigest())
