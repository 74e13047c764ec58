"""Owners of groups that Exchange manages: read from Exchange, and never ended by who does not see them."""

import json
from collections.abc import Callable

import pytest

from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.capability import Capability
from chamberlain.model.kind import Family, Kind
from chamberlain.model.observed import key_of
from chamberlain.model.run import Mode, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD
from chamberlain.queries.permissions import (
    Permission,
    PermissionFilter,
    PermissionRow,
    find_permission,
    list_permissions,
)
from chamberlain.settings import Settings
from chamberlain.store import scopes
from stories import ADMIN, connect, perform

MAIL = (Kind.MAIL_SECURITY_GROUP, Kind.DISTRIBUTION_GROUP)


class Story:
    """One tenant, with and without its Exchange."""

    def __init__(self, simulated: Simulated, settings: Settings) -> None:
        self.simulated = simulated
        self.without = settings
        self.settings = settings.model_copy(update={"exchange": "invoke", "exchange_root": simulated.url})
        self.tenant: Tenant = connect(simulated)

    def choose(self, *, without: bool = False) -> None:
        scopes.choose(
            tenant_id=self.tenant.id,
            capabilities=STANDARD if without else STANDARD | {Capability.PROVISION_MAIL_GROUPS},
            now=clock.now(),
            by="a test",
        )

    def truth(self) -> dict[str, list[str]]:
        told = json.loads(self.simulated.get("/_simulator/exchange"))["groups"]
        return {one["id"]: one["managers"] for one in told}

    def shown(self) -> dict[str, list[str]]:
        return {guid: sorted(str(one.guid) for one in self.page(guid).owners) for guid in self.truth()}

    def page(self, guid: str) -> Permission:
        return find_permission(viewer=ADMIN, tenant=self.tenant, key=key_of(Family.GROUP, guid))

    def run(self, settings: Settings, mode: Mode | None = None) -> None:
        assert perform(self.tenant, settings, mode=mode).state is RunState.SUCCEEDED


@pytest.fixture
def story(world: World, start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]) -> Story:
    simulated = start_tenant(users=40, groups=40, memberships=120, apps=5, seed=21)
    return Story(simulated, pointed(simulated))


def test_owners_of_mail_groups_come_from_exchange_and_stay_when_it_is_gone(story: Story) -> None:
    nobody = {guid: [] for guid in story.truth()}
    story.choose()
    story.run(story.settings)
    assert story.shown() == nobody  # Exchange lets us not in, and that ends no run
    assert {row.owners for kind in MAIL for row in rows(story, kind)} == {None}

    story.simulated.post("/_simulator/exchange/let_in", {"client_id": story.simulated.own_client_id})
    story.run(story.settings)
    assert story.shown() == story.truth() != nobody

    guid, managers = next((guid, managers) for guid, managers in story.truth().items() if len(managers) > 1)
    change = {"kind": "set_managers", "group": guid, "managers": managers[:1]}
    story.simulated.post("/_simulator/mutations", change)
    story.run(story.settings)
    assert story.page(guid).row.owners == 1
    known = story.shown()
    assert known == story.truth()

    story.run(story.without, Mode.FULL)  # Graph shows none of them, and may not end any
    assert story.shown() == known

    story.choose(without=True)
    story.simulated.post("/_simulator/mutations", {**change, "managers": managers[1:]})
    story.run(story.settings)
    assert story.shown() == known != story.truth()  # what nobody chose is not asked for


def rows(story: Story, kind: Kind) -> list[PermissionRow]:
    found = list_permissions(viewer=ADMIN, tenant=story.tenant, filter=PermissionFilter(kind=kind), size=200)
    return list(found.rows)
