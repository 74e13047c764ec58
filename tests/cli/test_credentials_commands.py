"""Connecting without a secret, and rotating, from a terminal: nothing secret is printed or stands in a command line."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chamberlain import bootstrap, clock
from chamberlain.bench.simulated import Simulated
from chamberlain.store.models import CredentialRow
from terminal import run

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture(scope="module")
def simulator(world: bootstrap.World, start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(users=20, groups=4, memberships=30, apps=2, seed=406)


def at(simulator: Simulated) -> dict[str, str]:
    return {"CHAMBERLAIN_LOGIN_ROOT": simulator.url, "CHAMBERLAIN_GRAPH_ROOT": simulator.url}


def test_a_tenant_is_connected_by_certificate_and_rotated_to_a_secret(simulator: Simulated, tmp_path: Path) -> None:
    file, secret = tmp_path / "chamberlain.cer", tmp_path / "secret.txt"
    made = run("connect", "certificate", "--out", str(file), "--json")
    assert made.returncode == 0, made.stderr
    credential = json.loads(made.stdout)["id"]
    assert file.read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in file.read_text() + made.stdout + made.stderr

    ids = ("--tenant-id", simulator.tenant_id, "--client-id", simulator.own_client_id)
    wanted = ("--capability", "see_people", "--capability", "see_groups,see_roles")
    connecting = ("connect", *ids, "--certificate", credential, *wanted, "--no-wait", "--json")
    early = run(*connecting, **at(simulator))
    assert (early.returncode, json.loads(early.stderr)["error"]["code"]) == (3, "certificate_refused")
    uploaded = {"client_id": simulator.own_client_id, "certificate": file.read_text()}
    simulator.post("/_simulator/applications", uploaded)
    done = run(*connecting, **at(simulator))
    assert done.returncode == 0, done.stderr
    told = json.loads(run("scopes", "--tenant", simulator.tenant_id, "--json").stdout)
    chosen = {one["capability"] for one in told["capabilities"] if one["chosen"]}
    assert chosen == {"know_tenant", "see_people", "see_groups", "see_roles"}

    secret.write_text(simulator.own_client_secret)
    tenant = ("--tenant", simulator.tenant_id)
    rotated = run("connect", "rotate", *tenant, "--secret-file", str(secret), "--json", **at(simulator))
    assert rotated.returncode == 0, rotated.stderr
    assert json.loads(rotated.stdout)["expiry_source"] == "microsoft"
    listed = json.loads(run("connect", "list", *tenant, "--json").stdout)
    assert [(one["state"], one["kind"]) for one in listed] == [("current", "own_secret"), ("old", "own_certificate")]
    assert run("connect", "forget", *tenant, "--credential", credential).returncode == 0

    CredentialRow.objects.filter(id=listed[0]["id"]).update(expires_at=clock.now() + timedelta(days=3))
    told = run("status")
    assert "chamberlain connect rotate" in told.stdout


def test_a_script_is_printed_and_nothing_else() -> None:
    tenant = "11111111-2222-4333-8444-555555555555"
    done = run("connect", "script", "--tenant-id", tenant, "--capabilities", "see_people,see_groups")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("#!/bin/sh\n")
    assert "GroupMember.Read.All" in done.stdout
    assert "ReadWrite" not in done.stdout.replace("Application.ReadWrite", "")
    unheard = run("connect", "--capability", "see_all", "--no-wait", "--json")
    assert json.loads(unheard.stderr)["error"]["code"] == "capability_unknown"
    writing = run("connect", "script", "--tenant-id", tenant, "--capabilities", "provision_groups")
    assert "writing_before_reading" in writing.stderr  # read-only is the default at the first connect
