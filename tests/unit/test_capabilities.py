"""Which scopes are asked for, how they stand, and what may be chosen."""

from datetime import UTC, datetime, timedelta

import pytest

from chamberlain.errors import Refused
from chamberlain.model.capability import Capability, Held, Resource, ScopeState
from chamberlain.policy.capabilities import ABILITIES, STANDARD, check_choice, is_dangerous, lacks, needed, writes
from chamberlain.policy.scope_standing import stand, to_ask_for, unfed
from chamberlain.policy.scopes import BY_ROLE_ID, DANGEROUS, SCOPES, TEN, suffices
from chamberlain.simulator.login.registration import graph_permissions

NOW = datetime(2026, 11, 25, tzinfo=UTC)
CHOICES = [frozenset({one}) for one in Capability] + [STANDARD, frozenset(Capability)]


def held(*names: str, lost: tuple[str, ...] = ()) -> tuple[Held, ...]:
    gone = NOW + timedelta(hours=1)
    return tuple(Held(name, NOW, gone if name in lost else None, None) for name in (*names, *lost))


def test_every_capability_has_one_ability_and_every_scope_a_capability() -> None:
    assert set(ABILITIES) == set(Capability)
    assert {use.scope for one in ABILITIES.values() for use in one.uses} == set(SCOPES)
    assert all(one.uses and one.title and one.loss.endswith(".") for one in ABILITIES.values())


def test_ids_are_those_that_the_simulated_microsoft_has() -> None:
    theirs = {name: one.id for name, one in graph_permissions().items()}
    assert {name: SCOPES[name].role_id for name in theirs if name in SCOPES} == {
        name: role_id for name, role_id in theirs.items() if name in SCOPES
    }
    assert len(BY_ROLE_ID) == len(SCOPES)


@pytest.mark.parametrize("chosen", CHOICES, ids=lambda chosen: f"{len(chosen)}:{min(one.value for one in chosen)}")
def test_no_scope_is_asked_for_without_a_chosen_capability_that_would_miss_it(chosen: frozenset[Capability]) -> None:
    asked = needed(chosen)
    names = [one.scope.name for one in asked]
    assert len(names) == len(set(names))
    for one in asked:
        assert {capability for capability, _ in one.uses} <= chosen
        assert one.uses, one.scope.name
    assert not unfed(chosen, frozenset(names))


def test_a_first_connect_only_reads_and_asks_for_nothing_that_could_do_more() -> None:
    asked = [one.scope for one in needed(STANDARD)]
    assert not any(scope.writes or scope.dangerous for scope in asked)
    assert all(scope.resource is Resource.GRAPH for scope in asked)
    assert not any(writes(one) for one in STANDARD)
    assert all(ABILITIES[one].is_ready for one in STANDARD)


def test_what_makes_global_administrators_is_marked_and_off() -> None:
    dangerous = {one for one in Capability if is_dangerous(one)}
    assert dangerous == {Capability.PROVISION_PRODUCTS, Capability.PROVISION_ROLES}
    assert not dangerous & STANDARD
    assert {name for name, scope in SCOPES.items() if scope.dangerous} == DANGEROUS


def test_each_of_the_ten_has_something_smaller_or_itself_in_its_place() -> None:
    replaced = {scope for one in ABILITIES.values() for scope in one.replaces}
    assert replaced == set(TEN)
    groups = ABILITIES[Capability.PROVISION_GROUPS]
    assert groups.replaces == ("Directory.ReadWrite.All",)
    assert [use.scope for use in groups.uses] == ["GroupMember.ReadWrite.All"]


def test_capabilities_that_need_a_role_of_the_directory_name_it() -> None:
    with_roles = {one.capability for one in ABILITIES.values() if one.roles}
    assert with_roles == {
        Capability.PROVISION_MAIL_GROUPS,
        Capability.OFFBOARD_MAILBOX,
        Capability.RESET_PASSWORDS,
    }


