"""A plan to be taken away: as CSV, whose lines make the same plan again where they are pasted, and as JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from chamberlain.actions.export_list import export_list
from chamberlain.model.actor import Actor
from chamberlain.model.mailbox import what_of
from chamberlain.model.plan import Change
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName
from chamberlain.policy.planning.words import say_effect, say_obstacle
from chamberlain.queries.plan_document import document
from chamberlain.queries.plans import PlanPage
from chamberlain.web import csv
from chamberlain.web.columns import Column
from chamberlain.web.plan_called import called
from chamberlain.web.plan_told import told_options

MORE = "+"  # behind a change that takes more than a list can say
# Headings are words of the file format, and the same in every language: what is saved here is read again.
COLUMNS = tuple(
    Column(name, name)
    for name in (
        *("person", "change", "permission", "person_name", "permission_name", "step", "state"),
        *("options", "besides", "restorable", "in_the_way", "would_help"),
    )
)


def as_csv(page: PlanPage, *, actor: Actor, tenant: Tenant) -> StreamingHttpResponse:
    """A line for each step, then one for each change that cannot be done."""
    plan = page.ran.plan
    changes = [*(step.change for step in plan.steps), *(one.change for one in plan.barred)]
    rows = csv.Ready(_rows(page, called(changes, viewer=actor, tenant=tenant)))
    query = f"plan={page.ran.plan.id}"
    return csv.answer(rows, actor=actor, tenant=tenant, list_name=ListName.PLAN, columns=COLUMNS, query=query)


def as_json(page: PlanPage, *, actor: Actor, tenant: Tenant) -> HttpResponse:
    """The whole plan, as `chamberlain plan --json` prints it."""
    plan = page.ran.plan
    export_list(actor=actor, tenant=tenant, list_name=ListName.PLAN, query=f"plan={plan.id}", rows=len(plan.steps))
    content = msgspec.json.format(msgspec.json.encode(document(page)), indent=2)
    response = HttpResponse(content, content_type="application/json")
    name = f"{tenant.slug}-plan-{plan.id}.json"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _rows(page: PlanPage, names: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for step in page.ran.plan.steps:
        yield {
            **_change(step.change, step.subject_name, step.permission_name, names),
            "step": step.number,
            "state": step.state.value,
            "besides": "; ".join(say_effect(effect) for effect in step.effects),
            "restorable": step.restorable.value,
        }
    for barred in page.ran.plan.barred:
        said = [(*say_obstacle(one), one.command) for one in barred.obstacles]
        yield {
            **_change(barred.change, barred.subject_name, barred.permission_name, names),
            "state": "barred",
            "in_the_way": " ".join(what for what, _repair, _command in said),
            "would_help": " ".join(f"{repair} {command}".strip() for _what, repair, command in said),
        }


def _change(change: Change, who: str, what: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A change; one that a list cannot ask for whole is marked, so that nobody gets more by it than the plan gave."""
    options = told_options(change, called=names)
    return {
        "person": change.subject.guid,
        "change": f"{change.verb.value} {MORE}" if options else change.verb.value,
        "options": "; ".join(options),
        "permission": change.permission or what_of(change.verb, change.options.properties),
        "person_name": who,
        "permission_name": what,
    }
