"""Secrets at rest."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.errors import Misconfigured
from chamberlain.store.keyring import id_of, open_ring
from chamberlain.store.secrets import decrypt, encrypt, key_id

KEY = bytes(range(32))
OTHER_KEY = bytes(32)


@given(st.text())
def test_what_goes_in_comes_out(plain: str) -> None:
    assert decrypt(encrypt(plain, key=KEY, context="a.b:1"), key=KEY, context="a.b:1") == plain


def test_the_same_secret_never_looks_the_same() -> None:
    assert encrypt("s", key=KEY, context="c") != encrypt("s", key=KEY, context="c")


def test_a_token_moved_to_another_row_is_refused() -> None:
    token = encrypt("s", key=KEY, context="connection.client_secret:1")
    with pytest.raises(Misconfigured, match="key_wrong"):
        decrypt(token, key=KEY, context="connection.client_secret:2")


def test_another_key_is_named_not_tried() -> None:
    with pytest.raises(Misconfigured) as caught:
        decrypt(encrypt("s", key=KEY, context="c"), key=OTHER_KEY, context="c")
    assert caught.value.data == {"expected": key_id(KEY), "found": key_id(OTHER_KEY)}


def test_a_changed_token_is_refused() -> None:
    token = encrypt("secret", key=KEY, context="c")
    changed = token[:-4] + ("A" if token[-4] != "A" else "B") + token[-3:]
    with pytest.raises(Misconfigured, match="key_wrong"):
        decrypt(changed, key=KEY, context="c")


def test_the_key_file_is_made_when_it_is_kept_and_only_for_its_owner(tmp_path: Path) -> None:
    first = open_ring(given=None, data=tmp_path)
    assert first.is_new
    assert [*tmp_path.iterdir()] == []
    first.keep()
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert open_ring(given=None, data=tmp_path).keys == first.keys


def test_of_two_who_make_the_first_key_one_wins_for_both(tmp_path: Path) -> None:
    first, second = open_ring(given=None, data=tmp_path), open_ring(given=None, data=tmp_path)
    assert first.keys != second.keys
    first.keep()
    second.keep()
    assert first.keys == second.keys


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    open_ring(given=None, data=tmp_path).keep()
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(Misconfigured, match="key_file_open"):
        open_ring(given=None, data=tmp_path)


@pytest.mark.parametrize("given_key", ["", "short", base64.b64encode(bytes(16)).decode(), "not base64 !!", " , "])
def test_a_key_that_is_not_32_bytes_is_refused(tmp_path: Path, given_key: str) -> None:
    with pytest.raises(Misconfigured, match="key_malformed"):
        open_ring(given=given_key, data=tmp_path)
    assert not (tmp_path / "key").exists()


def test_a_running_process_takes_up_a_key_that_another_one_made(tmp_path: Path) -> None:
    ours = open_ring(given=None, data=tmp_path)
    ours.keep()
    token = ours.encrypt("secret", context="c")
    theirs = open_ring(given=None, data=tmp_path)
    new = theirs.add()
    assert ours.ids == (new, id_of(token))
    assert id_of(ours.encrypt("other", context="c")) == new
    assert ours.decrypt(token, context="c") == "secret"
    assert ours.decrypt(theirs.encrypt("newer", context="c"), context="c") == "newer"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_key_that_was_forgotten_opens_nothing(tmp_path: Path) -> None:
    ring = open_ring(given=None, data=tmp_path)
    ring.keep()
    token = ring.encrypt("secret", context="c")
    ring.add()
    ring.drop(id_of(token))
    with pytest.raises(Misconfigured, match="key_wrong"):
        ring.decrypt(token, context="c")


def test_keys_of_the_environment_are_changed_there_only(tmp_path: Path) -> None:
    both = ",".join(base64.b64encode(key).decode() for key in (OTHER_KEY, KEY))
    ring = open_ring(given=both, data=tmp_path)
    assert ring.ids == (key_id(OTHER_KEY), key_id(KEY))
    assert ring.decrypt(encrypt("s", key=KEY, context="c"), context="c") == "s"
    assert id_of(ring.encrypt("s", context="c")) == key_id(OTHER_KEY)
    with pytest.raises(Misconfigured, match="key_in_environment"):
        ring.add()
    assert [*tmp_path.iterdir()] == []


def test_a_ring_does_not_tell_its_keys(tmp_path: Path) -> None:
    ring = open_ring(given=base64.b64encode(KEY).decode(), data=tmp_path)
    assert base64.b64encode(KEY).decode() not in f"{ring!r} {ring} {ring.ids}"
