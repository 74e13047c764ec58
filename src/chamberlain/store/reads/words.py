"""What people type, as a condition: words that begin words, and, where the server has trigrams, parts of names."""

import re
from functools import cache
from typing import Any

from django.db import connection

from chamberlain.store.connection import rows

SHORTEST_PART = 3  # a trigram has three characters: fewer cannot use the index


def matching(table: str, text: str) -> tuple[str, dict[str, Any]]:
    """A condition on a table's `search` and `name` columns, and its values; none where nothing was typed.

    table  the alias in the query
    """
    if not text.strip():
        return "", {}
    query = prefix_query(text)
    conditions = [f"{table}.search @@ to_tsquery('simple', %(words)s)"] if query else []
    part = text.strip().lower()
    if len(part) >= SHORTEST_PART and has_trigrams(connection.alias, str(connection.settings_dict["NAME"])):
        conditions.append(f"lower({table}.name) LIKE %(part)s")
    if not conditions:
        return " AND false", {}
    return f" AND ({' OR '.join(conditions)})", {"words": query, "part": f"%{_literally(part)}%"}


def prefix_query(text: str) -> str | None:
    """A tsquery that every word of `text` begins some word of the row; None where there is no word.

    Splits as the generated `search` columns do: at everything that is not a letter or digit.
    """
    words = re.findall(r"\w+", text.replace("_", " "))
    return " & ".join(f"'{word}':*" for word in words) or None


@cache
def has_trigrams(_alias: str, _database: str) -> bool:
    """Whether this database can search inside words; asked once a process."""
    return bool(rows("SELECT 1 AS found FROM pg_extension WHERE extname = 'pg_trgm'", {}))


def _literally(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
