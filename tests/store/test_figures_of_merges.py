"""Figures that a merge of changes brings up to date are those that counting everything anew gives."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chamberlain import bootstrap
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import (
    NIL,
    AccountGone,
    AccountSeen,
    Coverage,
    GrantGone,
    GrantSeen,
    PermissionGone,
    PermissionSeen,
    Whole,
    key_of,
)
from chamberlain.store import tenants
from chamberlain.store.connection import connect
from chamberlain.store.merging.figures import REFRESH
from chamberlain.store.staging import Staging

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE = [f"60dea200-0000-4000-8000-{number:012x}" for number in range(40)]
GROUPS = [f"60deb300-0000-4000-8000-{number:012x}" for number in range(4)]
ROLES = [f"60ded500-0000-4000-8000-{number:012x}" for number in range(3)]
SKUS = [f"60dec400-0000-4000-8000-{number:012x}" for number in range(3)]
UNKNOWN_SKU = "60dec400-0000-4000-8000-00000000ffff"
DEPARTMENTS = ["", "Sales", "SALES", "Legal", "Research"]
STATES = ["Active", "Active", "ActiveWithError", "Error", "Disabled"]
FIGURES = (
    "SELECT department, cell, people FROM people_figure WHERE tenant_id = %(tenant)s ORDER BY 1, 2",
    "SELECT kinds, licences, departments FROM tenant_figure WHERE tenant_id = %(tenant)s",
    "SELECT id, standing FROM account WHERE tenant_id = %(tenant)s ORDER BY 1",
)


@pytest.fixture
def tenant(world: bootstrap.World) -> int:
    return tenants.save(guid=uuid4(), name="Figures", domain="figures.example", now=MONDAY).id


class Directory:
    """What changes in a directory, by chance, as changes tell it."""

    def __init__(self, staging: Staging, chance: random.Random) -> None:
        self._staging = staging
        self._chance = chance

    def person(self, guid: str) -> AccountSeen:
        kind = self._chance.choice(["member", "member", "guest"])
        enabled = self._chance.random() < 0.7
        department = self._chance.choice(DEPARTMENTS)
        return AccountSeen(guid, kind, "Somebody", f"{guid}@x.example", "", enabled, department, "", None, "{}", None)

    def licensed(self, holder: str, sku: str) -> GrantSeen:
        state = json.dumps({"state": self._chance.choice(STATES), "error": "None", "disabled": []})
        qualifier = self._staging.qualifier(state)
        via = self._chance.choice([None, GROUPS[0]])
        return GrantSeen(Family.LICENCE, holder, "other", "", sku, NIL, Relation.ASSIGNED, via, qualifier)

    def change(self) -> Any:
        choose = self._chance.choice
        some = choose([*PEOPLE, *GROUPS])
        changes: list[Any] = [
            self.person(choose(PEOPLE)),
            AccountGone(choose(PEOPLE)),
            self.licensed(choose(PEOPLE), choose(SKUS)),
            GrantGone(Family.LICENCE, choose(PEOPLE), choose(SKUS), NIL, Relation.ASSIGNED),
            member(some, choose(GROUPS)),
            GrantGone(Family.GROUP, some, choose(GROUPS), NIL, Relation.MEMBER),
            administers(some, choose(ROLES)),
            GrantGone(Family.ROLE, some, choose(ROLES), NIL, Relation.ASSIGNED),
            choose([group(choose(GROUPS)), licence(choose(SKUS)), role(choose(ROLES))]),
            choose([PermissionGone(Family.GROUP, choose(GROUPS), NIL), PermissionGone(Family.LICENCE, SKUS[0], NIL)]),
        ]
        return choose(changes)


def group(guid: str) -> PermissionSeen:
    return PermissionSeen(Family.GROUP, "security_group", guid, NIL, key_of(Family.GROUP, guid), "G", "", "", "", "{}")


def licence(guid: str) -> PermissionSeen:
    return PermissionSeen(Family.LICENCE, "licence", guid, NIL, key_of(Family.LICENCE, guid), "L", "", "", "", "{}")


def role(guid: str) -> PermissionSeen:
    return PermissionSeen(Family.ROLE, "role", guid, NIL, key_of(Family.ROLE, guid), "R", "", "", "", "{}")


def member(holder: str, of: str) -> GrantSeen:
    return GrantSeen(Family.GROUP, holder, "other", "", of, NIL, Relation.MEMBER, None, 0)


def administers(holder: str, guid: str) -> GrantSeen:
    return GrantSeen(Family.ROLE, holder, "other", "", guid, NIL, Relation.ASSIGNED, None, 0)


def everything(tenant: int, chance: random.Random) -> None:
    """A first run that lists it all."""
    with Staging(tenant_id=tenant, run_id=1) as staging:
        directory = Directory(staging, chance)
        staging.add([directory.person(guid) for guid in PEOPLE[:30]], unit="all")
        staging.add([*map(group, GROUPS), *map(licence, SKUS), *map(role, ROLES)], unit="all")
        staging.add([directory.licensed(guid, chance.choice(SKUS)) for guid in PEOPLE[:25]], unit="all")
        staging.add([member(guid, chance.choice(GROUPS)) for guid in PEOPLE[:25]], unit="all")
        staging.add([administers(PEOPLE[3], ROLES[0]), administers(GROUPS[1], ROLES[1])], unit="all")
        staging.complete("all")
        families = (Family.GROUP, Family.ROLE, Family.LICENCE)
        coverages = tuple(Coverage(each, (Relation.MEMBER, Relation.ASSIGNED)) for each in families)
        staging.merge(Whole(accounts=True, permissions=families, grants=coverages), seen_at=MONDAY)


def figures(tenant: int, *, anew: bool) -> list[Any]:
    """What is there, or what counting everything would leave there."""
    with connect() as connection:
        for statement in REFRESH if anew else ():
            connection.execute(statement, {"tenant": tenant})
        found = [connection.execute(statement.encode(), {"tenant": tenant}).fetchall() for statement in FIGURES]
        connection.rollback()
    return found


@pytest.mark.parametrize("seed", range(3))
def test_figures_that_follow_changes_are_those_of_a_recount(tenant: int, seed: int) -> None:
    chance = random.Random(seed)
    everything(tenant, chance)
    told = [figures(tenant, anew=False)]
    assert told[0] == figures(tenant, anew=True)
    for number in range(1, 10):
        with Staging(tenant_id=tenant, run_id=1 + number) as staging:
            directory = Directory(staging, chance)
            for _ in range(chance.randint(1, 12)):
                staging.amend([directory.change()], unit="changes")
            staging.complete("changes")
            staging.merge(Whole(), seen_at=MONDAY + timedelta(hours=number))
        told.append(figures(tenant, anew=False))
        assert told[-1] == figures(tenant, anew=True)
    assert len({str(each) for each in told}) > 7, "the changes changed nothing"


def test_a_licence_that_nobody_knows_licenses_nobody(tenant: int) -> None:
    everything(tenant, random.Random(9))
    with Staging(tenant_id=tenant, run_id=2) as staging:
        directory = Directory(staging, random.Random(9))
        active = staging.qualifier('{"state": "Active", "error": "None", "disabled": []}')
        unknown = GrantSeen(Family.LICENCE, PEOPLE[35], "other", "", UNKNOWN_SKU, NIL, Relation.ASSIGNED, None, active)
        staging.amend([directory.person(PEOPLE[35])], unit="changes")
        staging.amend([unknown], unit="changes")
        staging.complete("changes")
        staging.merge(Whole(), seen_at=MONDAY + timedelta(hours=1))
    assert figures(tenant, anew=False) == figures(tenant, anew=True)
