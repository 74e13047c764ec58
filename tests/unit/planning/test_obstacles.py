"""What stands in the way of a change is said before anything runs, with what would help."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.model.capability import Capability
from chamberlain.model.effect import Consequence
from chamberlain.model.kind import Kind, Relation
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.situation import AccountKnown, Edge, PermissionKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.capabilities import ABILITIES
from chamberlain.policy.planning.by_rule import by_rule
from chamberlain.policy.planning.exchange_filter import reads
from chamberlain.policy.planning.obstacles import obstacles
from chamberlain.policy.planning.on_premises import quoted
from chamberlain.policy.planning.reach import Above

ANNE, BO = Subject("anne"), Subject("bo")
CREW, STAFF = "group:crew", "group:staff"
EVERYTHING = frozenset(use.scope for one in ABILITIES.values() for use in one.uses)
OPEN = Situation(
    as_of=datetime(2026, 11, 25, tzinfo=UTC),
    accounts={
        "anne": AccountKnown("anne", "Anne", "anne@contoso.example", usage_location="DE"),
        "bo": AccountKnown("bo", "Bo", "bo@contoso.example"),
    },
    permissions={
        CREW: PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew"),
        STAFF: PermissionKnown(STAFF, Kind.SECURITY_GROUP, "Staff"),
        "group:list": PermissionKnown("group:list", Kind.DISTRIBUTION_GROUP, "List"),
        "group:team": PermissionKnown("group:team", Kind.M365_GROUP, "Team"),
        "licence:e3": PermissionKnown("licence:e3", Kind.LICENCE, "E3", seats=10),
        "role:ga": PermissionKnown("role:ga", Kind.ROLE, "Global Administrator", privileged=True),
    },
    chosen=frozenset(Capability),
    held=EVERYTHING,
    premium=True,
    exchange=True,
)


def put(known: PermissionKnown, situation: Situation = OPEN) -> Situation:
    return replace(situation, permissions={**situation.permissions, known.key: known})


def said(change: Change, situation: Situation = OPEN) -> dict[Hindrance, Obstacle]:
    return {one.hindrance: one for one in obstacles(change, situation=situation)}


@pytest.mark.parametrize(
    "change",
    [
        Change(Verb.ADD_MEMBER, ANNE, CREW),
        Change(Verb.ADD_MEMBER, ANNE, "group:list"),
        Change(Verb.ADD_MEMBER, Subject("crew", SubjectType.GROUP), STAFF),
        Change(Verb.REMOVE_OWNER, ANNE, CREW),
        Change(Verb.ASSIGN_LICENCE, ANNE, "licence:e3"),
        Change(Verb.BLOCK, ANNE),
        Change(Verb.CREATE_USER, Subject(""), options=Options(properties={"displayName": "New"})),
    ],
)
def test_nothing_stands_in_the_way_of_what_can_be_done(change: Change) -> None:
    assert obstacles(change, situation=OPEN) == ()


def test_a_dynamic_group_shows_the_rule_to_edit() -> None:
    situation = put(PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew", rule='user.department -eq "Crew"'))
    found = said(Change(Verb.ADD_MEMBER, ANNE, CREW), situation)[Hindrance.DYNAMIC]
    assert found.help is Help.EDIT_RULE
    assert found.values["rule"] == 'user.department -eq "Crew"'
    assert said(Change(Verb.ADD_OWNER, ANNE, CREW), situation) == {}, "owners of a dynamic group are put in by hand"


def test_a_synced_group_gives_the_command_for_the_other_directory() -> None:
    situation = put(PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew", synced=True, sam_name="crew-l"))
    found = said(Change(Verb.REMOVE_MEMBER, ANNE, CREW), situation)[Hindrance.SYNCED_GROUP]
    assert found.help is Help.RUN_COMMAND
    assert found.command == (
        "Remove-ADGroupMember -Identity 'crew-l' -Members "
        "(Get-ADUser -Filter 'UserPrincipalName -eq ''anne@contoso.example''') -Confirm:$false"
    )


@given(st.text())
def test_no_name_of_the_directory_ends_the_string_that_it_stands_in(name: str) -> None:
    inside = quoted(name)[1:-1]
    quotes = "'\u2018\u2019\u201a\u201b"
    at = 0
    while at < len(inside):
        if inside[at] in quotes:
            assert inside[at + 1] in quotes
            at += 1
        assert inside[at] not in "\r\n\0"
        at += 1


def test_what_is_inherited_names_the_group_to_leave() -> None:
    edges = frozenset(
        {Edge(ANNE, CREW), Edge(Subject("crew", SubjectType.GROUP), STAFF), Edge(BO, STAFF)},
    )
    situation = replace(OPEN, edges=edges)
    found = said(Change(Verb.REMOVE_MEMBER, ANNE, STAFF), situation)[Hindrance.INHERITED]
    assert (found.help, found.values["group"]) == (Help.LEAVE_GROUP, "Crew")
    assert said(Change(Verb.REMOVE_MEMBER, ANNE, CREW), situation) == {}
    assert said(Change(Verb.REMOVE_MEMBER, BO, STAFF), situation) == {}


def test_what_a_rule_gives_names_the_rule() -> None:
    situation = put(
        PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew", rule="user.city -eq null"),
        replace(
            OPEN,
            edges=frozenset(
                {Edge(ANNE, CREW), Edge(Subject("crew", SubjectType.GROUP), "licence:e3", Relation.ASSIGNED)}
            ),
        ),
    )
    found = said(Change(Verb.REMOVE_LICENCE, ANNE, "licence:e3"), situation)[Hindrance.INHERITED]
    assert found.help is Help.EDIT_RULE


def test_all_obstacles_are_said_not_the_first() -> None:
    situation = put(
        PermissionKnown("group:list", Kind.DISTRIBUTION_GROUP, "List", protected=True),
        replace(OPEN, writable=False, exchange=False, chosen=frozenset()),
    )
    situation = replace(
        situation, accounts={"anne": AccountKnown("anne", "Anne", "anne@contoso.example", protected=True)}
    )
    assert set(said(Change(Verb.ADD_MEMBER, ANNE, "group:list"), situation)) == {
        Hindrance.READ_ONLY,
        Hindrance.CAPABILITY_OFF,
        Hindrance.NEEDS_EXCHANGE,
        Hindrance.PROTECTED_ACCOUNT,
        Hindrance.PROTECTED_PERMISSION,
    }


def test_a_missing_scope_is_named() -> None:
    situation = replace(OPEN, held=frozenset({"User.Read.All"}))
    found = said(Change(Verb.ASSIGN_LICENCE, ANNE, "licence:e3"), situation)[Hindrance.SCOPE_MISSING]
    assert found.values["scope"] == "LicenseAssignment.ReadWrite.All"


def test_members_of_a_role_assignable_group_take_the_power_over_roles() -> None:
    situation = put(
        PermissionKnown(CREW, Kind.SECURITY_GROUP, "Crew", role_assignable=True),
        replace(OPEN, chosen=frozenset(Capability) - {Capability.PROVISION_ROLES}),
    )
    assert Hindrance.CAPABILITY_OFF in said(Change(Verb.ADD_MEMBER, ANNE, CREW), situation)
    assert said(Change(Verb.ADD_MEMBER, ANNE, STAFF), situation) == {}


@pytest.mark.parametrize("permission", ["group:team", "role:ga"])
def test_a_group_is_not_put_where_microsoft_takes_none(permission: str) -> None:
    verb = Verb.ASSIGN_ROLE if permission.startswith("role") else Verb.ADD_MEMBER
    wish = Change(verb, Subject("crew", SubjectType.GROUP), permission)
    assert Hindrance.NOT_NESTABLE in said(wish)


def test_a_synced_account_is_changed_where_it_is_mastered() -> None:
    situation = replace(OPEN, accounts={"anne": AccountKnown("anne", "Anne", "anne@contoso.example", synced=True)})
    update = Change(Verb.UPDATE_USER, ANNE, options=Options(properties={"department": "R&D"}))
    assert "'department'='R&D'" in said(update, situation)[Hindrance.SYNCED_ACCOUNT].command
    where = Change(Verb.UPDATE_USER, ANNE, options=Options(properties={"usageLocation": "DE"}))
    assert said(where, situation) == {}
    assert said(Change(Verb.BLOCK, ANNE), situation) == {}, "blocking works in the cloud, until the next sync"


def test_the_application_that_connects_does_not_touch_itself() -> None:
    situation = replace(OPEN, ourselves=frozenset({"anne"}))
    assert Hindrance.OURSELVES in said(Change(Verb.ADD_MEMBER, ANNE, CREW), situation)
    own = put(PermissionKnown("app_role:we:r", Kind.PRODUCT, "Use"), replace(OPEN, ourselves=frozenset({"we"})))
    assert Hindrance.OURSELVES in said(Change(Verb.ASSIGN_APP_ROLE, ANNE, "app_role:we:r"), own)


def test_whom_nobody_knows_is_not_changed() -> None:
    assert set(said(Change(Verb.ADD_MEMBER, Subject("who"), "group:what"))) == {
        Hindrance.UNKNOWN_SUBJECT,
        Hindrance.UNKNOWN_PERMISSION,
    }


def test_nobody_is_made_eligible_where_the_tenant_has_no_licence_for_it() -> None:
    wish = Change(Verb.MAKE_ELIGIBLE, ANNE, "role:ga")
    assert Hindrance.NO_PREMIUM in said(wish, replace(OPEN, premium=False))


def test_plans_of_a_licence_that_is_not_held_are_not_set() -> None:
    wish = Change(Verb.SET_PLANS, ANNE, "licence:e3", Options(disabled_plans=("a",)))
    assert said(wish)[Hindrance.NOT_HELD].help is Help.ASSIGN_INSTEAD
    held = replace(OPEN, edges=frozenset({Edge(ANNE, "licence:e3", Relation.ASSIGNED)}))
    assert said(wish, held) == {}


def test_a_user_name_that_is_taken_is_not_given_again() -> None:
    wish = Change(
        Verb.CREATE_USER, Subject(""), options=Options(properties={"userPrincipalName": "Anne@contoso.example"})
    )
    assert said(wish)[Hindrance.NAME_TAKEN].values["who"] == "Anne"


def test_people_are_blocked_and_groups_are_not() -> None:
    assert Hindrance.NOT_A_PERSON in said(Change(Verb.BLOCK, Subject("crew", SubjectType.GROUP)))


@pytest.mark.parametrize(
    ("verb", "roles", "is_barred"),
    [
        (Verb.BLOCK, None, False),
        (Verb.BLOCK, frozenset(), True),
        (Verb.BLOCK, frozenset({"role:fe930be7-5e62-47db-91af-98c3a49a38b1"}), True),
        (Verb.BLOCK, frozenset({"role:7be44c8a-adaf-4e2a-84d6-ab2649e08a13"}), False),
        (Verb.UPDATE_USER, frozenset(), False),
    ],
)
def test_administrators_take_a_role_of_ours_to_be_locked_out(
    verb: Verb, roles: frozenset[str] | None, is_barred: bool
) -> None:
    edges = frozenset({Edge(ANNE, "role:ga", Relation.ASSIGNED, "/")})
    situation = replace(OPEN, edges=edges, own_roles=roles)
    assert (Hindrance.DIRECTORY_ROLE_MISSING in said(Change(verb, ANNE), situation)) is is_barred
    assert Hindrance.DIRECTORY_ROLE_MISSING not in said(Change(verb, BO), situation)


def test_a_password_takes_a_role_of_ours_with_everybody() -> None:
    reset = Change(Verb.RESET_PASSWORD, BO)
    assert Hindrance.DIRECTORY_ROLE_MISSING in said(reset, replace(OPEN, own_roles=frozenset()))
    enough = frozenset({"role:fe930be7-5e62-47db-91af-98c3a49a38b1"})
    assert said(reset, replace(OPEN, own_roles=enough)) == {}


DYNAMIC_LIST = PermissionKnown(
    "dynamic_distribution:sales",
    Kind.DISTRIBUTION_GROUP,
    "Everybody in Sales",
    rule="((RecipientTypeDetails -eq 'UserMailbox') -and (Department -eq 'Sales'))",
)


@pytest.mark.parametrize("exchange", [True, False])
def test_a_dynamic_distribution_group_shows_the_filter_to_edit(exchange: bool) -> None:
    situation = replace(put(DYNAMIC_LIST), exchange=exchange)
    (found,) = obstacles(Change(Verb.REMOVE_MEMBER, ANNE, DYNAMIC_LIST.key), situation=situation)
    assert (found.hindrance, found.help) == (Hindrance.DYNAMIC, Help.EDIT_FILTER)
    assert found.values["rule"] == DYNAMIC_LIST.rule
    (owned,) = obstacles(Change(Verb.ADD_OWNER, ANNE, DYNAMIC_LIST.key), situation=situation)
    assert (owned.hindrance, owned.help) == (Hindrance.OWNED_IN_EXCHANGE, Help.CHANGE_IN_EXCHANGE)


def test_what_a_filter_of_exchange_reads_may_move_people_when_it_changes() -> None:
    def told(**properties: str) -> list[Consequence]:
        change = Change(Verb.UPDATE_USER, ANNE, options=Options(properties=properties))
        situation = put(DYNAMIC_LIST)
        return [one.consequence for one in by_rule(change, above=Above.of(()), situation=situation)]

    assert told(department="Legal") == [Consequence.MAY_MOVE_BY_RULE]
    assert told(jobTitle="Counsel") == []
    assert reads("(Title -like 'Head*') -and (StateOrProvince -ne $null)") == {"jobtitle", "state"}
