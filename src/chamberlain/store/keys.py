"""Which keys what is encrypted in the database was encrypted with, and encrypting it anew."""

from collections import Counter
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models
from django.db.transaction import atomic
from psycopg import sql

from chamberlain.errors import Misconfigured
from chamberlain.store.keyring import KeyRing, id_of
from chamberlain.store.secrets import EncryptedField

AT_ONCE = 100
EMPTY = "UPDATE {table} SET {column} = NULL WHERE split_part({column}, '.', 2) = %s"
DELETE = "DELETE FROM {table} WHERE split_part({column}, '.', 2) = %s"
THERE = """
    SELECT 1 FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = %s AND column_name = %s
"""
USED = "SELECT split_part({column}, '.', 2), count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
OTHERS = """
    SELECT {id}::text FROM {table} WHERE {column} IS NOT NULL AND split_part({column}, '.', 2) <> %s
    ORDER BY {id} LIMIT %s
"""


def encrypted_columns() -> Iterator[tuple[type[models.Model], EncryptedField]]:
    """Every column that holds secrets, whichever table gains one."""
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, EncryptedField):
                yield model, field


def used() -> Counter[str]:
    """How many secrets each key holds, by its id. Tables that a migration has yet to make hold none."""
    found: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for model, field in encrypted_columns():
            cursor.execute(THERE, [model._meta.db_table, field.column])
            if cursor.fetchone() is None:
                continue
            cursor.execute(_filled(USED, model, field))
            found.update(dict(cursor.fetchall()))
    return found


def refuse_wrong_keys(ring: KeyRing) -> None:
    """Passes where everything that is encrypted can be read. It changes nothing.

    raises  Misconfigured("key_missing") where there is no key and something needs one; Misconfigured("key_wrong")
    """
    held = used()
    if held and ring.is_new:
        raise Misconfigured("key_missing", path=str(ring.path), expected=", ".join(sorted(held)))
    unknown = sorted(set(held) - set(ring.ids))
    if unknown:
        raise Misconfigured("key_wrong", expected=", ".join(unknown), found=", ".join(ring.ids))


def reencrypt(ring: KeyRing) -> int:
    """Encrypts everything with the newest key, row by row; how much was still under another one.

    What is done stays done: it can end anywhere, and be called again. Others may read and write meanwhile.
    """
    done = 0
    for model, field in encrypted_columns():
        while ids := _others(model, field, ring.ids[0]):
            for key in ids:
                done += _reencrypt_row(model, field, key, ring)
    return done


def give_up(lost: str) -> int:
    """Takes away what only a key that is lost could open; how many secrets that were.

    What cannot be without its secret goes with it. A connection stays and says that it needs a new one.
    """
    given_up = 0
    with connection.cursor() as cursor:
        for model, field in encrypted_columns():
            statement = EMPTY if field.null else DELETE
            cursor.execute(_filled(statement, model, field), [lost])
            given_up += cursor.rowcount
    return given_up


def _others(model: type[models.Model], field: EncryptedField, newest: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_filled(OTHERS, model, field), [newest, AT_ONCE])
        return [row[0] for row in cursor.fetchall()]


def _reencrypt_row(model: type[models.Model], field: EncryptedField, key: str, ring: KeyRing) -> bool:
    with atomic():
        row = model._default_manager.select_for_update(of=("self",)).filter(pk=key).first()
        token = None if row is None else row.__dict__[field.attname]
        if row is None or token is None or id_of(token) == ring.ids[0]:
            return False  # gone, or somebody has just written it
        setattr(row, field.attname, ring.decrypt(token, context=field.context(row)))
        row.save(update_fields=[field.attname])
    return True


def _filled(statement: str, model: type[models.Model], field: EncryptedField) -> str:
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "column": sql.Identifier(str(field.column)),
        "id": sql.Identifier(str(model._meta.pk.column)),
    }
    return sql.SQL(statement).format(**names).as_string(None)
