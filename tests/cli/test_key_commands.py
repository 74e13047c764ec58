"""`chamberlain keys`, and starting with a key that is not the installation's."""

import base64
import json

import pytest

import terminal
from chamberlain.store.audit_key import audit_key
from chamberlain.store.keyring import the_ring

pytestmark = pytest.mark.usefixtures("world")
OTHER = base64.b64encode(b"another key than that of before ").decode()


def test_a_wrong_key_at_start_is_told_and_nothing_is_touched() -> None:
    audit_key()  # so that something is encrypted
    started = terminal.run("sign-in", CHAMBERLAIN_KEY=OTHER)
    assert started.returncode == 8
    assert "key_wrong" in started.stderr
    assert the_ring().ids[0] in started.stderr
    assert started.stdout == ""


def test_keys_are_listed_by_their_ids_also_where_none_fits() -> None:
    audit_key()
    listed = terminal.run("keys", "list", "--json", CHAMBERLAIN_KEY=OTHER)
    found = {one["id"]: one for one in json.loads(listed.stdout)}
    assert [one["here"] for one in found.values()] == [True, False]
    assert found[the_ring().ids[0]]["secrets"] >= 1
    assert OTHER not in listed.stdout + listed.stderr


def test_rotating_in_the_terminal_is_taken_up_here() -> None:
    before = the_ring().ids[0]
    rotated = terminal.run("keys", "rotate", "--json")
    assert rotated.returncode == 0, rotated.stderr
    told = json.loads(rotated.stdout)
    assert told["made"]
    assert the_ring().ids[:2] == (told["newest"], before)
