"""Checking a file of evidence: with the file alone, without any database or key of ours."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chamberlain.audit.evidence import fingerprint
from chamberlain.audit.evidence import pem as as_text
from chamberlain.model import evidence as named
from chamberlain.model.actor import Actor
from chamberlain.model.evidence import Doubt, Evidence
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.chain import hash_of
from chamberlain.store.audit_key import audit_key

LONGEST = 1 << 20  # of a manifest and of a line: what is longer was not written by us
Doubts = list[tuple[Doubt, str]]
NOTHING = Evidence(None, 0, 0, "", 0, "", ((Doubt.UNREADABLE, ""),))


def evidence_key(*, viewer: Actor) -> tuple[str, str]:
    """The fingerprint of the key that signs this installation's evidence, and its public part.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.SEE_AUDIT_TRAIL)
    public = audit_key().signer.public_key()
    return fingerprint(public), as_text(public)


def check_evidence(path: Path, *, expected: str | None = None) -> Evidence:
    """What a file proves; `doubts` says why it does not.

    expected  fingerprint of the key that has to have signed; None: any key, and a person compares
    """
    try:
        with zipfile.ZipFile(path) as folder:
            return _check(folder, expected)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, NotImplementedError, EOFError):
        return NOTHING


def _check(folder: zipfile.ZipFile, expected: str | None) -> Evidence:
    told = _short(folder, named.MANIFEST)
    public = load_pem_public_key(_short(folder, named.KEY))
    if not isinstance(public, Ed25519PublicKey):
        return NOTHING
    doubts: Doubts = []
    try:
        public.verify(_short(folder, named.SIGNATURE), told)
    except InvalidSignature:
        doubts.append((Doubt.SIGNATURE_WRONG, named.MANIFEST))
    print_of_key = fingerprint(public)
    if expected is not None and expected.strip().lower() != print_of_key:
        doubts.append((Doubt.KEY_UNEXPECTED, print_of_key))
    manifest: dict[str, Any] = json.loads(told)
    if manifest["format"] != named.FORMAT:
        return NOTHING
    for name in (named.EVENTS, named.CHAIN):
        if _digest(folder, name) != manifest["files"][name]:
            doubts.append((Doubt.FILE_CHANGED, name))
    events = _walk(folder, manifest, doubts)
    made_at = datetime.fromisoformat(manifest["made_at"])
    return Evidence(made_at, manifest["first"], manifest["last"], manifest["head"], events, print_of_key, (*doubts,))


def _walk(folder: zipfile.ZipFile, manifest: dict[str, Any], doubts: Doubts) -> int:
    """Follows the chain with the entries beside it; how many entries stand where the chain has them."""
    sequence, previous, matched = manifest["first"] - 1, manifest["before"], 0
    with folder.open(named.CHAIN) as chain, folder.open(named.EVENTS) as events:
        entries = _lines(events)
        entry = next(entries, None)
        for place in _lines(chain):
            number, digest, hashed, event_id = place.decode("ascii").split(" ")
            sequence += 1
            if int(number) != sequence or hash_of(sequence=sequence, previous=previous, digest=digest) != hashed:
                doubts.append((Doubt.CHAIN_BROKEN, number))
                return matched
            previous = hashed
            if entry is not None and json.loads(entry)["id"] == int(event_id):
                if hashlib.sha256(entry).hexdigest() != digest:
                    doubts.append((Doubt.EVENT_CHANGED, event_id))
                matched += 1
                entry = next(entries, None)
        if entry is not None:
            doubts.append((Doubt.EVENT_CHANGED, str(json.loads(entry)["id"])))
    if (sequence, previous) != (manifest["last"], manifest["head"]) or matched != manifest["events"]:
        doubts.append((Doubt.CHAIN_BROKEN, str(sequence)))
    return matched


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LONGEST):
        yield line.rstrip(b"\n")


def _short(folder: zipfile.ZipFile, name: str) -> bytes:
    with folder.open(name) as file:
        return file.read(LONGEST)


def _digest(folder: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with folder.open(name) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
