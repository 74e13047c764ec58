"""Exchange's administration as it is simulated: who gets in, what cmdlets read and change, and how they refuse."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tenant_client import Answer, Client, Running

SCOPE = "https://outlook.office365.com/.default"
SIZES = ("--seed", "7", "--users", "120", "--groups", "40", "--memberships", "700", "--apps", "10")
BYPASS = {"BypassSecurityGroupManagerCheck": True}


class Exchange:
    """Calls cmdlets of one tenant as its own registration."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.token = client.token_answer(scope=SCOPE).json()["access_token"]
        self.path = f"/adminapi/beta/{client.start['tenant_id']}/InvokeCommand"

    def post(self, path: str, cmdlet: str, headers: dict[str, str] | None = None, **parameters: Any) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}
        return self.client.send("POST", path, body=body, headers=sent)

    def run(self, cmdlet: str, **parameters: Any) -> Answer:
        return self.post(self.path, cmdlet, **parameters)

    def value(self, cmdlet: str, **parameters: Any) -> list[dict[str, Any]]:
        answer = self.run(cmdlet, **parameters)
        assert answer.status == 200, answer
        return list(answer.json()["value"])

    def refused(self, cmdlet: str, **parameters: Any) -> tuple[int, str]:
        """Status and class of an error."""
        answer = self.run(cmdlet, **parameters)
        return answer.status, answer.json()["error"]["details"][0]["message"].split("|")[1].rpartition(".")[2]

    def group(self, *, synced: bool = False, kind: str = "MailUniversalDistributionGroup") -> dict[str, Any]:
        found = self.value("Get-DistributionGroup", ResultSize="Unlimited")
        return next(one for one in found if one["IsDirSynced"] is synced and one["RecipientTypeDetails"] == kind)

    def members(self, group: str) -> set[str]:
        found = self.value("Get-DistributionGroupMember", Identity=group, ResultSize="Unlimited")
        return {one["ExternalDirectoryObjectId"] for one in found}


def let_in(client: Client, **more: Any) -> None:
    order = {"client_id": client.start["own_client_id"], **more}
    assert client.send("POST", "/_simulator/exchange/let_in", body=order).status == 204


def outsider(exchange: Exchange, group: str) -> str:
    """Somebody with a mailbox who is not in a group."""
    inside = exchange.members(group)
    people = exchange.value("Get-Mailbox", ResultSize="Unlimited")
    return next(one["ExternalDirectoryObjectId"] for one in people if one["ExternalDirectoryObjectId"] not in inside)


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    """A tenant that the tests of this module change, each its own part of it."""
    with Running(*SIZES) as client:
        let_in(client)
        assert client.send("POST", "/_simulator/knobs", body={"exchange_lag_ms": 0}).status == 200
        yield Exchange(client)


def test_nobody_gets_in_without_permission_and_role(start: Callable[..., Client]) -> None:
    client = start(*SIZES)
    without = Exchange(client)
    assert without.run("Get-DistributionGroup").status == 401
    let_in(client, role=False)
    with_permission = Exchange(client)
    answer = with_permission.run("Get-DistributionGroup")
    assert (answer.status, answer.body) == (403, b"")
    client.change(
        kind="assign_role",
        principal=client.get(f"servicePrincipals(appId='{client.start['own_client_id']}')")["id"],
        role="31392ffb-586c-42d1-9346-e59415a2cc4e",
    )
    assert with_permission.run("Get-DistributionGroup").status == 200
    graph_token = with_permission
    graph_token.token = client.token
    assert graph_token.run("Get-DistributionGroup").status == 401


def test_a_tenant_without_exchange_gives_no_token_for_it(golden: Client) -> None:
    assert golden.token_answer(scope=SCOPE).json()["error_codes"] == [500011]


