"""What a simulated tenant is like, by its own account, and what changes ought to make of it.

Nothing here asks the product: the facts come from the simulator's truth, and what a change does to them is written down
a second time, apart from the engine that carries it out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from chamberlain.bench import mailbox_state
from chamberlain.bench.mailbox_state import Fact
from chamberlain.model.plan import Change
from chamberlain.model.verb import Verb

State = frozenset[Fact]
ACCOUNT, NAME, ENABLED, MANAGER, EDGE, INHERITED = "account", "name", "enabled", "manager", "edge", "inherited"
# What no reading tells of a person: it stands in the log of writes alone.
UNSEEN = {
    Verb.REVOKE_SESSIONS: "revoke_sessions",
    Verb.RESET_PASSWORD: "reset_password",
}


def state_of(truth: Iterable[dict[str, Any]], *, mail: Mapping[str, Any]) -> State:
    """The tenant as facts. A licence's state is left out: whether Microsoft has a seat for somebody is no wish.

    mail  what Exchange has, which alone knows who manages groups, and how mailboxes are set; empty where nobody asks it
    """
    groups, mailboxes = mail.get("groups", ()), mail.get("mailboxes", ())
    found: set[Fact] = {(EDGE, one, f"group:{it['id']}", "owner", "") for it in groups for one in it["managers"]}
    found.update(mailbox_state.facts_of(mailboxes))
    for line in truth:
        if line["t"] == "account":
            found.update(_of_account(line))
        elif line["t"] == "edge" and line["via"]:
            found.add((INHERITED, line["holder"], line["permission"], line["via"]))
        elif line["t"] == "edge":
            found.add((EDGE, line["holder"], line["permission"], line["relation"], _detail(line["detail"] or {})))
    return frozenset(found)


def place_of(fact: Fact) -> Fact:
    """What a fact is about: who and what they hold, or who and which of their properties."""
    if fact[0] in (EDGE, INHERITED):
        return fact[1:3]
    return fact if fact[0] == mailbox_state.MAY else fact[:2]


def can_return(fact: Fact, *, before: State) -> bool:
    """Whether Microsoft lets anybody put it back: a display name that was empty cannot be emptied again.

    source  https://learn.microsoft.com/graph/api/user-update (2026)
    """
    return fact[0] != NAME or (NAME, fact[1], "") not in before


def with_bin(state: State, deleted: State) -> State:
    """A state with what belongs to those who are in the bin, who were there in an earlier one."""
    there = {fact[1] for fact in state if fact[0] == ACCOUNT}
    binned = {fact[1] for fact in deleted if fact[0] == ACCOUNT} - there
    return state | {fact for fact in deleted if any(_is_about(fact, guid) for guid in fact[1:3] if guid in binned)}


def after(state: State, changes: Iterable[Change], *, found: State, kept: State = frozenset()) -> State:
    """What the tenant has to be like when these have happened, and nothing else.

    found  what it is like: only it knows the ids of those who were created
    kept   what it was like when those who are restored were still there
    """
    facts = set(state)
    for change in changes:
        if change.verb is Verb.RESTORE_USER:
            facts |= _restored(facts, kept, change.subject.guid)
        else:
            _DEEDS[change.verb](facts, change)
    facts = {fact for fact in facts if fact[0] != INHERITED}
    return _named({*facts, *_inherited(facts)}, found)


def _named(facts: set[Fact], found: State) -> State:
    """Those who are called by their user names, called by their ids."""
    ids = {fact[2]: fact[1] for fact in found if fact[0] == ACCOUNT}
    return frozenset((fact[0], ids.get(fact[1], fact[1]), *fact[2:]) for fact in facts)


def _restored(facts: set[Fact], kept: State, guid: str) -> set[Fact]:
    """What comes back with somebody; who lies in the bin is nobody's manager."""
    there = {guid, *(fact[1] for fact in facts if fact[0] == ACCOUNT)}
    back = {fact for fact in kept if _is_about(fact, guid)}
    return {fact for fact in back if fact[0] != MANAGER or {fact[1], fact[2]} <= there}


def _is_about(fact: Fact, guid: str) -> bool:
    """Whether somebody takes the fact with them when they are deleted."""
    return fact[1] == guid or (fact[0] == MANAGER and fact[2] == guid)


def _of_account(line: dict[str, Any]) -> Iterator[Fact]:
    yield ACCOUNT, line["id"], line["upn"]
    yield NAME, line["id"], line["name"] or ""
    yield ENABLED, line["id"], str(line["enabled"])
    if line["manager"]:
        yield MANAGER, line["id"], line["manager"]


