"""A mixed set of wishes for a simulated tenant, chosen by chance from what it says of itself."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb

GLOBAL_ADMINISTRATOR = "role:62e90394-69f5-4237-9190-012177145e10"
OPEN_KINDS = ("security_group", "m365_group")
Line = dict[str, Any]
Item = TypeVar("Item")


class Wishes:
    """Draws wishes: each person and each thing that is held at most once, and who is deleted in no other one."""

    def __init__(
        self, truth: Sequence[Line], *, chance: random.Random, domain: str, free_seats: Mapping[str, int]
    ) -> None:
        self._chance = chance
        self._domain = domain
        self._free_seats = free_seats
        accounts = [line for line in truth if line["t"] == "account" and line["type"] == "Member"]
        self._people = [line["id"] for line in accounts if line["enabled"]]
        self._blocked = [line["id"] for line in accounts if not line["enabled"]]
        chance.shuffle(self._people)
        self._groups = [line["key"] for line in truth if line["t"] == "permission" and line.get("kind") in OPEN_KINDS]
        self._keys = [line["key"] for line in truth if line["t"] == "permission"]
        known = {line["id"] for line in accounts}
        self._licences = Counter(
            line["holder"] for line in truth if line["t"] == "edge" and line["permission"].startswith("licence:")
        )
        self._edges = [line for line in truth if line["t"] == "edge" and not line["via"] and line["holder"] in known]
        self._touched: set[tuple[str, str]] = set()

    def draw(self) -> tuple[Change, ...]:
        """All of them, in any order."""
        wanted = [
            *self._of_accounts(),
            *self._of_groups("member", Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, groups=3, most=24),
            *self._of_groups("owner", Verb.ADD_OWNER, Verb.REMOVE_OWNER, groups=2, most=2),
            *self._of_roles(),
            *self._of_apps(),
            *self._of_licences(),
        ]
        self._chance.shuffle(wanted)
        return tuple(wanted)

    def _of_accounts(self) -> Iterator[Change]:
        yield Change(Verb.DELETE_USER, Subject(self._people.pop()))
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
                "userPrincipalName": f"{name}@{self._domain}",
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
        for verb, relation in ((Verb.ASSIGN_ROLE, "assigned"), (Verb.MAKE_ELIGIBLE, "eligible")):
            role, one = self._chance.choice(roles), self._chance.choice(self._people)
            if not any(line["holder"] == one for line in self._held(role, relation)):
                yield from self._once(Change(verb, Subject(one), role))
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
        skus = sorted(self._free_seats)
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

    def _is_plain(self, line: Line) -> bool:
        """Whether Microsoft would give it again: it is somebody's only one, all plans are on, and seats are left."""
        is_alone = line["holder"] in self._people and self._licences[line["holder"]] == 1
        return is_alone and not line["detail"]["disabled"] and self._free_seats.get(line["permission"], 0) > 0

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


def _id(line: Line) -> str:
    return str(line["permission"]).partition(":")[2]
