"""`chamberlain audit`: checked, taken away and proved, also by means that are not ours."""

import csv
import io
import json
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import stories
import terminal
from chamberlain import clock
from chamberlain.actions.make_evidence import make_evidence
from chamberlain.audit.event import EventName, record
from chamberlain.audit.evidence import pem
from chamberlain.errors import Misconfigured, Refused
from chamberlain.model import evidence as named
from chamberlain.model.actor import Actor, ActorKind
from chamberlain.model.audit import Asked
from chamberlain.model.evidence import Doubt
from chamberlain.model.tenant import Tenant
from chamberlain.queries.audit import export_events
from chamberlain.queries.evidence import check_evidence, evidence_key
from chamberlain.store import tenants
from chamberlain.store.connection import transaction
from chamberlain.store.models import EventRow

pytestmark = pytest.mark.usefixtures("world")
ANNA = Actor(ActorKind.PERSON, "anna", '=HYPERLINK("http://evil.example")')


def openssl(*arguments: str, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=False)


def rewritten(path: Path, name: str, content: bytes) -> Path:
    """The same evidence with one file changed."""
    copy = path.with_name(f"{name}-{path.name}")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for one in old.namelist():
            new.writestr(one, content if one == name else old.read(one))
    return copy


def doubts(path: Path, *, expected: str | None = None) -> set[Doubt]:
    return {doubt for doubt, _ in check_evidence(path, expected=expected).doubts}


@pytest.fixture(scope="module")
def tenant(world: object) -> Tenant:
    guid = uuid4()
    tenant = tenants.save(guid=guid, name="Proved", domain=f"a{guid.hex}.example", now=clock.now())
    with transaction():
        for number in range(3):
            subject = f"=cmd|' /C calc'!A{number} \u202e"
            record(EventName.PERSON_VIEWED, actor=ANNA, tenant_id=tenant.id, subject=subject, before=number, after="x")
        record(EventName.PERSON_VIEWED, actor=ANNA, tenant_id=None, subject="of nobody's tenant")
    return tenant


@pytest.fixture(scope="module")
def evidence(tenant: Tenant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of one tenant's entries; the chain between them has others, too."""
    path = tmp_path_factory.mktemp("evidence") / "evidence.zip"
    made = make_evidence(actor=stories.ADMIN, asked=Asked(tenant_id=tenant.id), path=path)
    assert made.events >= 4  # and that it was made
    assert made.last - made.first >= made.events
    return path


def test_a_whole_trail_is_called_whole(tenant: Tenant) -> None:
    verified = terminal.run("audit", "verify", "--json")
    told = json.loads(verified.stdout)
    assert (verified.returncode, told["whole"], told["findings"], told["waiting"]) == (0, True, [], 0)
    assert told["checked"] >= 4


def test_an_export_holds_every_entry_and_runs_in_no_spreadsheet(tenant: Tenant) -> None:
    exported = terminal.run("audit", "export", "--format", "csv", "--tenant", tenant.slug)
    assert exported.returncode == 0, exported.stderr
    rows = list(csv.DictReader(io.StringIO(exported.stdout)))
    assert [row["event"] for row in rows][:3] == ["person:viewed"] * 3
    assert rows[0]["subject"].startswith("'=cmd|")
    assert rows[0]["actor"].startswith("'=HYPERLINK")
    assert rows[0]["before"] == '{"value": "0"}'
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_an_export_for_programs_is_a_document_in_each_line_and_an_entry_itself(tenant: Tenant) -> None:
    exported = terminal.run("audit", "export", "--tenant", tenant.slug, "--from", "2020-01-01")
    found = [json.loads(line) for line in exported.stdout.splitlines()]
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)
    assert {one["tenant"] for one in found} == {tenant.slug}
    assert "of nobody's tenant" not in exported.stdout
    itself = EventRow.objects.filter(tenant_id=tenant.id).latest("id")
    assert (itself.name, itself.channel, itself.details["rows"]) == ("audit:exported", "cli", str(len(found)))
    assert itself.id > found[-1]["id"]


def test_nothing_is_exported_of_a_time_without_entries(tenant: Tenant) -> None:
    long_ago = Asked(tenant_id=tenant.id, until=datetime(2020, 1, 1, tzinfo=UTC))
    assert [*export_events(viewer=stories.ADMIN, asked=long_ago, until=10**9)] == []


