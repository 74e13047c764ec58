"""Running simulators: one seeded tenant that tests only read, one golden one, and fresh ones for tests that change
things."""

from collections.abc import Callable, Iterator

import pytest
from tenant_client import Client, Running

SMALL = ("--users", "300", "--groups", "60", "--memberships", "2400", "--apps", "16")


@pytest.fixture(scope="session")
def tenant() -> Iterator[Client]:
    """A seeded tenant of 300 people; nobody changes it."""
    with Running("--seed", "5", *SMALL) as client:
        yield client


@pytest.fixture(scope="session")
def golden() -> Iterator[Client]:
    """The golden tenant; nobody changes it."""
    with Running("--population", "golden") as client:
        yield client


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Starts simulators of one's own."""
    running: list[Running] = []

    def started(*options: str) -> Client:
        running.append(Running(*options))
        return running[-1].client

    yield started
    for one in running:
        one.__exit__()


@pytest.fixture
def fresh(start: Callable[..., Client]) -> Client:
    """A small seeded tenant to be changed."""
    return start("--seed", "7", "--users", "120", "--groups", "40", "--memberships", "700", "--apps", "10")


@pytest.fixture(scope="module")
def module_tenant() -> Iterator[Client]:
    """A small seeded tenant for the tests of one module."""
    with Running("--seed", "7", "--users", "120", "--groups", "40", "--memberships", "700", "--apps", "10") as client:
        yield client
