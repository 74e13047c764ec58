"""The built-in directory roles; their template ids are the same in every tenant.

source  https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference (ids checked 2026)
"""

from importlib import resources

import msgspec

from chamberlain.simulator.world.role import RoleDefinition

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


def builtin_roles() -> tuple[RoleDefinition, ...]:
    """All built-in roles the simulator knows."""
    text = resources.files(__package__).joinpath("data/roles.json").read_bytes()
    return tuple(
        RoleDefinition(id_, name, description, built_in=True, actions=tuple(actions))
        for id_, name, description, actions in msgspec.json.decode(text, type=list[tuple[str, str, str, list[str]]])
    )
