"""Pages ask a fixed number of questions, and what they did not count they do not claim."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.large_tenant import Size, fill, filled
from chamberlain.bench.pages import page_paths
from chamberlain.bootstrap import World
from chamberlain.model.page import Page
from chamberlain.model.tenant import Tenant
from chamberlain.web.templatetags.chamberlain import MOST_SHOWN, counted

SIZE = Size(users=900, groups=400, memberships=4500, seed=3)
MOST_QUERIES = {
    "overview": 30,
    "people": 28,
    "person": 40,
    "permissions": 24,
    "permission": 38,
    "search": 26,
    "licences": 22,
    "runs": 20,
    "integrations": 24,
}


@pytest.fixture(scope="module")
def tenant(world: World) -> Tenant:
    """A tenant with everything that is hard in a large one, and small."""
    return filled() or fill(SIZE)


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator."""
    visitor = Client(SERVER_NAME="localhost")
    use_link(visitor, issue_sign_in_link(actor=stories.ADMIN, root="http://localhost"))
    return visitor


def test_every_page_asks_a_fixed_number_of_questions(client: Client, tenant: Tenant) -> None:
    too_many = {}
    for name, path in page_paths(tenant).items():
        client.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200, name
        if len(asked) > MOST_QUERIES[re.split(r"[:,]", name)[0]]:
            too_many[name] = len(asked)
    assert too_many == {}


def test_a_total_that_was_not_counted_says_so() -> None:
    assert counted(Page((), 10_000, None, None, more=True)) == "more than 10,000"
    assert counted(Page((), 10_000, None, None)) == "10,000"


def test_somebody_in_very_many_groups_has_a_short_page_that_tells_of_the_rest(client: Client, tenant: Tenant) -> None:
    path = page_paths(tenant)["person: in many groups"]
    short, whole = client.get(path).content.decode(), client.get(f"{path}?all=yes").content.decode()
    assert "Show all" in short
    assert "Show all" not in whole
    assert whole.count("data-open") > short.count("data-open") >= MOST_SHOWN
