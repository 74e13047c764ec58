"""Filters in addresses: one change at a time, wrong ones narrow nothing."""

import pytest
from django.test import RequestFactory

from chamberlain.web.address import Address, chips_for, choice_from, text_from

PEOPLE = Address("/t/contoso/people", {"q": "ma fi", "type": "guest", "state": ""})


def test_a_change_keeps_the_other_filters_and_forgets_the_page() -> None:
    assert PEOPLE.with_(state="blocked") == "/t/contoso/people?q=ma+fi&type=guest&state=blocked"
    assert PEOPLE.with_(q="", type="") == "/t/contoso/people"
    assert PEOPLE.with_(cursor="a b&c") == "/t/contoso/people?q=ma+fi&type=guest&cursor=a+b%26c"


def test_a_chip_that_is_on_takes_itself_off() -> None:
    guests, members = chips_for(PEOPLE, (("type", "guest", "Guests"), ("type", "member", "Members")))
    assert guests.active
    assert guests.url == "/t/contoso/people?q=ma+fi"
    assert not members.active
    assert members.url == "/t/contoso/people?q=ma+fi&type=member"


def test_a_search_form_carries_the_filters_that_it_does_not_show() -> None:
    assert PEOPLE.hidden(without="q") == (("type", "guest"),)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [("  ma  ", "ma"), ("a\x00b\x1f", "ab"), ("x" * 500, "x" * 200), ("محمد", "محمد"), ("می‌خواهم", "می‌خواهم")],
)
def test_what_is_typed_is_cut_to_what_a_name_may_contain(typed: str, searched: str) -> None:
    request = RequestFactory().get("/", {"q": typed})
    assert text_from(request, "q") == searched


def test_a_wrong_choice_narrows_nothing() -> None:
    request = RequestFactory().get("/", {"type": "'; drop table", "state": "blocked"})
    assert choice_from(request, "type", ("guest", "member")) == ""
    assert choice_from(request, "state", ("active", "blocked")) == "blocked"