def test_groups_of_exchange_and_nothing_else_are_listed_with_who_manages_them(exchange: Exchange) -> None:
    groups = exchange.value("Get-DistributionGroup", ResultSize="Unlimited")
    listed = exchange.client.listing("groups?$select=id,mailEnabled,groupTypes")
    assert {one["ExternalDirectoryObjectId"] for one in groups} == {
        one["id"] for one in listed if one["mailEnabled"] and not one["groupTypes"]
    }
    assert any(one["ManagedBy"] == ["Organization Management"] for one in groups)
    named = [name for one in groups for name in one["ManagedBy"] if name != "Organization Management"]
    for name in named:
        assert exchange.value("Get-Recipient", Identity=name)[0]["Name"] == name
    people = {one["id"] for one in exchange.client.listing("users?$select=id")}
    assert {name in people for name in named} == {True, False}  # names are ids of some, aliases of others


def test_exchange_and_graph_know_the_same_members(exchange: Exchange) -> None:
    for group in exchange.value("Get-DistributionGroup", ResultSize="Unlimited"):
        guid = group["ExternalDirectoryObjectId"]
        assert exchange.members(guid) == {one["id"] for one in exchange.client.listing(f"groups/{guid}/members")}


def test_a_member_is_added_once_and_removed_once(exchange: Exchange) -> None:
    group = exchange.group()["ExternalDirectoryObjectId"]
    person = outsider(exchange, group)
    wish = {"Identity": group, "Member": person, **BYPASS}
    before = exchange.client.send("GET", "/_simulator/writes").json()["newest"]
    assert exchange.value("Add-DistributionGroupMember", **wish) == []
    assert person in exchange.members(group)
    assert exchange.refused("Add-DistributionGroupMember", **wish) == (400, "MemberAlreadyExistsException")
    assert exchange.value("Remove-DistributionGroupMember", **wish, Confirm=False) == []
    assert person not in exchange.members(group)
    assert exchange.refused("Remove-DistributionGroupMember", **wish) == (400, "MemberNotFoundException")
    told = exchange.client.send("GET", f"/_simulator/writes?after={before}").json()["writes"]
    assert [(one["body"]["CmdletInput"]["CmdletName"].partition("-")[0], one["changed"]) for one in told] == [
        ("Add", True),
        ("Add", False),
        ("Remove", True),
        ("Remove", False),
    ]


def test_graph_hears_later_of_what_exchange_changed(start: Callable[..., Client]) -> None:
    client = start(*SIZES)
    let_in(client)
    client.send("POST", "/_simulator/knobs", body={"exchange_lag_ms": 600_000})
    exchange = Exchange(client)
    group = exchange.group()["ExternalDirectoryObjectId"]
    person = outsider(exchange, group)
    path = f"groups/{group}/members?$select=id"
    exchange.value("Add-DistributionGroupMember", Identity=group, Member=person, **BYPASS)
    assert person in exchange.members(group)
    assert person not in {one["id"] for one in client.listing(path)}
    assert client.send("GET", "/_simulator/exchange").json()["waiting"] == 1
    assert client.send("POST", "/_simulator/exchange/settle").status == 204
    assert person in {one["id"] for one in client.listing(path)}


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"Identity": "nobody@nowhere.example"}, (404, "ManagementObjectNotFoundException")),
        ({"Member": "nobody@nowhere.example"}, (404, "ManagementObjectNotFoundException")),
        ({"BypassSecurityGroupManagerCheck": False}, (400, "OperationRequiresGroupManagerException")),
        ({"Colour": "blue"}, (400, "ParameterBindingException")),
        ({"Member": None}, (400, "ParameterBindingException")),
    ],
)
def test_what_makes_no_sense_is_refused_by_class(
    exchange: Exchange, wish: dict[str, Any], expected: tuple[int, str]
) -> None:
    group = exchange.group()["ExternalDirectoryObjectId"]
    whole = {"Identity": group, "Member": outsider(exchange, group), **BYPASS, **wish}
    assert exchange.refused("Add-DistributionGroupMember", **whole) == expected


def test_a_group_from_on_premises_is_changed_there_only(start: Callable[..., Client]) -> None:
    client = start("--seed", "7", "--users", "120", "--groups", "80", "--memberships", "900", "--apps", "10")
    let_in(client)
    exchange = Exchange(client)
    group = exchange.group(synced=True)["ExternalDirectoryObjectId"]
    refused = exchange.refused(
        "Add-DistributionGroupMember", Identity=group, Member=outsider(exchange, group), **BYPASS
    )
    assert refused == (400, "InvalidOperationException")


