"""Changes: numbered, kept in the file, and invisible to a listing that began before them."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from crawl import Crawl
from tenant_client import Client, Running

TINY = ("--seed", "3", "--users", "40", "--groups", "22", "--memberships", "200", "--apps", "6")


def test_a_listing_shows_the_world_in_which_it_began(fresh: Client) -> None:
    group = fresh.get("groups?$top=1&$select=id")["value"][0]["id"]
    path = f"groups/{group}/members?$select=id,displayName&$top=10"
    before = fresh.listing(path)
    first = fresh.get(path)
    fresh.change(kind="remove_member", group=group, member=before[-1]["id"])
    fresh.change(kind="rename_user", user=before[-2]["id"], display_name="Later")
    rest = fresh.listing(first["@odata.nextLink"])
    assert first["value"] + rest == before
    after = fresh.listing(path)
    assert [member["id"] for member in after] == [member["id"] for member in before[:-1]]
    assert after[-1]["displayName"] == "Later"


def test_members_come_and_go_and_come_again(fresh: Client) -> None:
    group = fresh.get("groups?$select=id&$top=15")["value"][14]["id"]
    user = fresh.get("users?$select=id&$top=1")["value"][0]["id"]
    path = f"groups/{group}/members?$select=id"
    positions = []
    for kind, expected in (("add_member", [user]), ("remove_member", []), ("add_member", [user])):
        positions.append(fresh.change(kind=kind, group=group, member=user))
        assert [member["id"] for member in fresh.listing(path)] == expected
        assert fresh.graph(f"groups/{group}/members/$count", advanced=True).body == str(len(expected)).encode()
    assert positions == [1, 2, 3]
    assert group in {held["id"] for held in fresh.listing(f"users/{user}/memberOf?$select=id")}


@pytest.mark.parametrize(
    "mutation",
    [
        {"kind": "add_member", "group": "x", "member": "y"},
        {"kind": "rename_user", "user": "11111111-2222-4333-8444-555555555555", "display_name": "x"},
        {"kind": "explode"},
        {},
        [],
    ],
    ids=str,
)
def test_nonsense_changes_nothing(fresh: Client, mutation: object) -> None:
    assert fresh.send("POST", "/_simulator/mutations", body=mutation).status == 400
    assert fresh.send("GET", "/_simulator/position").json() == {"position": 0}


def test_what_is_so_already_is_refused(fresh: Client) -> None:
    group = fresh.get("groups?$top=1&$select=id")["value"][0]["id"]
    member = fresh.get(f"groups/{group}/members?$select=id&$top=1")["value"][0]["id"]
    body = {"kind": "add_member", "group": group, "member": member}
    assert fresh.send("POST", "/_simulator/mutations", body=body).status == 400


def test_a_microsoft_365_group_refuses_groups(golden: Client) -> None:
    groups = golden.listing("groups?$select=id,groupTypes")
    unified = next(group["id"] for group in groups if "Unified" in group["groupTypes"])
    body = {"kind": "add_member", "group": unified, "member": groups[0]["id"]}
    assert golden.send("POST", "/_simulator/mutations", body=body).status == 400


def test_the_file_keeps_changes(tmp_path: Path) -> None:
    options = (*TINY, "--file", str(tmp_path / "tenant.db"))
    with Running(*options) as client:
        user = client.get("users?$top=1&$select=id")["value"][0]["id"]
        client.change(kind="rename_user", user=user, display_name="Kept")
    with Running(*options) as client:
        assert client.start["position"] == 1
        assert client.get(f"users/{user}")["displayName"] == "Kept"


def run_to_the_end(*options: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "chamberlain.simulator", *options],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_file_of_another_tenant_is_refused_in_one_sentence(tmp_path: Path) -> None:
    options = (*TINY, "--file", str(tmp_path / "tenant.db"))
    with Running(*options):
        pass
    code, out, problem = run_to_the_end(*options, "--users", "41")
    assert (code, out, problem.count("\n")) == (2, "", 1)
    assert "was made with seed 3, 40 users" in problem


def test_a_file_that_is_no_tenant_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "tenant.db").write_text("this is no database, " * 100)
    code, out, problem = run_to_the_end(*TINY, "--file", str(tmp_path / "tenant.db"))
    assert (code, out, problem.count("\n")) == (2, "", 1)


def test_a_port_in_use_is_refused_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, out, problem = run_to_the_end(*TINY, "--port", str(taken.getsockname()[1]))
    assert (code, out, problem.count("\n")) == (2, "", 1)
    assert "--port" in problem


@pytest.mark.parametrize("option", ["--users", "--groups", "--memberships", "--apps", "--port"])
def test_sizes_below_zero_are_refused_in_one_sentence(option: str) -> None:
    code, out, problem = run_to_the_end(*TINY, f"{option}=-1")
    assert (code, out, problem.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("users", ["0", "1"])
def test_the_smallest_tenants_run(start: Callable[..., Client], users: str) -> None:
    client = start("--users", users, "--groups", "3", "--memberships", "50", "--apps", "0")
    assert len(client.listing("users")) == int(users)
    assert Crawl(client).lines() == client.truth()


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"])
def test_what_is_no_http_is_refused(tenant: Client, sent: bytes) -> None:
    host, port = tenant.host.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(sent)
        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
        assert connection.recv(4096) == b""


def test_a_chunked_request_is_understood(tenant: Client) -> None:
    host, port = tenant.host.split(":")
    body = b'{"ids":[]}'
    head = "POST /v1.0/directoryObjects/getByIds HTTP/1.1\r\n"
    head += f"Host: {tenant.host}\r\nAuthorization: Bearer {tenant.token}\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            head.encode() + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        )
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    running = Running(*TINY)
    running.client.get("users")
    running.process.send_signal(number)
    _, problem = running.process.communicate(timeout=10)
    running.client.close()
    assert (running.process.returncode, problem) == (0, b"")


def test_it_ends_with_its_parent() -> None:
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "chamberlain.simulator", *TINY, "--exit-with-parent"],
        stdin=reading,
        stdout=subprocess.PIPE,
    ) as process:
        os.close(reading)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"]
        os.close(writing)
        assert process.wait(timeout=10) == 0


def test_the_same_seed_makes_the_same_tenant(start: Callable[..., Client]) -> None:
    first, second = start(*TINY), start(*TINY)
    same = {name for name in first.start if first.start[name] == second.start[name]}
    assert same == set(first.start) - {"url"}
    assert first.listing("users") == second.listing("users")


def test_a_tenant_that_is_rewound_is_as_it_was_and_goes_on_from_there(fresh: Client) -> None:
    user = fresh.get("users?$select=id&$top=1")["value"][0]["id"]
    kept = fresh.change(kind="rename_user", user=user, display_name="Kept")
    before = fresh.truth()
    churn = {"seed": 1, "users": 5, "memberships": 30, "creates": 2, "deletes": 2, "licences": 3}
    fresh.send("POST", "/_simulator/churn", body=churn)
    fresh.send("POST", "/_simulator/knobs", body={"premium": False})
    assert fresh.truth() != before
    assert fresh.send("POST", "/_simulator/rewind", body={"position": kept}).json() == {"position": kept}
    assert fresh.truth() == before
    assert Crawl(fresh).lines() == before
    assert fresh.send("GET", "/_simulator/knobs").json()["premium"] is True
    assert fresh.change(kind="rename_user", user=user, display_name="Another") == kept + 1
    assert fresh.send("POST", "/_simulator/rewind", body={"position": kept + 2}).status == 400
    assert fresh.send("POST", "/_simulator/rewind", body={}).status == 400
