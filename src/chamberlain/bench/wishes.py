"""A mixed set of wishes for a simulated tenant, chosen by chance from what it says of itself."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from chamberlain import clock
from chamberlain.bench import mailbox_wishes
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.terms import can_end

GLOBAL_ADMINISTRATOR = "role:62e90394-69f5-4237-9190-012177145e10"
OPEN_KINDS = ("security_group", "m365_group")
MAIL_KINDS = ("mail_security_group", "distribution_group")
TIMED_SHARE, CLOSED_SHARE = 0.15, 0.1
LASTS = timedelta(days=3)  # longer than a measurement
Line = dict[str, Any]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a tenant, by its own account.

    closed   ids of what is mastered elsewhere, or follows a rule: of little use in a wish
    mail     what Exchange has, where it is reached: groups and mailboxes
    deleted  ids of people in the bin
    """

    truth: Sequence[Line]
    domain: str
    free_seats: Mapping[str, int]
    closed: frozenset[str]
    mail: Mapping[str, Any]
    deleted: Sequence[str]


class Wishes:
    """Draws wishes: each person and each thing that is held at most once, and who is deleted in no other one."""

    def __init__(self, known: Known, *, chance: random.Random, among: Sequence[str] = ()) -> None:
        """`among`: only these people; then nobody is created, deleted or changed."""
        truth = known.truth
        self._known = known
        self._chance = chance
        self._among = frozenset(among)
        accounts = [line for line in truth if line["t"] == "account" and line["type"] == "Member"]
        self._people = [line["id"] for line in accounts if line["enabled"] and self._is_meant(line["id"])]
        self._blocked = [line["id"] for line in accounts if not line["enabled"]]
        chance.shuffle(self._people)
        self._kinds = {line["key"]: line.get("kind") for line in truth if line["t"] == "permission"}
        self._keys = list(self._kinds)
        keys = [key for key, kind in self._kinds.items() if kind in OPEN_KINDS]
        self._groups = [key for key in keys if _id_of(key) not in known.closed or chance.random() < CLOSED_SHARE]
        known_people = {line["id"] for line in accounts}
        self._licences = Counter(
            line["holder"] for line in truth if line["t"] == "edge" and line["permission"].startswith("licence:")
        )
        edges = [line for line in truth if line["t"] == "edge" and not line["via"]]
        self._edges = [line for line in edges if line["holder"] in known_people]
        self._of_others = [line for line in edges if line["holder"] not in known_people]
        self._touched: set[tuple[str, str]] = set()

    def _is_meant(self, person: str) -> bool:
        return not self._among or person in self._among

    def draw(self) -> tuple[Change, ...]:
        """All of them, in any order."""
        wanted = [
            *(() if self._among else self._of_accounts()),
            *self._of_groups("member", Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, groups=2, most=24),
            *self._of_groups("owner", Verb.ADD_OWNER, Verb.REMOVE_OWNER, groups=2, most=2),
            *self._of_mail_groups(),
            *mailbox_wishes.draw(self._boxes(), self._people, chance=self._chance),
            *self._of_roles(),
            *self._of_apps(),
            *self._of_licences(),
            *(() if self._among else self._held_by_groups()),
        ]
        self._chance.shuffle(wanted)
        return tuple(map(self._perhaps_timed, wanted))

    def _perhaps_timed(self, change: Change) -> Change:
        is_mail = self._kinds.get(change.permission) in MAIL_KINDS
        if not can_end(change.verb) or is_mail or self._chance.random() > TIMED_SHARE:
            return change
        return replace(change, options=replace(change.options, ends=clock.now().replace(microsecond=0) + LASTS))

    def _of_accounts(self) -> Iterator[Change]:
        yield Change(Verb.DELETE_USER, Subject(self._people.pop()))
        yield from (Change(Verb.RESTORE_USER, Subject(one)) for one in self._some(self._known.deleted, 1))
        for _ in range(self._chance.randint(1, 2)):
            yield Change(Verb.BLOCK, Subject(leaver := self._people.pop()))
            yield Change(Verb.REVOKE_SESSIONS, Subject(leaver))
        yield Change(Verb.RESET_PASSWORD, Subject(self._people.pop()))
        yield from (Change(Verb.ENABLE, Subject(one)) for one in self._some(self._blocked, 1))
        for one in self._some(self._people, 2):
            wanted = {"displayName": f"Renamed {self._chance.randint(1, 10_000)}", "department": "Moved"}
            yield Change(Verb.UPDATE_USER, Subject(one), options=Options(properties=wanted))
        led, leader = self._some(self._people, 2)
        yield Change(Verb.UPDATE_USER, Subject(led), options=Options(properties={"manager": leader}))
        for number in range(self._chance.randint(0, 2)):
            name = f"newcomer{number}-{self._chance.randint(1, 10_000)}"
            properties = {
                "userPrincipalName": f"{name}@{self._known.domain}",
                "displayName": f"Newcomer {number}",
                "mailNickname": name,
                "usageLocation": "DE",
            }
            yield Change(Verb.CREATE_USER, Subject(""), options=Options(properties=properties))

    def _of_groups(self, relation: str, add: Verb, remove: Verb, *, groups: int, most: int) -> Iterator[Change]:
        """Groups that somebody is in, or owns: Microsoft does not let the first owner go again."""
        for group in self._some((key for key in self._groups if self._held(key, relation)), groups):
            inside = [line["holder"] for line in self._held(group, relation)]
            outside = [one for one in self._people if one not in inside]
            for verb, whom in ((add, outside), (remove, [one for one in inside if one in self._people])):
                for one in self._some(whom, self._chance.randint(0, most if verb is add else 3)):
                    yield from self._once(Change(verb, Subject(one), group))

    def _of_roles(self) -> Iterator[Change]:
        roles = [key for key in self._keys if key.startswith("role:") and key != GLOBAL_ADMINISTRATOR]
        scopes = sorted({"/", *(line["detail"]["scope"] for line in self._held("role:", "assigned"))})
        for verb, relation in ((Verb.ASSIGN_ROLE, "assigned"), (Verb.MAKE_ELIGIBLE, "eligible")):
            role, one = self._chance.choice(roles), self._chance.choice(self._people)
            if not any(line["holder"] == one for line in self._held(role, relation)):
                options = Options(scope=self._chance.choice(("/", *scopes)))
                yield from self._once(Change(verb, Subject(one), role, options))
        for verb, relation in ((Verb.REMOVE_ROLE, "assigned"), (Verb.END_ELIGIBLE, "eligible")):
            held = [line for line in self._held("role:", relation) if line["holder"] in self._people]
            for line in self._some(held, 1):
                options = Options(scope=line["detail"]["scope"])
                yield from self._once(Change(verb, Subject(line["holder"]), line["permission"], options))

    def _of_apps(self) -> Iterator[Change]:
        held = [line for line in self._held("app_role:", "assigned") if line["holder"] in self._people]
        for line in self._some(held, 2):
            yield from self._once(Change(Verb.REMOVE_APP_ROLE, Subject(line["holder"]), line["permission"]))
        offered = [key for key in self._keys if key.startswith("app_role:")]
        for key in self._some(offered, 3):
            one = self._chance.choice(self._people)
            if not any(line["holder"] == one for line in self._held(key, "assigned")):
                yield from self._once(Change(Verb.ASSIGN_APP_ROLE, Subject(one), key))

    def _of_licences(self) -> Iterator[Change]:
        held = [line for line in self._held("licence:", "assigned") if self._is_plain(line)]
        skus = sorted(self._known.free_seats)
        chosen = self._some(held, 5)
        for line in chosen[:2]:
            yield from self._once(Change(Verb.REMOVE_LICENCE, Subject(line["holder"]), line["permission"]))
        for line in chosen[2:4]:
            plans = [key.rpartition(":")[2] for key in self._keys if key.startswith(f"service_plan:{_id(line)}:")]
            options = Options(disabled_plans=tuple(sorted(self._some(plans, 1))))
            yield from self._once(Change(Verb.SET_PLANS, Subject(line["holder"]), line["permission"], options))
        for line in chosen[4:]:
            options = Options(instead_of=line["permission"])
            yield from self._once(
                Change(Verb.SWAP_LICENCE, Subject(line["holder"]), self._chance.choice(skus), options)
            )
        for one in self._some(self._people, 2):
            sku = self._chance.choice(skus)
            if not any(line["holder"] == one for line in self._held(sku, "assigned")):
                yield from self._once(Change(Verb.ASSIGN_LICENCE, Subject(one), sku, Options(disabled_plans=())))

        licensed = [one for one in self._people if self._licences[one] and any(self._held_by(one, "licence:"))]
        # a second plan would ask for the very same once more, and rightly so
        for one in self._some([] if self._among else licensed, 1):
            if (one, "licence") not in self._touched:
                self._touched.add((one, "licence"))
                yield Change(Verb.REPROCESS_LICENCES, Subject(one))

    def _held_by_groups(self) -> Iterator[Change]:
        """What groups hold: a licence, and roles of applications."""
        groups = [key for key in self._groups if self._kinds[key] == "security_group"]
        for family, give, take in (
            ("licence:", Verb.ASSIGN_LICENCE, Verb.REMOVE_LICENCE),
            ("app_role:", Verb.ASSIGN_APP_ROLE, Verb.REMOVE_APP_ROLE),
        ):
            held = [line for line in self._of_others if line["permission"].startswith(family)]
            held = [line for line in held if f"group:{line['holder']}" in groups]
            for line in self._some(held, self._chance.randint(0, 1)):
                yield from self._once(Change(take, _group(line["holder"]), line["permission"]))
            offered = [key for key in self._keys if key.startswith(family)]
            for group in self._some(groups, self._chance.randint(0, 1)):
                guid, key = _id_of(group), self._chance.choice(offered)
                if not any((line["holder"], line["permission"]) == (guid, key) for line in held):
                    yield from self._once(Change(give, _group(guid), key))

    def _of_mail_groups(self) -> Iterator[Change]:
        """Groups that only Exchange changes, with those who have a mailbox there."""
        boxes = {one["id"] for one in self._boxes()} & {*self._people}
        open_groups = [one for one in self._known.mail.get("groups", ()) if not one["synced"]]
        for group in self._some(open_groups, 2):
            key, inside, managers = f"group:{group['id']}", {*group["members"]}, {*group["managers"]}
            pairs = [(Verb.ADD_MEMBER, boxes - inside, 3), (Verb.REMOVE_MEMBER, boxes & inside, 2)]
            pairs += [(Verb.ADD_OWNER, boxes - managers, 1)] if managers else []
            for verb, whom, most in pairs:
                for one in self._some(sorted(whom), self._chance.randint(0, most)):
                    yield from self._once(Change(verb, Subject(one), key))

    def _boxes(self) -> Sequence[Line]:
        boxes: Sequence[Line] = self._known.mail.get("mailboxes", ())
        return boxes

    def _held_by(self, person: str, beginning: str) -> Iterator[Line]:
        edges = self._edges
        return (line for line in edges if line["holder"] == person and line["permission"].startswith(beginning))

    def _is_plain(self, line: Line) -> bool:
        """Whether Microsoft would give it again: it is somebody's only one, all plans are on, and seats are left."""
        is_alone = line["holder"] in self._people and self._licences[line["holder"]] == 1
        return is_alone and not line["detail"]["disabled"] and self._known.free_seats.get(line["permission"], 0) > 0

    def _held(self, beginning: str, relation: str) -> list[Line]:
        edges = self._edges
        return [line for line in edges if line["relation"] == relation and line["permission"].startswith(beginning)]

    def _once(self, change: Change) -> Iterator[Change]:
        """The change, unless another one touches the same; licences of one person are one thing."""
        things = [change.permission, change.options.instead_of]
        touched = {(change.subject.guid, "licence" if key.startswith("licence") else key) for key in things if key}
        if touched & self._touched:
            return
        self._touched |= touched
        yield change

    def _some(self, items: Iterable[Item], most: int) -> list[Item]:
        known = list(items)
        return self._chance.sample(known, min(most, len(known)))


def _group(guid: str) -> Subject:
    return Subject(guid, SubjectType.GROUP)


def _id_of(key: str) -> str:
    return key.partition(":")[2]


def _id(line: Line) -> str:
    return _id_of(str(line["permission"]))
