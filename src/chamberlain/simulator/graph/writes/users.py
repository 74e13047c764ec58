"""People: created, changed, blocked, signed out, deleted and brought back.

source  https://learn.microsoft.com/graph/api/user-post-users, .../user-update, .../user-delete,
        .../user-revokesigninsessions, .../user-post-manager and .../directory-deleteditems-restore (read 2026)
"""

from dataclasses import replace
from typing import Any

import msgspec

from chamberlain.simulator.graph.answer import entity
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.refusal import bad_request, not_found, on_premises
from chamberlain.simulator.graph.shapes.group import GROUP
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.graph.writes.desk import Desk, denied, read, referenced
from chamberlain.simulator.graph.writes.expiration import moment
from chamberlain.simulator.graph.writes.profile import SENSITIVE, changes, check, check_domain, check_password, taken
from chamberlain.simulator.graph.writes.sensitive import refuse_sensitive
from chamberlain.simulator.message import Response, json_response
from chamberlain.simulator.world.mutation.groups import RestoreGroup
from chamberlain.simulator.world.mutation.people import (
    CreateUser,
    DeleteUser,
    ResetPassword,
    RestoreUser,
    RevokeSessions,
    UpdateUser,
)
from chamberlain.simulator.world.reference import Kind, Ref

WRITERS = ("User.ReadWrite.All", "Directory.ReadWrite.All")
SWITCHERS = ("User.EnableDisableAccount.All", *WRITERS)
PASSWORD_KEEPERS = ("User-PasswordProfile.ReadWrite.All",)
DELETERS = ("User.DeleteRestore.All", "User.ReadWrite.All")
GROUP_KEEPERS = ("Group.ReadWrite.All",)
_PASSWORD, _ENABLED, _LOCATION = "passwordProfile", "accountEnabled", "usageLocation"
# What the cloud writes of people whom an on-premises directory masters. Blocking holds until that one sets it back.
# source  https://learn.microsoft.com/entra/identity/users/users-revoke-access (2025): in a hybrid environment the
#         account is disabled there, and with Update-MgUser -AccountEnabled:$false here as well
_CLOUDS_OWN = frozenset({_LOCATION, _ENABLED})
_REQUIRED = (_ENABLED, "displayName", "mailNickname", _PASSWORD, "userPrincipalName")
_CREATED = 201


class _Reference(msgspec.Struct):
    id: str = msgspec.field(name="@odata.id")


class _Restore(msgspec.Struct):
    new_name: str | None = msgspec.field(name="newUserPrincipalName", default=None)


