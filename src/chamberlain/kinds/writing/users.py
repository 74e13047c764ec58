"""Users: created, changed, let in, kept out, deleted and brought back.

    create    POST   /users
    change    PATCH  /users/{id}; also accountEnabled and passwordProfile
    manager   PUT, DELETE /users/{id}/manager/$ref; among properties it is "manager", an object id or nobody
    sessions  POST   /users/{id}/revokeSignInSessions
    delete    DELETE /users/{id}: for 30 days it can be brought back with what it held
    restore   POST   /directory/deletedItems/{id}/restore
    proof     the user; signInSessionsValidFromDateTime for sessions, lastPasswordChangeDateTime for passwords; the
              deleted items for who is gone

A new password is made up here, sent, and never kept: nobody needs to know the one of a leaver, and who comes gets in by
a way that Microsoft offers for that.
source  https://learn.microsoft.com/graph/api/user-post-users, user-update, user-post-manager, user-delete-manager,
        user-revokesigninsessions, user-delete, directory-deleteditems-restore, directory-deleteditems-get (2026)
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from chamberlain.errors import ChamberlainError, NotFound, Refused
from chamberlain.graph.client import Graph
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.kinds.writing.ids import home, object_id, reference
from chamberlain.model.plan import Change, Fact, Facts
from chamberlain.model.verb import Verb
from chamberlain.policy.permits import SETTABLE

_KNOWN = {
    "enabled": "accountEnabled",
    "sessions_valid_from": "signInSessionsValidFromDateTime",
    "password_changed_at": "lastPasswordChangeDateTime",
}
_READ = {
    Verb.ENABLE: ("enabled",),
    Verb.BLOCK: ("enabled",),
    Verb.REVOKE_SESSIONS: ("sessions_valid_from",),
    Verb.RESET_PASSWORD: ("password_changed_at",),
}
MANAGER = "manager"
_BIN = "/directory/deletedItems"
PASSWORD_BYTES = 24


class Users:
    """Carries UPDATE_USER, ENABLE, BLOCK, REVOKE_SESSIONS and RESET_PASSWORD."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:
        """One request each, and one more for the manager; none for what is so already."""
        found = []
        for change, facts in zip(changes, before, strict=True):
            writes = (_write(change, facts), _managing(change, facts, root))
            found += [Sending(write, (change,)) for write in writes if write is not None]
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """What each user's change is about."""
        paths = [f"{home(one.subject)}?$select={','.join(_selected(one))}{_expanded(one)}" for one in changes]
        answers = await graph.get_many(paths, dict[str, Any])
        return [
            answer if isinstance(answer, ChamberlainError) else _facts(change, answer)
            for change, answer in zip(changes, answers, strict=True)
        ]


