"""Put a backup back. The event that tells of it comes after: only then are there the tables of this version."""

from pathlib import Path

from chamberlain.audit.event import EventName, record
from chamberlain.errors import Conflict, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.backup import Restored
from chamberlain.policy.authority import Deed, require
from chamberlain.store import audit_key
from chamberlain.store.backup import (
    Archive,
    database_is_empty,
    open_archive,
    refuse_others,
    refuse_unknown,
    restore_rows,
    unseal_keys,
)
from chamberlain.store.connection import transaction
from chamberlain.store.keyring import the_ring


def restore_backup(*, actor: Actor, path: Path, passphrase: str | None = None, replace: bool = False) -> Restored:
    """Checks a backup, then fills the database with it, in one transaction. Nobody else may use the database.

    Nothing is touched before the whole file was read and found right. Migrate next, then call `tell_of_restore`.

    passphrase  opens the keys inside, where this installation has none yet
    replace     takes away what is in the database
    raises      Refused: not_allowed, backup_too_new, backup_passphrase_wrong, backup_passphrase_missing;
                Conflict: database_not_empty, database_in_use;
                Misconfigured: backup_unreadable, backup_damaged, backup_key_missing
    """
    require(actor, Deed.BACK_UP)
    if not replace and not database_is_empty():
        raise Conflict("database_not_empty")
    refuse_others()
    with open_archive(path) as archive:
        refuse_unknown(archive.manifest)
        found = _keys_inside(archive, passphrase)
        archive.prove(found or (() if the_ring().is_new else the_ring().keys))
        archive.check()
        if found:
            the_ring().take(found)
        restore_rows(archive)
        audit_key.forget()  # the trail that came with it has a key of its own
        return Restored(archive.manifest, bool(found))


def tell_of_restore(restored: Restored, *, actor: Actor) -> None:
    """Records the restore in the trail that was restored."""
    with transaction():
        record(
            EventName.BACKUP_RESTORED,
            actor=actor,
            tenant_id=None,
            subject="backup",
            made_at=restored.manifest.made_at.isoformat(),
            rows=restored.manifest.rows,
        )


def _keys_inside(archive: Archive, passphrase: str | None) -> tuple[bytes, ...]:
    """The backup's own keys where this installation has none and the backup does; empty otherwise."""
    if not the_ring().is_new or archive.sealed is None:
        return ()
    if passphrase is None:
        raise Refused("backup_passphrase_missing")
    return unseal_keys(archive.sealed, passphrase=passphrase)
