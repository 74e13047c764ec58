"""Secrets stay where they belong: planted ones are looked for in everything that a connection's life leaves behind."""

import base64
import io
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

import stories
from chamberlain import bootstrap
from chamberlain.actions.make_evidence import make_evidence
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.graph.token import Credential
from chamberlain.model.audit import Asked
from chamberlain.model.run import Mode
from chamberlain.queries.audit import documents
from chamberlain.queries.connections import find_tenant
from chamberlain.settings import Settings, load
from chamberlain.store import tenants
from chamberlain.store.audit_key import audit_key
from chamberlain.store.keyring import the_ring
from chamberlain.store.models import ConnectionRow

TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
OURS = "key"  # the one file that holds a secret, with mode 0600


@dataclass(slots=True)
class Life:
    """What a connection's life left behind, by where it was found."""

    left: dict[str, str] = field(default_factory=dict)
    planted: dict[str, str] = field(default_factory=dict)

    def found(self) -> set[tuple[str, str]]:
        """Where a secret stands in the open, as it is or as addresses and documents write it."""
        return {
            (name, where)
            for name, secret in self.planted.items()
            for form in {
                secret,
                quote(secret),
                quote(secret, safe=""),
                base64.b64encode(secret.encode()).decode().rstrip("="),
            }
            for where, text in self.left.items()
            if form in text
        }


def dump() -> dict[str, str]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f"SELECT t::text FROM {name} t")
            found[f"table {name}"] = "\n".join(row[0] for row in cursor.fetchall())
    return found


def processes() -> str:
    """The command lines of everything that runs."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return "\n".join(lines)


def files(folder: Path) -> dict[str, str]:
    """Everything in the data folder but the key, the database's own files and logs included."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path != folder / OURS:
            try:
                found[f"file {path.relative_to(folder)}"] = path.read_bytes().decode("latin-1")
            except OSError:
                continue  # PostgreSQL has put it away meanwhile
    return found


def connecting(simulator: Simulated) -> list[str]:
    """The command that connects, with the secret from standard input."""
    command = [sys.executable, "-m", "chamberlain.cli", "connect", "--secret-file", "-"]
    return [*command, "--tenant-id", simulator.tenant_id, "--client-id", simulator.own_client_id]


def connect_in_terminal(simulator: Simulated, life: Life) -> None:
    """Connects as scripts do, the secret on standard input, and looks at the process list meanwhile."""
    command = [*connecting(simulator), "--no-wait"]
    pipe = subprocess.PIPE
    environment = {**os.environ, "CHAMBERLAIN_LOG_LEVEL": "DEBUG"}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdin
        process.stdin.write(f"{simulator.own_client_secret}\n")
        process.stdin.close()
        process.stdin = None
        seen = []
        while process.poll() is None:
            seen.append(processes())
            time.sleep(0.05)
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert any("--secret-file" in one for one in seen)
    life.left |= {"terminal, out": out, "terminal, log": err, "process list": "\n".join(seen)}


def fail_in_terminal(simulator: Simulated, life: Life) -> None:
    """A wrong secret, in words and as JSON."""
    for name, more in (("words", ()), ("json", ("--json",))):
        done = subprocess.run(
            [*connecting(simulator), *more],
            input=life.planted["wrong secret"],
            env={**os.environ, "CHAMBERLAIN_LOG_LEVEL": "DEBUG"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "secret_wrong" in done.stderr
        life.left[f"failure in {name}"] = done.stdout + done.stderr


def browse(tenant_slug: str, life: Life) -> None:
    """Signs in with a link, and looks at what shows connections, with an error among them."""
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost")
    life.planted["sign-in token"] = urlsplit(link).fragment
    visitor = Client(SERVER_NAME="localhost")
    assert visitor.post(urlsplit(link).path, {"code": urlsplit(link).fragment}).status_code == 302
    life.planted["session"] = visitor.cookies[django_settings.SESSION_COOKIE_NAME].value
    for path in ("/integrations", f"/t/{tenant_slug}/connection", f"/t/{tenant_slug}/runs", f"/t/{tenant_slug}/audit"):
        answer = visitor.get(path)
        assert answer.status_code == 200
        life.left[f"page {path}"] = answer.content.decode()
    form = {"tenant_id": str(stories.ADMIN.id), "client_id": "x", "client_secret": life.planted["wrong secret"]}
    life.left["page of a failure"] = visitor.post("/connect/own", form).content.decode()


@pytest.fixture(scope="module")
def life(
    world: bootstrap.World, start_tenant: Callable[..., Simulated], tmp_path_factory: pytest.TempPathFactory
) -> Life:
    """Connected, synced, failed, looked at, exported; everything that it left."""
    simulator = start_tenant(population="golden")
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    life = Life()
    life.planted = {
        "tenant's secret": simulator.own_client_secret,
        "wrong secret": "wrong-Secret~with/odd+letters=",
        "key": base64.b64encode(the_ring().keys[0]).decode(),
        "seed": audit_key().seed.hex(),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        stories.refill(simulator)
        connect_in_terminal(simulator, life)
        tenant = find_tenant(viewer=stories.ADMIN, slug=simulator.tenant_id)
        assert stories.perform(tenant, load()).error_code is None
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", "http://127.0.0.1:9")
        assert stories.perform(tenant, load().model_copy(update={"login_root": "http://127.0.0.1:9"})).error_code
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        fail_in_terminal(simulator, life)
        browse(tenant.slug, life)
        stories.perform(tenant, load(), mode=Mode.FULL)
    held = tenants.connection_of(tenant.id)
    assert held is not None
    credential = Credential(str(tenant.guid), held.client_id, simulator.own_client_secret)
    settings = Settings(client_secret=simulator.own_client_secret, key=life.planted["key"])
    told = (credential, settings, held, ConnectionRow.objects.get(tenant_id=tenant.id), world, the_ring(), audit_key())
    life.left["repr"] = "\n".join(f"{one!r} {one}" for one in told)
    asked = Asked()
    life.left["export"] = "\n".join(str(one) for one in documents(viewer=stories.ADMIN, asked=asked, until=2**62))
    path = tmp_path_factory.mktemp("canary") / "evidence.zip"
    make_evidence(actor=stories.ADMIN, asked=asked, path=path)
    life.left["evidence"] = path.read_bytes().decode("latin-1")
    root.removeHandler(handler)
    root.setLevel(level)
    life.left["log"] = log.getvalue()
    assert life.left["log"]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    life.left |= dump()
    life.left |= files(Path(os.environ["CHAMBERLAIN_DATA"]))
    return life


def test_no_secret_is_left_in_the_open_by_a_connection_that_lives_and_fails(life: Life) -> None:
    assert len(life.planted) == 6
    assert {"table public.connection", "table public.event", "table public.session"} <= set(life.left)
    assert any(name.startswith("file postgres/") for name in life.left)
    found = life.found()
    assert found == set()


def test_a_secret_that_is_left_would_be_found(life: Life) -> None:
    plant = {"a log": f"token={life.planted['sign-in token']}", "a URL": f"?x={quote(life.planted['wrong secret'])}"}
    assert Life(plant, life.planted).found() == {("sign-in token", "a log"), ("wrong secret", "a URL")}
