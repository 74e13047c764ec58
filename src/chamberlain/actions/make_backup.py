"""Write everything that the installation keeps into one file."""

from pathlib import Path

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.backup import Manifest
from chamberlain.policy.authority import Deed, require
from chamberlain.store.backup import seal_keys, write_backup
from chamberlain.store.connection import transaction
from chamberlain.store.keyring import the_ring


def make_backup(*, actor: Actor, path: Path, passphrase: str | None = None) -> Manifest:
    """Backs up the database as it is at one moment, while everything goes on.

    The event is written after the file, and so is not in it.

    passphrase  puts the installation's keys into the file, under it; None: the keys have to be kept elsewhere
    raises      Refused("not_allowed"), Conflict("backup_exists"), Misconfigured("backup_unwritable")
    """
    require(actor, Deed.BACK_UP)
    ring = the_ring()
    sealed = seal_keys(ring.keys, passphrase=passphrase) if passphrase is not None else None
    manifest = write_backup(path, ring=ring, made_at=clock.now(), sealed=sealed)
    with transaction():
        record(
            EventName.BACKUP_MADE,
            actor=actor,
            tenant_id=None,
            subject="backup",
            file=path.name,
            rows=manifest.rows,
            with_key="yes" if sealed is not None else "no",
        )
    return manifest
