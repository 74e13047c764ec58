"""Whether this process could serve: each answer is yes or no, and never why, which is for the log."""

import logging
from functools import lru_cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from chamberlain.errors import Misconfigured
from chamberlain.store.connection import rows
from chamberlain.store.models import AuditKeyRow

logger = logging.getLogger(__name__)


def database_answers() -> bool:
    """Whether the database can be reached."""
    try:
        rows("SELECT 1 AS one", {})
    except DatabaseError as error:
        logger.warning("the database does not answer: %s", type(error).__name__)
        return False
    return True


def is_migrated() -> bool:
    """Whether the schema is at least what this version needs; one that a newer version made is fine."""
    where = connection.settings_dict
    try:
        return _is_migrated(str(where["HOST"]), str(where["PORT"]), str(where["NAME"]))
    except _NotYet:
        return False


def key_fits() -> bool:
    """Whether the installation's key opens what was locked with it; True where nothing was locked yet."""
    try:
        row = AuditKeyRow.objects.first()
        return row is None or bool(row.secret)
    except Misconfigured as error:
        logger.error("the key does not fit: %s", error.code)  # noqa: TRY400 - its data says no more
        return False


class _NotYet(Exception):
    """The schema is older than we are; not remembered, since it may be migrated any moment."""


@lru_cache(maxsize=4)
def _is_migrated(_host: str, _port: str, _name: str) -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _NotYet
    return True
