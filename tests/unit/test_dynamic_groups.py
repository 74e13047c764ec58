"""Whom Exchange lists in a dynamic group, in our words: also who is in no directory, and what is no id at all."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from chamberlain.errors import NotFound, Upstream
from chamberlain.graph.client import Graph
from chamberlain.graph.exchange.cmdlets import CmdletExchange
from chamberlain.graph.exchange.port import Parameters, Shape
from chamberlain.kinds import dynamic_groups
from chamberlain.kinds.reading import Reading, Start
from chamberlain.model.kind import Relation
from chamberlain.model.observed import Gone, GrantSeen, PermissionSeen, Seen

ANNA, TEAM, CONTACT, FOLDER, OWN, LIST = (f"60dee000-0000-4000-8000-00000000000{number}" for number in range(6))
GROUPS: list[dict[str, object]] = [
    {"Name": "all", "DisplayName": "Everybody", "PrimarySmtpAddress": "all@x.example", "Guid": LIST.upper(),
     "RecipientFilter": "(RecipientTypeDetails -eq 'UserMailbox')", "ManagedBy": ANNA},
]  # fmt: skip
MEMBERS: list[dict[str, object]] = [
    {"Name": ANNA, "ExternalDirectoryObjectId": ANNA.upper(), "RecipientTypeDetails": "UserMailbox", "Guid": OWN},
    {"Name": "team", "ExternalDirectoryObjectId": TEAM, "RecipientTypeDetails": "MailUniversalDistributionGroup"},
    {"Name": "c", "DisplayName": "A contact", "ExternalDirectoryObjectId": "", "Guid": CONTACT,
     "RecipientTypeDetails": "MailContact"},
    {"Name": "f", "DisplayName": "A folder", "ExternalDirectoryObjectId": None, "Guid": FOLDER,
     "RecipientTypeDetails": "PublicFolder"},
    {"Name": "nobody", "ExternalDirectoryObjectId": "'; DROP TABLE grants", "Guid": "", "RecipientTypeDetails": "x"},
]  # fmt: skip


class Exchange:
    """Answers cmdlets from lists; a group whose members are None is gone by the time somebody asks."""

    def __init__(
        self, members: Sequence[Mapping[str, object]] | None, groups: Sequence[Mapping[str, object]] = GROUPS
    ) -> None:
        self._members = members
        self._groups = groups

    async def run(self, cmdlet: str, _parameters: Parameters, *, shape: type[Shape]) -> list[Shape]:
        told = self._groups if cmdlet == "Get-DynamicDistributionGroup" else self._members
        if told is None:
            raise NotFound("exchange_not_found", path=cmdlet)
        return [msgspec.convert(one, shape) for one in told]


class Rows:
    """Keeps what was seen, and which units were completed."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.units: dict[str, Any] = {}

    def add(self, rows: Sequence[Seen], *, unit: str) -> None:
        assert unit not in self.units
        self.seen += rows

    def add_holders(
        self, holders: Sequence[tuple[str, str]], *, family: int, guid: str, parent: str, relation: int, unit: str
    ) -> None:
        raise AssertionError(unit)

    def amend(self, rows: Sequence[Seen | Gone], *, unit: str) -> None:
        raise AssertionError(unit)

    def complete(self, unit: str, *, told: Any = None) -> None:
        self.units[unit] = told

    def qualifier(self, content: str) -> int:
        raise AssertionError(content)


class Silent:
    """Hears of progress and says nothing."""

    def expect(self, total: int) -> None: ...

    def advance(self, count: int) -> None: ...


def reading_into(rows: Rows) -> Reading:
    start = Start(began_at=datetime(2026, 11, 25, tzinfo=UTC))
    return Reading(graph=cast(Graph, None), sink=rows, progress=Silent(), width=1, start=start)


def read(members: Sequence[Mapping[str, object]] | None) -> tuple[frozenset[str], Rows]:
    rows = Rows()
    reading = reading_into(rows)
    return asyncio.run(dynamic_groups.read(reading, CmdletExchange(Exchange(members)))), rows


def test_whoever_exchange_lists_is_a_member_by_the_id_that_there_is() -> None:
    missing, rows = read(MEMBERS)
    (group,) = [one for one in rows.seen if isinstance(one, PermissionSeen)]
    assert (group.guid, group.name, group.mail) == (LIST, "Everybody", "all@x.example")
    edges = {(one.holder, one.holder_type, one.relation) for one in rows.seen if isinstance(one, GrantSeen)}
    assert edges == {
        (ANNA, "other", Relation.OWNER),
        (ANNA, "other", Relation.MEMBER),
        (TEAM, "group", Relation.MEMBER),
        (CONTACT, "contact", Relation.MEMBER),
        (FOLDER, "other", Relation.MEMBER),
    }
    names = {one.holder: one.holder_name for one in rows.seen if isinstance(one, GrantSeen) and one.holder_name}
    assert names[FOLDER] == "A folder"
    assert missing == frozenset()


def test_a_group_that_is_gone_by_then_is_told_as_missing() -> None:
    missing, rows = read(None)
    assert missing == {LIST}
    assert [one.relation for one in rows.seen if isinstance(one, GrantSeen)] == [Relation.OWNER]


@pytest.mark.parametrize("guid", ["", "not an id"])
def test_a_listing_with_a_group_that_has_no_id_is_no_whole_listing(guid: str) -> None:
    rows = Rows()
    groups = [*GROUPS, {"Name": "broken", "Guid": guid}]
    with pytest.raises(Upstream) as raised:
        asyncio.run(dynamic_groups.read(reading_into(rows), CmdletExchange(Exchange(MEMBERS, groups))))
    assert raised.value.code == "microsoft_unreadable"
    assert (rows.seen, rows.units) == ([], {})


def test_what_was_read_before_a_crash_is_not_asked_again() -> None:
    _, rows = read(MEMBERS)
    before = len(rows.seen)
    again = dynamic_groups.read(reading_into(rows), CmdletExchange(Exchange(None)))
    assert asyncio.run(again) == frozenset()
    assert len(rows.seen) == before
