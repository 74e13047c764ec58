"""The truth, from the holder's side, equals what a crawler reads over the wire from the group's side."""

from collections.abc import Callable

import pytest
from crawl import Crawl
from tenant_client import Client


def test_a_full_crawl_finds_the_truth(tenant: Client) -> None:
    assert Crawl(tenant).lines() == tenant.truth()


def test_a_full_crawl_of_the_golden_tenant_finds_the_truth(golden: Client) -> None:
    assert Crawl(golden).lines() == golden.truth()


@pytest.mark.parametrize("seed", ["11", "12"])
def test_other_seeds_agree_too(start: Callable[..., Client], seed: str) -> None:
    client = start("--seed", seed, "--users", "90", "--groups", "45", "--memberships", "600", "--apps", "12")
    assert Crawl(client).lines() == client.truth()


def test_changes_reach_both_and_the_past_stays(fresh: Client) -> None:
    before = fresh.truth("at=0")
    users = fresh.listing("users?$select=id&$top=999")
    groups = fresh.listing("groups?$select=id,groupTypes&$top=999")
    fresh.change(kind="rename_user", user=users[7]["id"], display_name="Renamed ✓")
    for group in (groups[4], groups[24]):
        members = fresh.listing(f"groups/{group['id']}/members?$select=id")
        outside = next(user["id"] for user in users if user["id"] not in {member["id"] for member in members})
        fresh.change(kind="add_member", group=group["id"], member=outside)
        fresh.change(kind="remove_member", group=group["id"], member=members[0]["id"])
    fresh.change(kind="add_member", group=groups[18]["id"], member=groups[3]["id"])
    assert Crawl(fresh).lines() == fresh.truth()
    assert fresh.truth("at=0") == before
    assert fresh.truth() != before


def test_seats_in_use_follow_the_members_of_a_licence_group(fresh: Client) -> None:
    group = next(group for group in fresh.listing("groups?$select=id,assignedLicenses") if group["assignedLicenses"])
    users = [
        member
        for member in fresh.listing(f"groups/{group['id']}/members?$select=id")
        if "user" in member["@odata.type"]
    ]
    for user in users:
        fresh.change(kind="remove_member", group=group["id"], member=user["id"])
    held: dict[str, int] = {}
    for user in fresh.listing("users?$select=assignedLicenses&$top=999"):
        for licence in user["assignedLicenses"]:
            held[licence["skuId"]] = held.get(licence["skuId"], 0) + 1
    skus = fresh.get("subscribedSkus?$select=skuId,consumedUnits")["value"]
    assert {sku["skuId"]: sku["consumedUnits"] for sku in skus if sku["consumedUnits"]} == held


def test_a_sample_is_announced_and_kept_to(tenant: Client) -> None:
    lines = tenant.truth("sample=10")
    assert lines[0]["t"] == "sample"
    assert len(lines[0]["accounts"]) == 10
    assert {line["account"] for line in lines if line["t"] == "effective"} <= set(lines[0]["accounts"])
    assert tenant.truth("sample=10") == lines


def test_effective_lines_can_be_left_out(tenant: Client) -> None:
    assert {line["t"] for line in tenant.truth("effective=0")} == {"account", "edge", "permission"}


def test_there_is_no_truth_of_the_future(tenant: Client) -> None:
    assert tenant.send("GET", "/_simulator/truth?at=1").status == 400
    assert tenant.send("GET", "/_simulator/truth?at=x").status == 400
