"""Change the installation's key, and forget old ones."""

from chamberlain.audit.event import EventName, record
from chamberlain.errors import Conflict, Misconfigured, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.key import Rotation
from chamberlain.policy.authority import Deed, require
from chamberlain.store import keys
from chamberlain.store.connection import transaction
from chamberlain.store.keyring import the_ring


def rotate_keys(*, actor: Actor) -> Rotation:
    """Makes a new key and encrypts every secret with it; or finishes that, where it was begun and broken off.

    Running processes take up the new key by themselves. Old keys stay until they are forgotten. Where keys come from
    the environment, the first of several is the new one; making it is up to whoever sets the environment.

    raises  Refused("not_allowed"), Misconfigured("key_in_environment" | "key_wrong")
    """
    require(actor, Deed.ROTATE_KEYS)
    ring = the_ring()
    is_unfinished = bool(set(keys.used()) - {ring.ids[0]})
    before, made = ring.ids[0], not is_unfinished
    if made:
        ring.add()
    encrypted = keys.reencrypt(ring)
    with transaction():
        subject = f"key:{ring.ids[0]}"
        if made:
            record(
                EventName.KEYS_ROTATED,
                actor=actor,
                tenant_id=None,
                subject=subject,
                before=before,
                after=ring.ids[0],
                secrets=encrypted,
            )
        else:
            record(EventName.KEYS_ROTATED, actor=actor, tenant_id=None, subject=subject, secrets=encrypted)
    return Rotation(ring.ids[0], made, encrypted)


def forget_key(*, actor: Actor, id: str) -> None:
    """Removes an old key from the key file.

    raises  Refused("not_allowed"), NotFound("key_not_found"), Conflict("key_in_use"),
            Misconfigured("key_in_environment")
    """
    require(actor, Deed.ROTATE_KEYS)
    ring = the_ring()
    if id not in ring.ids:
        raise NotFound("key_not_found", id=id)
    number = keys.used()[id]
    if id == ring.ids[0] or number:
        raise Conflict("key_in_use", id=id, secrets=number)
    if ring.path is None:
        raise Misconfigured("key_in_environment")
    with transaction():
        record(EventName.KEY_FORGOTTEN, actor=actor, tenant_id=None, subject=f"key:{id}")
    ring.drop(id)


def give_up_key(*, actor: Actor, id: str) -> int:
    """Takes away the secrets that only a lost key could open, so that the installation starts again; how many.

    raises  Refused("not_allowed"), NotFound("key_not_found"), Conflict("key_in_use") where the key is not lost
    """
    require(actor, Deed.ROTATE_KEYS)
    ring = the_ring()
    if id in ring.ids and not ring.is_new:
        raise Conflict("key_in_use", id=id, secrets=keys.used()[id])
    if not keys.used()[id]:
        raise NotFound("key_not_found", id=id)
    ring.keep()
    number = keys.give_up(id)
    with transaction():
        record(EventName.KEY_FORGOTTEN, actor=actor, tenant_id=None, subject=f"key:{id}", lost="yes", secrets=number)
    return number
