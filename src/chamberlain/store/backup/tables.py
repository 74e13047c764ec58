"""Which tables a backup holds, in an order in which they can be filled."""

from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import Any

LEFT_OUT = ("django_migrations", "django_session", "session", "sign_in_attempt", "sign_in_link", "connect_attempt")
"""Migrations are made anew; who was signed in, or about to be, is not to be again because a backup is put back."""

TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p'
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND c.relname <> ALL (%s)
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    GROUP BY c.relname ORDER BY c.relname
"""
LINKS = """
    SELECT c.relname, f.relname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace AND c.oid <> f.oid
"""
SEQUENCES = """
    SELECT sequencename, last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL
      AND sequencename NOT LIKE 'django_migrations%%' ORDER BY 1
"""


def tables(cursor: Any) -> dict[str, tuple[str, ...]]:
    """Tables with the columns whose values are kept; a table comes after those that it refers to.

    What is unlogged is left out: PostgreSQL itself forgets it in a crash, and everything can live with that.
    """
    cursor.execute(TABLES, [list(LEFT_OUT)])
    found = {name: tuple(columns) for name, columns in cursor.fetchall()}
    cursor.execute(LINKS)
    return {name: found[name] for name in _in_order(found, cursor.fetchall())}


def sequences(cursor: Any) -> dict[str, int]:
    """Each sequence that was used, with its last number."""
    cursor.execute(SEQUENCES)
    return dict(cursor.fetchall())


def _in_order(names: Iterable[str], links: Iterable[tuple[str, str]]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter({name: set() for name in names})
    for table, referred in links:
        if table in names and referred in names:
            sorter.add(table, referred)
    return [*sorter.static_order()]
