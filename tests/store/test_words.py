"""What people type becomes a condition that can only match, never break or widen a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain import bootstrap
from chamberlain.store.connection import rows
from chamberlain.store.reads import words
from chamberlain.store.reads.words import matching, prefix_query


def test_words_begin_words() -> None:
    assert prefix_query("ann.smith@x") == "'ann':* & 'smith':* & 'x':*"
    assert prefix_query(" -- '") is None


def test_nothing_typed_narrows_nothing_and_nothing_searchable_finds_nothing(world: bootstrap.World) -> None:
    assert matching("a", "  ") == ("", {})
    assert matching("a", "'") == (" AND false", {})


def test_parts_of_names_are_searched_where_the_server_can(
    world: bootstrap.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "has_trigrams", lambda *_: True)
    condition, values = matching("a", "50%_\\")
    assert condition == " AND (a.search @@ to_tsquery('simple', %(words)s) OR lower(a.name) LIKE %(part)s)"
    found = rows("SELECT %(name)s LIKE %(part)s AS hit, 'x' LIKE %(part)s AS miss", {"name": "a 50%_\\ b", **values})
    assert found == [{"hit": True, "miss": False}]
    assert "LIKE" not in matching("a", "ab")[0]


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30))
def test_whatever_is_typed_is_a_query_that_runs(world: bootstrap.World, text: str) -> None:
    query = prefix_query(text)
    if query is not None:
        rows("SELECT to_tsquery('simple', %(query)s) AS query", {"query": query})