class UserDesk(Desk):
    """The handlers."""

    def _user(self, call: Call, key: str, *, synced_too: bool = False) -> Ref:
        ref = Ref(Kind.USER, call.user(key))
        if self.newest.person(ref.serial).synced and not synced_too:
            raise on_premises()
        return ref

    def create(self, call: Call) -> Response:
        """POST /users"""
        wanted = _profile(call)
        for name in _REQUIRED:
            if wanted.get(name) is None:
                raise bad_request(f"A value is required for property '{name}' of resource 'User'.")
        check_password(wanted.pop(_PASSWORD))
        name = str(wanted["userPrincipalName"])
        check(wanted, self.newest.tenant)
        if self.newest.find_user(name) is not None:
            raise taken(name)
        made = CreateUser(
            str(wanted["displayName"]),
            name,
            account_enabled=bool(wanted[_ENABLED]),
            usage_location=None,
            nickname=str(wanted["mailNickname"]),
            mailbox=False,
            created=moment(),
        )
        user = Ref(Kind.USER, self.newest.size(Kind.USER))
        person = self.change(call, made).person(user.serial)
        rest = changes(wanted, person, self.newest.tenant)
        view = self.change(call, UpdateUser(person.id, **rest)) if rest else self.newest
        fresh = replace(call, view=view)
        return json_response(_CREATED, entity(fresh, USER, view.person(user.serial), context="users"))

    def update(self, call: Call) -> Response:
        """PATCH /users/{id}: each property asks for its own permission"""
        wanted = _profile(call)
        _refuse_unpermitted(call, wanted)
        user = self._user(call, call.keys[0], synced_too=wanted.keys() <= _CLOUDS_OWN)
        if SENSITIVE & wanted.keys():
            refuse_sensitive(self.newest, call.caller, user.serial, password=_PASSWORD in wanted)
        resets = _PASSWORD in wanted
        if resets:
            check_password(wanted.pop(_PASSWORD))
        differing = changes(wanted, self.newest.person(user.serial), self.newest.tenant)
        name = differing.get("user_principal_name")
        if name is not None and self.newest.find_user(name) not in {None, user.serial}:
            raise taken(name)
        guid = self.guid(user)
        if differing:
            self.change(call, UpdateUser(guid, **differing))
        if resets:
            self.change(call, ResetPassword(guid, moment()))
        return Response(204)

    def revoke(self, call: Call) -> Response:
        """POST /users/{id}/revokeSignInSessions"""
        user = self._user(call, call.keys[0], synced_too=True)
        refuse_sensitive(self.newest, call.caller, user.serial)
        self.change(call, RevokeSessions(self.guid(user), moment()))
        return json_response(200, {"@odata.context": call.context("Edm.Boolean"), "value": True})

    def delete(self, call: Call) -> Response:
        """DELETE /users/{id}; also what DELETE /groups/{id}/members/{id} does to a person, which forgets `/$ref`"""
        user = self._user(call, call.keys[-1])
        refuse_sensitive(self.newest, call.caller, user.serial)
        self.change(call, DeleteUser(self.guid(user)))
        return Response(204)

    def restore(self, call: Call) -> Response:
        """POST /directory/deletedItems/{id}/restore"""
        wanted = read(call.request.body, _Restore)
        view = self.newest
        ref = view.base.find(call.keys[0].lower())
        if ref is None or ref not in dict(view.deleted(ref.kind)):
            raise not_found(call.keys[0])
        if not call.caller.may(DELETERS if ref.kind is Kind.USER else GROUP_KEEPERS):
            raise denied()
        if ref.kind is Kind.USER:
            return self._restore_user(call, ref, wanted.new_name)
        view = self.change(call, RestoreGroup(self.guid(ref)))
        return json_response(200, entity(replace(call, view=view), GROUP, view.group(ref.serial), context="groups"))

    def _restore_user(self, call: Call, user: Ref, new_name: str | None) -> Response:
        name = new_name or self.newest.person(user.serial).user_principal_name
        check_domain(name, self.newest.tenant)
        refuse_sensitive(self.newest, call.caller, user.serial)
        if self.newest.find_user(name) is not None:
            raise taken(name)
        view = self.change(call, RestoreUser(self.guid(user)))
        if name != view.person(user.serial).user_principal_name:
            view = self.change(call, UpdateUser(self.guid(user), user_principal_name=name))
        return json_response(200, entity(replace(call, view=view), USER, view.person(user.serial), context="users"))

    def set_manager(self, call: Call) -> Response:
        """PUT /users/{id}/manager/$ref"""
        user = self._user(call, call.keys[0])
        manager = referenced(call, read(call.request.body, _Reference).id)
        if manager.kind is not Kind.USER or manager == user:
            raise bad_request("Invalid manager.")
        if self.newest.manager(user.serial) != manager.serial:
            self.change(call, UpdateUser(self.guid(user), manager=self.guid(manager)))
        return Response(204)

    def remove_manager(self, call: Call) -> Response:
        """DELETE /users/{id}/manager/$ref"""
        user = self._user(call, call.keys[0])
        if self.newest.manager(user.serial) is None:
            raise not_found("manager")
        self.change(call, UpdateUser(self.guid(user), manager=None))
        return Response(204)


def _profile(call: Call) -> dict[str, Any]:
    """The properties of a body, without what OData says of them: the official SDK sends types along."""
    found = read(call.request.body, dict[str, Any])
    return {name: value for name, value in found.items() if not name.startswith("@odata.")}


def _refuse_unpermitted(call: Call, wanted: dict[str, Any]) -> None:
    others = wanted.keys() - {_PASSWORD, _ENABLED}
    needed: list[tuple[str, ...]] = [PASSWORD_KEEPERS] if _PASSWORD in wanted else []
    needed += [SWITCHERS] if _ENABLED in wanted else []
    needed += [WRITERS] if others or not wanted else []
    if not all(call.caller.may(one) for one in needed):
        raise denied()
