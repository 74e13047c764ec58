"""Rights that were given for a time: noted with the proof that they came, settled with the proof that they went."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from chamberlain.model.actor import SYSTEM
from chamberlain.model.plan import Change, Step, StepState, Subject, SubjectType
from chamberlain.model.task import TaskState
from chamberlain.model.term import Outcome, Term
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import is_met
from chamberlain.policy.planning.terms import TAKING, place_of, taken_by
from chamberlain.store.connection import rows
from chamberlain.store.models import StepRow, TaskRow, TermRow
from chamberlain.store.plan_values import document, facts_of, failure_of

DONE = frozenset({StepState.PROVED.value, StepState.NOT_PROVABLE.value})
CONCERNED = frozenset(verb.value for verb in Verb if taken_by(Change(verb, Subject(""))) is not None)
CLAIM = """
    UPDATE term SET claimed_until = %(again)s
    WHERE outcome = 'open' AND look_at <= %(now)s AND (claimed_until IS NULL OR claimed_until <= %(now)s)
    RETURNING tenant_id
"""
# Ends of rights that accounts hold, by their own ids; `verb` tells members from owners.
OF_ACCOUNTS = """
    SELECT a.id AS account, t.permission, t.verb, t.scope, t.ends
    FROM account a JOIN term t ON t.tenant_id = a.tenant_id AND t.subject = 'account:' || a.guid::text
    WHERE a.tenant_id = %(tenant)s AND a.id = ANY (%(accounts)s) AND t.outcome = 'open'
