"""Asks a public list of known vulnerabilities about every pinned package, and fails where one is in it.

`make audit`, and so `make test`. Where the list cannot be reached it says so loudly and passes: a gate on a machine
without the internet is not worth less than none. CHAMBERLAIN_AUDIT_REQUIRED=1 makes that a failure, too.

What was looked at and is accepted stands in `accepted.toml`, with a reason and a last day.
source: google.github.io/osv.dev/post-v1-querybatch (2025): purls in, ids out, at most 1 000 in a request; a page of
answers may name a next one
"""

import json
import os
import sys
import tomllib
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from locked import Package, packages

LIST = "https://api.osv.dev/v1/querybatch"
AT_ONCE = 500
PATIENCE_SECONDS = 20
MOST_PAGES = 50
ACCEPTED = Path(__file__).with_name("accepted.toml")

Ask = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


@dataclass(frozen=True)
class Accepted:
    """A vulnerability that somebody has looked at."""

    id: str
    package: str
    reason: str
    until: date


def ask_the_list(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Its answers, one for each query, in order."""
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(LIST, data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - https, see above
        found: list[dict[str, Any]] = json.load(answer)["results"]
    return found


def known(pinned: Sequence[Package], *, ask: Ask) -> dict[str, set[str]]:
    """Ids of known vulnerabilities by package URL."""
    found: dict[str, set[str]] = {}
    for start in range(0, len(pinned), AT_ONCE):
        waiting: list[dict[str, Any]] = [{"package": {"purl": one.purl}} for one in pinned[start : start + AT_ONCE]]
        for _page in range(MOST_PAGES):
            answers = ask(waiting)
            if len(answers) != len(waiting):
                raise ValueError(f"{len(answers)} answers to {len(waiting)} questions")
            following = []
            for query, answer in zip(waiting, answers, strict=True):
                ids = {one["id"] for one in answer.get("vulns") or ()}
                found.setdefault(query["package"]["purl"], set()).update(ids)
                if token := answer.get("next_page_token"):
                    following.append({**query, "page_token": token})
            waiting = following
            if not waiting:
                break
        else:
            raise ValueError("the list does not end")
    return {purl: ids for purl, ids in found.items() if ids}


def accepted(file: Path = ACCEPTED) -> list[Accepted]:
    """What was accepted; each needs a reason and a last day."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("accepted", [])
    for entry in entries:
        if not str(entry.get("reason", "")).strip() or not isinstance(entry.get("until"), date):
            raise ValueError(f"{file.name}: {entry.get('id')} needs a reason and a day (until = 2027-01-31)")
    return [Accepted(entry["id"], entry["package"], entry["reason"], entry["until"]) for entry in entries]


def judged(found: dict[str, set[str]], *, excuses: Sequence[Accepted], today: date) -> list[str]:
    """What has to be repaired, a line each: what nobody accepted, and what was accepted until a day that is over."""
    lines = []
    for purl, ids in sorted(found.items()):
        name = purl.partition("/")[2].rpartition("@")[0]
        for id in sorted(ids):  # noqa: A001 - the list's own word
            excuse = next((one for one in excuses if one.id == id and one.package == name), None)
            if excuse is None:
                lines.append(f"{purl}: {id} (https://osv.dev/vulnerability/{id})")
            elif excuse.until < today:
                lines.append(f"{purl}: {id} was accepted until {excuse.until}: {excuse.reason}")
    return lines


def main(*, ask: Ask = ask_the_list, today: date | None = None) -> int:
    """Says what was found; the exit code."""
    pinned = packages()
    try:
        found = known(pinned, ask=ask)
    except (OSError, ValueError, KeyError) as error:  # URLError is an OSError
        sys.stderr.write(f"NOT AUDITED: {LIST} gave no answer ({error}). Nothing is known of these packages.\n")
        return 1 if os.environ.get("CHAMBERLAIN_AUDIT_REQUIRED") == "1" else 0
    lines = judged(found, excuses=accepted(), today=today or datetime.now(UTC).date())
    for line in lines:
        sys.stderr.write(f"{line}\n")
    sys.stderr.write(f"{len(pinned)} packages asked about, {len(lines)} known vulnerabilities to repair.\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
