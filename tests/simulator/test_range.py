"""Ranges of names: everything in them once, whatever the order of pages and letters, at the listing's position."""

from urllib.parse import quote

import pytest
from tenant_client import Client

CUTS = ("a", "e", "k", "n", "t")


def between(name: str, low: str | None, high: str | None) -> str:
    parts = [f"{name} {operator} '{bound}'" for operator, bound in (("ge", low), ("le", high)) if bound is not None]
    return quote(" and ".join(parts))


@pytest.mark.parametrize(
    ("listing", "name"),
    [("users", "userPrincipalName"), ("groups", "displayName"), ("servicePrincipals", "displayName")],
)
@pytest.mark.parametrize("top", [7, 999])
def test_ranges_side_by_side_are_the_whole(tenant: Client, listing: str, name: str, top: int) -> None:
    every = {item["id"]: item[name].lower() for item in tenant.listing(f"{listing}?$select=id,{name}&$top=999")}
    found: list[str] = []
    for low, high in zip((None, *CUTS), (*CUTS, None), strict=True):
        page = tenant.listing(f"{listing}?$select=id&$top={top}&$filter={between(name, low, high)}")
        ids = [item["id"] for item in page]
        expected = {key for key, text in every.items() if (low or "") <= text and (high is None or text <= high)}
        assert sorted(ids) == sorted(expected)
        found.extend(ids)
    assert set(found) == set(every)


def test_a_range_may_be_open_or_have_an_expansion(tenant: Client) -> None:
    users = tenant.listing("users?$select=id,userPrincipalName&$top=999")
    middle = sorted(user["userPrincipalName"].lower() for user in users)[150]
    path = "users?$top=50&$select=id,userPrincipalName&$expand=manager($select=id)&$filter=userPrincipalName"
    above = tenant.listing(f"{path} ge '{middle.upper()}'")
    below = tenant.listing(f"{path} lt '{middle}'")
    assert len(above) + len(below) == 300
    assert any("manager" in user for user in above)
    assert middle not in {user["userPrincipalName"].lower() for user in tenant.listing(f"{path} gt '{middle}'")}


def test_names_that_start_alike(tenant: Client) -> None:
    users = tenant.listing("users?$select=id,displayName&$top=999")
    wanted = {user["id"] for user in users if (user["displayName"] or "").lower().startswith("ma")}
    found = tenant.listing("users?$select=id&$filter=startsWith(displayName,'Ma')")
    assert wanted
    assert {user["id"] for user in found} == wanted


def test_what_is_more_than_a_range_is_still_looked_at(tenant: Client) -> None:
    every = tenant.listing("users?$select=id,userPrincipalName,accountEnabled&$top=999")
    wanted = {user["id"] for user in every if user["userPrincipalName"].lower() >= "m" and not user["accountEnabled"]}
    path = "users?$select=id&$filter=userPrincipalName ge 'm' and accountEnabled eq false"
    assert wanted
    assert {user["id"] for user in tenant.listing(path)} == wanted
    either = tenant.listing("users?$select=id&$filter=userPrincipalName ge 'm' or userPrincipalName lt 'b'")
    assert len(either) == sum(not "b" <= user["userPrincipalName"].lower() < "m" for user in every)


def test_a_range_sees_renames_at_its_position(fresh: Client) -> None:
    path = "users?$select=id,displayName&$top=5&$filter=displayName ge 'n' and displayName le 's'"
    before = {user["id"] for user in fresh.listing(path)}
    first = fresh.get(path)
    outside = next(user["id"] for user in fresh.listing("users?$select=id&$top=999") if user["id"] not in before)
    inside = next(iter(before - {user["id"] for user in first["value"]}))
    fresh.change(kind="rename_user", user=outside, display_name="Nora Neu")
    fresh.change(kind="rename_user", user=inside, display_name="Zoe Zuletzt")
    begun = {user["id"] for user in (*first["value"], *fresh.listing(first["@odata.nextLink"]))}
    assert begun == before
    assert {user["id"] for user in fresh.listing(path)} == before - {inside} | {outside}
    fresh.change(kind="rename_user", user=outside, display_name=None)
    assert {user["id"] for user in fresh.listing(path)} == before - {inside}
