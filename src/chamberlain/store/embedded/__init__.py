"""The embedded PostgreSQL: starts it for the first command, lets the others attach, ends with its owner.

Here: binaries, folders, the server process and its life. Not here: what is stored. `cli`, tests and measurements come
through `start_or_attach`; nobody calls it where a DATABASE_URL is set.
"""

from chamberlain.store.embedded.launcher import Database, start_or_attach

__all__ = ["Database", "start_or_attach"]