def test_a_security_group_is_none_of_exchanges(exchange: Exchange) -> None:
    listed = exchange.client.listing("groups?$select=id,mailEnabled,groupTypes")
    security = next(one["id"] for one in listed if not one["mailEnabled"])
    unified = next(one["id"] for one in listed if "Unified" in one["groupTypes"])
    for group in (security, unified):
        assert exchange.refused("Get-DistributionGroupMember", Identity=group)[0] == 404


def test_managers_are_replaced_added_and_removed(exchange: Exchange) -> None:
    group = exchange.group(kind="MailUniversalSecurityGroup")["ExternalDirectoryObjectId"]
    first, second = (one["ExternalDirectoryObjectId"] for one in exchange.value("Get-Mailbox", ResultSize=2))

    def managers() -> set[str]:
        told = exchange.value("Get-DistributionGroup", Identity=group)[0]["ManagedBy"]
        found = (exchange.value("Get-Recipient", Identity=name)[0] for name in told)
        return {one["ExternalDirectoryObjectId"] for one in found}

    exchange.value("Set-DistributionGroup", Identity=group, ManagedBy=[first], **BYPASS)
    assert managers() == {first}
    table = {"@odata.type": "#Exchange.GenericHashTable", "add": second, "remove": [first]}
    exchange.value("Set-DistributionGroup", Identity=group, ManagedBy=table, **BYPASS)
    assert managers() == {second}
    assert exchange.client.get(f"groups/{group}/owners")["value"] == []  # Graph has none of these

    def happens(kind: str) -> None:
        assert exchange.client.send("POST", "/_simulator/mutations", body={"kind": kind, "user": second}).status < 300

    happens("delete_user")
    exchange.value("Set-DistributionGroup", Identity=group, ManagedBy={**table, "add": first, "remove": []}, **BYPASS)
    assert managers() == {first}
    happens("restore_user")
    assert managers() == {first, second}, "who comes back from the bin has what they had"


def test_dynamic_groups_hold_the_mailboxes_of_a_department(exchange: Exchange) -> None:
    groups = {one["Name"]: one for one in exchange.value("Get-DynamicDistributionGroup")}
    assert len(groups) == 4
    sales = exchange.value("Get-DynamicDistributionGroupMember", Identity=groups["Everybody in Sales"]["Guid"])
    assert sales
    assert {one["Department"] for one in sales} == {"Sales"}
    everybody = exchange.value("Get-DynamicDistributionGroupMember", Identity="Everybody", ResultSize="Unlimited")
    assert len(everybody) > len(sales)


def test_a_mailbox_is_forwarded_converted_hidden_and_put_back(exchange: Exchange) -> None:
    people = exchange.value("Get-Mailbox", ResultSize="Unlimited")
    users = [one for one in people if one["RecipientTypeDetails"] == "UserMailbox" and not one["IsDirSynced"]]
    mine, other = users[0]["ExternalDirectoryObjectId"], users[-1]["ExternalDirectoryObjectId"]
    wish = {"Type": "Shared", "ForwardingAddress": other, "DeliverToMailboxAndForward": True,
            "HiddenFromAddressListsEnabled": True, "LitigationHoldEnabled": True}  # fmt: skip
    exchange.value("Set-Mailbox", Identity=mine, **wish)
    set_ = exchange.value("Get-EXOMailbox", Identity=mine)[0]
    assert set_["RecipientTypeDetails"] == "SharedMailbox"
    assert exchange.value("Get-Recipient", Identity=set_["ForwardingAddress"])[0]["ExternalDirectoryObjectId"] == other
    assert set_["DeliverToMailboxAndForward"] is set_["HiddenFromAddressListsEnabled"] is True
    exchange.value("Set-Mailbox", Identity=mine, ForwardingAddress=None, ForwardingSmtpAddress="a@b.example")
    after = exchange.value("Get-Mailbox", Identity=mine)[0]
    assert (after["ForwardingAddress"], after["ForwardingSmtpAddress"]) == (None, "smtp:a@b.example")
    assert exchange.refused("Set-Mailbox", Identity=mine, Type="Round")[0] == 400
    size = exchange.value("Get-MailboxStatistics", Identity=mine)[0]["TotalItemSize"]
    assert size.endswith(" bytes)")


