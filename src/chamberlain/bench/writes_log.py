"""What a simulator's log of writes tells: what was asked for twice, and what the directory refused."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chamberlain.bench.simulated import Simulated

FIRST_FAILURE = 400
# What the directory does by itself about licences of groups, at each write that gives it cause; what was written stands
# beside it, or in the path.
ITS_OWN = "settle_licence"
REPROCESS = "/reprocessLicenseAssignment"
Entry = dict[str, Any]


def entries(tenant: Simulated, *, after: int = 0) -> list[Entry]:
    """Every write that reached the directory since one of that number, oldest first."""
    found: list[Entry] = json.loads(tenant.get(f"/_simulator/writes?after={after}"))["writes"]
    return found


def newest(tenant: Simulated) -> int:
    """The number of the latest write."""
    number: int = json.loads(tenant.get("/_simulator/writes?after=999999999"))["newest"]
    return number


def repeated(log: Iterable[Entry]) -> list[str]:
    """What reached the directory again after the directory had done it, also where it noticed and refused."""
    done: set[str] = set()
    found: list[str] = []
    for entry in log:
        asked = list(_deeds(entry))
        found += [deed for deed in asked if deed in done]
        if entry["status"] < FIRST_FAILURE:
            done.update(asked)
    return found


def doubled(log: Iterable[Entry]) -> list[str]:
    """What changed the tenant in the same way twice. To go through licences again changes what seats allow, and no
    more: that it was asked for twice is told by `repeated`.
    """
    seen: set[str] = set()
    found: list[str] = []
    for entry in log:
        for mutation in entry["mutations"]:
            if mutation["kind"] == ITS_OWN or entry["path"].endswith(REPROCESS):
                continue
            text = json.dumps({key: value for key, value in mutation.items() if key != "at"}, sort_keys=True)
            if text in seen:
                found.append(text)
            seen.add(text)
    return found


def refusals(log: Sequence[Entry]) -> list[str]:
    """Writes that the directory itself refused, as texts in which one finds whom they were about."""
    return [json.dumps(entry) for entry in log if entry["status"] >= FIRST_FAILURE]


def has_happened(log: Sequence[Entry], kind: str, user: str) -> bool:
    """Whether the directory did this to a person."""
    return any(one["kind"] == kind and one.get("user") == user for entry in log for one in entry["mutations"])


def was_reprocessed(log: Sequence[Entry], user: str) -> bool:
    """Whether the directory took the order to go through somebody's licences again; that changes nothing for most."""
    return any(entry["path"].endswith(f"/{user}{REPROCESS}") for entry in log if entry["status"] < FIRST_FAILURE)


def _deeds(entry: Entry) -> Iterator[str]:
    """The single things that a write asks for; additions to a group are the same alone and together."""
    path, body = entry["path"].removesuffix("/$ref"), entry["body"]
    if not isinstance(body, dict):
        yield f"{entry['method']} {path}"
    elif "members@odata.bind" in body:
        yield from (f"POST {path}/members {_id(one)}" for one in body["members@odata.bind"])
    elif "@odata.id" in body:
        yield f"{entry['method']} {path} {_id(body['@odata.id'])}"
    elif path.endswith("/assignLicense"):
        yield from (f"{path} give {json.dumps(one, sort_keys=True)}" for one in body["addLicenses"])
        yield from (f"{path} take {one}" for one in body["removeLicenses"])
    elif entry["method"] == "PATCH":
        yield from (f"{path} {name} {json.dumps(value)}" for name, value in body.items())
    elif path == "/v1.0/users":
        yield f"create {body.get('userPrincipalName')}"
    else:
        yield f"{entry['method']} {path} {json.dumps(body, sort_keys=True)}"


def _id(reference: str) -> str:
    return str(reference).rpartition("/")[2].lower()
