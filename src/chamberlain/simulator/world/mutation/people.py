"""What may happen to accounts."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chamberlain.simulator.world.activity import PEOPLE, Activity
from chamberlain.simulator.world.base import Base
from chamberlain.simulator.world.fact import AttributeFact, CreatedFact, EntryFact, Fact, PresenceFact, Shelf
from chamberlain.simulator.world.grown import new_guid
from chamberlain.simulator.world.licence import LicenceState, Settled, State
from chamberlain.simulator.world.mutation.lookup import MutationRefusedError, named
from chamberlain.simulator.world.person import AccountUse, Office, Person
from chamberlain.simulator.world.reference import Kind, Ref

NEVER = "2026-01-01T00:00:00Z"
_FIELDS = {
    "display_name": "display_name",
    "account_enabled": "enabled",
    "department": "department",
    "job_title": "job_title",
    "user_principal_name": "user_principal_name",
    "given_name": "given_name",
    "surname": "surname",
    "nickname": "nickname",
    "usage_location": "usage_location",
    "employee_id": "employee_id",
    "employee_type": "employee_type",
    "phone": "phone",
    "company": "company",
    "office": "office",
}


def _about(base: Base, user: str, name: str, operation: str) -> tuple[Activity, ...]:
    return (Activity(PEOPLE, name, operation, (named(base, user, Kind.USER),)),)


class RenameUser(msgspec.Struct, frozen=True, tag_field="kind", tag="rename_user"):
    """A person gets another display name."""

    user: str
    display_name: str | None

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The new name."""
        return (AttributeFact(named(base, self.user, Kind.USER), "display_name", self.display_name),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        user = named(base, self.user, Kind.USER)
        return (Activity(PEOPLE, "Update user", "Update", (user,), (("DisplayName", self.display_name),)),)


class UpdateUser(msgspec.Struct, frozen=True, tag_field="kind", tag="update_user"):
    """Properties of a person change; what is not named stays."""

    user: str
    display_name: str | UnsetType | None = UNSET
    account_enabled: bool | UnsetType = UNSET
    department: str | UnsetType | None = UNSET
    job_title: str | UnsetType | None = UNSET
    user_principal_name: str | UnsetType = UNSET
    given_name: str | UnsetType | None = UNSET
    surname: str | UnsetType | None = UNSET
    nickname: str | UnsetType = UNSET
    usage_location: str | UnsetType | None = UNSET
    employee_id: str | UnsetType | None = UNSET
    employee_type: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    company: str | UnsetType | None = UNSET
    office: Office | UnsetType | None = UNSET
    manager: str | UnsetType | None = UNSET

    def _changed(self) -> dict[str, Any]:
        said = ((name, getattr(self, name)) for name in _FIELDS)
        return {name: value for name, value in said if value is not UNSET}

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The new values."""
        user = named(base, self.user, Kind.USER)
        found: list[Fact] = [AttributeFact(user, _FIELDS[name], value) for name, value in self._changed().items()]
        if self.manager is not UNSET:
            manager = None if self.manager is None else named(base, self.manager, Kind.USER)
            if manager == user:
                raise MutationRefusedError("Nobody is their own manager.")
            found.append(AttributeFact(user, "manager", None if manager is None else manager.serial))
        if not found:
            raise MutationRefusedError("No property is named.")
        return tuple(found)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it: managers and being disabled have words of their own."""
        user = named(base, self.user, Kind.USER)
        changed = self._changed()
        found = []
        if changed:
            found.append(Activity(PEOPLE, "Update user", "Update", (user,), tuple(changed.items())))
        if "account_enabled" in changed:
            word = "Enable account" if changed["account_enabled"] else "Disable account"
            found.append(Activity(PEOPLE, word, "Update", (user,)))
        if self.manager is not UNSET:
            found.append(Activity(PEOPLE, "Set user manager", "Update", (user,)))
        return tuple(found)


class CreateUser(msgspec.Struct, frozen=True, tag_field="kind", tag="create_user"):
    """Somebody new."""

    display_name: str
    user_principal_name: str | None = None
    department: str | None = None
    job_title: str | None = None
    account_enabled: bool = True
    usage_location: str | None = "DE"
    nickname: str | None = None
    mailbox: bool = True
    created: str = NEVER

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The account, at the next free place."""
        ref = Ref(Kind.USER, base.size(Kind.USER))
        principal = self.user_principal_name or f"new.person{ref.serial}@{base.tenant.domain}"
        if "@" not in principal:
            raise MutationRefusedError("A sign-in name has an @.")
        person = Person(
            ref.serial,
            new_guid(base, ref),
            AccountUse.EMPLOYEE,
            self.display_name,
            principal,
            self.nickname or principal.partition("@")[0],
            self.created,
            principal if self.mailbox else None,
            self.account_enabled,
            job_title=self.job_title,
            department=self.department,
            usage_location=self.usage_location,
        )
        return (CreatedFact(ref, person), PresenceFact(ref, present=True))

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return (Activity(PEOPLE, "Add user", "Add", (Ref(Kind.USER, base.size(Kind.USER) - 1),)),)


class RevokeSessions(msgspec.Struct, frozen=True, tag_field="kind", tag="revoke_sessions"):
    """Whatever a person signed in before `at` is over, as after revokeSignInSessions.

    source  https://learn.microsoft.com/graph/api/user-revokesigninsessions (2026)
    """

    user: str
    at: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The time from which on sessions are good."""
        return (AttributeFact(named(base, self.user, Kind.USER), "sessions_valid_from", self.at),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Update StsRefreshTokenValidFrom Timestamp", "Update")


class DeleteUser(msgspec.Struct, frozen=True, tag_field="kind", tag="delete_user"):
    """An account goes to the deleted items, from which it can come back."""

    user: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The account is not there."""
        return (PresenceFact(named(base, self.user, Kind.USER), present=False),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Delete user", "Delete")


class RestoreUser(msgspec.Struct, frozen=True, tag_field="kind", tag="restore_user"):
    """A deleted account comes back with everything it had."""

    user: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The account is there."""
        return (PresenceFact(named(base, self.user, Kind.USER), present=True),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Restore user", "Add")


def _licence(base: Base, user: str, sku_id: str, state: LicenceState | None) -> tuple[Fact, ...]:
    holder = named(base, user, Kind.USER)
    return (EntryFact(Shelf.LICENCE, (holder.serial, sku_id), state, holder),)


class AssignLicence(msgspec.Struct, frozen=True, tag_field="kind", tag="assign_licence"):
    """A person gets a licence of their own, or other plans of it are switched off."""

    user: str
    sku_id: str
    disabled_plans: tuple[str, ...] = ()
    at: str = NEVER

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The licence is held."""
        sku = next((sku for sku in base.skus() if sku.id == self.sku_id), None)
        if sku is None:
            raise MutationRefusedError(f"License {self.sku_id} does not correspond to a valid company License.")
        if not {plan.id for plan in sku.plans}.issuperset(self.disabled_plans):
            raise MutationRefusedError("A plan that is to be switched off is not in the licence.")
        state = LicenceState(self.sku_id, tuple(sorted(self.disabled_plans)), None, State.ACTIVE, "None", self.at)
        return _licence(base, self.user, self.sku_id, state)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Change user license", "Update")


class UnassignLicence(msgspec.Struct, frozen=True, tag_field="kind", tag="unassign_licence"):
    """A person loses the licence of their own; one that comes through a group stays."""

    user: str
    sku_id: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """The licence is not held directly."""
        return _licence(base, self.user, self.sku_id, None)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Change user license", "Update")


class SettleLicence(msgspec.Struct, frozen=True, tag_field="kind", tag="settle_licence"):
    """The licence that a group hands out arrives at one of its members, or does not."""

    user: str
    sku_id: str
    group: str
    at: str
    state: State = State.ACTIVE
    error: str = "None"

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """How it arrived."""
        holder, group = named(base, self.user, Kind.USER), named(base, self.group, Kind.GROUP)
        item = Settled(self.state, self.error, self.at)
        return (EntryFact(Shelf.SETTLED, (holder.serial, self.sku_id, group.serial), item, holder),)

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Change user license", "Update")


class ResetPassword(msgspec.Struct, frozen=True, tag_field="kind", tag="reset_password"):
    """A person gets another password, which ends whatever was signed in with the old one.

    source  https://learn.microsoft.com/graph/api/resources/user (2026): signInSessionsValidFromDateTime
    """

    user: str
    at: str

    def facts(self, base: Base) -> tuple[Fact, ...]:
        """When it was changed, and from when on sessions are good."""
        user = named(base, self.user, Kind.USER)
        return (AttributeFact(user, "password_changed", self.at), AttributeFact(user, "sessions_valid_from", self.at))

    def activities(self, base: Base) -> tuple[Activity, ...]:
        """What the audit log says of it."""
        return _about(base, self.user, "Reset user password", "Update")
