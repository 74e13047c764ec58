"""The command line as people and scripts use it: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from chamberlain import bootstrap
from chamberlain.bench.simulated import Simulated
from chamberlain.settings import Settings
from stories import connect_and_sync
from terminal import run

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(scope="module")
def simulator(world: bootstrap.World, start_tenant: Callable[..., Simulated]) -> Simulated:
    simulator = start_tenant(users=60, groups=12, memberships=300, apps=4, seed=91)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        connect_and_sync(simulator, Settings())
    return simulator


def at(simulator: Simulated) -> dict[str, str]:
    return {"CHAMBERLAIN_LOGIN_ROOT": simulator.url, "CHAMBERLAIN_GRAPH_ROOT": simulator.url}


def test_status_attaches_to_a_running_database(simulator: Simulated) -> None:
    done = run("status", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = next(one for one in told["connections"] if one["tenant_id"] == simulator.tenant_id)
    assert found["state"] == "connected"
    assert found["last_success"] is not None
    assert told["running"] is False


def test_who_tells_every_path_to_people_and_to_scripts(simulator: Simulated) -> None:
    someone = next(line for line in simulator.truth("?effective=0") if line["t"] == "account" and line["name"])
    as_json = run("who", someone["upn"], "--tenant", simulator.tenant_id, "--json")
    assert as_json.returncode == 0, as_json.stderr
    told = json.loads(as_json.stdout)
    assert told["id"] == someone["id"]
    assert all(holding["paths"] for holding in told["holdings"])
    for_people = run("who", someone["id"], "--tenant", simulator.domain)
    assert for_people.returncode == 0
    assert someone["upn"] in for_people.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("who", "nobody-at-all-xyz"), "person_not_found", 4),
        (("who", "e"), "person_ambiguous", 5),
    ],
)
def test_a_person_who_is_not_one_is_said_plainly(
    simulator: Simulated, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    done = run(*arguments, "--tenant", simulator.tenant_id, "--json")
    assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (exit_code, code)
    assert done.stdout == ""
    assert "Traceback" not in run(*arguments, "--tenant", simulator.tenant_id).stderr


def test_an_unknown_tenant_is_refused() -> None:
    done = run("sync", "--tenant", "nowhere", "--json")
    assert (done.returncode, json.loads(done.stderr)["error"]["code"]) == (4, "tenant_not_found")


def test_sync_does_the_work_itself_where_no_worker_runs(simulator: Simulated) -> None:
    done = run("sync", "--tenant", simulator.tenant_id, "--json", **at(simulator))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], told["mode"]) == ("succeeded", "changes")
    assert told["phases"]["people"]["read"] == 0
    assert told["requests"] == sum(phase["requests"] for phase in told["phases"].values())
    everything = json.loads(run("sync", "--full", "--tenant", simulator.tenant_id, "--json", **at(simulator)).stdout)
    assert (everything["mode"], everything["phases"]["people"]["read"]) == ("full", 60)


def test_a_plan_is_printed_before_and_beside_what_was_spent(simulator: Simulated) -> None:
    done = run("sync", "--explain", "--full", "--tenant", simulator.tenant_id, **at(simulator))
    assert done.returncode == 0, done.stderr
    assert "Reads everything: somebody asked for it." in done.stdout
    assert "RU planned" in done.stdout
    assert done.stdout.count("people") >= 2


def test_connect_takes_the_secret_from_the_environment_and_syncs(
    start_tenant: Callable[..., Simulated],
) -> None:
    simulator = start_tenant(users=40, groups=8, memberships=100, apps=4, seed=92)
    ids = ("--tenant-id", simulator.tenant_id, "--client-id", simulator.own_client_id)
    wrong = run("connect", *ids, "--json", **at(simulator), CHAMBERLAIN_CONNECT_SECRET="wrong")
    assert (wrong.returncode, json.loads(wrong.stderr)["error"]["code"]) == (3, "secret_wrong")
    secret = simulator.own_client_secret
    done = run("connect", *ids, "--json", **at(simulator), CHAMBERLAIN_CONNECT_SECRET=secret)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "succeeded"
    assert secret not in done.stdout + done.stderr


def test_a_wrong_setting_is_named_before_anything_starts() -> None:
    done = run("status", CHAMBERLAIN_PORT="seventy")
    assert done.returncode == 8
    assert "setting_invalid" in done.stderr
    assert "port" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_a_wrong_key_says_so_and_touches_nothing(simulator: Simulated) -> None:
    done = run("status", CHAMBERLAIN_KEY="dG9vIHNob3J0")
    assert done.returncode == 8
    assert "key_malformed" in done.stderr


def test_an_unwritable_data_folder_is_said_plainly(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = run("status", CHAMBERLAIN_DATA=str(blocked / "data"))
    assert done.returncode == 8
    assert "data_folder_unwritable" in done.stderr


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("demo", "--port", str(port), CHAMBERLAIN_DATA=str(tmp_path / "data"))
    assert done.returncode == 8
    assert "port_in_use" in done.stderr
    assert str(port) in done.stderr
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_sign_in_link_is_one_line(world: bootstrap.World) -> None:
    done = run("sign-in")
    assert done.returncode == 0
    assert done.stdout.strip().startswith(f"{world.settings.url}/sign-in/link#")
    assert len(done.stdout.splitlines()) == 1


def test_connect_by_consent_listens_for_the_browser(start_tenant: Callable[..., Simulated]) -> None:
    from urllib.parse import parse_qsl, urlencode, urlsplit

    simulator = start_tenant(users=30, groups=6, memberships=60, apps=4, seed=93)
    child = subprocess.Popen(
        [sys.executable, "-m", "chamberlain.cli", "connect", "--no-wait", "--json"],
        env={
            **os.environ,
            **at(simulator),
            "CHAMBERLAIN_CLIENT_ID": simulator.client_id,
            "CHAMBERLAIN_CLIENT_SECRET": simulator.client_secret,
            "PYTHONUNBUFFERED": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stderr is not None
        url = next(line.strip() for line in child.stderr if "/adminconsent?" in line)
        redirect = urlsplit(dict(parse_qsl(urlsplit(url).query))["redirect_uri"])
        assert (redirect.scheme, redirect.hostname, redirect.path) == ("http", "localhost", "/connect/callback")
        form = urlencode({"account": "global_administrator", "answer": "accept"}).encode()
        with urllib.request.urlopen(urllib.request.Request(url, data=form, method="POST")) as page:
            assert b"terminal" in page.read()
        out, _errors = child.communicate(timeout=60)
    assert child.returncode == 0
    assert json.loads(out)["tenant_id"] == simulator.tenant_id
