"""What is configured: every problem at once, with its origin; secrets stay hidden."""

import json
from pathlib import Path

import pytest

from chamberlain.errors import Misconfigured
from chamberlain.settings import FILE, LogFormat, keep, load, read
from terminal import run

SECRET = "postgresql://u:hunter2@db/x"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHAMBERLAIN_DATA", str(tmp_path))
    monkeypatch.delenv("CHAMBERLAIN_PORT", raising=False)
    return tmp_path


def write(data: Path, text: str, *, mode: int = 0o600) -> Path:
    path = data / FILE
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def test_the_environment_goes_before_the_kept_file_and_that_before_the_file(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(data, 'port = 1001\nhost = "::1"\nlog_format = "json"\nsync_interval_minutes = 3\n')
    keep(data, {"CHAMBERLAIN_PORT": "1002", "CHAMBERLAIN_HOST": "127.0.0.2"})
    monkeypatch.setenv("CHAMBERLAIN_PORT", "1003")
    settings = load()
    assert (settings.port, settings.host, settings.log_format) == (1003, "127.0.0.2", LogFormat.JSON)
    given = read().given
    assert given["port"].origin == "CHAMBERLAIN_PORT"
    assert given["host"].origin.endswith("settings.env: CHAMBERLAIN_HOST")
    assert given["sync_interval_minutes"].origin == f"{path}: sync_interval_minutes"


def test_every_problem_is_told_at_once_with_its_origin(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(data, 'prot = 1\nlog_format = "xml"\npublic_url = "ftp://x"\n')
    monkeypatch.setenv("CHAMBERLAIN_PORT", "70000")
    told = {one.setting: one for one in read().problems}
    assert set(told) == {"prot", "log_format", "public_url", "port"}
    assert "did you mean port?" in told["prot"].allowed
    assert (told["port"].value, told["port"].origin) == ("70000", "CHAMBERLAIN_PORT")
    assert "'text' or 'json'" in told["log_format"].allowed
    with pytest.raises(Misconfigured) as caught:
        load()
    assert all(name in str(caught.value.data["reason"]) for name in told)


@pytest.mark.parametrize(
    ("text", "said"),
    [("port = ", "not TOML"), ("client_id = 5", "valid string"), ('data = "/elsewhere"', "lies in that folder")],
)
def test_a_file_that_cannot_be_right_is_refused(data: Path, text: str, said: str) -> None:
    write(data, text)
    assert [said in one.allowed for one in read().problems] == [True]


def test_a_named_file_says_where_the_data_is(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAMBERLAIN_DATA")
    named = write(tmp_path, f'data = "{tmp_path / "there"}"\n')
    monkeypatch.setenv("CHAMBERLAIN_CONFIG", str(named))
    assert load().data == tmp_path / "there"
    monkeypatch.setenv("CHAMBERLAIN_CONFIG", str(tmp_path / "missing"))
    assert "cannot be read" in read().problems[0].allowed


def test_a_file_with_secrets_that_others_can_read_is_refused(data: Path) -> None:
    write(data, f'database_url = "{SECRET}"\n', mode=0o644)
    assert ["chmod 600" in one.allowed for one in read().problems] == [True]
    write(data, "port = 1\n", mode=0o644)
    assert read().problems == ()


def test_a_secret_is_in_no_problem_and_no_answer(data: Path) -> None:
    write(data, f'database_url = "{SECRET}"\nmetrics_token = "short"\nclient_secret = ["hunter2"]\n')
    for words in (("config", "check", "--json"), ("config", "check"), ("config", "show"), ("status",)):
        done = run(*words, CHAMBERLAIN_DATA=str(data))
        assert done.returncode == 8, words
        assert "hunter2" not in done.stdout + done.stderr
        assert "metrics_token" in done.stdout + done.stderr
    assert "hunter2" not in repr(read())
    write(data, f'database_url = "{SECRET}"\n')
    shown = run("config", "show", "--json", CHAMBERLAIN_DATA=str(data))
    rows = {row["setting"]: row for row in json.loads(shown.stdout)}
    assert rows["database_url"]["value"] == "(hidden)"
    assert rows["database_url"]["origin"] == f"{data / FILE}: database_url"
    assert rows["port"] == {"setting": "port", "value": "8400", "origin": "default"}


def test_a_variable_that_is_no_setting_is_told_and_not_refused(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_PUBLIK_URL", "https://x")
    found = read()
    assert found.settings is not None
    assert [("did you mean public_url" in one.allowed) for one in found.oddities if "PUBLIK" in one.setting] == [True]
