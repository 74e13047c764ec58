"""What Microsoft lets an application do to people only where it holds a directory role besides its permission.

source  https://learn.microsoft.com/graph/api/resources/users#who-can-perform-sensitive-actions (2026)
"""

from collections.abc import Iterator

from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Change
from chamberlain.model.situation import AccountKnown, Situation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.reach import Above, reach

GLOBAL_ADMINISTRATOR = "role:62e90394-69f5-4237-9190-012177145e10"
_PRIVILEGED_AUTHENTICATION_ADMINISTRATOR = "role:7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
_USER_ADMINISTRATOR = "role:fe930be7-5e62-47db-91af-98c3a49a38b1"

_OVER_ADMINISTRATORS = {
    _PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: "Privileged Authentication Administrator",
    GLOBAL_ADMINISTRATOR: "Global Administrator",
}
_OVER_OTHERS = {_USER_ADMINISTRATOR: "User Administrator", **_OVER_ADMINISTRATORS}
_SENSITIVE = frozenset(
    {Verb.ENABLE, Verb.BLOCK, Verb.REVOKE_SESSIONS, Verb.RESET_PASSWORD, Verb.DELETE_USER, Verb.RESTORE_USER}
)


def sensitive(change: Change, *, account: AccountKnown, situation: Situation, above: Above) -> Iterator[Obstacle]:
    """Where our service principal holds no role that lets it do this to this person; nothing where that is not known.

    Passwords take a role with everybody, the rest only with those who hold a role or are in a role-assignable group.
    """
    if change.verb not in _SENSITIVE or situation.own_roles is None:
        return
    has_power = any(_gives_power(key, situation) for key in reach(above, change.subject))
    if not has_power and change.verb is not Verb.RESET_PASSWORD:
        return
    enough = _OVER_ADMINISTRATORS if has_power else _OVER_OTHERS
    if not situation.own_roles & enough.keys():
        values = {"who": account.name, "role": next(iter(enough.values()))}
        yield Obstacle(Hindrance.DIRECTORY_ROLE_MISSING, Help.GRANT_ROLE, values)


def _gives_power(key: str, situation: Situation) -> bool:
    known = situation.permissions.get(key)
    return key.startswith("role:") or (known is not None and known.role_assignable)
