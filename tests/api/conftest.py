"""A synced tenant that all tests of the API share, and scripts with tokens."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

import stories
from chamberlain.actions.make_token import make_token
from chamberlain.actions.sign_in import issue_sign_in_link, redeem_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.actor import Actor
from chamberlain.model.api_token import TokenScope
from chamberlain.model.tenant import Tenant
from chamberlain.queries.actors import find_actor
from chamberlain.settings import load
from chamberlain.store.connection import connect

EVERYTHING = frozenset(TokenScope)


@pytest.fixture(scope="package")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    """The golden tenant."""
    return start_tenant(population="golden")


@pytest.fixture(scope="package")
def tenant(world: World, simulator: Simulated) -> Iterator[Tenant]:
    """Its twelve people, synced."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        yield stories.connect_and_sync(simulator, load())


@pytest.fixture(scope="session")
def admin(world: World) -> Actor:
    """An administrator who can make tokens."""
    return somebody("Api Admin")


@pytest.fixture(scope="package")
def script(admin: Actor) -> Callable[..., Client]:
    """Makes scripts with a token each: for every tenant and everything, unless told otherwise; asked alike, once."""
    known: dict[object, Client] = {}

    def made(
        *, scopes: frozenset[TokenScope] = EVERYTHING, tenant: Tenant | None = None, fresh: bool = False
    ) -> Client:
        wanted = (scopes, tenant and tenant.id)
        if fresh or wanted not in known:
            secret, _ = make_token(
                actor=admin,
                person=UUID(admin.id),
                name="test",
                scopes=scopes,
                tenant=tenant,
                lasts=timedelta(hours=1),
            )
            if fresh:
                return asking(secret)
            known[wanted] = asking(secret)
        return known[wanted]

    return made


@pytest.fixture
def another(world: World) -> Callable[[TokenScope], Client]:
    """Makes a script of another administrator, with a token for one scope."""

    def made(scope: TokenScope) -> Client:
        other = somebody("Second Admin")
        secret, _ = make_token(
            actor=other,
            person=UUID(other.id),
            name="second",
            scopes=frozenset({scope}),
            tenant=None,
            lasts=timedelta(hours=1),
        )
        return asking(secret)

    return made


@pytest.fixture(autouse=True)
def nothing_spent(world: World) -> None:
    """Every test may ask as often as anybody may."""
    with connect() as connection:
        connection.execute("DELETE FROM rate_limit")


def somebody(name: str) -> Actor:
    """A local administrator with this name."""
    link = issue_sign_in_link(actor=stories.ADMIN, root="", name=name)
    return find_actor(user_id=redeem_sign_in_link(link=link))


def asking(secret: str) -> Client:
    """A script that sends this token."""
    return Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {secret}"})
