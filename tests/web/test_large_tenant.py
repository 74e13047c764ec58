"""Pages ask a fixed number of questions, and what they did not count they do not claim."""

import re
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.large_tenant import Size, fill, filled, remarkable_people
from chamberlain.bench.pages import page_paths
from chamberlain.bootstrap import World
from chamberlain.model.kind import Kind
from chamberlain.model.page import Page
from chamberlain.model.tenant import Tenant
from chamberlain.queries.holdings import first_holdings_of, holdings_of
from chamberlain.store.reads import people
from chamberlain.web.templatetags.chamberlain import counted
from chamberlain.web.views.person import MOST_SHOWN

SIZE = Size(users=900, groups=400, memberships=4500, seed=3)
MOST_QUERIES = {
    "overview": 26,
    "people": 23,
    "person": 39,
    "permissions": 21,
    "permission": 37,
    "search": 20,
    "licences": 18,
    "runs": 17,
    "integrations": 22,
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


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_the_first_holdings_of_each_kind_are_those_of_the_whole(world: World, tenant: Tenant, most: int) -> None:
    seen: set[str] = set()
    for name, guid in remarkable_people(tenant).items():
        profile = people.profile(tenant_id=tenant.id, guid=guid)
        assert profile is not None, name
        everything = holdings_of(tenant_id=tenant.id, account_id=profile["id"])
        first, numbers = first_holdings_of(tenant_id=tenant.id, account_id=profile["id"], most=most)
        kinds = Counter((one.kind, one.owner) for one in everything)
        places: Counter[tuple[Kind, bool]] = Counter()
        expected = []
        for one in everything:
            places[one.kind, one.owner] += 1
            if places[one.kind, one.owner] <= most or one.kind is Kind.LICENCE:
                expected.append(one)
        assert list(first) == expected, name
        assert numbers == kinds, name
        seen |= {path.reason.value for one in everything for path in one.paths}
    assert seen >= {"direct", "nested", "group"}
