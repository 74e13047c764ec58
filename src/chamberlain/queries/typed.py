"""A list of changes that somebody pasted: what it means, and where it may mean several things or nothing."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chamberlain.errors import Refused
from chamberlain.model.actor import Actor
from chamberlain.model.mailbox import FORWARD_OUTSIDE, NAMING, WHAT
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.mailbox_wishes import checked, from_text
from chamberlain.queries import people, permissions
from chamberlain.queries.wishes import ALONE, BY_FAMILY, GIVE, TAKE, WITH_PERMISSION
from chamberlain.store.reads import typed as store

COLUMNS = PERSON, PERMISSION, CHANGE = ("person", "permission", "change")
MOST_CANDIDATES = 8
MOST_LINES = 10_000
MOST_LOOKED_FOR = 20  # texts for which something like it is looked for: each is a search of its own
MAILBOX = {verb.value: verb for verb in OF_MAILBOX}
WORDS = frozenset({GIVE, TAKE, *(verb.value for verb in ALONE | WITH_PERMISSION | OF_MAILBOX)})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom or what a text may mean. `note`: the user name, or the kind of permission."""

    id: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A text that means nothing, or several things.

    column      "person", "permission" or "change"
    lines       where it stands; lines count from 1
    candidates  what it may mean; empty where nothing is like it
    """

    column: str
    text: str
    lines: tuple[int, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a list means.

    text     the list as it is understood, one "person,permission,change" a line
    changes  of all lines that are clear
    too_many whether it has more lines than are read
    """

    text: str
    lines: int
    changes: tuple[Change, ...]
    unclear: tuple[Unclear, ...]
    too_many: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    person: str
    permission: str
    change: str


def read_typed(
    *, viewer: Actor, tenant: Tenant, listed: str, meant: Mapping[tuple[str, str], str] | None = None
) -> Typed:
    """What was pasted, as changes; a heading line may name the columns in any order.

    meant   what somebody chose for what was unclear: (column, text in small letters) and the id
    raises  Refused("not_allowed")
    """
    require(viewer, Deed.MAKE_PLAN, tenant_id=tenant.id)
    require(viewer, Deed.SEE_DIRECTORY, tenant_id=tenant.id)
    lines = _lines(listed, meant or {})
    kept = lines[:MOST_LINES]
    reader = _Reader(viewer, tenant, kept)
    changes = [found for line in kept if (found := reader.change(line)) is not None]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows((line.person, line.permission, line.change) for line in lines)
    return Typed(out.getvalue(), len(lines), tuple(changes), reader.unclear(), too_many=len(lines) > MOST_LINES)


def _lines(text: str, meant: Mapping[tuple[str, str], str]) -> list[_Line]:
    text = text.removeprefix("\ufeff").replace("\x00", "")
    first = text.lstrip().partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    rows = csv.reader(text.splitlines(), delimiter=delimiter)
    order: tuple[str, ...] = COLUMNS
    found: list[_Line] = []
    for cells in _read(rows):
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        heading = [value.lower() for value in values]
        if not found and PERSON in heading and CHANGE in heading:
            order = tuple(heading)
            continue
        named = dict(zip(_ordered(values, order), values, strict=False))
        chosen = {
            column: meant.get((column, named.get(column, "").lower()), named.get(column, "")) for column in COLUMNS
        }
        found.append(_Line(len(found) + 1, chosen[PERSON], chosen[PERMISSION], chosen[CHANGE].lower()))
    return found


def _read(rows: Iterable[list[str]]) -> list[list[str]]:
    """The rows up to one that is no CSV, such as a cell that is longer than any name."""
    found: list[list[str]] = []
    try:
        found.extend(rows)
    except csv.Error:
        found.append(["", "", "?"])
    return found


def _ordered(values: Sequence[str], order: tuple[str, ...]) -> tuple[str, ...]:
    """The usual order, unless the second cell is a change and the third is not."""
    words = [value.lower() in WORDS for value in values[:3]]
    return (PERSON, CHANGE, PERMISSION) if order == COLUMNS and words[1:] in ([True], [True, False]) else order


