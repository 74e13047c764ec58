"""Whatever was true when a sync ended is what the past tells later: people, names, and everything that they held."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from chamberlain import bootstrap, clock
from chamberlain.bench.simulated import Simulated
from chamberlain.model.tenant import Tenant
from chamberlain.queries.people import Person, find_person
from chamberlain.queries.permissions import list_members
from chamberlain.settings import Settings
from people import ANNA, BEN, CHLOE, EMRE, FATIMA
from stories import ADMIN, connect_and_sync, perform

Mutation = dict[str, Any]


def changes(simulator: Simulated) -> list[list[Mutation]]:
    """What happens between one sync and the next: people move through nested groups, are renamed, go and come back."""
    groups = {line["name"]: line["key"].split(":")[1] for line in truth(simulator) if line["t"] == "permission"}
    engineering, builders, platform = (groups[name] for name in ("Engineering", "Builders", "Platform"))
    return [
        [
            {"kind": "rename_user", "user": str(ANNA), "display_name": "Anna Schmidt"},
            {"kind": "remove_member", "group": engineering, "member": str(BEN)},
            {"kind": "add_member", "group": builders, "member": str(ANNA)},
        ],
        [
            {"kind": "remove_member", "group": platform, "member": builders},
            {"kind": "delete_user", "user": str(FATIMA)},
            {"kind": "rename_group", "group": builders, "display_name": "Makers"},
        ],
        [
            {"kind": "add_member", "group": platform, "member": builders},
            {"kind": "add_member", "group": engineering, "member": str(BEN)},
            {"kind": "remove_member", "group": engineering, "member": str(CHLOE)},
            {"kind": "restore_user", "user": str(FATIMA)},
        ],
        [{"kind": "remove_member", "group": builders, "member": str(EMRE)}],
    ]


def truth(simulator: Simulated, position: int | None = None) -> list[dict[str, Any]]:
    return list(simulator.truth("" if position is None else f"?at={position}"))


def held(person: Person) -> set[str]:
    """Keys of what a person really holds, service plans included."""
    real = [holding for holding in person.holdings if holding.effective and not holding.owner]
    return {holding.key for holding in real} | {plan.key for holding in real for plan in holding.plans if plan.enabled}


@pytest.fixture(scope="module")
def told(
    world: bootstrap.World, start_tenant: Callable[..., Simulated]
) -> tuple[Tenant, list[tuple[datetime, list[dict[str, Any]]]]]:
    """A tenant that was synced after each round of changes, with the moment and the truth of each."""
    simulator = start_tenant(population="golden")
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        settings = Settings()
        tenant = connect_and_sync(simulator, settings)
        seen.append((clock.now(), truth(simulator, 0)))
        for round_ in changes(simulator):
            for mutation in round_:
                position = simulator.post("/_simulator/mutations", mutation)["position"]
            run = perform(tenant, settings)
            assert run.error_code is None, run.error_data
            seen.append((clock.now(), truth(simulator, position)))
    return tenant, seen


def test_what_people_held_is_the_truth_of_every_position(
    told: tuple[Tenant, list[tuple[datetime, list[dict[str, Any]]]]],
) -> None:
    tenant, seen = told
    everybody = {line["id"] for _, lines in seen for line in lines if line["t"] == "account"}
    assert len(everybody) == 12
    for moment, lines in seen:
        accounts = {line["id"]: line for line in lines if line["t"] == "account"}
        real = {(line["account"], line["permission"]) for line in lines if line["t"] == "effective"}
        people = {id_: find_person(viewer=ADMIN, tenant=tenant, guid=UUID(id_), at=moment) for id_ in everybody}
        assert {id_ for id_, person in people.items() if person.present} == set(accounts)
        assert {(id_, key) for id_, person in people.items() for key in held(person)} == real
        for id_, line in accounts.items():
            person = people[id_]
            assert person.row.name == (line["name"] or "")
            assert person.row.enabled == line["enabled"]
            assert (str(person.manager.guid) if person.manager else None) == line["manager"]


def test_who_held_a_group_is_the_truth_of_every_position(
    told: tuple[Tenant, list[tuple[datetime, list[dict[str, Any]]]]],
) -> None:
    tenant, seen = told
    for moment, lines in seen:
        groups = {line["key"] for line in lines if line["t"] == "permission" and line["key"].startswith("group:")}
        for key in groups:
            members = list_members(viewer=ADMIN, tenant=tenant, key=key, at=moment, size=500).rows
            assert {str(member.guid) for member in members if member.type.is_person} == {
                line["account"] for line in lines if line["t"] == "effective" and line["permission"] == key
            }
