"""`chamberlain audit`: is the trail whole, take it away, prove it to others."""

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from chamberlain import clock
from chamberlain.actions.export_audit import export_audit
from chamberlain.actions.make_evidence import make_evidence
from chamberlain.actions.seal_events import seal_events
from chamberlain.cli.rim import err, out, plainly, print_json, terminal_actor, world
from chamberlain.language import gettext as _
from chamberlain.model.audit import Asked, Verdict
from chamberlain.model.entry import Fault, Finding
from chamberlain.model.evidence import Doubt, Evidence
from chamberlain.policy.cells import harmless
from chamberlain.policy.moment import read_moment
from chamberlain.queries import audit as queries
from chamberlain.queries.connections import choose_tenant
from chamberlain.queries.evidence import check_evidence, evidence_key

NOT_WHOLE = 1
FAULTS = {
    Fault.CHANGED: "event {event} was changed after it was written",
    Fault.MISSING: "event {event} is missing",
    Fault.REORDERED: "event {event} does not stand at its place",
    Fault.APPENDED: "event {event} was not written by Chamberlain, or is in no chain",
    Fault.UNSTAMPED: "event {event} is not stamped",
    Fault.LINK_MISSING: "the place is missing",
    Fault.LINK_FORGED: "the place was not made by Chamberlain; it names event {event}",
    Fault.CUT: "the chain does not have the place and hash of the evidence: it was cut, or made anew",
}
DOUBTS = {
    Doubt.UNREADABLE: "This is no evidence that can be read.",
    Doubt.SIGNATURE_WRONG: "The signature does not belong to the manifest: one of them was changed.",
    Doubt.KEY_UNEXPECTED: "It was signed by another key: {about}",
    Doubt.FILE_CHANGED: "{about} was changed after it was signed.",
    Doubt.CHAIN_BROKEN: "The chain breaks at place {about}.",
    Doubt.EVENT_CHANGED: "Event {about} is not what the chain says.",
}
Json = Annotated[bool, typer.Option("--json", help=_("One JSON document on stdout."))]
From = Annotated[str | None, typer.Option("--from", help=_("Not before this date or time."))]
To = Annotated[str | None, typer.Option("--to", help=_("Not after this date or time."))]
TenantOption = Annotated[str | None, typer.Option(help=_("Only what concerns this tenant."))]


class Format(Enum):
    """How an export is written."""

    CSV = "csv"
    JSON = "json"