class _Reader:
    """Looks names up together, and notes what is unclear."""

    def __init__(self, viewer: Actor, tenant: Tenant, lines: Sequence[_Line]) -> None:
        self._viewer = viewer
        self._tenant = tenant
        named = {line.permission for line in lines if line.permission and line.change in MAILBOX}
        texts = {line.person for line in lines} | named
        self._people = _meanings(store.people(tenant_id=tenant.id, texts=texts))
        self._named = named
        wanted = {line.permission for line in lines if line.permission and line.change not in MAILBOX}
        self._permissions = _meanings(store.permissions(tenant_id=tenant.id, texts=wanted))
        self._unclear: dict[tuple[str, str], list[int]] = {}

    def change(self, line: _Line) -> Change | None:
        """The change of a line; None where it is not clear."""
        guid = self._one(PERSON, line.person, self._people, line)
        if line.change in MAILBOX:
            said = self._of_mailbox(MAILBOX[line.change], line)
            if guid is None or said is None:
                return None
            return Change(MAILBOX[line.change], Subject(guid), options=Options(properties=said))
        key = self._one(PERMISSION, line.permission, self._permissions, line) if line.permission else ""
        verb = None if key is None else _verb(line.change, key)
        if verb is None and key is not None:
            self._note(CHANGE, line.change, line)
        if guid is None or key is None or verb is None:
            return None
        return Change(verb, Subject(guid), key)

    def _of_mailbox(self, verb: Verb, line: _Line) -> dict[str, str | bool | None] | None:
        """What a line says of a mailbox besides whose it is: whom, at which address, or what is answered."""
        text, name = line.permission, WHAT.get(verb, "")
        try:
            said = from_text(verb, text)
            if name not in NAMING or FORWARD_OUTSIDE in said:
                return checked(verb, said)
        except Refused:
            self._note(CHANGE, line.change, line)
            return None
        other = self._one(PERMISSION, text, self._people, line)
        return None if other is None else checked(verb, {name: other})

    def unclear(self) -> tuple[Unclear, ...]:
        """Everything that is not clear, as it stands in the list first."""
        found: list[Unclear] = []
        for (column, text), lines in self._unclear.items():
            look = len(found) < MOST_LOOKED_FOR
            found.append(Unclear(column, text, tuple(lines), self._candidates(column, text, look=look)))
        return tuple(found)

    def _one(self, column: str, text: str, meanings: Mapping[str, list[Candidate]], line: _Line) -> str | None:
        found = meanings.get(text.lower(), [])
        if len(found) == 1:
            return found[0].id
        self._note(column, text, line)
        return None

    def _note(self, column: str, text: str, line: _Line) -> None:
        self._unclear.setdefault((column, text), []).append(line.number)

    def _candidates(self, column: str, text: str, *, look: bool) -> tuple[Candidate, ...]:
        is_person = column == PERSON or (column == PERMISSION and text in self._named)
        exact = (self._people if is_person else self._permissions if column == PERMISSION else {}).get(text.lower(), [])
        if exact or not look or not text or column == CHANGE:
            return tuple(exact[:MOST_CANDIDATES])
        if is_person:
            like = people.first_people(viewer=self._viewer, tenant=self._tenant, text=text, size=MOST_CANDIDATES)
            return tuple(Candidate(str(row.guid), row.name, row.user_name) for row in like)
        things = permissions.first_permissions(
            viewer=self._viewer, tenant=self._tenant, text=text, size=MOST_CANDIDATES
        )
        return tuple(Candidate(row.key, row.name, row.kind.value) for row in things)


def _meanings(found: Iterable[Mapping[str, object]]) -> dict[str, list[Candidate]]:
    """What each text means; who is called so is asked for only where nobody has it as an id or an address."""
    meanings: dict[str, list[Candidate]] = {}
    ranks: dict[str, object] = {}
    for row in found:
        text = str(row["text"])
        if ranks.setdefault(text, row["rank"]) == row["rank"]:
            meanings.setdefault(text, []).append(Candidate(str(row["id"]), str(row["name"]), str(row["note"])))
    return meanings


def _verb(word: str, key: str) -> Verb | None:
    if word in (GIVE, TAKE):
        pair = BY_FAMILY.get(key.partition(":")[0])
        return None if pair is None else pair[0 if word == GIVE else 1]
    verb = next((one for one in Verb if one.value == word), None)
    return verb if verb in (WITH_PERMISSION if key else ALONE) else None
