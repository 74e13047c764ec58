"""Accounts computed from their index: who they are, whom they report to, and the way back from a sign-in name."""

import re
from enum import IntEnum
from importlib import resources

import msgspec

from chamberlain.simulator.world.base import Tenant
from chamberlain.simulator.world.person import AccountUse, Office, Person
from chamberlain.simulator.world.reference import Kind
from chamberlain.simulator.world.seeded.permutation import Draws, Guids

REPORTS_PER_MANAGER = 8
ODD_NAMES_FROM = 3
"""Index of the first person with a hostile name; the people before are plain, so that a demo starts gently."""

_TRAILING_INDEX = re.compile(r"(\d+)(?:_[^@]*#ext#)?@")
_USES = (
    (820, AccountUse.EMPLOYEE),
    (910, AccountUse.GUEST),
    (950, AccountUse.LEAVER),
    (970, AccountUse.SHARED_MAILBOX),
    (985, AccountUse.SERVICE),
    (1000, AccountUse.ADMIN),
)
USES = tuple(AccountUse)
USE_BY_MILLE = tuple(next(use for limit, use in _USES if mille < limit) for mille in range(1000))


class Stream(IntEnum):
    """Streams of draws that this module uses."""

    USE = 1
    PERSON = 2
    MANAGER = 3


class _Words(msgspec.Struct):
    given: list[tuple[str, str]]
    surname: list[tuple[str, str]]
    departments: dict[str, list[str]]
    offices: list[tuple[str, str, str | None, str, str, str]]
    partners: list[str]
    mailboxes: list[str]
    services: list[str]
    odd_names: list[str | None]


def _days() -> tuple[str, ...]:
    return tuple(
        f"{2016 + number % 10}-{1 + number // 10 % 12:02d}-{1 + number * 7 % 28:02d}"
        f"T{number % 24:02d}:{number % 60:02d}:00Z"
        for number in range(1024)
    )


DAYS = _days()


class People:
    """The accounts of a tenant with `count` users."""

    def __init__(self, tenant: Tenant, count: int, draws: Draws, guids: Guids) -> None:
        words = resources.files("chamberlain.simulator.world").joinpath("data/people.json").read_bytes()
        self._words = msgspec.json.decode(words, type=_Words)
        self._offices = tuple(Office(*office) for office in self._words.offices)
        self._jobs = tuple((department, job) for department, jobs in self._words.departments.items() for job in jobs)
        self._tenant = tenant
        self._count = count
        self._draws = draws
        self._guids = guids
        self._uses = bytearray(b"\xff") * count  # filled as they are asked for: every page asks for managers, too

    def use_of(self, index: int) -> AccountUse:
        """What the account is for. The first people are employees: the tree of managers needs a root."""
        known = self._uses[index]
        if known < len(USES):
            return USES[known]
        is_first = index < ODD_NAMES_FROM + len(self._words.odd_names)
        use = AccountUse.EMPLOYEE if is_first else USE_BY_MILLE[self._draws.draw(Stream.USE, index) % 1000]
        self._uses[index] = use
        return use

    def manager(self, index: int) -> int | None:
        """The nearest employee above in a tree of eight reports each; one in fifty has none on record.

        The parent's index is always smaller, so the tree has no loop.
        """
        if index == 0 or self.use_of(index) not in {AccountUse.EMPLOYEE, AccountUse.LEAVER}:
            return None
        if self._draws.draw(Stream.MANAGER, index) % 50 == 0:
            return None
        above = (index - 1) // REPORTS_PER_MANAGER
        while self.use_of(above) is not AccountUse.EMPLOYEE:
            above = (above - 1) // REPORTS_PER_MANAGER
        return above

    def find(self, user_principal_name: str) -> int | None:
        """The person with this sign-in name: every name carries its index."""
        wanted = user_principal_name.lower()
        found = _TRAILING_INDEX.search(wanted)
        if found is None or len(found[1]) > 12:
            return None
        index = int(found[1])
        if index >= self._count or self.person(index).user_principal_name.lower() != wanted:
            return None
        return index

    def person(self, index: int) -> Person:
        """The account at an index."""
        use = self.use_of(index)
        bits = self._draws.draw(Stream.PERSON, index)
        if use is AccountUse.SHARED_MAILBOX:
            return self._nobody(index, use, bits, self._words.mailboxes[bits % len(self._words.mailboxes)])
        if use is AccountUse.SERVICE:
            return self._nobody(index, use, bits, "svc-" + self._words.services[bits % len(self._words.services)])
        if use is AccountUse.GUEST:
            return self._guest(index, bits)
        return self._human(index, use, bits)

    def _human(self, index: int, use: AccountUse, bits: int) -> Person:
        given, given_ascii = self._words.given[bits % len(self._words.given)]
        surname, surname_ascii = self._words.surname[(bits >> 8) % len(self._words.surname)]
        office = self._offices[(bits >> 16) % len(self._offices)]
        department, job = self._jobs[(bits >> 24) % (len(self._jobs) - 2) + 2] if index else self._jobs[0]
        is_admin = use is AccountUse.ADMIN
        local = f"{'adm-' if is_admin else ''}{given_ascii}.{surname_ascii}{index}"
        name: str | None = f"{given} {surname}"
        if is_admin:
            name = f"{name} (Admin)"
        odd = index - ODD_NAMES_FROM
        if 0 <= odd < len(self._words.odd_names):
            name = self._words.odd_names[odd]
        principal = f"{local}@{self._tenant.initial_domain if is_admin else self._tenant.domain}"
        return Person(
            index,
            self._guids.encode(Kind.USER, index),
            use,
            name,
            principal,
            local,
            DAYS[bits >> 42 & 1023],
            None if is_admin else principal,
            use is not AccountUse.LEAVER,
            given,
            surname,
            None if is_admin else job,
            "IT" if is_admin else department,
            office,
            None if is_admin else f"E{index:06d}",
            f"+49 30 {bits >> 32 & 0xFFFFF:07d}" if bits >> 60 else None,
            None,
            not is_admin and bits >> 52 & 7 < 3,
            None if bits >> 56 & 63 == 1 else office.country_code,
        )

    def _guest(self, index: int, bits: int) -> Person:
        given, given_ascii = self._words.given[bits % len(self._words.given)]
        surname, surname_ascii = self._words.surname[(bits >> 8) % len(self._words.surname)]
        partner = self._words.partners[(bits >> 16) % len(self._words.partners)]
        local = f"{given_ascii}.{surname_ascii}{index}_{partner}#EXT#"
        return Person(
            index,
            self._guids.encode(Kind.USER, index),
            AccountUse.GUEST,
            f"{given} {surname}",
            f"{local}@{self._tenant.initial_domain}",
            local,
            DAYS[bits >> 42 & 1023],
            f"{given_ascii}.{surname_ascii}{index}@{partner}",
            given_name=given if bits >> 20 & 1 else None,
            surname=surname if bits >> 20 & 1 else None,
            external_state="PendingAcceptance" if bits >> 24 & 7 == 0 else "Accepted",
        )

    def _nobody(self, index: int, use: AccountUse, bits: int, label: str) -> Person:
        local = f"{label.lower()}{index}"
        principal = f"{local}@{self._tenant.domain}"
        is_mailbox = use is AccountUse.SHARED_MAILBOX
        return Person(
            index,
            self._guids.encode(Kind.USER, index),
            use,
            f"{label} {index}",
            principal,
            local,
            DAYS[bits >> 42 & 1023],
            principal if is_mailbox else None,
            enabled=not is_mailbox,
            usage_location="DE" if is_mailbox else None,
        )
