"""Whatever a tenant goes through, the store answers for every earlier time what was true then."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chamberlain import bootstrap
from chamberlain.model.kind import Family, Relation
from chamberlain.model.observed import (
    NIL,
    AccountGone,
    AccountSeen,
    Coverage,
    Gone,
    GrantGone,
    GrantSeen,
    PermissionGone,
    PermissionSeen,
    Seen,
    Whole,
    key_of,
)
from chamberlain.store import tenants
from chamberlain.store.connection import rows
from chamberlain.store.merging import edges as merging_edges
from chamberlain.store.staging import Staging

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE = tuple(f"60dea100-0000-4000-8000-{number:012x}" for number in range(3))
GROUPS = tuple(f"60deb200-0000-4000-8000-{number:012x}" for number in range(3))
NAMES = ("Anna", "Anna Maria")
EVERYTHING = Whole(
    accounts=True, permissions=(Family.GROUP,), grants=(Coverage(Family.GROUP, (Relation.MEMBER, Relation.OWNER)),)
)

Edge = tuple[str, str]


@dataclass(frozen=True)
class State:
    """A tenant at a time: names by GUID, and who is in what."""

    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    edges: frozenset[Edge] = frozenset()

    def everybody_in(self, group: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """People in it or in a group inside it."""
        inside = {holder for holder, of in self.edges if of == group}
        deeper = (self.everybody_in(each, seen | {group}) for each in inside & set(self.groups) - seen)
        return (inside & set(self.people)).union(*deeper)


def account(guid: str, name: str) -> AccountSeen:
    return AccountSeen(guid, "member", name, "", "", True, "", "", None, "{}", None)


def group(guid: str, name: str) -> PermissionSeen:
    return PermissionSeen(Family.GROUP, "security_group", guid, NIL, key_of(Family.GROUP, guid), name, "", "", "", "{}")


def member(holder: str, of: str) -> GrantSeen:
    return GrantSeen(Family.GROUP, holder, "other", "", of, NIL, Relation.MEMBER, None, 0)


people = st.sampled_from(PEOPLE)
groups = st.sampled_from(GROUPS)
names = st.sampled_from(NAMES)
edges = st.tuples(people | groups, groups)
states = st.builds(
    State,
    st.dictionaries(people, names, min_size=2),
    st.dictionaries(groups, names, min_size=2),
    st.frozensets(edges, min_size=4, max_size=12),
).map(lambda state: State(state.people, state.groups, possible(state)))
changes = st.lists(
    st.builds(account, people, names)
    | st.builds(AccountGone, people)
    | st.builds(group, groups, names)
    | st.builds(lambda guid: PermissionGone(Family.GROUP, guid, NIL), groups)
    | edges.map(lambda edge: member(*edge))
    | edges.map(lambda edge: GrantGone(Family.GROUP, *edge, NIL, Relation.MEMBER)),
    min_size=1,
    max_size=6,
)
full, delta = st.tuples(states, changes), st.tuples(st.none(), changes)
runs = st.tuples(full, delta, delta | full, delta, full).map(list)


def possible(state: State) -> frozenset[Edge]:
    """Edges of what is there."""
    there = set(state.people) | set(state.groups)
    return frozenset((holder, of) for holder, of in state.edges if holder in there and of in state.groups)


def after(before: State, listed: State | None, changes: list[Seen | Gone]) -> State:
    """What a run makes of it: a listing replaces what was, then one change after the other happens."""
    state = listed or before
    people, groups, edges = dict(state.people), dict(state.groups), set(state.edges)
    for change in changes:
        match change:
            case AccountSeen():
                people[change.guid] = change.name
            case AccountGone():
                people.pop(change.guid, None)
            case PermissionSeen():
                groups[change.guid] = change.name
            case PermissionGone():
                groups.pop(change.guid, None)
            case GrantSeen():
                edges.add((change.holder, change.guid))
            case GrantGone():
                edges.discard((change.holder, change.guid))
    return State(people, groups, frozenset(edges))


def sensible(before: State, listed: State | None, changes: list[Seen | Gone]) -> list[Seen | Gone]:
    """Changes as Microsoft tells them: no edge to what is not there, nothing is back at once."""
    end = after(before, listed, changes)
    away = {change.guid for change in changes if isinstance(change, AccountGone | PermissionGone)}
    there = (set(end.people) | set(end.groups)) - away
    return [
        change
        for change in changes
        if (not isinstance(change, GrantSeen) or {change.holder, change.guid} <= there)
        and not (isinstance(change, AccountSeen | PermissionSeen) and change.guid in away)
    ]


def run(tenant: int, number: int, listed: State | None, changes: list[Seen | Gone]) -> datetime:
    with Staging(tenant_id=tenant, run_id=number) as staging:
        if listed is not None:
            staging.add([account(*each) for each in listed.people.items()], unit="people")
            staging.add([group(*each) for each in listed.groups.items()], unit="groups")
            staging.add([member(*each) for each in listed.edges], unit="members")
        for change in changes:
            staging.amend([change], unit="changes")
        for unit in ("people", "groups", "members", "changes"):
            staging.complete(unit)
        return staging.merge(EVERYTHING if listed else Whole(), seen_at=MONDAY).at


VERSIONS = """
    SELECT guid::text, name FROM {table}
    WHERE tenant_id = %(tenant)s AND since <= %(at)s AND (gone_at IS NULL OR gone_at > %(at)s)
    UNION ALL
    SELECT o.guid::text, v.name FROM {table}_past v JOIN {table} o ON o.tenant_id = v.tenant_id AND o.id = v.{table}_id
    WHERE v.tenant_id = %(tenant)s AND v.since <= %(at)s AND v.until > %(at)s
