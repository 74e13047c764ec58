"""Writing a file of evidence: entries, the chain they stand in, and a signature over both. It needs nothing of ours
to be checked: `sha256sum` and `openssl` are enough, and README.txt inside says how."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chamberlain import clock
from chamberlain.model import evidence as named
from chamberlain.model.audit import Asked
from chamberlain.model.entry import Link
from chamberlain.model.evidence import Evidence
from chamberlain.policy.chain import line_of, matches, moment
from chamberlain.store.audit_key import AuditKey

HOW_TO_CHECK = """\
Evidence from an audit trail of Chamberlain.

events.jsonl   one entry in each line; a line is exactly what was hashed
chain.txt      for each place of the chain: its number, the SHA-256 of its entry's line, its hash, the entry's id
manifest.json  SHA-256 of both files, the hash before the first place, the hash of the last one, tenants by number
signature.bin  Ed25519 signature of manifest.json
key.pem        the public key. Its fingerprint has to be what the installation says: chamberlain audit key

By hand (OpenSSL 3):
  openssl pkey -pubin -in key.pem -outform DER | sha256sum             the fingerprint
  openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile signature.bin
  sha256sum events.jsonl chain.txt                                     as in manifest.json
  sed -n 1p events.jsonl | tr -d '\\n' | sha256sum                      an entry: the second column of its place
  printf '%s %s %s' NUMBER HASH_BEFORE SHA256_OF_ENTRY | sha256sum     a place: the third column
With Chamberlain, without its database:
  chamberlain audit check FILE
A place whose entry is not in events.jsonl is another tenant's or another time's, or was taken away with its tenant.
"""


def fingerprint(public: Ed25519PublicKey) -> str:
    """The SHA-256 of the public key as DER, in hex: what `openssl pkey -pubin -outform DER | sha256sum` says."""
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def pem(public: Ed25519PublicKey) -> str:
    """The public key as text."""
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def write(
    path: Path,
    links: Iterable[Link],
    *,
    asked: Asked,
    places: tuple[int, int],
    before: str,
    tenants: Mapping[str, Mapping[str, str]],
    key: AuditKey,
) -> Evidence:
    """Writes the file; it is there whole, or not at all.

    links   every place from the first to the last; entries that were not asked for leave their hash only
    before  the hash before the first place
    """
    aside = path.with_name(f".{path.name}.part")
    public = key.signer.public_key()
    try:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as folder, tempfile.TemporaryFile() as chain:
            events, head, files = _write_entries(folder, chain, links, asked=asked, head=before)
            manifest = {
                "format": named.FORMAT,
                "made_at": moment(clock.now()),
                "first": places[0],
                "last": places[1],
                "before": before,
                "head": head,
                "events": events,
                "files": files,
                "tenants": tenants,
                "key": fingerprint(public),
            }
            told = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False).encode()
            folder.writestr(named.MANIFEST, told)
            folder.writestr(named.SIGNATURE, key.signer.sign(told))
            folder.writestr(named.KEY, pem(public))
            folder.writestr(named.README, HOW_TO_CHECK)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return Evidence(clock.now(), *places, head, events, fingerprint(public))


def _write_entries(
    folder: zipfile.ZipFile, chain: IO[bytes], links: Iterable[Link], *, asked: Asked, head: str
) -> tuple[int, str, dict[str, str]]:
    """How many entries there are, the last hash, and the digests of both files."""
    lines, places, events = hashlib.sha256(), hashlib.sha256(), 0
    with folder.open(named.EVENTS, "w", force_zip64=True) as file:
        for link in links:
            place = f"{link.sequence} {link.digest} {link.hash} {link.event_id}\n".encode()
            chain.write(place)
            places.update(place)
            head = link.hash
            if link.entry is not None and matches(link.entry, asked):
                line = f"{line_of(link.entry)}\n".encode()
                file.write(line)
                lines.update(line)
                events += 1
    chain.seek(0)
    with folder.open(named.CHAIN, "w", force_zip64=True) as file:
        while block := chain.read(1 << 20):
            file.write(block)
    return events, head, {named.EVENTS: lines.hexdigest(), named.CHAIN: places.hexdigest()}
