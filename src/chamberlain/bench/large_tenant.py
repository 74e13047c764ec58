"""A very large tenant in a database, made there by set-based SQL: a sync of it would take hours of simulated Graph."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from chamberlain import clock
from chamberlain.model.run import RunState, Trigger
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.store import runs, tenants
from chamberlain.store.connection import connect, rows
from chamberlain.store.merging.figures import REFRESH

STATEMENTS = Path(__file__).with_name("large_tenant.sql")
GUID = UUID("60dea100-0000-4000-8000-00000b16b16b")
LARGE_DEPARTMENT = "Sales North 0"
ANALYZED = ("account", "permission", "grants", "nesting", "qualifier")


@dataclass(frozen=True, slots=True)
class Size:
    """How large; `seed` decides who is called what and who is where."""

    users: int
    groups: int
    memberships: int
    seed: int


def filled() -> Tenant | None:
    """The large tenant where this database has it already."""
    return next((tenant for tenant in tenants.all_tenants() if tenant.guid == GUID), None)


def fill(size: Size) -> Tenant:
    """Makes the large tenant, with a connection and a run that has succeeded."""
    now = clock.now()
    tenant = tenants.save(guid=GUID, name="Large", domain="large.example", now=now)
    tenants.save_connection(
        tenant=tenant,
        credential=CredentialKind.OWN_SECRET,
        client_id="measurement",
        secret=None,
        scopes=(),
        concealed_names=False,
        connected_by="measurement",
        now=now,
    )
    _fill_directory(tenant, size)
    for number in range(60):
        run = runs.create(tenant_id=tenant.id, trigger=Trigger.SCHEDULE, actor_name="", now=clock.now())
        runs.move(run, RunState.RUNNING, now=clock.now())
        runs.move(run, RunState.FAILED if number % 7 == 0 else RunState.SUCCEEDED, now=clock.now())
    return tenant


def counts(tenant: Tenant) -> dict[str, int]:
    """How large the tenant is."""
    found = rows(
        "SELECT (SELECT count(*) FROM account WHERE tenant_id = %(tenant)s) AS users, "
        "(SELECT count(*) FROM permission WHERE tenant_id = %(tenant)s AND family = 1) AS groups, "
        "(SELECT count(*) FROM grants WHERE tenant_id = %(tenant)s) AS grants, "
        "(SELECT count(*) FROM grants WHERE tenant_id = %(tenant)s AND relation = 1) AS memberships, "
        "(SELECT count(*) FROM nesting WHERE tenant_id = %(tenant)s) AS nested",
        {"tenant": tenant.id},
    )
    return dict(found[0])


def remarkable_people(tenant: Tenant) -> dict[str, str]:
    """Object ids of an ordinary person, the one in most groups, the one who administers everything, and a manager."""
    ids = {"administrator": 1, "in many groups": 2, "manager": 5}
    found = rows(
        "SELECT a.id, a.guid::text AS guid FROM account a WHERE a.tenant_id = %(tenant)s AND a.id = ANY (%(ids)s)",
        {"tenant": tenant.id, "ids": list(ids.values())},
    )
    guids = {row["id"]: row["guid"] for row in found}
    ordinary = rows(
        "SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s AND type = 'member' "
        "ORDER BY id DESC LIMIT 1",
        {"tenant": tenant.id},
    )
    return {"ordinary": ordinary[0]["guid"], **{name: guids[id_] for name, id_ in ids.items()}}


def remarkable_permissions(tenant: Tenant) -> dict[str, str]:
    """Keys of permissions with very many holders and with few, of every family."""
    choices = {
        "everybody": "p.name = 'All employees'",
        "everybody, nested": "p.name = 'Everybody and partners'",
        "large group": "p.family = 1 AND p.name NOT IN ('All employees', 'Everybody and partners') "
        "ORDER BY p.members DESC, p.id",
        "deeply nested group": "p.family = 1 AND p.name NOT IN ('All employees', 'Everybody and partners') ORDER BY "
        "(SELECT count(*) FROM nesting n WHERE n.tenant_id = p.tenant_id AND n.outer_id = p.id) DESC, p.id",
        "small group": "p.family = 1 AND p.people BETWEEN 3 AND 40 ORDER BY p.id DESC",
        "role": "p.family = 2 AND p.people > 1 ORDER BY p.people DESC, p.id",
        "licence": "p.family = 3 ORDER BY p.members DESC, p.id",
        "product": "p.family = 4 ORDER BY p.members DESC, p.id",
        "product of everybody": "p.family = 4 ORDER BY p.people DESC, p.id",
        "service plan": "p.family = 5 ORDER BY p.people DESC, p.id",
    }
    found = {
        name: rows(
            f"SELECT p.key FROM permission p WHERE p.tenant_id = %(tenant)s AND {choice} LIMIT 1",  # noqa: S608
            {"tenant": tenant.id},
        )
        for name, choice in choices.items()
    }
    return {name: keys[0]["key"] for name, keys in found.items() if keys}


def _fill_directory(tenant: Tenant, size: Size) -> None:
    with connect(autocommit=True) as connection:
        settings = {
            "tenant": tenant.id,
            "users": size.users,
            "groups": size.groups,
            "memberships": size.memberships,
            "seed": size.seed,
        }
        for name, value in settings.items():
            connection.execute("SELECT set_config(%s, %s, false)", (f"bench.{name}", str(value)))
        connection.execute("SET work_mem = '512MB'")
        connection.execute(STATEMENTS.read_bytes())
        _analyze(connection)  # the planner would count a million people as if they were none
        for statement in REFRESH:
            connection.execute(statement, {"tenant": tenant.id})
        _analyze(connection)


def _analyze(connection: "psycopg.Connection[Any]") -> None:
    for table in ANALYZED:
        connection.execute(f"VACUUM ANALYZE {table}".encode())
