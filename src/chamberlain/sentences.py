"""For each error code: what happened, why, and what to do, in plain words.

The wings translate and fill them. Placeholders in braces are filled from the error's data.
"""

from dataclasses import dataclass

from chamberlain.errors import ChamberlainError


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, why, and what to do; each one sentence, each may be translated on its own."""

    what: str
    why: str
    repair: str


SENTENCES: dict[str, Sentence] = {
    "unexpected": Sentence(
        "Something went wrong that we did not foresee.",
        "This is a defect in Chamberlain.",
        "Please report it with the id shown here; nothing was changed.",
    ),
    "not_allowed": Sentence(
        "You may not do this.",
        "Your account has none of the roles that allow it.",
        "Ask an administrator of this installation.",
    ),
    "sign_in_link_invalid": Sentence(
        "This sign-in link does not work.",
        "It was used already, has expired, or was not copied completely.",
        "Make a new one in the terminal with: chamberlain sign-in",
    ),
    "person_not_found": Sentence(
        "There is no such person in this tenant.",
        "Nobody that was synced matches {text}.",
        "Check the spelling, or start a sync if the person is new.",
    ),
    "person_ambiguous": Sentence(
        "Several people match {text}.",
        "Only one person can be shown.",
        "Use the user name or object id of one of: {candidates}.",
    ),
    "permission_not_found": Sentence(
        "There is no such permission in this tenant.",
        "Nothing that was synced has the key {key}.",
        "Look it up under Permissions, or start a sync if it is new.",
    ),
    "tenant_not_found": Sentence(
        "There is no such tenant here.",
        "No connected tenant is called {slug}.",
        "Choose one under Integrations, or connect it.",
    ),
    "tenant_ambiguous": Sentence(
        "Several tenants are connected.",
        "The command needs to know which one is meant.",
        "Name it with --tenant; there are: {candidates}.",
    ),
    "no_tenant": Sentence(
        "No tenant is connected yet.",
        "There is nothing to show or to sync.",
        "Connect one in the browser under Integrations, or with: chamberlain connect",
    ),
    "run_not_found": Sentence(
        "There is no such sync run.",
        "This tenant has no run number {run_id}.",
        "See the list of sync runs.",
    ),
    "sync_running": Sentence(
        "A sync of this tenant is already running.",
        "Only one sync of a tenant runs at a time.",
        "Wait for run {run_id} to end; its page shows how far it is.",
    ),
}


def explain(error: ChamberlainError) -> Sentence:
    """The sentence for an error, with its placeholders filled."""
    template = SENTENCES.get(error.code, SENTENCES["unexpected"])
    known = _Known({key: str(value) for key, value in error.data.items()})
    return Sentence(template.what.format_map(known), template.why.format_map(known), template.repair.format_map(known))


class _Known(dict[str, str]):
    """Leaves a dash where an error carries no value for a placeholder."""

    def __missing__(self, key: str) -> str:
        return "–"