"""
Place = tuple[str, str, str, str]  # as policy/planning/terms.place_of says


def follow(ended: Sequence[StepRow], *, now: datetime) -> None:
    """Notes and settles terms as steps ended. In the transaction in which the steps do."""
    concerned = [row for row in ended if row.state in DONE and row.verb in CONCERNED]
    told = [(row, msgspec.convert(row.content, Step)) for row in concerned]
    known = _open(told)
    for row, step in told:
        _follow(row, step, known, now=now)


def _open(told: Iterable[tuple[StepRow, Step]]) -> dict[Place, TermRow]:
    """Open terms that these steps touch."""
    places = {place_of(step.change): row for row, step in told}
    if not places:
        return {}
    tenant_id = next(iter(places.values())).tenant_id
    keys = {place[1] for place in places}
    found = TermRow.objects.select_for_update().filter(
        tenant_id=tenant_id, outcome=Outcome.OPEN.value, permission__in=keys
    )
    held = {(row.subject, row.permission, row.verb, row.scope): row for row in found}
    return {place: row for place, row in held.items() if place in places}


def _follow(row: StepRow, step: Step, known: dict[Place, TermRow], *, now: datetime) -> None:
    place, change = place_of(step.change), step.change
    term = known.get(place)
    ends = change.options.ends if change.options.ends_by_us else None
    if change.verb in TAKING:
        _settle(term, Outcome.TAKEN, by=row.plan_id, now=now)
        known.pop(place, None)
    elif ends is None:
        _settle(term, Outcome.KEPT, by=row.plan_id, now=now)
        known.pop(place, None)
    elif term is not None:
        term.ends, term.look_at, term.plan, term.late, term.task = ends, ends, None, None, None
        term.given_by = row.plan_id
        term.save()
    elif not _was_so(row, step):  # what somebody had before us, for good, is not ours to take
        subject, permission, verb, scope = place
        known[place] = TermRow.objects.create(
            tenant_id=row.tenant_id,
            subject=subject,
            subject_name=step.subject_name,
            permission=permission,
            permission_name=step.permission_name,
            verb=verb,
            scope=scope,
            ends=ends,
            given_by=row.plan_id,
            given_at=now,
            look_at=ends,
        )


def _was_so(row: StepRow, step: Step) -> bool:
    before = facts_of(row.before) or {}
    return is_met(step.expected, seen=before, before=before)


def _settle(term: TermRow | None, outcome: Outcome, *, by: int | None, now: datetime) -> None:
    if term is not None:
        term.outcome, term.settled_by, term.settled_at = outcome.value, by, now
        term.save()
        asked = TaskRow.objects.filter(state=TaskState.OPEN.value, id__in=[] if term.task is None else [term.task])
        asked.update(state=TaskState.DROPPED.value, settled_at=now, settled_by_name=SYSTEM.name)


def claim(*, now: datetime, again: datetime) -> tuple[int, ...]:
    """Tenants in which terms are to be looked at; nobody else is told of them before `again`. Inside a transaction."""
    return tuple(sorted({row["tenant_id"] for row in rows(CLAIM, {"now": now, "again": again})}))


def due(*, tenant_id: int, now: datetime, most: int) -> tuple[Term, ...]:
    """Terms of a tenant that are to be looked at, those that are over longest first."""
    found = TermRow.objects.filter(tenant_id=tenant_id, outcome=Outcome.OPEN.value, look_at__lte=now)
    return tuple(_value(row) for row in found.order_by("ends", "id")[:most])


def hand_over(terms: Iterable[Term], *, plan_id: int | None) -> None:
    """Says which plan takes them away; None: that one will not."""
    TermRow.objects.filter(id__in=[one.id for one in terms]).update(plan=plan_id)


def look_later(
    terms: Iterable[Term],
    *,
    at: datetime,
    late: tuple[str, Mapping[str, str]] | None = None,
) -> None:
    """When to look again, and why they were not taken away yet."""
    found = TermRow.objects.filter(id__in=[one.id for one in terms], outcome=Outcome.OPEN.value)
    found.update(look_at=at, claimed_until=None, late=None if late is None else document(late))


def note_task(term: Term, *, task_id: int) -> None:
    """A person was asked."""
    TermRow.objects.filter(id=term.id).update(task=task_id)


def settle(terms: Iterable[Term], *, outcome: Outcome, now: datetime) -> None:
    """Ends them without a step of a plan."""
    found = TermRow.objects.filter(id__in=[one.id for one in terms], outcome=Outcome.OPEN.value)
    found.update(outcome=outcome.value, settled_at=now)


def ends_of(*, tenant_id: int, accounts: Sequence[int]) -> dict[tuple[int, str, str, str], datetime]:
    """When rights of accounts end by us: by account, permission, the verb that takes it, and scope."""
    found = rows(OF_ACCOUNTS, {"tenant": tenant_id, "accounts": list(accounts)})
    return {(row["account"], row["permission"], row["verb"], row["scope"]): row["ends"] for row in found}


def open_of(*, tenant_id: int, subjects: Iterable[str], permissions: Iterable[str]) -> frozenset[Place]:
    """Rights of these that end by us."""
    found = TermRow.objects.filter(
        tenant_id=tenant_id, outcome=Outcome.OPEN.value, permission__in=[*permissions], subject__in=[*subjects]
    )
    return frozenset(found.values_list("subject", "permission", "verb", "scope"))


def ending(*, tenant_id: int, subjects: Iterable[str], permissions: Iterable[str]) -> dict[Place, datetime]:
    """When rights of these end by us."""
    found = TermRow.objects.filter(
        tenant_id=tenant_id, outcome=Outcome.OPEN.value, permission__in=[*permissions], subject__in=[*subjects]
    )
    return {(row.subject, row.permission, row.verb, row.scope): row.ends for row in found}


def settled_by(*, tenant_id: int, plan_id: int) -> dict[Place, datetime]:
    """When rights would have ended that a plan took away, or gave for good."""
    found = TermRow.objects.filter(tenant_id=tenant_id, settled_by=plan_id)
    return {(row.subject, row.permission, row.verb, row.scope): row.ends for row in found}


def _value(row: TermRow) -> Term:
    kind, _, guid = row.subject.partition(":")
    return Term(
        id=row.id,
        tenant_id=row.tenant_id,
        subject=Subject(guid, SubjectType(kind)),
        subject_name=row.subject_name,
        permission=row.permission,
        permission_name=row.permission_name,
        verb=Verb(row.verb),
        scope=row.scope,
        ends=row.ends,
        given_by=row.given_by,
        plan_id=row.plan,
        late=failure_of(row.late),
        task_id=row.task,
    )
