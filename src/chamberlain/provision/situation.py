"""What is known of a tenant where changes touch it, filled in from what was read last."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chamberlain import clock
from chamberlain.model.capability import Capability
from chamberlain.model.done import Done
from chamberlain.model.exchange import ExchangeWay
from chamberlain.model.kind import AccountType, Family, Kind, Relation
from chamberlain.model.mailbox import is_object_id
from chamberlain.model.merged import name_of
from chamberlain.model.observed import key_of
from chamberlain.model.plan import Change, Fact, Subject, SubjectType
from chamberlain.model.situation import AccountKnown, Edge, PermissionKnown, Situation
from chamberlain.model.tenant import Connection
from chamberlain.policy.capabilities import writes
from chamberlain.policy.planning.by_rule import touched
from chamberlain.policy.planning.mailbox_licence import MAILBOX_PLANS, carries_mailbox
from chamberlain.policy.planning.mailbox_obstacles import other_of
from chamberlain.policy.planning.sensitive import GLOBAL_ADMINISTRATOR
from chamberlain.policy.planning.since import accounts_since, edges_since
from chamberlain.policy.planning.terms import TAKING
from chamberlain.policy.role_ends import PREMIUM
from chamberlain.policy.scope_standing import open_scopes
from chamberlain.policy.seats import taken_seats, usable_seats
from chamberlain.settings import load
from chamberlain.store import coverage, halts, scopes, tenants, terms
from chamberlain.store.reads import done as did
from chamberlain.store.reads import licensing, own_roles, surroundings
from chamberlain.store.reads import situation as read

IDLE_FOR = timedelta(days=90)
REMEMBERED = timedelta(days=30)  # what Microsoft refused is told again as long
WHILE_READING = timedelta(minutes=5)  # Microsoft's replicas lag: a sync that began later may have missed it as well
HIDDEN, HIDDEN_MEMBERS = "HiddenMembership", "Member.Read.Hidden"
_BY_EXCHANGE = frozenset({Capability.PROVISION_MAIL_GROUPS, Capability.OFFBOARD_MAILBOX})
COUNTED = (Relation.MEMBER, Relation.OWNER, Relation.ASSIGNED)
PROTECTED_ACCOUNTS, PROTECTED_PERMISSIONS = "protected_accounts", "protected_permissions"


def situation_of(*, tenant_id: int, changes: Sequence[Change]) -> Situation:
    """Everything that decides about these changes: what was read last, with what plans did since."""
    connection = tenants.connection_of(tenant_id)
    client = connection.client_id if connection else ""
    chosen, held = scopes.chosen_and_held(tenant_id)
    rails = halts.rails_of(tenant_id)
    as_of, since = _as_of(tenant_id), read_since(tenant_id)
    done = did.done(tenant_id=tenant_id, subjects={one.subject.key for one in changes}, since=since)
    accounts = _accounts(tenant_id, changes)
    above, known = _above(tenant_id, changes, accounts, done)
    done_above = did.done(tenant_id=tenant_id, subjects=_groups(known) - _subjects(changes), since=since)
    given_above = {one.change.permission for one in done_above} - {row["key"] for row in known}
    known = [*known, *read.permissions(tenant_id=tenant_id, keys=sorted(given_above))]
    moved = did.moved(tenant_id=tenant_id, permissions={row["key"] for row in known}, since=since)
    idle = _idle(tenant_id, known, now=as_of)
    shut = frozenset(rails.get(PROTECTED_ACCOUNTS, ()))
    closed = frozenset(rails.get(PROTECTED_PERMISSIONS, ()))
    plans, by_exchange = _mailbox_plans(tenant_id, known), load().exchange != ExchangeWay.OFF.value
    now = accounts_since({row["guid"]: _account(row) for row in accounts}, done)
    return Situation(
        as_of=as_of,
        accounts={guid: replace(one, protected=guid in shut) for guid, one in now.items()},
        permissions={
            row["key"]: _counted(
                _permission(row, protected=row["key"] in closed, idle=idle, mailbox_plans=plans), moved
            )
            for row in known
        },
        edges=edges_since((_edge(row) for row in above), [*done, *done_above]),
        writable=any(writes(one) for one in chosen),
        chosen=chosen,
        held=open_scopes(held),
        premium=Capability.PROVISION_ROLES in chosen and _is_premium(tenant_id),
        exchange=Capability.PROVISION_MAIL_GROUPS in chosen and by_exchange,
        mailboxes=Capability.OFFBOARD_MAILBOX in chosen and by_exchange,
        reads_mailboxes=bool(_BY_EXCHANGE & chosen) and by_exchange,
        ourselves=read.ourselves(tenant_id=tenant_id, client_id=client) | ({client} if client else frozenset()),
        administrators=surroundings.administrators(tenant_id=tenant_id, role=GLOBAL_ADMINISTRATOR, since=since),
        own_roles=_own_roles(connection),
        blind=_blind(known, held=open_scopes(held)),
        service_plans=licensing.plans_of(tenant_id=tenant_id, licences=_licences(known)),
        clashes=licensing.clashes(tenant_id=tenant_id, licences=_licences_given(changes)),
        refused=licensing.refused(tenant_id=tenant_id, subjects=_subjects(changes), since=clock.now() - REMEMBERED),
        timed=_timed(tenant_id, changes),
        ending=_ending(tenant_id, changes),
    )


def read_since(tenant_id: int) -> datetime:
    """Of what plans did before this, the present of the tenant knows."""
    began = did.read_from(tenant_id)
    return (began or clock.now()) - WHILE_READING


def _accounts(tenant_id: int, changes: Sequence[Change]) -> list[dict[str, Any]]:
    guids = {one.subject.guid for one in changes if one.subject.type is SubjectType.ACCOUNT and one.subject.guid}
    guids |= {other for one in changes if is_object_id(other := other_of(one))}
    return read.accounts(tenant_id=tenant_id, guids=sorted(guids)) if guids else []


def _subjects(changes: Sequence[Change]) -> frozenset[str]:
    return frozenset(one.subject.key for one in changes)


def _licences(known: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(row["key"] for row in known if row["family"] == Family.LICENCE)


def _licences_given(changes: Sequence[Change]) -> frozenset[str]:
    return frozenset(one.permission for one in changes if one.verb.family is Family.LICENCE and one.verb.gives)


def _groups(known: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(row["key"] for row in known if Kind(row["kind"]).is_group)


def _above(
    tenant_id: int, changes: Sequence[Change], accounts: Sequence[Mapping[str, Any]], done: Sequence[Done]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Edges above everybody and everything that the changes name, and the permissions that they lead to."""
    keys = {key for one in changes for key in (one.permission, one.options.instead_of) if key}
    keys |= {one.subject.key for one in changes if one.subject.type is SubjectType.GROUP}
    keys |= {one.change.permission for one in done if one.change.permission}
    properties = frozenset(name for one in changes for name in touched(one))
    keys.update(surroundings.ruled_by(tenant_id=tenant_id, properties=properties))
    named = read.permissions(tenant_id=tenant_id, keys=sorted(keys))
    groups = [row["id"] for row in named if Kind(row["kind"]).is_group]
    edges = read.edges(tenant_id=tenant_id, holders=[*(row["id"] for row in accounts), *groups])
    known = {row["id"] for row in named}
    more = {edge["permission_id"] for edge in edges} - known
    return edges, [*named, *(read.permissions(tenant_id=tenant_id, keys=[], ids=sorted(more)) if more else ())]


