"""Where settings come from."""

from pathlib import Path

import pytest

from chamberlain.settings import DEMO, KEPT, RUNNING, Settings, data_folder, keep, load


def test_a_command_finds_the_demo_where_there_is_nothing_else(tmp_path: Path) -> None:
    assert data_folder(given=None, own=tmp_path) == tmp_path
    keep(tmp_path / DEMO, {"CHAMBERLAIN_PORT": "8555"})
    assert data_folder(given=None, own=tmp_path) == tmp_path / DEMO
    assert data_folder(given="/elsewhere", own=tmp_path) == Path("/elsewhere")
    (tmp_path / "postgres").mkdir()  # somebody looked around before
    assert data_folder(given=None, own=tmp_path) == tmp_path / DEMO
    (tmp_path / RUNNING).touch()
    assert data_folder(given=None, own=tmp_path) == tmp_path


def test_settings_are_kept_beside_their_data_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(
        tmp_path, {"CHAMBERLAIN_PORT": "8555", "CHAMBERLAIN_CLIENT_SECRET": "it's #secret", "CHAMBERLAIN_UNKNOWN": "x"}
    )
    monkeypatch.setenv("CHAMBERLAIN_DATA", str(tmp_path))
    settings = load()
    assert (settings.data, settings.port) == (tmp_path, 8555)
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "it's #secret"
    assert "secret" not in repr(settings.client_secret)
    monkeypatch.setenv("CHAMBERLAIN_PORT", "8666")
    assert load().port == 8666


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    keep(tmp_path, {"CHAMBERLAIN_PORT": "1"})
    assert (tmp_path / KEPT).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8400"),
        ("0.0.0.0", "http://127.0.0.1:8400"),
        ("::", "http://127.0.0.1:8400"),
        ("::1", "http://[::1]:8400"),
    ],
)
def test_people_are_shown_an_address_that_one_can_go_to(host: str, url: str) -> None:
    assert Settings(host=host, port=8400).url == url
