"""One state of a tenant for several questions: what a page asks together is answered together."""

from chamberlain.store.snapshot import snapshot as one_state

__all__ = ["one_state"]
