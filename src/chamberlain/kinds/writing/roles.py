"""Roles of the directory: assigned, assigned for a time, eligible.

    assign         POST   /roleManagement/directory/roleAssignments
    assign, ends   POST   /roleManagement/directory/roleAssignmentScheduleRequests, adminAssign: needs Entra ID P2
    remove         DELETE /roleManagement/directory/roleAssignments/{id}; adminRemove for one that ends by itself
    eligible       POST   /roleManagement/directory/roleEligibilityScheduleRequests, the same two actions: needs P2
    proof          the assignments and eligibilities of the one who has it

Without P2 nothing ends by itself: then the role is assigned for good, and the plan says that its end is ours to bring.
source  https://learn.microsoft.com/graph/api/rbacapplication-post-roleassignments,
        unifiedroleassignment-delete, rbacapplication-post-roleassignmentschedulerequests,
        rbacapplication-post-roleeligibilityschedulerequests,
        rbacapplication-list-roleassignmentscheduleinstances (2026)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from chamberlain.errors import ChamberlainError, Refused
from chamberlain.graph.client import Graph
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.kinds.writing.ids import object_id, permission_id
from chamberlain.kinds.writing.shape import RoleAssignment, RoleAssignments
from chamberlain.model.kind import Family
from chamberlain.model.plan import Change, Facts
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.facts import moment, read_moment

ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
ASSIGNED = "/roleManagement/directory/roleAssignmentScheduleInstances"
ELIGIBLE = "/roleManagement/directory/roleEligibilityScheduleInstances"
ASSIGNING = "/roleManagement/directory/roleAssignmentScheduleRequests"
MAKING_ELIGIBLE = "/roleManagement/directory/roleEligibilityScheduleRequests"
WHOLE_TENANT = "/"
JUSTIFICATION = "Planned in Chamberlain."  # a tenant's rules may ask for one

Answer = RoleAssignments | ChamberlainError


class Roles:
    """Carries ASSIGN_ROLE and REMOVE_ROLE."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request each; none for what is so already."""
        found = []
        for change, facts in zip(changes, before, strict=True):
            write = _assigning(change, facts) if change.verb is Verb.ASSIGN_ROLE else _removing(change, facts)
            if write is not None:
                found.append(Sending(write, (change,)))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether each holds the role in its scope, until when, and whether the tenant lets roles end at all."""
        holders = _holders(changes)
        answers = await _asked(
            graph, [_of(ASSIGNMENTS, one) for one in holders] + [_of(ASSIGNED, one) for one in holders]
        )
        held = dict(zip(holders, answers[: len(holders)], strict=True))
        scheduled = dict(zip(holders, answers[len(holders) :], strict=True))
        return [_assigned(one, held[one.subject.guid], scheduled[one.subject.guid]) for one in changes]


class Eligibilities:
    """Carries MAKE_ELIGIBLE and END_ELIGIBLE."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request each; none for what is so already."""
        found = []
        for change, facts in zip(changes, before, strict=True):
            is_eligible = facts.get("eligible") is True
            if change.verb is Verb.MAKE_ELIGIBLE and not (is_eligible and _ends_as_wanted(change, facts)):
                action = "adminUpdate" if is_eligible else "adminAssign"
                found.append(Sending(_request(MAKING_ELIGIBLE, action, change), (change,)))
            elif change.verb is Verb.END_ELIGIBLE and is_eligible:
                found.append(Sending(_request(MAKING_ELIGIBLE, "adminRemove", change), (change,)))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether each may activate the role in its scope, and until when; Refused("premium_missing") without P2."""
        holders = _holders(changes)
        told = dict(zip(holders, await _asked(graph, [_of(ELIGIBLE, one) for one in holders]), strict=True))
        found: list[Facts | ChamberlainError] = []
        for change in changes:
            answer = told[change.subject.guid]
            if isinstance(answer, ChamberlainError):
                found.append(answer)
            else:
                own = _own(change, answer)
                found.append({"eligible": own is not None, "ends": own.end_date_time if own else None})
        return found


def _assigning(change: Change, facts: Facts) -> Write | None:
    is_assigned = facts.get("assigned") is True
    if is_assigned and _ends_as_wanted(change, facts):
        return None
    if facts.get("can_end") is True and (is_assigned or _ends(change) is not None):
        return _request(ASSIGNING, "adminUpdate" if is_assigned else "adminAssign", change)
    if is_assigned:
        return None
    return Write(
        "POST", ASSIGNMENTS, {"@odata.type": "#microsoft.graph.unifiedRoleAssignment", **_who_and_what(change)}
    )


def _removing(change: Change, facts: Facts) -> Write | None:
    assignment = facts.get("assignment")
    if not isinstance(assignment, str):
        return None
    if facts.get("ends") is not None:
        return _request(ASSIGNING, "adminRemove", change)
    return Write("DELETE", f"{ASSIGNMENTS}/{assignment}")


def _request(path: str, action: str, change: Change) -> Write:
    body: dict[str, object] = {"action": action, "justification": JUSTIFICATION, **_who_and_what(change)}
    if action != "adminRemove":
        body["scheduleInfo"] = _schedule(_ends(change))
    return Write("POST", path, body)


def _schedule(ends: datetime | None) -> Mapping[str, object]:
    """From now on; Microsoft takes a start that has passed for now.

    source  https://learn.microsoft.com/graph/api/resources/expirationpattern (2026)
    """
    if ends is None:
        return {"expiration": {"type": "noExpiration"}}
    return {"expiration": {"type": "afterDateTime", "endDateTime": moment(ends)}}


def _who_and_what(change: Change) -> dict[str, object]:
    return {
        "principalId": object_id(change.subject.guid),
        "roleDefinitionId": _role(change),
        "directoryScopeId": change.options.scope,
    }


def _assigned(change: Change, held: Answer, scheduled: Answer) -> Facts | ChamberlainError:
    if isinstance(held, ChamberlainError):
        return held
    can_end = not isinstance(scheduled, ChamberlainError)
    if isinstance(scheduled, ChamberlainError) and not _is_unlicensed(scheduled):
        return scheduled
    own = _own(change, held)
    timed = None if isinstance(scheduled, ChamberlainError) else _own(change, scheduled)
    return {
        "assigned": own is not None,
        "ends": timed.end_date_time if timed and own else None,
        "assignment": own.id if own else None,
        "can_end": can_end,
    }


def _is_unlicensed(error: ChamberlainError) -> bool:
    return isinstance(error, Refused) and error.code == "premium_missing"


def _own(change: Change, answer: RoleAssignments) -> RoleAssignment | None:
    """What somebody holds of the role in the scope, directly: what a group brings is left to the group."""
    role = _role(change)
    return next(
        (
            one
            for one in answer.value
            if one.role_definition_id.lower() == role
            and (one.directory_scope_id or WHOLE_TENANT) == change.options.scope
            and one.principal_id.lower() == change.subject.guid
            and one.member_type in (None, "Direct")
        ),
        None,
    )


def _ends_as_wanted(change: Change, facts: Facts) -> bool:
    return read_moment(facts.get("ends")) == _ends(change)


def _ends(change: Change) -> datetime | None:
    """When Microsoft is to end it; what we end ourselves is for good in its eyes."""
    return None if change.options.ends_by_us else change.options.ends


def _holders(changes: Sequence[Change]) -> list[str]:
    return list(dict.fromkeys(object_id(change.subject.guid) for change in changes))


def _of(path: str, holder: str) -> str:
    wanted = quote(f"principalId eq '{holder}'", safe="'")
    return f"{path}?$filter={wanted}"


async def _asked(graph: Graph, paths: Sequence[str]) -> list[Answer]:
    return await graph.get_many(paths, RoleAssignments)


def _role(change: Change) -> str:
    return permission_id(change.permission, family=Family.ROLE)
