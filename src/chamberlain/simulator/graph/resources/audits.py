"""/auditLogs/directoryAudits: what was done, told late and out of order.

source  https://learn.microsoft.com/graph/api/directoryaudit-list (read 2026); items as recorded from the service
"""

import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec

from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.listing import Whole, page
from chamberlain.simulator.graph.query import MAX_PAGE
from chamberlain.simulator.graph.refusal import unsupported_query
from chamberlain.simulator.world.activity import AuditEntry, RoleTarget
from chamberlain.simulator.world.group import GroupKind
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

READERS = ("AuditLog.Read.All", "Directory.Read.All")
_TYPES = {
    Kind.USER: "User",
    Kind.GROUP: "Group",
    Kind.SERVICE_PRINCIPAL: "ServicePrincipal",
    Kind.DEVICE: "Device",
}
_FILTERABLE = frozenset({"activityDateTime", "activityDisplayName", "category", "loggedByService", "correlationId"})


class _Moment:
    """A time that is compared with the text of a filter; as texts, a second and its fractions come out of order."""

    def __init__(self, seconds: float) -> None:
        self._moment = datetime.fromtimestamp(seconds, UTC)  # to the microsecond, as it is written

    def _other(self, text: object) -> datetime:
        try:
            moment = datetime.fromisoformat(str(text).upper())
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except ValueError:
            raise unsupported_query(f"'{text}' is no time.") from None

    def __ge__(self, text: object) -> bool:
        return self._moment >= self._other(text)

    def __le__(self, text: object) -> bool:
        return self._moment <= self._other(text)

    def __gt__(self, text: object) -> bool:
        return self._moment > self._other(text)

    def __lt__(self, text: object) -> bool:
        return self._moment < self._other(text)


def _visible_at(entry: AuditEntry, lag_ms: int) -> float:
    """The second from which on the log tells of an entry: one to three times the lag late, each by itself."""
    draw = blake2b(f"{entry.position}/{entry.number}".encode(), digest_size=2).digest()
    return entry.happened + lag_ms / 1000 * (1 + 2 * int.from_bytes(draw, "big") / 0xFFFF)


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _correlation(entry: AuditEntry, view: View) -> str:
    seed = f"{view.tenant.id}/{entry.position}".encode()
    return str(uuid.UUID(bytes=blake2b(seed, digest_size=16).digest(), version=4))


def _target(view: View, target: Ref | RoleTarget, changed: list[dict[str, Any]]) -> dict[str, Any]:
    if isinstance(target, RoleTarget):
        name = next((role.display_name for role in view.base.role_definitions() if role.id == target.role_id), None)
        found = {"id": target.role_id, "displayName": name, "type": "Role"}
    else:
        found = {
            "id": view.base.guid(target),
            "displayName": None if target.kind is Kind.DEVICE else view.attribute(target, "display_name"),
            "type": _TYPES[target.kind],
        }
    user = target.serial if isinstance(target, Ref) and target.kind is Kind.USER else None
    group = target.serial if isinstance(target, Ref) and target.kind is Kind.GROUP else None
    return found | {
        "userPrincipalName": None if user is None else view.person(user).user_principal_name,
        "groupType": None if group is None else _group_type(view, group),
        "modifiedProperties": changed,
    }


def _group_type(view: View, group: int) -> str:
    unified = view.base.group(group).kind is GroupKind.MICROSOFT_365
    return "unifiedGroups" if unified else "azureAD"


def _initiator(view: View, entry: AuditEntry) -> dict[str, str | None]:
    """The application that asked Graph for the change; an administrator by hand for whatever came another way."""
    known = None if entry.by is None else view.base.application(entry.by)
    return {
        "appId": entry.by,
        "displayName": "Simulated administrator" if known is None else known.display_name,
        "servicePrincipalId": None if known is None else known.id,
        "servicePrincipalName": None,
    }


def _item(view: View, entry: AuditEntry) -> dict[str, Any]:
    then = view.at(entry.position)
    activity = entry.activity
    # values are JSON texts inside JSON
    changed = [
        {"displayName": name, "oldValue": None, "newValue": msgspec.json.encode([value]).decode()}
        for name, value in activity.changed
    ]
    first, *others = activity.targets
    return {
        "id": f"Directory_{_correlation(entry, view)}_{entry.position:09d}_{entry.number}",
        "category": activity.category,
        "correlationId": _correlation(entry, view),
        "result": "success",
        "resultReason": "",
        "activityDisplayName": activity.name,
        "activityDateTime": _written(entry.happened),
        "loggedByService": "PIM" if "eligible" in activity.name else "Core Directory",
        "operationType": activity.operation,
        "initiatedBy": {"user": None, "app": _initiator(view, entry)},
        "targetResources": [_target(then, first, changed), *(_target(then, target, []) for target in others)],
        "additionalDetails": [],
    }


def _tested(view: View, entry: AuditEntry) -> dict[str, Any]:
    """What filters may look at."""
    return {
        "activityDateTime": _Moment(entry.happened),
        "activityDisplayName": entry.activity.name.lower(),
        "category": entry.activity.category.lower(),
        "loggedByService": "pim" if "eligible" in entry.activity.name else "core directory",
        "correlationId": _correlation(entry, view),
    }


def list_directory_audits(call: Call) -> dict[str, Any]:
    """GET /auditLogs/directoryAudits: the newest first, a thousand a page"""
    wanted = call.options.filter
    for name in wanted.properties if wanted else ():
        if name not in _FILTERABLE:
            raise unsupported_query(f"Invalid filter clause: '{name}' cannot be filtered.")
    view, now = call.view, time.time()
    lag_ms = view.knobs.audit_lag_ms
    told = [
        entry for entry in reversed(view.trail) if entry.position <= view.position and _visible_at(entry, lag_ms) <= now
    ]
    told.sort(key=lambda entry: -entry.happened)
    if wanted is not None:
        told = [entry for entry in told if wanted.matches(_tested(view, entry))]
    return page(
        replace(call, options=replace(call.options, top=call.options.top or MAX_PAGE)),
        Whole(told),
        lambda entry: _item(view, entry),
        context="auditLogs/directoryAudits",
    )
