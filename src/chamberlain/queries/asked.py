"""Changes that a script asks for, by ids or names: each has to mean exactly one thing, and to be a change at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chamberlain import clock
from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.terms import can_end
from chamberlain.queries.mailbox_wishes import of_mailbox
from chamberlain.queries.people import match_profile
from chamberlain.queries.plans import match_permission

GROUP = "group:"
WITH_PROPERTIES = frozenset({Verb.CREATE_USER, Verb.UPDATE_USER})
WITH_PLANS = frozenset({Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE, Verb.SET_PLANS})


@dataclass(frozen=True, slots=True)
class Asked:
    """One change as it was asked for. See model/plan.Options for what is not explained here.

    who   object id, user name or mail of an account, or "group:<id>"; "" for a user who is to be created
    what  key, name or mail of a permission; "" where the verb concerns the account alone
    """

    verb: Verb
    who: str
    what: str = ""
    scope: str = "/"
    ends: datetime | None = None
    disabled_plans: tuple[str, ...] | None = None
    instead_of: str = ""
    properties: Mapping[str, str | bool | None] | None = None


def read_asked(*, viewer: Actor, tenant: Tenant, asked: Iterable[Asked]) -> list[Change]:
    """The changes.

    raises  Refused("not_allowed" | "plan_malformed" | "end_passed"), NotFound, Conflict: nothing, or several, are
            called that
    """
    require(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id)
    reader = _Reader(viewer, tenant)
    return [reader.change(one) for one in asked]


class _Reader:
    """Looks names up that come again only once."""

    def __init__(self, viewer: Actor, tenant: Tenant) -> None:
        self._viewer = viewer
        self._tenant = tenant
        self._subjects: dict[str, Subject] = {}
        self._keys: dict[str, str] = {}

    def change(self, one: Asked) -> Change:
        """One change."""
        _refuse_unfit(one)
        subject = Subject("") if one.verb is Verb.CREATE_USER else self._subject(one.who.strip())
        if one.verb in OF_MAILBOX:
            return of_mailbox(one.verb, subject, one.properties or {}, guid_of=lambda text: self._subject(text).guid)
        permission = self._key(one.what.strip()) if one.what else ""
        if permission and permission.partition(":")[0] != (one.verb.family.name.lower() if one.verb.family else ""):
            raise Refused("plan_malformed", text=f"{one.verb.value} {permission}", reason="it is of another kind")
        options = Options(
            scope=one.scope,
            ends=_end(one.ends),
            disabled_plans=one.disabled_plans,
            instead_of=self._key(one.instead_of.strip()) if one.instead_of else "",
            properties=dict(one.properties or {}),
        )
        return Change(one.verb, subject, permission, options)

    def _subject(self, text: str) -> Subject:
        if text not in self._subjects:
            self._subjects[text] = self._found(text)
        return self._subjects[text]

    def _found(self, text: str) -> Subject:
        if text.startswith(GROUP):
            try:
                return Subject(str(UUID(text.removeprefix(GROUP))), SubjectType.GROUP)
            except ValueError:
                raise Refused("plan_malformed", text=text, reason="it is no id of a group") from None
        found = match_profile(viewer=self._viewer, tenant=self._tenant, text=text.removeprefix("account:"))
        return Subject(str(found.row.guid))

    def _key(self, text: str) -> str:
        if text not in self._keys:
            self._keys[text] = match_permission(viewer=self._viewer, tenant=self._tenant, text=text)
        return self._keys[text]


def _refuse_unfit(one: Asked) -> None:
    """Passes where everything is there that the verb takes, and nothing else."""
    wrong = [
        ("somebody", bool(one.who) is (one.verb is Verb.CREATE_USER)),
        ("a permission", bool(one.what) is (one.verb.family is None)),
        ("properties", one.verb not in OF_MAILBOX and bool(one.properties) is not (one.verb in WITH_PROPERTIES)),
        ("a licence that goes", bool(one.instead_of) is not (one.verb is Verb.SWAP_LICENCE)),
        ("an end", one.ends is not None and not can_end(one.verb)),
        ("service plans", one.disabled_plans is not None and one.verb not in WITH_PLANS),
    ]
    for name, is_wrong in wrong:
        if is_wrong:
            raise Refused("plan_malformed", text=one.verb.value, reason=f"{name}: missing, or too much")


def _end(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    try:
        ends = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise Refused("time_unreadable", text=at.isoformat()) from None
    if ends <= clock.now():
        raise Refused("end_passed", text=ends.isoformat())
    return ends