def test_a_wider_scope_stands_in_and_is_told() -> None:
    assert suffices("GroupMember.Read.All", frozenset({"Directory.Read.All"})) == "Directory.Read.All"
    lines = {one.name: one for one in stand({Capability.SEE_GROUPS}, held("Directory.Read.All"))}
    assert lines["GroupMember.Read.All"].state is ScopeState.WITHIN
    assert lines["GroupMember.Read.All"].instead == "Directory.Read.All"
    assert lines["GroupMember.Read.All"].lost == ()
    assert lines["Directory.Read.All"].state is ScopeState.SURPLUS


def test_reading_never_includes_writing() -> None:
    for name, scope in SCOPES.items():
        if scope.writes:
            assert all("Write" in wider for wider in scope.within), name


def test_each_state_of_a_scope() -> None:
    chosen = {Capability.SEE_PEOPLE, Capability.SEE_ROLES, Capability.AUDIT_WAKES}
    seen = held("User.Read.All", "Sites.FullControl.All", "Domain.Read.All", lost=("RoleManagement.Read.Directory",))
    lines = {one.name: one for one in stand(chosen, seen)}
    assert {name: one.state for name, one in lines.items()} == {
        "User.Read.All": ScopeState.GRANTED,
        "RoleManagement.Read.Directory": ScopeState.REVOKED,
        "AuditLog.Read.All": ScopeState.MISSING,
        "Domain.Read.All": ScopeState.SURPLUS,
        "Sites.FullControl.All": ScopeState.SURPLUS,
    }
    assert lines["User.Read.All"].since == NOW
    assert lines["RoleManagement.Read.Directory"].since == NOW + timedelta(hours=1)
    assert lines["RoleManagement.Read.Directory"].lost == (ABILITIES[Capability.SEE_ROLES].loss,)
    assert lines["Sites.FullControl.All"].writes
    assert not lines["Domain.Read.All"].writes
    assert [one.name for one in to_ask_for(lines.values())] == ["RoleManagement.Read.Directory", "AuditLog.Read.All"]
    required = {name for name, one in lines.items() if one.needed and one.needed.required}
    assert required == {"User.Read.All", "RoleManagement.Read.Directory"}


def test_what_is_essential_cannot_be_left_out() -> None:
    assert check_choice((), is_connected=False, is_confirmed=False) == {Capability.KNOW_TENANT, Capability.SEE_PEOPLE}


@pytest.mark.parametrize(
    ("is_connected", "is_confirmed", "code", "of"),
    [
        (False, True, "writing_before_reading", "offboard_mailbox"),
        (True, False, "writing_unconfirmed", "offboard_mailbox"),
        (True, True, "capability_not_yet", "service_use"),
    ],
)
def test_writing_waits_for_reading_for_a_confirmation_and_for_the_product(
    is_connected: bool, is_confirmed: bool, code: str, of: str
) -> None:
    wanted = {Capability.OFFBOARD_MAILBOX, Capability.SERVICE_USE}
    with pytest.raises(Refused) as caught:
        check_choice(wanted, is_connected=is_connected, is_confirmed=is_confirmed)
    assert caught.value.code == code
    assert caught.value.data["capabilities"] == of


def test_lacking_one_of_two_scopes_is_lacking() -> None:
    assert lacks(Capability.OFFBOARD_ACCOUNT, frozenset({"User.RevokeSessions.All"})) == (
        "User.EnableDisableAccount.All",
    )


def test_what_opens_one_use_alone_does_not_open_the_others() -> None:
    """Directory.Read.All opens the log of changes, and not that of sign-ins."""
    seen = held("Directory.Read.All")
    (wakes,) = [one for one in stand({Capability.AUDIT_WAKES}, seen) if one.name == "AuditLog.Read.All"]
    assert (wakes.state, wakes.instead, wakes.lost) == (ScopeState.WITHIN, "Directory.Read.All", ())
    both = stand({Capability.AUDIT_WAKES, Capability.LAST_ACTIVITY}, seen)
    (lacking,) = [one for one in both if one.name == "AuditLog.Read.All"]
    assert (lacking.state, lacking.lost) == (ScopeState.MISSING, (ABILITIES[Capability.LAST_ACTIVITY].loss,))