def test_evidence_holds_for_those_who_have_nothing_but_it(evidence: Path, tmp_path: Path) -> None:
    mark, _ = evidence_key(viewer=stories.ADMIN)
    assert terminal.run("audit", "key").stdout.startswith(f"{mark}\n-----BEGIN PUBLIC KEY-----")
    nowhere = {"CHAMBERLAIN_DATA": str(tmp_path / "no installation")}
    checked = terminal.run("audit", "check", str(evidence), "--key", mark, "--json", **nowhere)
    told = json.loads(checked.stdout)
    assert (checked.returncode, told["doubts"], told["fingerprint"]) == (0, [], mark)
    assert told["events"] >= 4
    assert not (tmp_path / "no installation").exists()


def test_evidence_is_checked_with_openssl_alone(evidence: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(evidence) as folder:
        folder.extractall(tmp_path)
    sign = ("pkeyutl", "-verify", "-pubin", "-inkey", named.KEY, "-rawin", "-sigfile", named.SIGNATURE, "-in")
    assert openssl(*sign, named.MANIFEST, folder=tmp_path).returncode == 0
    assert openssl(*sign, named.CHAIN, folder=tmp_path).returncode != 0
    manifest = json.loads((tmp_path / named.MANIFEST).read_text())
    for name in (named.EVENTS, named.CHAIN):
        assert (
            openssl("dgst", "-sha256", "-r", name, folder=tmp_path).stdout.split()[0].decode()
            == manifest["files"][name]
        )
    places = [line.split() for line in (tmp_path / named.CHAIN).read_text().splitlines()]
    digests = {place[3]: place[1] for place in places}
    for line in (tmp_path / named.EVENTS).read_bytes().splitlines():
        (tmp_path / "line").write_bytes(line)
        hashed = openssl("dgst", "-sha256", "-r", "line", folder=tmp_path).stdout.split()[0].decode()
        assert digests[str(json.loads(line)["id"])] == hashed
    before = manifest["before"]
    for number, digest, hashed, _ in places:
        (tmp_path / "place").write_text(f"{number} {before} {digest}")
        before = openssl("dgst", "-sha256", "-r", "place", folder=tmp_path).stdout.split()[0].decode()
        assert before == hashed
    assert before == manifest["head"]


def test_evidence_that_was_changed_proves_nothing(evidence: Path) -> None:
    with zipfile.ZipFile(evidence) as folder:
        events, chain, manifest = (folder.read(name) for name in (named.EVENTS, named.CHAIN, named.MANIFEST))
    forged = rewritten(evidence, named.EVENTS, events.replace(b"anna", b"bill"))
    assert doubts(forged) == {Doubt.FILE_CHANGED, Doubt.EVENT_CHANGED}
    assert Doubt.CHAIN_BROKEN in doubts(rewritten(evidence, named.EVENTS, events.partition(b"\n")[2]))
    assert Doubt.CHAIN_BROKEN in doubts(rewritten(evidence, named.CHAIN, chain.partition(b"\n")[2]))
    assert doubts(rewritten(evidence, named.MANIFEST, manifest + b" ")) == {Doubt.SIGNATURE_WRONG}
    assert doubts(evidence, expected="0" * 64) == {Doubt.KEY_UNEXPECTED}
    told = terminal.run("audit", "check", str(forged))
    assert told.returncode == 1
    assert "events.jsonl was changed after it was signed." in told.stderr


def test_evidence_that_somebody_else_signed_has_another_fingerprint(evidence: Path) -> None:
    with zipfile.ZipFile(evidence) as folder:
        manifest = folder.read(named.MANIFEST)
    other = Ed25519PrivateKey.generate()
    resigned = rewritten(evidence, named.SIGNATURE, other.sign(manifest))
    assert doubts(resigned) == {Doubt.SIGNATURE_WRONG}
    theirs = rewritten(resigned, named.KEY, pem(other.public_key()).encode())
    mark, _ = evidence_key(viewer=stories.ADMIN)
    assert doubts(theirs) == set()
    assert doubts(theirs, expected=mark) == {Doubt.KEY_UNEXPECTED}


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"no archive"])
def test_what_is_no_evidence_is_called_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert doubts(tmp_path / "file") == {Doubt.UNREADABLE}


def test_evidence_replaces_nothing(evidence: Path) -> None:
    with pytest.raises(Refused, match="evidence_exists"):
        make_evidence(actor=stories.ADMIN, asked=Asked(), path=evidence)


def test_evidence_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="evidence_unwritable"):
        make_evidence(actor=stories.ADMIN, asked=Asked(), path=tmp_path / "nowhere" / "evidence.zip")
    assert [*tmp_path.iterdir()] == []


def test_evidence_and_a_chain_that_goes_on_from_it(tmp_path: Path) -> None:
    path = str(tmp_path / "evidence.zip")
    made = terminal.run("audit", "evidence", "--out", path)
    assert made.returncode == 0, made.stderr
    assert "signed by" in made.stdout
    assert terminal.run("audit", "verify", "--against", path).returncode == 0