def _account(row: Mapping[str, Any]) -> AccountKnown:
    facts = row["facts"]
    properties: dict[str, Fact] = {
        "displayName": row["name"],
        "userPrincipalName": row["user_name"],
        "mail": row["mail"],
        "department": row["department"],
        "jobTitle": row["job_title"],
        "accountEnabled": row["enabled"],
        "usageLocation": str(facts.get("usage_location") or ""),
    }
    return AccountKnown(
        guid=row["guid"],
        name=row["name"],
        user_name=row["user_name"],
        type=AccountType(row["type"]),
        enabled=row["enabled"],
        deleted=row["gone"],
        synced=bool(facts.get("on_premises")),
        usage_location=str(facts.get("usage_location") or ""),
        properties=properties,
    )


def _permission(
    row: Mapping[str, Any],
    *,
    protected: bool,
    idle: Mapping[str, tuple[str, ...]],
    mailbox_plans: Mapping[str, frozenset[str]],
) -> PermissionKnown:
    facts = row["facts"]
    is_dynamic = bool(facts.get("dynamic"))
    return PermissionKnown(
        key=row["key"],
        kind=Kind(row["kind"]) if row["kind"] in {one.value for one in Kind} else Kind.LICENCE,
        name=row["name"],
        app=row["app"],
        rule=str(facts.get("rule") or "") if is_dynamic else None,
        synced=bool(facts.get("on_premises")),
        role_assignable=bool(facts.get("role_assignable")),
        privileged=bool(facts.get("privileged") or facts.get("role_assignable")),
        members=row["members"],
        owners=row["owners"],
        licensed=row["licensed"],
        seats=usable_seats(facts),
        used=taken_seats(facts),
        idle=idle.get(row["key"], ()),
        mailbox_plans=mailbox_plans.get(row["key"], frozenset()),
        protected=protected,
    )


