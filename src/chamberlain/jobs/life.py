"""Signs of life of the durable engine, for those who only look: importing the engine itself takes a second."""

from chamberlain.store.connection import rows

LOCK_SPACE = 0x0C4A3  # advisory locks (LOCK_SPACE, hash of executor id): held while that worker lives

WORKERS = """
    SELECT count(*) AS alive FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %(space)s AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
WAITING = """
    SELECT lower(status) AS state, count(*) AS jobs FROM dbos.workflow_status
    WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED') GROUP BY status
"""
STATES = ("enqueued", "pending", "delayed")


def workers_alive() -> int:
    """How many workers hold their lock on this database now."""
    return int(rows(WORKERS, {"space": LOCK_SPACE})[0]["alive"])


def jobs_by_state() -> dict[str, int]:
    """How many jobs wait, are being done, and are put off."""
    found = {row["state"]: int(row["jobs"]) for row in rows(WAITING, {})}
    return {state: found.get(state, 0) for state in STATES}
