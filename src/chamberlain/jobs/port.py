"""Enqueue by name, inside the caller's transaction.

The engine's own SQL function writes the job, so that a job exists exactly when the change that asked for it does.
"""

import json
from datetime import datetime

from django.db import connection

QUEUE = "tenants"
URGENT = "urgent"  # its jobs find a place in a worker also where all others are taken


def enqueue(
    name: str,
    arguments: dict[str, object],
    *,
    id: str,
    tenant_id: int,
    at: datetime | None = None,
    lane: str = "",
    is_urgent: bool = False,
) -> None:
    """Queues a job; the same id queues it once.

    name       as registered with `engine.Worker`
    arguments  plain JSON values
    id         deterministic: one per (story, tenant, row)
    tenant_id  jobs of one tenant share its part of the queue
    at         not before this time
    lane       jobs of one tenant and one lane go one after the other; other lanes do not wait for them
    is_urgent  it waits for no job but those of its own lane that are urgent, too
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dbos.enqueue_workflow(workflow_name => %s, queue_name => %s, named_args => %s::json, "
            "workflow_id => %s, queue_partition_key => %s, delay_until_epoch_ms => %s)",
            [
                name,
                URGENT if is_urgent else QUEUE,
                json.dumps(arguments),
                id,
                f"{tenant_id}/{lane}" if lane else str(tenant_id),
                None if at is None else int(at.timestamp() * 1000),
            ],
        )


def forget_jobs(tenant_id: int) -> None:
    """Removes all jobs of a tenant with what they were given and what they said, in the caller's transaction."""
    theirs = "SELECT workflow_uuid FROM dbos.workflow_status WHERE queue_name IN (%s, %s) AND "
    theirs += "(queue_partition_key = %s OR queue_partition_key LIKE %s)"
    with connection.cursor() as cursor:
        for table in ("workflow_input", "workflow_output", "workflow_status"):  # what belongs to the last goes with it
            statement = f"DELETE FROM dbos.{table} WHERE workflow_uuid IN ({theirs})"  # noqa: S608 - constants
            cursor.execute(statement, [QUEUE, URGENT, str(tenant_id), f"{tenant_id}/%"])