def _counted(known: PermissionKnown, moved: Mapping[tuple[str, Relation], int]) -> PermissionKnown:
    """How many hold it now."""
    members, owners, seats = (moved.get((known.key, one), 0) for one in COUNTED)
    if not (members or owners or seats):
        return known
    return replace(
        known,
        members=None if known.members is None else max(0, known.members + members),
        owners=None if known.owners is None else max(0, known.owners + owners),
        used=max(0, known.used + seats),
    )


def _edge(row: Mapping[str, Any]) -> Edge:
    is_account = row["account"] is not None
    guid = row["account"] if is_account else row["group_guid"]
    detail = row["detail"] or {}
    return Edge(
        holder=Subject(guid or "", SubjectType.ACCOUNT if is_account else SubjectType.GROUP),
        permission=row["key"],
        relation=Relation(row["relation"]),
        scope=str(detail.get("scope") or ""),
        ends=str(detail.get("ends") or ""),
        disabled_plans=tuple(sorted(detail.get("disabled") or ())),
    )


def _mailbox_plans(tenant_id: int, known: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Ids of the service plans that carry a mailbox, by the key of their licence."""
    found: dict[str, set[str]] = {}
    if any(row["family"] == Family.LICENCE for row in known):
        for row in read.service_plans(tenant_id=tenant_id, beginning=MAILBOX_PLANS):
            if carries_mailbox(row["name"]):
                found.setdefault(key_of(Family.LICENCE, row["parent"]), set()).add(row["guid"])
    return {key: frozenset(plans) for key, plans in found.items()}


def _idle(tenant_id: int, known: Sequence[Mapping[str, Any]], *, now: datetime) -> dict[str, tuple[str, ...]]:
    """Who could give a seat back, of licences that have none left."""
    seats = {row["key"]: (usable_seats(row["facts"]), taken_seats(row["facts"])) for row in known}
    full = [key for key, (usable, taken) in seats.items() if usable is not None and taken >= usable]
    return surroundings.idle(tenant_id=tenant_id, licences=full, since=now - IDLE_FOR)


def _blind(known: Sequence[Mapping[str, Any]], *, held: frozenset[str]) -> frozenset[str]:
    """Groups whose members Microsoft leaves out without a word: there a change cannot be proved.

    source  https://learn.microsoft.com/graph/api/group-list-members (2026): hidden membership takes Member.Read.Hidden
    """
    if HIDDEN_MEMBERS in held:
        return frozenset()
    return frozenset(row["key"] for row in known if row["facts"].get("visibility") == HIDDEN)


def _timed(tenant_id: int, changes: Sequence[Change]) -> frozenset[terms.Place]:
    giving = [one for one in changes if one.options.ends is not None]
    if not giving:
        return frozenset()
    return terms.open_of(
        tenant_id=tenant_id,
        subjects={one.subject.key for one in giving},
        permissions={one.permission for one in giving},
    )


def _ending(tenant_id: int, changes: Sequence[Change]) -> dict[terms.Place, datetime]:
    taking = [one for one in changes if one.verb in TAKING]
    if not taking:
        return {}
    return terms.ending(
        tenant_id=tenant_id,
        subjects={one.subject.key for one in taking},
        permissions={one.permission for one in taking},
    )


def _own_roles(connection: Connection | None) -> frozenset[str] | None:
    """Roles of our own service principal; None where it is not known who that is, or roles were never read."""
    if connection is None or connection.principal is None:
        return None
    if name_of(Family.ROLE) not in coverage.read(tenant_id=connection.tenant.id):
        return None
    held = own_roles.held_by(tenant_id=connection.tenant.id, principal=connection.principal)
    return frozenset(key_of(Family.ROLE, role) for role in held)


def _as_of(tenant_id: int) -> datetime:
    return tenants.synced_at(tenant_id) or clock.now()


def _is_premium(tenant_id: int) -> bool:
    return read.has_plan(tenant_id=tenant_id, plan=PREMIUM)
