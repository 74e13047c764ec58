"""Roles of enterprise applications, for a person or a group.

    assign  POST   /servicePrincipals/{application}/appRoleAssignedTo
    remove  DELETE /servicePrincipals/{application}/appRoleAssignedTo/{assignment}
    proof   the assignments of the one who has it, cut down to the application

Microsoft gives an assignment an id of its own, which is read before it is removed. An application without roles of its
own has the one role 00000000-0000-0000-0000-000000000000.
source  https://learn.microsoft.com/graph/api/serviceprincipal-post-approleassignedto,
        serviceprincipal-delete-approleassignedto, user-list-approleassignments, group-list-approleassignments (2026)
"""

from collections.abc import Sequence

from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import Graph
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.kinds.writing.ids import home, object_id, permission_ids
from chamberlain.kinds.writing.shape import AppRoleAssignments
from chamberlain.model.kind import Family
from chamberlain.model.plan import Change, Facts
from chamberlain.model.verb import Verb


class AppRoles:
    """Carries ASSIGN_APP_ROLE and REMOVE_APP_ROLE."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:  # noqa: ARG002 - the interface of all carriers
        """One request each; none for what is so already."""
        found = []
        for change, facts in zip(changes, before, strict=True):
            application, role = _role(change)
            path = f"/servicePrincipals/{application}/appRoleAssignedTo"
            assignment = facts.get("assignment")
            if change.verb is Verb.ASSIGN_APP_ROLE and facts.get("assigned") is not True:
                principal = object_id(change.subject.guid)
                body = {"principalId": principal, "resourceId": application, "appRoleId": role}
                found.append(Sending(Write("POST", path, body), (change,)))
            elif change.verb is Verb.REMOVE_APP_ROLE and isinstance(assignment, str):
                found.append(Sending(Write("DELETE", f"{path}/{assignment}"), (change,)))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether each has the role directly, and the id of the assignment."""
        paths = [f"{home(one.subject)}/appRoleAssignments?$filter=resourceId%20eq%20{_role(one)[0]}" for one in changes]
        asked = list(dict.fromkeys(paths))
        told = dict(zip(asked, await graph.get_many(asked, AppRoleAssignments), strict=True))
        return [_facts(change, told[path]) for change, path in zip(changes, paths, strict=True)]


def _facts(change: Change, answer: AppRoleAssignments | ChamberlainError) -> Facts | ChamberlainError:
    """A person's assignments come with those of the groups that they are in: these are not theirs to lose."""
    if isinstance(answer, ChamberlainError):
        return answer
    application, role = _role(change)
    wanted = (change.subject.guid, application, role)
    held = [
        one.id
        for one in answer.value
        if (one.principal_id.lower(), one.resource_id.lower(), one.app_role_id.lower()) == wanted
    ]
    return {"assigned": bool(held), "assignment": held[0] if held else None}


def _role(change: Change) -> tuple[str, str]:
    return permission_ids(change.permission, family=Family.APP_ROLE)
