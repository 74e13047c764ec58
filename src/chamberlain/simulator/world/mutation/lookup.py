"""Finding what a mutation names."""

from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.reference import Kind, Ref


class MutationRefusedError(Exception):
    """The mutation makes no sense in this tenant; the message says why."""


def named(base: Base, guid: str, *kinds: Kind) -> Ref:
    """The object of one of these kinds with this id.

    raises  MutationRefusedError when there is none
    """
    found = base.find(guid.lower())
    if found is None or found.kind not in kinds:
        wanted = " or ".join(kind.name.lower().replace("_", " ") for kind in kinds)
        raise MutationRefusedError(f"There is no {wanted} with the id {guid}.")
    return found