class Presence:
    """Carries DELETE_USER and RESTORE_USER."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request each; none for who is gone, or there, already."""
        found = []
        for change, facts in zip(changes, before, strict=True):
            if change.verb is Verb.DELETE_USER and facts.get("exists") is True:
                found.append(Sending(Write("DELETE", home(change.subject)), (change,)))
            elif change.verb is Verb.RESTORE_USER and facts.get("exists") is False:
                path = f"{_BIN}/{object_id(change.subject.guid)}/restore"
                found.append(Sending(Write("POST", path), (change,)))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether each user is there, and whether it is among the deleted ones: gone from both is gone for good."""
        ids = [object_id(change.subject.guid) for change in changes]
        paths = [f"/users/{guid}?$select=id" for guid in ids] + [f"{_BIN}/{guid}?$select=id" for guid in ids]
        answers = await graph.get_many(paths, dict[str, Any])
        return [_presence(*pair) for pair in zip(answers[: len(ids)], answers[len(ids) :], strict=True)]


class Newcomers:
    """Carries CREATE_USER. Who is to be created has no id yet: the name to sign in with tells whether it is there."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request each; none for who is there already."""
        return [
            Sending(Write("POST", "/users", _newcomer(change)), (change,))
            for change, facts in zip(changes, before, strict=True)
            if facts.get("exists") is not True
        ]

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether somebody signs in with that name, and who it is."""
        answers = await graph.get_many([_by_name(change) for change in changes], dict[str, Any])
        return [answer if isinstance(answer, ChamberlainError) else _found(answer) for answer in answers]


def _write(change: Change, facts: Facts) -> Write | None:
    path = home(change.subject)
    match change.verb:
        case Verb.ENABLE | Verb.BLOCK:
            enabled = change.verb is Verb.ENABLE
            return None if facts.get("enabled") is enabled else Write("PATCH", path, {"accountEnabled": enabled})
        case Verb.REVOKE_SESSIONS:
            return Write("POST", f"{path}/revokeSignInSessions")
        case Verb.RESET_PASSWORD:
            return Write("PATCH", path, {"passwordProfile": _password()})
        case _:
            wanted = settable(_besides_manager(change))
            differing = {name: value for name, value in wanted.items() if facts.get(name, ...) != value}
            return Write("PATCH", path, differing) if differing else None


def _managing(change: Change, facts: Facts, root: str) -> Write | None:
    properties = change.options.properties
    if MANAGER not in properties or facts.get(MANAGER, ...) == properties[MANAGER]:
        return None
    path, manager = f"{home(change.subject)}/manager/$ref", properties[MANAGER]
    if manager is None:
        return Write("DELETE", path)
    return Write("PUT", path, {"@odata.id": reference(root, str(manager), collection="users")})


def _besides_manager(change: Change) -> dict[str, str | bool | None]:
    return {name: value for name, value in change.options.properties.items() if name != MANAGER}


def settable(properties: Mapping[str, str | bool | None]) -> dict[str, str | bool | None]:
    """Properties, all of which a plan may set.

    raises  Refused("property_not_settable")
    """
    others = sorted(properties.keys() - SETTABLE)
    if others:
        raise Refused("property_not_settable", name=others[0][:80])
    return dict(properties)


def _newcomer(change: Change) -> dict[str, object]:
    return {"accountEnabled": True, **settable(change.options.properties), "passwordProfile": _password()}


def _password() -> dict[str, object]:
    """One that nobody guesses, of all four sorts of characters that Microsoft counts.

    source  https://learn.microsoft.com/entra/identity/authentication/concept-password-ban-bad-combined-policy (2026)
    """
    return {"password": f"{secrets.token_urlsafe(PASSWORD_BYTES)}-aA1", "forceChangePasswordNextSignIn": True}


def _selected(change: Change) -> list[str]:
    if change.verb is Verb.UPDATE_USER:
        return ["id", *sorted(settable(_besides_manager(change)))]
    return ["id", *(_KNOWN[name] for name in _READ[change.verb])]


def _expanded(change: Change) -> str:
    return "&$expand=manager($select=id)" if MANAGER in change.options.properties else ""


def _facts(change: Change, answer: Mapping[str, Any]) -> Facts:
    if change.verb is Verb.UPDATE_USER:
        manager = {MANAGER: _manager(answer)} if MANAGER in change.options.properties else {}
        return {name: _fact(answer.get(name)) for name in _besides_manager(change)} | manager
    return {name: _fact(answer.get(_KNOWN[name])) for name in _READ[change.verb]}


def _manager(answer: Mapping[str, Any]) -> Fact:
    """Who it is; a user without one comes without the name, or with null."""
    found = answer.get(MANAGER)
    return str(found["id"]).lower() if found else None


def _fact(value: object) -> Fact:
    return value if isinstance(value, str | bool) else None


def _presence(
    user: Mapping[str, Any] | ChamberlainError, deleted: Mapping[str, Any] | ChamberlainError
) -> Facts | ChamberlainError:
    for answer in (user, deleted):
        if isinstance(answer, ChamberlainError) and not isinstance(answer, NotFound):
            return answer
    return {"exists": not isinstance(user, NotFound), "deleted": not isinstance(deleted, NotFound)}


def _by_name(change: Change) -> str:
    name = str(settable(change.options.properties).get("userPrincipalName") or "").replace("'", "''")
    wanted = quote(f"userPrincipalName eq '{name}'", safe="'")
    return f"/users?$filter={wanted}&$select=id"


def _found(answer: Mapping[str, Any]) -> Facts:
    users = answer["value"]
    return {"exists": bool(users), "guid": users[0]["id"].lower() if users else None}
