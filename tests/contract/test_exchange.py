"""Exchange over both of its ways, against the same simulated tenant: the same questions, the same answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError, Misconfigured, NotFound, Upstream
from chamberlain.graph.exchange.opening import ExchangeEndpoint, open_exchange
from chamberlain.graph.exchange.port import Exchange
from chamberlain.graph.token import Credential
from chamberlain.kinds.writing import mail_groups, mailboxes
from chamberlain.model.exchange import (
    NO_CMDLETS,
    CmdletPermit,
    ExchangeWay,
    MailboxType,
    MailGroup,
    Outcome,
)
from chamberlain.model.kind import Family
from chamberlain.model.observed import key_of
from chamberlain.model.plan import Change, Facts, Options, Subject
from chamberlain.model.verb import Verb
from chamberlain.policy.cmdlets import CMDLETS
from chamberlain.policy.planning.facts import expected, is_met
from chamberlain.policy.planning.inverse import inverse
from pwsh_stand import recorded, stand

Value = TypeVar("Value")
AUDIENCE = "https://outlook.office365.com"
ALL = frozenset().union(*CMDLETS.values())
WAYS = [ExchangeWay.INVOKE, ExchangeWay.POWERSHELL]
OTHER = "(somebody else)"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
NOBODY = "11111111-2222-4333-8444-555555555555"


class Tenant:
    """A simulated tenant, and Exchange in it over one way."""

    def __init__(self, simulated: Simulated, way: ExchangeWay, pwsh: Path) -> None:
        self.simulated = simulated
        self.pwsh = pwsh
        self.endpoint = ExchangeEndpoint(simulated.url, simulated.url, AUDIENCE, way, pwsh)

    def ask(
        self,
        story: Callable[[Exchange], Awaitable[Value]],
        *,
        permits: frozenset[CmdletPermit] = ALL,
        deadline: timedelta = timedelta(seconds=20),
    ) -> Value:
        credential = Credential(
            self.simulated.tenant_id, self.simulated.own_client_id, self.simulated.own_client_secret
        )

        async def run() -> Value:
            async with open_exchange(self.endpoint, credential, permits=permits, deadline=deadline) as exchange:
                return await story(exchange)

        return asyncio.run(run())

    def truth(self) -> dict[str, Any]:
        """What Exchange has, by its own account."""
        found: dict[str, Any] = json.loads(self.simulated.get("/_simulator/exchange"))
        return found

    def group(self, guid: str) -> dict[str, Any]:
        return next(one for one in self.truth()["groups"] if one["id"] == guid)

    def writes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.simulated.get("/_simulator/writes"))["writes"]
        return found


@pytest.fixture(scope="module")
def simulated(start_tenant: Callable[..., Simulated]) -> Simulated:
    tenant = start_tenant(users=150, groups=80, memberships=900, apps=8, seed=11)
    tenant.post("/_simulator/exchange/let_in", {"client_id": tenant.own_client_id})
    tenant.post("/_simulator/knobs", {"exchange_lag_ms": 0})
    return tenant


@pytest.fixture(params=WAYS, ids=[way.value for way in WAYS])
def tenant(request: pytest.FixtureRequest, simulated: Simulated, tmp_path: Path) -> Tenant:
    return Tenant(simulated, request.param, stand(tmp_path, url=simulated.url, tenant=simulated.tenant_id))


def code_of(tenant: Tenant, story: Callable[[Exchange], Awaitable[object]], **more: Any) -> str:
    with pytest.raises(ChamberlainError) as caught:
        tenant.ask(story, **more)
    return caught.value.code


def changeable(tenant: Tenant) -> str:
    """A group that is not from on-premises."""
    return str(next(one["id"] for one in tenant.truth()["groups"] if not one["synced"]))


def outsider(tenant: Tenant, group: str) -> str:
    inside = tenant.group(group)["members"]
    return str(next(one["id"] for one in tenant.truth()["mailboxes"] if one["id"] not in inside))


def test_groups_with_their_owners_are_those_that_exchange_has(tenant: Tenant) -> None:
    found: tuple[MailGroup, ...] = tenant.ask(lambda exchange: exchange.groups())
    truth = {one["id"]: one for one in tenant.truth()["groups"]}
    assert {one.guid: (sorted(one.owners), one.on_premises) for one in found} == {
        guid: (one["managers"], one["synced"]) for guid, one in truth.items()
    }
    assert any(one.owners for one in found)
    assert any(not one.owners for one in found)
    assert {one.unknown for one in found} == {()}


def test_members_of_every_group_are_read_to_the_end(tenant: Tenant) -> None:
    truth = tenant.truth()["groups"]

    async def all_members(exchange: Exchange) -> dict[str, list[str]]:
        return {one["id"]: sorted(who.guid for who in await exchange.members(one["id"])) for one in truth}

    assert tenant.ask(all_members) == {one["id"]: one["members"] for one in truth}


def test_a_member_is_added_and_removed_and_both_may_be_said_twice(tenant: Tenant) -> None:
    group = changeable(tenant)
    person = outsider(tenant, group)

    async def twice(exchange: Exchange) -> list[Outcome]:
        return [
            await exchange.add_member(group, member=person),
            await exchange.add_member(group, member=person),
            await exchange.remove_member(group, member=person),
            await exchange.remove_member(group, member=person),
        ]

    before = len(tenant.writes())
    assert tenant.ask(twice) == [Outcome.DONE, Outcome.ALREADY, Outcome.DONE, Outcome.ALREADY]
    assert [one["changed"] for one in tenant.writes()[before:]] == [True, False, True, False]


def test_owners_are_set_and_read_back(tenant: Tenant) -> None:
    group = changeable(tenant)
    people = [one["id"] for one in tenant.truth()["mailboxes"]][3:6]

    async def story(exchange: Exchange) -> tuple[str, ...]:
        await exchange.set_owners(group, owners=people)
        return await exchange.owners(group)

    assert sorted(tenant.ask(story)) == sorted(people) == tenant.group(group)["managers"]


def test_dynamic_groups_come_with_their_filter_and_whom_it_finds(tenant: Tenant) -> None:
    async def story(exchange: Exchange) -> dict[str, int]:
        return {one.name: len(await exchange.dynamic_members(one.guid)) for one in await exchange.dynamic_groups()}

    found = tenant.ask(story)
    assert len(found) == 4
    assert found["Everybody"] > found["Everybody in Sales"] > 0


def test_a_mailbox_is_told_with_its_size_where_that_is_asked_for(tenant: Tenant) -> None:
    user = next(one for one in tenant.truth()["mailboxes"] if one["type"] == "UserMailbox")
    plain = tenant.ask(lambda exchange: exchange.mailbox(user["id"]))
    assert (plain.guid, plain.type, plain.held, plain.bytes) == (user["id"], MailboxType.USER, False, None)
    sized = tenant.ask(lambda exchange: exchange.mailbox_with_size(user["id"]))
    assert sized == replace(plain, bytes=user["bytes"])


@pytest.mark.parametrize(
    ("verb", "properties"),
    [
        (Verb.SET_FORWARDING, {"forwardTo": OTHER}),
        (Verb.SET_FORWARDING, {"forwardTo": OTHER, "keepCopy": False}),
        (Verb.SET_FORWARDING, {"forwardOutside": "someone@elsewhere.example"}),
        (Verb.SET_FORWARDING, {"forwardTo": OTHER, "forwardOutside": "someone@elsewhere.example"}),
        (Verb.HIDE_FROM_LISTS, {}),
        (Verb.GIVE_FULL_ACCESS, {"delegate": OTHER}),
        (Verb.GIVE_SEND_AS, {"delegate": OTHER}),
        (Verb.GIVE_SEND_ON_BEHALF, {"delegate": OTHER}),
        (Verb.MAKE_SHARED, {}),
    ],
)
def test_a_change_of_a_mailbox_is_carried_proved_and_put_back(
    tenant: Tenant, verb: Verb, properties: dict[str, str | bool | None]
) -> None:
    """Also what is put back is put back again: so every verb is carried."""
    users = [one for one in tenant.truth()["mailboxes"] if one["type"] == "UserMailbox" and not one["synced"]]
    said = {name: users[-1]["id"] if value == OTHER else value for name, value in properties.items()}
    change = Change(verb, Subject(users[0]["id"]), options=Options(properties=said))

    async def carry(exchange: Exchange, change: Change) -> tuple[Facts, Facts]:
        before, after = [], []
        for found in (before, after):
            (seen,) = await mailboxes.seen(exchange, [change])
            assert not isinstance(seen, ChamberlainError)
            found.append(seen)
            if found is before:
                assert not is_met(expected(change), seen=seen, before=None)
                assert await mailboxes.send(exchange, [change]) == [None]
        assert is_met(expected(change), seen=after[0], before=None)
        return before[0], after[0]

    async def story(exchange: Exchange) -> None:
        before, after = await carry(exchange, change)
        (back,) = inverse(change, before=before, seen=after, now=NOW)
        assert (await carry(exchange, back))[1] == before
        (again,) = inverse(back, before=after, seen=before, now=NOW)
        assert (await carry(exchange, again))[1] == after
        assert await mailboxes.send(exchange, [again, back]) == [None, None], "what is so already is no error"

    truth = tenant.truth()["mailboxes"]
    tenant.ask(story)
    assert tenant.truth()["mailboxes"] == truth


def test_what_a_mailbox_refuses_is_told_beside_what_it_took(tenant: Tenant) -> None:
    people = tenant.truth()["mailboxes"]
    cloud, synced = (next(one["id"] for one in people if one["synced"] is is_synced) for is_synced in (False, True))
    hide = Change(Verb.HIDE_FROM_LISTS, Subject(cloud))
    nobody, mastered = (replace(hide, subject=Subject(who)) for who in (NOBODY, synced))

    async def story(exchange: Exchange) -> list[str]:
        told = await mailboxes.send(exchange, [nobody, hide, mastered])
        (seen, missing) = await mailboxes.seen(exchange, [hide, nobody])
        assert seen == {"hidden": True}
        assert isinstance(missing, NotFound)
        assert await mailboxes.send(exchange, [replace(hide, verb=Verb.SHOW_IN_LISTS)]) == [None]
        return [one.code if one else "" for one in told]

    assert tenant.ask(story) == ["exchange_not_found", "", "exchange_refused"]


def test_what_exchange_refuses_is_told_by_its_class(tenant: Tenant) -> None:
    group = changeable(tenant)
    synced = next(one["id"] for one in tenant.truth()["groups"] if one["synced"])
    person = outsider(tenant, synced)
    assert code_of(tenant, lambda exchange: exchange.members(NOBODY)) == "exchange_not_found"
    assert code_of(tenant, lambda exchange: exchange.add_member(group, member=NOBODY)) == "exchange_not_found"
    assert code_of(tenant, lambda exchange: exchange.mailbox(NOBODY)) == "exchange_not_found"
    assert code_of(tenant, lambda exchange: exchange.add_member(synced, member=person)) == "exchange_refused"


def test_nothing_that_changes_leaves_without_a_permit(tenant: Tenant) -> None:
    group = changeable(tenant)
    person = outsider(tenant, group)
    before = len(tenant.writes())
    nothing, other = NO_CMDLETS, frozenset({CmdletPermit("Add-DistributionGroupMember", frozenset({"Identity"}))})
    for permits in (nothing, other):
        story: Callable[[Exchange], Awaitable[object]] = lambda exchange: exchange.add_member(group, member=person)  # noqa: E731
        assert code_of(tenant, story, permits=permits) == "write_refused"
    assert len(tenant.writes()) == before
    assert tenant.ask(lambda exchange: exchange.members(group), permits=nothing) is not None


def test_an_error_with_status_200_is_an_error(simulated: Simulated, tmp_path: Path) -> None:
    tenant = Tenant(simulated, ExchangeWay.INVOKE, tmp_path / "pwsh")
    group = changeable(tenant)
    member = tenant.group(group)["members"][0]
    simulated.post("/_simulator/knobs", {"exchange_errors_as_ok": True})
    try:
        assert code_of(tenant, lambda exchange: exchange.members(NOBODY)) == "exchange_not_found"
        assert tenant.ask(lambda exchange: exchange.add_member(group, member=member)) is Outcome.ALREADY
    finally:
        simulated.post("/_simulator/knobs", {"exchange_errors_as_ok": False})


def test_a_write_whose_answer_was_lost_is_not_sent_again(simulated: Simulated, tmp_path: Path) -> None:
    tenant = Tenant(simulated, ExchangeWay.INVOKE, tmp_path / "pwsh")
    group = changeable(tenant)
    person = outsider(tenant, group)
    before = len(tenant.writes())
    simulated.post("/_simulator/faults", {"path_prefix": "/adminapi", "kind": "status", "status": 504, "after": True})
    assert code_of(tenant, lambda exchange: exchange.add_member(group, member=person)) == "microsoft_failing"
    assert len(tenant.writes()) == before + 1
    assert person in tenant.group(group)["members"]


def test_throttling_is_waited_for(simulated: Simulated, tmp_path: Path) -> None:
    tenant = Tenant(simulated, ExchangeWay.INVOKE, tmp_path / "pwsh")
    fault = {"path_prefix": "/adminapi", "kind": "status", "status": 429, "retry_after": "0", "times": 2}
    simulated.post("/_simulator/faults", fault)
    assert len(tenant.ask(lambda exchange: exchange.dynamic_groups())) == 4


def test_without_permission_or_role_exchange_says_no(start_tenant: Callable[..., Simulated], tmp_path: Path) -> None:
    simulated = start_tenant(users=30, groups=40, memberships=60, apps=5, seed=3)
    tenant = Tenant(simulated, ExchangeWay.INVOKE, tmp_path / "pwsh")
    story: Callable[[Exchange], Awaitable[object]] = lambda exchange: exchange.groups()  # noqa: E731
    assert code_of(tenant, story) == "exchange_not_allowed"
    simulated.post("/_simulator/exchange/let_in", {"client_id": simulated.own_client_id, "role": False})
    assert code_of(tenant, story) == "exchange_not_allowed"


def test_exchange_that_is_off_is_not_reached(simulated: Simulated, tmp_path: Path) -> None:
    tenant = Tenant(simulated, ExchangeWay.OFF, tmp_path / "pwsh")
    with pytest.raises(Misconfigured, match="exchange_off"):
        tenant.ask(lambda exchange: exchange.groups())


def test_powershell_gets_no_secret_on_its_command_line_nor_our_environment(
    simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAMBERLAIN_KEY", "not to be seen")
    tenant = Tenant(simulated, ExchangeWay.POWERSHELL, stand(tmp_path, url=simulated.url, tenant=simulated.tenant_id))
    tenant.ask(lambda exchange: exchange.dynamic_groups())
    begin, *orders = recorded(tenant.pwsh)
    assert begin["argv"][:3] == ["-NoLogo", "-NoProfile", "-NonInteractive"]
    assert Path(begin["argv"][-1]).name == "session.ps1"
    assert Path(begin["argv"][-1]).is_file()
    assert not [name for name in begin["env"] if name.startswith("CHAMBERLAIN") or name == "DATABASE_URL"]
    assert [one.get("cmdlet") for one in orders][:2] == [None, "Get-DynamicDistributionGroup"]


@pytest.mark.parametrize(
    ("misbehaviour", "kind", "code"),
    [
        ("dies", Upstream, "powershell_failed"),
        ("is silent", Upstream, "powershell_failed"),
        ("has no module", Misconfigured, "powershell_missing"),
    ],
)
def test_a_powershell_that_fails_is_told(
    simulated: Simulated, tmp_path: Path, misbehaviour: str, kind: type[ChamberlainError], code: str
) -> None:
    program = stand(tmp_path, url=simulated.url, tenant=simulated.tenant_id, misbehaviour=misbehaviour)
    tenant = Tenant(simulated, ExchangeWay.POWERSHELL, program)
    with pytest.raises(kind, match=code):
        tenant.ask(lambda exchange: exchange.dynamic_groups(), deadline=timedelta(seconds=2))


def test_a_machine_without_powershell_says_so(simulated: Simulated, tmp_path: Path) -> None:
    tenant = Tenant(simulated, ExchangeWay.POWERSHELL, tmp_path / "nothing")
    with pytest.raises(Misconfigured, match="powershell_missing"):
        tenant.ask(lambda exchange: exchange.dynamic_groups())


def changes_of(tenant: Tenant, verb: Verb) -> Change:
    group = changeable(tenant)
    return Change(verb, Subject(outsider(tenant, group)), key_of(Family.GROUP, group))


@pytest.mark.parametrize(("give", "take"), [(Verb.ADD_MEMBER, Verb.REMOVE_MEMBER), (Verb.ADD_OWNER, Verb.REMOVE_OWNER)])
def test_a_change_of_a_mail_group_is_carried_proved_and_taken_back(tenant: Tenant, give: Verb, take: Verb) -> None:
    giving = changes_of(tenant, give)
    taking = replace(giving, verb=take)

    async def story(exchange: Exchange) -> list[bool]:
        found = []
        await mail_groups.send(exchange, [taking])  # an owner by chance, perhaps
        for change in (giving, taking):
            before = (await mail_groups.seen(exchange, [change]))[0]
            assert not isinstance(before, ChamberlainError)
            assert not is_met(expected(change), seen=before, before=None)
            assert await mail_groups.send(exchange, [change]) == [None]
            after = (await mail_groups.seen(exchange, [change]))[0]
            assert not isinstance(after, ChamberlainError)
            found.append(is_met(expected(change), seen=after, before=before))
        return found

    assert tenant.ask(story) == [True, True]


def test_what_a_mail_group_refuses_is_told_beside_what_it_took(tenant: Tenant) -> None:
    change = changes_of(tenant, Verb.ADD_MEMBER)
    nobody = replace(change, subject=Subject(NOBODY))
    nowhere = replace(change, permission=key_of(Family.GROUP, NOBODY))

    async def story(exchange: Exchange) -> list[ChamberlainError | None]:
        told = await mail_groups.send(exchange, [nobody, change, nowhere])
        seen = await mail_groups.seen(exchange, [change, nowhere])
        assert seen[0] == {"member": True}
        assert isinstance(seen[1], NotFound)
        return told

    first, second, third = tenant.ask(story)
    assert second is None
    assert {one.code for one in (first, third) if one} == {"exchange_not_found"}
