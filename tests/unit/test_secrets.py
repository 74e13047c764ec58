"""Secrets at rest."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chamberlain.errors import Misconfigured
from chamberlain.store.secrets import decrypt, encrypt, key_id, load_key

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


def test_the_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    first = load_key(given=None, data=tmp_path)
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert load_key(given=None, data=tmp_path) == first


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_key(given=None, data=tmp_path)
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(Misconfigured, match="key_file_open"):
        load_key(given=None, data=tmp_path)


@pytest.mark.parametrize("given_key", ["", "short", base64.b64encode(bytes(16)).decode(), "not base64 !!"])
def test_a_key_that_is_not_32_bytes_is_refused(tmp_path: Path, given_key: str) -> None:
    with pytest.raises(Misconfigured, match="key_malformed"):
        load_key(given=given_key, data=tmp_path)
    assert not (tmp_path / "key").exists()