def _detail(detail: dict[str, Any]) -> str:
    return str(detail["scope"]) if "scope" in detail else ",".join(sorted(detail.get("disabled", ())))


def _inherited(facts: set[Fact]) -> Iterator[Fact]:
    """A licence of a group reaches its direct members who are people."""
    people = {fact[1] for fact in facts if fact[0] == ACCOUNT}
    edges = [fact for fact in facts if fact[0] == EDGE]
    licences: dict[str, set[str]] = {}
    for _, holder, permission, _relation, _detail in edges:
        if permission.startswith("licence:") and holder not in people:
            licences.setdefault(f"group:{holder}", set()).add(permission)
    for _, holder, permission, relation, _detail in edges:
        if relation == "member" and holder in people:
            for licence in licences.get(permission, ()):
                yield INHERITED, holder, licence, permission.partition(":")[2]


def _give(relation: str) -> Callable[[set[Fact], Change], None]:
    def give(facts: set[Fact], change: Change) -> None:
        facts.add((EDGE, change.subject.guid, change.permission, relation, _wanted(change)))

    return give


def _take(relation: str) -> Callable[[set[Fact], Change], None]:
    def take(facts: set[Fact], change: Change) -> None:
        facts.discard((EDGE, change.subject.guid, change.permission, relation, _wanted(change)))

    return take


def _wanted(change: Change) -> str:
    return change.options.scope if change.permission.startswith("role:") else ""


def _license(facts: set[Fact], change: Change) -> None:
    options = change.options
    _unlicense(facts, change)
    _drop(facts, change.subject.guid, options.instead_of)
    disabled = ",".join(sorted(options.disabled_plans or ()))
    facts.add((EDGE, change.subject.guid, change.permission, "assigned", disabled))


def _unlicense(facts: set[Fact], change: Change) -> None:
    _drop(facts, change.subject.guid, change.permission)


def _drop(facts: set[Fact], holder: str, permission: str) -> None:
    facts -= {fact for fact in facts if fact[:4] == (EDGE, holder, permission, "assigned")}


def _set_enabled(facts: set[Fact], change: Change) -> None:
    guid = change.subject.guid
    facts -= {(ENABLED, guid, "True"), (ENABLED, guid, "False")}
    facts.add((ENABLED, guid, str(change.verb is Verb.ENABLE)))


def _update(facts: set[Fact], change: Change) -> None:
    """Of what an update may set, the truth tells the name and the manager."""
    told = {"displayName": NAME, "manager": MANAGER}
    for property_, value in change.options.properties.items():
        name = told.get(property_)
        if name is not None:
            facts -= {fact for fact in facts if fact[:2] == (name, change.subject.guid)}
            facts |= {(name, change.subject.guid, str(value or ""))} if value or name == NAME else set()


def _create(facts: set[Fact], change: Change) -> None:
    wanted = change.options.properties
    guid = str(wanted["userPrincipalName"])
    facts |= {(ACCOUNT, guid, guid), (NAME, guid, str(wanted["displayName"])), (ENABLED, guid, "True")}


def _delete(facts: set[Fact], change: Change) -> None:
    """With what they hold, and as the manager of others."""
    guid = change.subject.guid
    facts -= {fact for fact in facts if _is_about(fact, guid)}


def _nothing(_facts: set[Fact], _change: Change) -> None:
    return


_DEEDS: dict[Verb, Callable[[set[Fact], Change], None]] = {
    Verb.ADD_MEMBER: _give("member"),
    Verb.REMOVE_MEMBER: _take("member"),
    Verb.ADD_OWNER: _give("owner"),
    Verb.REMOVE_OWNER: _take("owner"),
    Verb.ASSIGN_ROLE: _give("assigned"),
    Verb.REMOVE_ROLE: _take("assigned"),
    Verb.MAKE_ELIGIBLE: _give("eligible"),
    Verb.END_ELIGIBLE: _take("eligible"),
    Verb.ASSIGN_APP_ROLE: _give("assigned"),
    Verb.REMOVE_APP_ROLE: _take("assigned"),
    Verb.ASSIGN_LICENCE: _license,
    Verb.SWAP_LICENCE: _license,
    Verb.SET_PLANS: _license,
    Verb.REMOVE_LICENCE: _unlicense,
    Verb.ENABLE: _set_enabled,
    Verb.BLOCK: _set_enabled,
    Verb.UPDATE_USER: _update,
    Verb.CREATE_USER: _create,
    Verb.DELETE_USER: _delete,
    **dict.fromkeys([*UNSEEN, Verb.REPROCESS_LICENCES], _nothing),
    **mailbox_state.DEEDS,
}
