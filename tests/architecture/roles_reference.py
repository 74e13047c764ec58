"""Writes the tables of docs/reference/roles.md from the table of deeds and the addresses of the walk.

Run it after a change to either: `.venv/bin/python tests/architecture/roles_reference.py`.
"""

import runpy
import sys
from pathlib import Path

from chamberlain.model.actor import Role
from chamberlain.policy.authority import ALLOWED, BEYOND_TENANTS, Deed

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "roles.md"
ADDRESSES = ROOT / "tests" / "web" / "addresses.py"
SHORT = {
    Role.ADMINISTRATOR: "administrator",
    Role.READ_ONLY_ADMINISTRATOR: "read-only",
    Role.AUDITOR: "auditor",
    Role.APP_ADMIN: "app admin",
    Role.REVIEWER: "reviewer",
    Role.USER: "user",
}

MEANING: dict[Deed, str] = {
    Deed.SEE_TENANT: "know that the tenant is here, and how old its data is",
    Deed.SEE_OWN_ACCESS: "see what one's own account holds, and why",
    Deed.SEE_NAMED_PERMISSIONS: "see a permission and its holders (app admins: the named ones only)",
    Deed.SEE_DIRECTORY: "see people, permissions, licences, consents, and their history",
    Deed.EXPORT_LIST: "take lists away as CSV",
    Deed.SEE_RUNS: "see sync runs",
    Deed.SEE_CONNECTION: "see the connection, its scopes, freshness and quotas",
    Deed.SEE_AUDIT_TRAIL: "see the audit trail",
    Deed.EXPORT_AUDIT_TRAIL: "take the audit trail away, as files and as evidence",
    Deed.SEE_ROLES: "see who has which role",
    Deed.SAVE_VIEW: "keep views and columns of one's own",
    Deed.SHARE_VIEW: "share views, delete shared ones",
    Deed.SYNC: "start a sync",
    Deed.SLOW_DOWN: "say how much of Microsoft's quotas syncs may use",
    Deed.CONNECT: "connect, choose capabilities, rotate credentials; a new tenant needs it in the whole installation",
    Deed.SEE_PLANS: "see plans, how they went, and the tasks that they left to people",
    Deed.MAKE_PLAN: "plan changes, which changes nothing",
    Deed.APPLY_PLAN: "have plans carried out, and put back",
    Deed.APPROVE_PLAN: "approve plans of others",
    Deed.SETTLE_TASK: "take, comment and settle tasks",
    Deed.SET_GUARDS: "set limits, windows and what is protected, and let a connection only rehearse",
    Deed.STOP_WRITERS: "stop everything that writes to the tenant, and let it go on",
    Deed.STOP_EVERYTHING: "stop everything that writes to any tenant, and let it go on",
    Deed.MAKE_TOKEN: "make tokens of the API for oneself, which never allow more than oneself",
    Deed.REVOKE_TOKENS: "revoke the tokens of others",
    Deed.GRANT_ROLES: "give and take roles, never above one's own",
    Deed.ROTATE_KEYS: "rotate the installation's keys",
    Deed.SEE_MESSAGES: "see messages to administrators, whether they were sent, and the mail server",
    Deed.RETRY_MESSAGE: "have a message sent again that was given up",
    Deed.TRY_MAIL: "send a test through the mail server",
    Deed.BACK_UP: "back up the installation, and put a backup back",
    Deed.ISSUE_SIGN_IN_LINK: "make links that sign a local administrator in",
}


def deeds_table() -> str:
    """Who may do what."""
    head = ["may", *SHORT.values()]
    lines = [_line(head), _line(["---"] * len(head))]
    for deed in Deed:
        where = " (in the whole installation)" if deed in BEYOND_TENANTS else ""
        lines.append(_line([MEANING[deed] + where, *("yes" if role in ALLOWED[deed] else "" for role in Role)]))
    return "\n".join(lines)


def pages_table() -> str:
    """What the addresses of the browser take."""
    lines = [_line(["page", "to look", "to send a form"]), _line(["---"] * 3)]
    lines += [
        _line([f"`{name}`", _need(entry.get), _need(entry.post)])
        for name, entry in sorted(runpy.run_path(str(ADDRESSES))["ADDRESSES"].items())
    ]
    return "\n".join(lines)


def routes_table() -> str:
    """What the routes of the API take of a token's person."""
    lines = [_line(["route", "takes"]), _line(["---"] * 2)]
    lines += [
        _line([f"`{name}`", _need(need)]) for name, need in sorted(runpy.run_path(str(ADDRESSES))["ROUTES"].items())
    ]
    return "\n".join(lines)


def page_with(page: str) -> str:
    """The page with every table made anew between its marks."""
    for name, table in (("deeds", deeds_table), ("pages", pages_table), ("routes", routes_table)):
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        _old, end, after = rest.partition(f"<!-- end of {name} -->")
        page = f"{before}{mark}\n{table()}\n\n{end}{after}"
    return page


def _need(need: object) -> str:
    if need is None:
        return ""
    return MEANING[need] if isinstance(need, Deed) else str(getattr(need, "value", need))


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
