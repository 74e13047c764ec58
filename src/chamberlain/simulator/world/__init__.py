"""The tenant: a pure base computed from a seed (or written by hand), an overlay of changes, and the truth about both.

Knows nothing of HTTP or of Graph's JSON; `graph` turns what is here into answers."""
