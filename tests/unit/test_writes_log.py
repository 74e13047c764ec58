"""What a log of writes is read as: what was asked for twice, and what the directory does by itself."""

from typing import Any

from chamberlain.bench.writes_log import doubled, repeated, was_reprocessed

GROUP, SOMEBODY, SKU = "g1", "u1", "s1"
SETTLED = {"kind": "settle_licence", "group": GROUP, "user": SOMEBODY, "sku_id": SKU, "error": "CountViolation"}
GIVEN = {"kind": "assign_licence", "user": SOMEBODY, "sku_id": SKU}


def entry(path: str, *mutations: dict[str, Any], status: int = 200, body: object = None) -> dict[str, Any]:
    return {"method": "POST", "path": path, "status": status, "body": body, "mutations": list(mutations)}


def reprocess(*mutations: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return entry(f"/v1.0/users/{SOMEBODY}/reprocessLicenseAssignment", *mutations, status=status)


def give(path: str, *mutations: dict[str, Any]) -> dict[str, Any]:
    return entry(path, *mutations, body={"addLicenses": [{"skuId": SKU}], "removeLicenses": []})


def test_what_the_directory_settles_by_itself_is_nobody_s_second_write() -> None:
    to_group = give(f"/v1.0/groups/{GROUP}/assignLicense", {"kind": "set_group_licences", "group": GROUP}, SETTLED)
    log = [to_group, reprocess(SETTLED, GIVEN)]
    assert doubled(log) == []
    assert repeated(log) == []


def test_a_licence_that_is_given_twice_is_found_both_ways() -> None:
    once = give(f"/v1.0/users/{SOMEBODY}/assignLicense", GIVEN)
    assert len(doubled([once, once])) == 1
    assert len(repeated([once, once])) == 1


def test_a_group_that_is_licensed_twice_is_found_both_ways() -> None:
    once = give(f"/v1.0/groups/{GROUP}/assignLicense", {"kind": "set_group_licences", "group": GROUP}, SETTLED)
    assert len(doubled([once, once])) == 1
    assert len(repeated([once, once])) == 1


def test_an_order_to_look_at_licences_again_is_found_when_it_is_given_twice() -> None:
    assert len(repeated([reprocess(), reprocess()])) == 1
    assert repeated([reprocess(status=429), reprocess()]) == []


def test_only_an_order_that_was_taken_looked_at_licences_again() -> None:
    assert was_reprocessed([reprocess()], SOMEBODY)
    assert not was_reprocessed([reprocess(status=429)], SOMEBODY)
    assert not was_reprocessed([give(f"/v1.0/users/{SOMEBODY}/assignLicense", GIVEN)], SOMEBODY)