"""
EDGES = """
    SELECT coalesce(a.guid, h.guid)::text AS holder, p.guid::text AS of
    FROM grants g
    JOIN permission p ON p.tenant_id = g.tenant_id AND p.id = g.permission_id
    LEFT JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.holder_id
    LEFT JOIN permission h ON h.tenant_id = g.tenant_id AND h.id = g.holder_id
    WHERE g.tenant_id = %(tenant)s AND g.opened_at <= %(at)s AND (g.closed_at IS NULL OR g.closed_at > %(at)s)
"""


def stored(tenant: int, at: datetime) -> State:
    """What the store says was so."""
    values = {"tenant": tenant, "at": at}
    people, groups = (
        [(row["guid"], row["name"]) for row in rows(VERSIONS.format(table=table), values)]
        for table in ("account", "permission")
    )
    edges = [(row["holder"], row["of"]) for row in rows(EDGES, values)]
    for found in (people, groups, edges):
        assert len(found) == len({key for key, _ in found} if found is not edges else set(found)), "one version a time"
    return State(dict(people), dict(groups), frozenset(edges))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs)
def test_every_earlier_time_is_answered_as_it_was(
    world: bootstrap.World, runs: list[tuple[State | None, list[Seen | Gone]]]
) -> None:
    live_through(runs)


@pytest.mark.parametrize("statement", ["CLOSE_CHANGED", "CLOSE_HELD_BY_ENDED", "CLOSE_ON_ENDED"])
def test_a_statement_that_is_left_out_is_noticed(
    world: bootstrap.World, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(merging_edges, statement, "SELECT 1")
    first, second, third = GROUPS
    anna, ben, _ = PEOPLE
    begin = State(
        {anna: "Anna", ben: "Ben"},
        dict.fromkeys(GROUPS, "Group"),
        frozenset({(anna, first), (ben, second), (ben, third)}),
    )
    ends: list[Seen | Gone] = [
        GrantGone(Family.GROUP, ben, second, NIL, Relation.MEMBER),
        AccountGone(anna),
        PermissionGone(Family.GROUP, third, NIL),
    ]
    with pytest.raises(AssertionError):
        live_through([(begin, []), (None, ends)])


def live_through(runs: list[tuple[State | None, list[Seen | Gone]]]) -> None:
    """Merges one run after the other, and compares all that is known by then after each."""
    tenant = tenants.save(guid=uuid4(), name="Past", domain="past.example", now=MONDAY).id
    state, known = State(), {}
    for number, (listed, told) in enumerate(runs):
        changes = sensible(state, listed, told)
        state = after(state, listed, changes)
        state = State(state.people, state.groups, possible(state))
        known[run(tenant, number, listed, changes)] = state

        assert {at: stored(tenant, at) for at in known} == known
        counted = rows(
            "SELECT guid::text, people FROM permission WHERE tenant_id = %(tenant)s AND gone_at IS NULL",
            {"tenant": tenant},
        )
        assert {row["guid"]: row["people"] for row in counted} == {
            guid: len(state.everybody_in(guid)) for guid in state.groups
        }
    assert len(known) == len(runs), "times only grow"
