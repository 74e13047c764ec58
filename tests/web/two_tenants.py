"""Two tenants of one installation, alike in shape, and a word in every name of the second by which it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

import pytest
from planned import Wish, kept

import stories
from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.model.actor import Role
from chamberlain.model.plan import PlanState, StepState
from chamberlain.model.task import TaskState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.model.view import ListName
from chamberlain.settings import load
from chamberlain.store import tasks, views
from chamberlain.store.connection import connect, rows, transaction
from chamberlain.store.models import RoleRow, TenantRow, User
from chamberlain.store.users import local_administrator

MARK = "Zanzibar"
SHAPE = {"users": 40, "groups": 14, "memberships": 200, "apps": 6}

# Every text of the second tenant that a page could show: table, columns.
MARKED = {
    "account": ("name", "user_name", "mail", "department", "job_title"),
    "permission": ("name", "description", "mail"),
    "consent": ("client_name", "resource_name"),
}


@dataclass(frozen=True, slots=True)
class Peer:
    """A tenant, and ids of things in it."""

    tenant: Tenant
    person: UUID
    permission: str
    run: int
    view: int
    credential: UUID
    plan: int
    task: int


@dataclass(frozen=True, slots=True)
class TwoTenants:
    """The one that is asked, and the one that must not show."""

    here: Peer
    there: Peer
    user_id: UUID


@cache
def two_tenants(start_tenant: Callable[..., Simulated]) -> TwoTenants:
    """Both, read once; all modules share them."""
    with transaction():
        user_id = local_administrator(name="Walker", now=clock.now())
        local_administrator(name="Bystander", now=clock.now())
    found = []
    for seed in (41, 42):
        simulator = start_tenant(seed=seed, **SHAPE)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
            patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
            found.append(stories.connect_and_sync(simulator, load()))
    here, there = found
    _mark(there)
    return TwoTenants(_peer(here, user_id), _peer(_named(there), user_id), user_id)


def become(user_id: UUID, *held: tuple[Role, int | None, str]) -> None:
    """Makes these the only roles of somebody."""
    RoleRow.objects.filter(user_id=user_id).delete()
    RoleRow.objects.bulk_create(
        RoleRow(
            user_id=user_id,
            role=role.value,
            tenant_id=tenant_id,
            permission=permission,
            given_at=clock.now(),
            given_by="a test",
        )
        for role, tenant_id, permission in held
    )


def marks_of(peer: Peer) -> set[str]:
    """Everything that tells of a tenant: its own names and the object ids of all that is in it."""
    tenant = peer.tenant
    ids = rows("SELECT guid::text AS id FROM account WHERE tenant_id = %(tenant)s", {"tenant": tenant.id})
    keys = rows(
        "SELECT key FROM permission p WHERE tenant_id = %(tenant)s AND NOT EXISTS "
        "(SELECT 1 FROM permission o WHERE o.key = p.key AND o.tenant_id <> p.tenant_id)",
        {"tenant": tenant.id},
    )
    return {MARK, str(tenant.guid), tenant.domain} | {row["id"] for row in ids} | {row["key"] for row in keys}


def _mark(tenant: Tenant) -> None:
    with connect() as connection:
        for table, columns in MARKED.items():
            changes = ", ".join(f"{column} = {column} || ' {MARK}'" for column in columns)
            connection.execute(f"UPDATE {table} SET {changes} WHERE tenant_id = %s", (tenant.id,))  # type: ignore[arg-type]  # constants


def _named(tenant: Tenant) -> Tenant:
    TenantRow.objects.filter(id=tenant.id).update(name=f"{tenant.name} {MARK}")
    return TenantRow.objects.get(id=tenant.id).value()


def _peer(tenant: Tenant, user_id: UUID) -> Peer:
    values = {"tenant": tenant.id}
    person = rows(
        "SELECT a.guid FROM account a JOIN grants g ON g.tenant_id = a.tenant_id AND g.holder_id = a.id "
        "WHERE a.tenant_id = %(tenant)s AND a.type = 'member' GROUP BY a.guid ORDER BY count(*) DESC LIMIT 1",
        values,
    )[0]
    permission = rows(
        "SELECT key FROM permission WHERE tenant_id = %(tenant)s AND family = 1 ORDER BY members DESC LIMIT 1", values
    )[0]
    run = rows("SELECT max(id) AS id FROM sync_run WHERE tenant_id = %(tenant)s", values)[0]
    with transaction():
        view = views.create(
            tenant_id=tenant.id,
            user_id=user_id,
            list_name=ListName.PEOPLE,
            name=f"View of {tenant.name}",
            query="q=a",
            shared=True,
            now=clock.now(),
        )
    credential = rows(
        "SELECT d.id FROM credential d JOIN connection c ON c.id = d.connection_id WHERE c.tenant_id = %(tenant)s",
        values,
    )[0]
    plan, task = _plan(tenant, person["guid"], permission["key"])
    return Peer(tenant, person["guid"], permission["key"], run["id"], view, credential["id"], plan, task)


def _plan(tenant: Tenant, person: UUID, key: str) -> tuple[int, int]:
    """A plan that went through but for one step, and the task that is left of it, with a file."""
    values = {"tenant": tenant.id, "guid": person, "key": key}
    who = rows("SELECT name FROM account WHERE tenant_id = %(tenant)s AND guid = %(guid)s", values)[0]["name"]
    what = rows("SELECT name FROM permission WHERE tenant_id = %(tenant)s AND key = %(key)s", values)[0]["name"]
    ends = (StepState.PROVED, StepState.NEEDS_PERSON)
    wishes = [Wish(Verb.REMOVE_MEMBER, str(person), who, key, what, state) for state in ends]
    plan_id = kept(tenant, wishes, state=PlanState.FAILED, reason=f"{tenant.name} moves")
    task = tasks.listing(tenant_id=tenant.id, states=[TaskState.OPEN], limit=1, plan_id=plan_id)[0]
    with transaction():
        tasks.attach(tenant_id=tenant.id, task_id=task.id, name="proof.txt", content=tenant.name.encode())
    return plan_id, task.id


def walker() -> User:
    """Whose roles are exchanged."""
    return User.objects.get(subject="local:walker")
