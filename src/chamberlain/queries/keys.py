"""Which keys there are, and what is encrypted with each."""

from chamberlain.model.actor import Actor
from chamberlain.model.key import HeldKey
from chamberlain.policy.authority import Deed, require
from chamberlain.store import keys
from chamberlain.store.keyring import the_ring


def list_keys(*, viewer: Actor) -> tuple[HeldKey, ...]:
    """The keys of the installation, newest first, then those that are missing and needed.

    raises  Refused("not_allowed")
    """
    require(viewer, Deed.ROTATE_KEYS)
    ring, used = the_ring(), keys.used()
    ids = () if ring.is_new else ring.ids
    held = [HeldKey(one, used[one], newest=number == 0, here=True) for number, one in enumerate(ids)]
    missing = [HeldKey(one, used[one], newest=False, here=False) for one in sorted(set(used) - set(ids))]
    return (*held, *missing)
