"""The whole database as one file, and back: what a backup holds, how it is checked, how it is put back.

Rows go by COPY through our own driver, so that it works with every server that Chamberlain works with, over TLS too,
and needs no program of PostgreSQL's. The schema comes from migrations, up to where the backup's database was.
"""

from chamberlain.store.backup.archive import Archive, open_archive
from chamberlain.store.backup.restoring import database_is_empty, refuse_others, refuse_unknown, restore_rows
from chamberlain.store.backup.sealed import seal_keys, unseal_keys
from chamberlain.store.backup.writing import write_backup

__all__ = [
    "Archive",
    "database_is_empty",
    "open_archive",
    "refuse_others",
    "refuse_unknown",
    "restore_rows",
    "seal_keys",
    "unseal_keys",
    "write_backup",
]
