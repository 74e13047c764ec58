"""Members and owners of security and Microsoft 365 groups.

    add     POST   /groups/{id}/members/$ref, or PATCH /groups/{id} with up to 20 of members@odata.bind
    remove  DELETE /groups/{id}/members/{id}/$ref; without $ref Microsoft would delete the member itself
    owners  POST   /groups/{id}/owners/$ref, DELETE /groups/{id}/owners/{id}/$ref
    proof   whether a listing, cut down to the id, has it

Groups that Exchange manages, that have a rule or come from elsewhere are refused by Microsoft: plans do not get here.
source  https://learn.microsoft.com/graph/api/group-post-members, group-delete-members, group-post-owners,
        group-delete-owners, group-list-members, group-list-owners (2026)
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar
from urllib.parse import quote

from chamberlain.errors import ChamberlainError
from chamberlain.graph.client import EVENTUAL, Graph
from chamberlain.graph.write import Write
from chamberlain.kinds.writing.carrying import Sending
from chamberlain.kinds.writing.ids import object_id, permission_id, reference
from chamberlain.kinds.writing.shape import Listed
from chamberlain.model.kind import Family
from chamberlain.model.plan import Change, Facts
from chamberlain.model.verb import Verb

Item = TypeVar("Item")
BOUND_AT_ONCE = 20  # all of them, or none
# source  https://learn.microsoft.com/graph/filter-query-parameter (2026): at most 15 values
NAMED_AT_ONCE = 15
OWNERS_MOST = 100


class Members:
    """Carries ADD_MEMBER and REMOVE_MEMBER."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:
        """Additions to one group together, as many as Microsoft takes; each removal alone."""
        found: list[Sending] = []
        adding: dict[str, list[Change]] = defaultdict(list)
        for change in _undone(changes, before, "member", Verb.ADD_MEMBER):
            group = _group(change)
            if change.verb is Verb.ADD_MEMBER:
                adding[group].append(change)
            else:
                path = f"/groups/{group}/members/{object_id(change.subject.guid)}/$ref"
                found.append(Sending(Write("DELETE", path), (change,)))
        for group, wanted in adding.items():
            found.extend(_adding(group, part, root) for part in _parts(wanted, BOUND_AT_ONCE))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether each is a direct member; the error where the group is not there."""
        by_group: dict[str, list[str]] = defaultdict(list)
        for change in changes:
            by_group[_group(change)].append(object_id(change.subject.guid))
        asked = [(group, part) for group, ids in by_group.items() for part in _parts(ids, NAMED_AT_ONCE)]
        answers = await graph.get_many([_named(*one) for one in asked], Listed, headers=EVENTUAL)
        told: dict[tuple[str, str], Facts | ChamberlainError] = {}
        for (group, ids), answer in zip(asked, answers, strict=True):
            there = answer if isinstance(answer, ChamberlainError) else _ids(answer)
            for guid in ids:
                told[group, guid] = there if isinstance(there, ChamberlainError) else {"member": guid in there}
        return [told[_group(change), change.subject.guid] for change in changes]


class Owners:
    """Carries ADD_OWNER and REMOVE_OWNER."""

    def sendings(self, changes: Sequence[Change], *, root: str, before: Sequence[Facts]) -> list[Sending]:
        """One request each."""
        found = []
        for change in _undone(changes, before, "owner", Verb.ADD_OWNER):
            path = f"/groups/{_group(change)}/owners"
            if change.verb is Verb.ADD_OWNER:
                body = {"@odata.id": reference(root, change.subject.guid, collection="users")}
                write = Write("POST", f"{path}/$ref", body)
            else:
                write = Write("DELETE", f"{path}/{object_id(change.subject.guid)}/$ref")
            found.append(Sending(write, (change,)))
        return found

    async def seen(self, graph: Graph, changes: Sequence[Change]) -> list[Facts | ChamberlainError]:
        """Whether each is an owner; a group has at most a hundred, so one page tells all of them."""
        groups = list(dict.fromkeys(_group(change) for change in changes))
        paths = [f"/groups/{group}/owners?$select=id&$top={OWNERS_MOST}" for group in groups]
        answers = dict(zip(groups, await graph.get_many(paths, Listed), strict=True))
        found: list[Facts | ChamberlainError] = []
        for change in changes:
            answer = answers[_group(change)]
            if isinstance(answer, ChamberlainError):
                found.append(answer)
            else:
                found.append({"owner": change.subject.guid in _ids(answer)})
        return found


def _adding(group: str, wanted: Sequence[Change], root: str) -> Sending:
    names = [reference(root, change.subject.guid) for change in wanted]
    if len(names) == 1:
        return Sending(Write("POST", f"/groups/{group}/members/$ref", {"@odata.id": names[0]}), tuple(wanted))
    return Sending(Write("PATCH", f"/groups/{group}", {"members@odata.bind": names}), tuple(wanted))


def _undone(changes: Sequence[Change], before: Sequence[Facts], name: str, giving: Verb) -> list[Change]:
    """Without those that the tenant shows already: one of them would have Microsoft refuse all that go together."""
    pairs = zip(changes, before, strict=True)
    return [change for change, facts in pairs if facts.get(name) is not (change.verb is giving)]


def _named(group: str, ids: Sequence[str]) -> str:
    names = ",".join(f"'{guid}'" for guid in ids)
    wanted = quote(f"id in ({names})", safe="'(),")
    return f"/groups/{group}/members?$filter={wanted}&$select=id&$count=true"


def _ids(answer: Listed) -> frozenset[str]:
    return frozenset(one.id.lower() for one in answer.value)


def _group(change: Change) -> str:
    return permission_id(change.permission, family=Family.GROUP)


def _parts(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
