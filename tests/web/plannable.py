"""A simulated tenant that may be written to, read once, for all tests of plans in the browser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

import stories
from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.model.capability import Capability
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import ABILITIES, STANDARD
from chamberlain.settings import Settings, load
from chamberlain.store import scopes
from chamberlain.store.connection import rows
from granting import Grants

WRITING = (
    Capability.PROVISION_GROUPS,
    Capability.PROVISION_OWNERS,
    Capability.PROVISION_LICENCES,
    Capability.PROVISION_ROLES,
    Capability.PROVISION_PRODUCTS,
    Capability.PROVISION_PEOPLE,
    Capability.OFFBOARD_ACCOUNT,
    Capability.RESET_PASSWORDS,
)


@dataclass(frozen=True, slots=True)
class Plannable:
    """The tenant, and the simulator behind it."""

    tenant: Tenant
    simulator: Simulated


@contextmanager
def pointing(simulator: Simulated) -> Iterator[Settings]:
    """This process's settings lead to the simulator."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOGIN_ROOT", "GRAPH_ROOT"):
            patch.setenv(f"CHAMBERLAIN_{name}", simulator.url)
        patch.setenv("CHAMBERLAIN_CLIENT_ID", simulator.client_id)
        patch.setenv("CHAMBERLAIN_CLIENT_SECRET", simulator.client_secret)
        yield load()


@cache
def plannable(start_tenant: Callable[..., Simulated]) -> Plannable:
    """Connected, synced, and let write groups, roles, licences, products and accounts."""
    simulator = start_tenant(users=80, groups=24, memberships=400, apps=4, seed=93)
    with pointing(simulator) as settings:
        found = stories.connect_and_sync(simulator, settings)
        Grants(simulator).grant(*sorted({use.scope for one in WRITING for use in ABILITIES[one].uses}))
        choose(found, *WRITING)
        stories.perform(found, settings)
    return Plannable(found, simulator)


def choose(tenant: Tenant, *writing: Capability) -> None:
    """What the connection may change."""
    scopes.choose(tenant_id=tenant.id, capabilities={*STANDARD, *writing}, now=clock.now(), by="a test")


def group(tenant: Tenant, place: int = 0) -> dict[str, Any]:
    """A security group that people are put into by hand, with some who are in it."""
    return rows(
        """
        SELECT p.key, p.name, array_agg(a.guid::text ORDER BY a.guid) AS members FROM permission p
        JOIN grants g ON g.tenant_id = p.tenant_id AND g.permission_id = p.id AND g.relation = 1 AND g.closed_at IS NULL
        JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id AND a.type = 'member'
        WHERE p.tenant_id = %(tenant)s AND p.kind = 'security_group' AND p.gone_at IS NULL
          AND NOT coalesce((p.facts ->> 'dynamic')::bool, false)
          AND NOT coalesce((p.facts ->> 'on_premises')::bool, false)
          AND NOT coalesce((p.facts ->> 'role_assignable')::bool, false)
        GROUP BY p.key, p.name HAVING count(a.guid) BETWEEN 3 AND 30 ORDER BY p.key
        """,
        {"tenant": tenant.id},
    )[place]


def person(tenant: Tenant, *, outside: list[str], place: int = 0) -> dict[str, Any]:
    """Somebody who is not among these, comes from no other directory and is no administrator."""
    return rows(
        """
        SELECT a.guid::text AS guid, a.name, a.user_name FROM account a
        WHERE a.tenant_id = %(tenant)s AND a.type = 'member' AND a.enabled AND a.gone_at IS NULL
          AND a.guid <> ALL(%(outside)s::uuid[]) AND NOT coalesce((a.facts ->> 'on_premises')::bool, false)
          AND NOT EXISTS (
            SELECT FROM grants g JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
            WHERE g.tenant_id = a.tenant_id AND g.holder_id = a.id AND p.family = 2 AND g.closed_at IS NULL
          ) ORDER BY a.guid
        """,
        {"tenant": tenant.id, "outside": outside},
    )[place]


def plain_member(tenant: Tenant, found: dict[str, Any]) -> str:
    """One who is in the group, comes from no other directory and is no administrator."""
    everybody = rows("SELECT guid::text AS guid FROM account WHERE tenant_id = %(tenant)s", {"tenant": tenant.id})
    outside = [row["guid"] for row in everybody if row["guid"] not in found["members"]]
    return str(person(tenant, outside=outside)["guid"])


def name_of(tenant: Tenant, guid: str) -> str:
    """What somebody is called."""
    found = rows(
        "SELECT name FROM account WHERE tenant_id = %(tenant)s AND guid = %(guid)s::uuid",
        {"tenant": tenant.id, "guid": guid},
    )
    return str(found[0]["name"])
