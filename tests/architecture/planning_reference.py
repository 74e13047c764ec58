"""Writes the tables of docs/reference/proof.md and undo.md from the policy; run it after changing a verb.

usage  python tests/architecture/planning_reference.py
"""

from pathlib import Path

from chamberlain.model.plan import Restorable
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.order import CONSTRAINTS
from chamberlain.policy.planning.restoring import RESTORING

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PROOF, UNDO = REFERENCE / "proof.md", REFERENCE / "undo.md"
WORDS = {
    Restorable.WHOLLY: "yes",
    Restorable.IN_PART: "in part",
    Restorable.NOT: "**no**",
    Restorable.NOTHING: "nothing to restore",
}


def proofs() -> str:
    """One row for each verb: what is read back, and who says that it is there."""
    head = "| step | what the tenant has to show | read from | source |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{verb.value}` | {row.looks_at} | {read_from(verb)} | <{row.source.partition(' ')[0]}> (2026) |\n"
        for verb, row in RESTORING.items()
    )


def read_from(verb: Verb) -> str:
    """Where a proof is read. Membership of the two mail kinds is proved by Exchange, which Graph may lag behind."""
    kind = RESTORING[verb].proof.value.capitalize()
    return f"{kind}; Exchange for mail groups" if verb in EXCHANGE else kind


EXCHANGE = frozenset({Verb.ADD_MEMBER, Verb.REMOVE_MEMBER, Verb.ADD_OWNER, Verb.REMOVE_OWNER})


def undos() -> str:
    """One row for each verb: whether it comes back."""
    head = "| step | comes back | what does, or why it does not | source |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{verb.value}` | {WORDS[row.restorable]} | {row.what} | <{row.source.partition(' ')[0]}> (2026) |\n"
        for verb, row in RESTORING.items()
    )


def order() -> str:
    """One row for each constraint."""
    head = "| first | then | why |\n|---|---|---|\n"
    return head + "".join(f"| {verbs(rule.first)} | {verbs(rule.then)} | {rule.why} |\n" for rule in CONSTRAINTS)


def verbs(some: frozenset[Verb]) -> str:
    """Verbs in the order in which they are declared; all but a few by those that are left out."""
    if len(some) > len(Verb) // 2:
        left_out = ", ".join(f"`{verb.value}`" for verb in Verb if verb not in some)
        return f"everything but {left_out}"
    return ", ".join(f"`{verb.value}`" for verb in Verb if verb in some)


def page(path: Path) -> str:
    """A page with its tables replaced."""
    text = path.read_text(encoding="utf-8")
    for part, rows in {"proofs": proofs, "undos": undos, "order": order}.items():
        begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
        if begin in text:
            before, rest = text.split(begin)
            text = before + begin + rows() + end + rest.split(end)[1]
    return text


if __name__ == "__main__":
    for one in (PROOF, UNDO):
        one.write_text(page(one), encoding="utf-8")