def verify(
    against: Annotated[
        Path | None, typer.Option(help=_("An evidence file that was made earlier: the chain has to go on from it."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every entry of the audit trail and the chain that they stand in."""
    with world(as_json=as_json):
        seal_events(patient=True)
        known = None
        if against is not None:
            evidence = check_evidence(against)
            if evidence.doubts:
                _print_evidence(evidence, as_json=as_json)
                raise typer.Exit(NOT_WHOLE)
            known = evidence.last, evidence.head
        verdict = queries.verify_chain(viewer=terminal_actor(), known=known)
        if as_json:
            print_json(_verdict(verdict))
        else:
            _print_verdict(verdict)
    if not verdict.is_whole:
        raise typer.Exit(NOT_WHOLE)


def export(
    form: Annotated[Format, typer.Option("--format", help=_("csv, or json: a document in each line."))] = Format.JSON,
    since: From = None,
    until: To = None,
    tenant: TenantOption = None,
) -> None:
    """Write the audit trail to stdout, oldest first."""
    with world():
        actor, asked = terminal_actor(), _asked(tenant, since, until)
        rows, last = queries.count_events(viewer=actor, asked=asked)
        export_audit(actor=actor, asked=asked, format=form.value, rows=rows)
        found = queries.documents(viewer=actor, asked=asked, until=last)
        if form is Format.CSV:
            _write_csv(found)
            return
        for document in found:
            print(json.dumps(document, ensure_ascii=False))


def evidence(
    path: Annotated[Path, typer.Option("--out", help=_("Where to write it; nothing may be there yet."))],
    since: From = None,
    until: To = None,
    tenant: TenantOption = None,
    as_json: Json = False,
) -> None:
    """Write a signed file that an auditor checks without Chamberlain."""
    with world(as_json=as_json):
        made = make_evidence(actor=terminal_actor(), asked=_asked(tenant, since, until), path=path)
        _print_evidence(made, as_json=as_json)


def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help=_("The evidence."))],
    expected: Annotated[
        str | None, typer.Option("--key", help=_("Fingerprint of the key that has to have signed."))
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a file of evidence, without the database."""
    with plainly(as_json=as_json):
        checked = check_evidence(path, expected=expected)
        _print_evidence(checked, as_json=as_json)
    if checked.doubts:
        raise typer.Exit(NOT_WHOLE)


def key(as_json: Json = False) -> None:
    """Show the public key that signs evidence, and its fingerprint."""
    with world(as_json=as_json):
        mark, public = evidence_key(viewer=terminal_actor())
        if as_json:
            print_json({"fingerprint": mark, "public_key": public})
        else:
            print(f"{mark}\n{public}", end="")


def _asked(tenant: str | None, since: str | None, until: str | None) -> Asked:
    now = clock.now()
    chosen = choose_tenant(viewer=terminal_actor(), slug=tenant) if tenant else None
    return Asked(
        tenant_id=chosen.id if chosen else None,
        since=read_moment(since, now=now, ends=False) if since else None,
        until=read_moment(until, now=now) if until else None,
    )


def _write_csv(found: Iterator[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(queries.COLUMNS)
    for document in found:
        writer.writerow([harmless(cell) for cell in queries.cells(document)])


def _said(finding: Finding) -> str:
    told = _(FAULTS[finding.fault]).format(event=finding.event_id)
    return f"{_('place {number}').format(number=finding.sequence)}: {told}" if finding.sequence else told


def _print_verdict(verdict: Verdict) -> None:
    state = verdict.state
    for finding in verdict.findings:
        err.print(_said(finding), highlight=False, markup=False, soft_wrap=True)
    if verdict.more:
        err.print(_("and {number} more").format(number=verdict.more), highlight=False)
    if verdict.adopted:
        told = _(
            "{number} entries have no stamp: an older version wrote them during the upgrade, and they were taken over."
        )
        err.print(told.format(number=verdict.adopted), highlight=False)
    if verdict.unstamped:
        told = _("{number} entries are not stamped: written by an older version, or by hand.")
        err.print(told.format(number=verdict.unstamped), highlight=False)
    whole = _("The audit trail is whole.") if verdict.is_whole else _("The audit trail is not whole.")
    told = _("{number} entries checked, {removed} of them taken away with their tenant; {waiting} not sealed yet.")
    numbers = told.format(number=verdict.checked, removed=verdict.removed, waiting=state.waiting)
    out.print(f"{whole} {numbers}\n{state.sequence} {state.hash}", highlight=False, markup=False, soft_wrap=True)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "whole": verdict.is_whole,
        "checked": verdict.checked,
        "removed": verdict.removed,
        "waiting": verdict.state.waiting,
        "place": verdict.state.sequence,
        "hash": verdict.state.hash,
        "findings": [{**asdict(one), "fault": one.fault.value, "said": _said(one)} for one in verdict.findings],
        "more": verdict.more,
        "unstamped": verdict.unstamped,
        "adopted": verdict.adopted,
    }


def _print_evidence(made: Evidence, *, as_json: bool) -> None:
    doubts = [_(DOUBTS[doubt]).format(about=about) for doubt, about in made.doubts]
    if as_json:
        when = made.made_at.isoformat() if isinstance(made.made_at, datetime) else None
        print_json({**asdict(made), "made_at": when, "doubts": doubts})
        return
    for doubt in doubts:
        err.print(doubt, highlight=False, markup=False, soft_wrap=True)
    if made.fingerprint:
        told = _("{events} entries, places {first} to {last}, ends with {head}\nsigned by {key}")
        words = told.format(events=made.events, first=made.first, last=made.last, head=made.head, key=made.fingerprint)
        out.print(words, highlight=False, markup=False, soft_wrap=True)


app = typer.Typer(help=_("The audit trail: check it, take it away, prove it."), no_args_is_help=True)
for command in (verify, export, evidence, check, key):
    app.command(command.__name__)(command)
