"""Licences are given and taken as Microsoft documents it, and counted."""

from collections.abc import Iterator
from typing import Any

import pytest
from crawl import Crawl
from tenant_client import Answer, Client, Running

from chamberlain.simulator.world.licence import catalogue

E3, MAILBOX, REPORTS, FLOW = (catalogue()[name] for name in ("SPE_E3", "EXCHANGESTANDARD", "POWER_BI_PRO", "FLOW_FREE"))
SEATS = 10
ANNA, BEN, CHLOE, DMITRI, EMRE, GRETA, HIRO, JONAS, INVOICES = (
    f"60dea100-0000-4000-8000-{number:012x}" for number in (0, 1, 2, 3, 4, 6, 7, 9, 10)
)
ENGINEERING, ATLAS, LICENSING = (f"60deb200-0000-4000-8000-{number:012x}" for number in (0, 4, 7))


@pytest.fixture
def written() -> Iterator[Client]:
    with Running("--population", "golden") as client:
        client.grant("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "GroupMember.ReadWrite.All")
        yield client


def plan(sku: Any, name: str) -> str:
    return str(next(one.id for one in sku.plans if one.name == name))


def assign(
    client: Client, who: str, *give: Any, take: tuple[Any, ...] = (), off: tuple[str, ...] = (), of: str = "users"
) -> Answer:
    added = [{"skuId": sku.id.upper(), "disabledPlans": off} for sku in give]
    body = {"addLicenses": added, "removeLicenses": [sku.id for sku in take]}
    return client.write("POST", f"{of}/{who}/assignLicense", body)


def states(client: Client, who: str) -> dict[tuple[str, str | None], tuple[str, str, list[str]]]:
    found = client.get(f"users/{who}?$select=licenseAssignmentStates")["licenseAssignmentStates"]
    return {(one["skuId"], one["assignedByGroup"]): (one["state"], one["error"], one["disabledPlans"]) for one in found}


def consumed(client: Client, sku: Any) -> int:
    return int(next(one["consumedUnits"] for one in client.listing("subscribedSkus") if one["skuId"] == sku.id))


def use_up(client: Client) -> None:
    """Give every seat to somebody new."""
    for _ in range(SEATS - consumed(client, E3)):
        made = client.send("POST", "/_simulator/mutations", body={"kind": "create_user", "display_name": "x"}).json()
        assert assign(client, made["id"], E3).status == 200


def message(answer: Answer) -> str:
    assert answer.error == (400, "Request_BadRequest")
    return str(answer.json()["error"]["message"])


def test_a_licence_is_given_changed_and_taken(written: Client) -> None:
    before, teams = consumed(written, E3), plan(E3, "TEAMS1")
    given = assign(written, EMRE, E3)
    assert (given.status, given.json()["id"]) == (200, EMRE)
    assert states(written, EMRE) == {(E3.id, None): ("Active", "None", [])}
    assert consumed(written, E3) == before + 1
    assert assign(written, EMRE, E3).status == 200
    assert not written.writes()["writes"][-1]["changed"]
    assert assign(written, EMRE, E3, off=(teams,)).status == 200
    assert states(written, EMRE) == {(E3.id, None): ("Active", "None", [teams])}
    assert Crawl(written).lines() == written.truth()
    assert assign(written, EMRE, take=(E3,)).status == 200
    assert states(written, EMRE) == {}
    assert consumed(written, E3) == before
    assert message(assign(written, EMRE, take=(E3,))) == "User does not have a corresponding license."


def test_a_licence_is_swapped_in_one_write(written: Client) -> None:
    assert message(assign(written, ANNA, MAILBOX)) == (
        f"Subscription with SKU {MAILBOX.id} does not have any available licenses."
    )
    assert assign(written, INVOICES, E3, take=(MAILBOX,)).status == 200
    assert [sku for sku, _ in states(written, INVOICES)] == [E3.id]
    exclusive = message(assign(written, ANNA, MAILBOX))
    assert exclusive.endswith("are mutually exclusive")
    assert plan(E3, "EXCHANGE_S_ENTERPRISE") in exclusive
    assert plan(MAILBOX, "EXCHANGE_S_STANDARD") in exclusive


def test_what_cannot_be_assigned_is_told_in_microsofts_words(written: Client) -> None:
    assert "invalid usage location" in message(assign(written, GRETA, FLOW))
    assert "inherited from a group membership" in message(assign(written, HIRO, take=(E3,)))
    assert "does not correspond to a valid company License" in message(assign(written, EMRE, catalogue()["SPE_E5"]))
    lacking = message(assign(written, EMRE, E3, off=(plan(E3, "SHAREPOINTENTERPRISE"),)))
    assert f"service plan {plan(E3, 'SHAREPOINTWAC')} depends on" in lacking
    assert plan(E3, "SHAREPOINTENTERPRISE") in lacking
    assert assign(written, EMRE, E3, off=(plan(FLOW, "FLOW_P2_VIRAL"),)).status == 400
    assert assign(written, EMRE, E3, take=(E3,)).status == 400
    assert written.write("POST", f"users/{EMRE}/assignLicense", {"addLicenses": []}).error == (400, "BadRequest")
    assert states(written, EMRE) == {}


def test_a_group_hands_out_what_it_was_given(written: Client) -> None:
    before = consumed(written, FLOW)
    link = written.get("users/delta?$select=id,assignedLicenses&$deltatoken=latest")["@odata.deltaLink"]
    assert assign(written, ENGINEERING, FLOW, of="groups").status == 202
    assert states(written, BEN) == {(FLOW.id, ENGINEERING): ("Active", "None", [])}
    assert consumed(written, FLOW) == before + 2
    assert {item["id"] for item in written.listing(link)} == {BEN, CHLOE}
    assert Crawl(written).lines() == written.truth()
    told = written.get(f"groups/{ENGINEERING}?$select=assignedLicenses")["assignedLicenses"]
    assert told == [{"disabledPlans": [], "skuId": FLOW.id}]
    assert "inherited" in message(assign(written, BEN, take=(FLOW,)))
    assert assign(written, ENGINEERING, take=(FLOW,), of="groups").status == 202
    assert states(written, BEN) == {}
    assert consumed(written, FLOW) == before
    assert message(assign(written, ENGINEERING, take=(FLOW,), of="groups")).startswith("Group does not")
    assert assign(written, ATLAS, FLOW, of="groups").status == 400


def test_members_without_a_seat_get_one_when_they_are_gone_through_again(written: Client) -> None:
    assert assign(written, ENGINEERING, REPORTS, of="groups").status == 202
    assert states(written, BEN) == {(REPORTS.id, ENGINEERING): ("Error", "CountViolation", [])}
    again = written.write("POST", f"users/{BEN}/reprocessLicenseAssignment")
    assert (again.status, again.json()["id"]) == (200, BEN)
    assert states(written, BEN) == {(REPORTS.id, ENGINEERING): ("Error", "CountViolation", [])}
    before = consumed(written, E3)
    assert written.write("POST", f"users/{HIRO}/reprocessLicenseAssignment").status == 200
    assert states(written, HIRO) == {(E3.id, LICENSING): ("Active", "None", [])}
    assert consumed(written, E3) == before + 1
    assert Crawl(written).lines() == written.truth()


def test_licences_need_their_permission(golden: Client) -> None:
    assert assign(golden, EMRE, E3).error == (403, "Authorization_RequestDenied")
    assert golden.write("POST", f"users/{HIRO}/reprocessLicenseAssignment").error[0] == 403
    assert assign(golden, ENGINEERING, E3, of="groups").error[0] == 403


def test_seats_are_counted_right_whoever_changed_what(written: Client) -> None:
    used = consumed(written, E3)
    assert assign(written, EMRE, FLOW).status == 200  # begins to count
    written.change(kind="add_member", group=LICENSING, member=DMITRI)
    written.change(kind="add_member", group=LICENSING, member=EMRE)
    written.change(kind="delete_user", user=ANNA)
    used += 1
    assert consumed(written, E3) == used
    use_up(written)
    assert consumed(written, E3) == SEATS
    swapped = {"take": (MAILBOX,)}
    assert "does not have any available licenses" in message(assign(written, INVOICES, E3, **swapped))
    written.change(kind="remove_member", group=LICENSING, member=DMITRI)
    assert assign(written, INVOICES, E3, **swapped).status == 200
    assert "does not have any available licenses" in message(assign(written, DMITRI, E3))
    assert assign(written, CHLOE, take=(E3,)).status == 200  # whose group still gives it
    assert "does not have any available licenses" in message(assign(written, DMITRI, E3))


def test_who_joins_a_group_when_no_seat_is_left_gets_none(written: Client) -> None:
    assert assign(written, ENGINEERING, REPORTS, of="groups").status == 202
    member = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{EMRE}"}
    assert written.write("POST", f"groups/{ENGINEERING}/members/$ref", member).status == 204
    assert states(written, EMRE) == {(REPORTS.id, ENGINEERING): ("Error", "CountViolation", [])}
    assert written.write("DELETE", f"groups/{ENGINEERING}/members/{EMRE}/$ref").status == 204
    assert states(written, EMRE) == {}
    written.change(kind="unassign_licence", user=ANNA, sku_id=REPORTS.id)
    assert written.write("POST", f"groups/{LICENSING}/members/$ref", member).status == 204
    assert states(written, EMRE) == {(E3.id, LICENSING): ("Active", "None", [])}
    assert Crawl(written).lines() == written.truth()


def test_who_comes_back_to_a_group_gets_the_seat_that_there_was_none_of_before(written: Client) -> None:
    use_up(written)
    member = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{EMRE}"}
    for taken, state in ((True, "Error"), (False, "Active")):
        if not taken:
            assert assign(written, JONAS, take=(E3,)).status == 200
        assert written.write("POST", f"groups/{LICENSING}/members/$ref", member).status == 204
        assert states(written, EMRE)[E3.id, LICENSING][0] == state
        assert written.write("DELETE", f"groups/{LICENSING}/members/{EMRE}/$ref").status == 204
