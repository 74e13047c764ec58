"""What plans did since a tenant was read is reckoned with."""

from datetime import UTC, datetime

from chamberlain.model.done import Done
from chamberlain.model.kind import Relation
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.situation import AccountKnown, Edge
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.since import accounts_since, edges_since

ANNE = Subject("anne")
CREW, E3, E5 = "group:crew", "licence:e3", "licence:e5"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
KNOWN = {"anne": AccountKnown("anne", "Anne", "anne@contoso.example", properties={"accountEnabled": True})}


def done(verb: Verb, permission: str = "", options: Options | None = None, *, who: Subject = ANNE) -> Done:
    return Done(Change(verb, who, permission, options or Options()), NOW)


def test_who_was_blocked_deleted_or_renamed_is_known_so() -> None:
    named = Options(properties={"displayName": "Anne Obi", "usageLocation": "DE"})
    found = accounts_since(KNOWN, [done(Verb.BLOCK), done(Verb.UPDATE_USER, options=named), done(Verb.DELETE_USER)])[
        "anne"
    ]
    assert (found.enabled, found.deleted, found.name, found.usage_location) == (False, True, "Anne Obi", "DE")
    assert found.properties["accountEnabled"] is False
    assert found.user_name == "anne@contoso.example"


def test_the_last_of_opposite_changes_counts() -> None:
    back = [done(Verb.BLOCK), done(Verb.ENABLE), done(Verb.DELETE_USER), done(Verb.RESTORE_USER)]
    assert accounts_since(KNOWN, back) == KNOWN


def test_who_was_created_is_known_by_the_id_that_microsoft_gave() -> None:
    properties = Options(properties={"displayName": "Bo", "userPrincipalName": "bo@contoso.example"})
    found = accounts_since(KNOWN, [done(Verb.CREATE_USER, options=properties, who=Subject("bo"))])
    assert (found["bo"].name, found["bo"].user_name, found["bo"].enabled) == ("Bo", "bo@contoso.example", True)
    assert found["bo"].properties["displayName"] == "Bo"
    assert found["anne"] == KNOWN["anne"]


def test_a_swap_gives_one_licence_and_takes_the_other() -> None:
    held = Edge(ANNE, E3, Relation.ASSIGNED)
    found = edges_since([held], [done(Verb.SWAP_LICENCE, E5, Options(instead_of=E3))])
    assert {edge.permission for edge in found} == {E5}


def test_who_comes_back_from_the_bin_holds_again_what_they_held() -> None:
    held = Edge(ANNE, CREW)
    assert edges_since([held], [done(Verb.DELETE_USER)]) == frozenset()
    assert edges_since([held], [done(Verb.DELETE_USER), done(Verb.RESTORE_USER)]) == {held}
    assert edges_since([held], [done(Verb.RESTORE_USER)]) == {held}