def test_access_to_a_mailbox_is_given_and_taken(exchange: Exchange) -> None:
    mine, other = (one["ExternalDirectoryObjectId"] for one in exchange.value("Get-Mailbox", ResultSize=2))
    wish = {"Identity": mine, "User": other, "AccessRights": ["FullAccess"], "InheritanceType": "All"}

    def trustees() -> int:
        return len(exchange.value("Get-MailboxPermission", Identity=mine))

    assert trustees() == 1  # the mailbox itself
    exchange.value("Add-MailboxPermission", **wish, AutoMapping=True)
    assert trustees() == 2
    again = exchange.run("Add-MailboxPermission", **wish).json()
    assert len(again["@adminapi.warnings"]) == 1
    exchange.value("Remove-MailboxPermission", **wish, Confirm=False)
    assert trustees() == 1


def test_a_listing_comes_in_pages_and_is_cut_with_a_warning_alone(exchange: Exchange) -> None:
    prefer = {"Prefer": "odata.maxpagesize=30"}
    found: list[str] = []
    link = exchange.path
    while link:
        page = exchange.post(link, "Get-Mailbox", prefer, ResultSize="Unlimited").json()
        assert page["@adminapi.warnings"] == []
        found += [one["Guid"] for one in page["value"]]
        link = page.get("@odata.nextLink", "")
    whole = exchange.value("Get-Mailbox", ResultSize="Unlimited")
    assert found == [one["Guid"] for one in whole]
    assert len(whole) > 60
    cut = exchange.run("Get-Mailbox", ResultSize=10).json()
    assert (len(cut["value"]), len(cut["@adminapi.warnings"])) == (10, 1)
    assert "@odata.nextLink" not in cut


def test_errors_can_come_with_status_200(exchange: Exchange) -> None:
    exchange.client.send("POST", "/_simulator/knobs", body={"exchange_errors_as_ok": True})
    answer = exchange.run("Get-Mailbox", Identity="nobody@nowhere.example")
    exchange.client.send("POST", "/_simulator/knobs", body={"exchange_errors_as_ok": False})
    assert (answer.status, answer.json()["error"]["code"]) == (200, "NotFound")


def test_too_many_at_once_are_throttled(start: Callable[..., Client]) -> None:
    client = start(*SIZES)
    let_in(client)
    exchange = Exchange(client)
    client.send("POST", "/_simulator/knobs", body={"exchange_at_once": 0})
    answer = exchange.run("Get-DynamicDistributionGroup")
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")


def test_a_write_may_be_done_although_its_answer_is_an_error(exchange: Exchange) -> None:
    group = exchange.group()["ExternalDirectoryObjectId"]
    person = outsider(exchange, group)
    fault = {"path_prefix": "/adminapi", "kind": "status", "status": 504, "after": True}
    assert exchange.client.send("POST", "/_simulator/faults", body=fault).status == 204
    wish = {"Identity": group, "Member": person, **BYPASS}
    assert exchange.run("Add-DistributionGroupMember", **wish).status == 504
    assert person in exchange.members(group)


def test_the_documented_api_reads_and_writes_nothing(start: Callable[..., Client]) -> None:
    client = start(*SIZES)
    let_in(client, permission="Exchange.ManageAsAppV2")
    exchange = Exchange(client)
    assert exchange.run("Get-DistributionGroup").status == 401  # the other permission is for InvokeCommand
    root = f"/adminapi/v2.0/{client.start['tenant_id']}"
    mailbox = exchange.post(f"{root}/Mailbox", "Get-Mailbox", ResultSize=1).json()["value"][0]
    selected = exchange.post(f"{root}/Mailbox?$select=Alias", "Get-Mailbox", ResultSize=1).json()["value"][0]
    assert selected == {"Alias": mailbox["Alias"]}
    assert exchange.post(f"{root}/DistributionGroupMember", "Add-DistributionGroupMember").status == 404
    assert exchange.post(f"{root}/Nothing", "Get-Mailbox").status == 404
