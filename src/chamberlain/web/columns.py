"""The columns that lists can show: what each is called and how wide it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from chamberlain.policy.planning.words import STEP_STATE
from chamberlain.web.words import Word

NAME = "name"  # always there: it says what a row is about and leads to it


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    width    its width as a class; the usual columns of a list leave the name what remains
    narrow   classes that take it off small screens, as long as the list shows its usual columns
    note     what the figure means, on hover
    words    what its values are called, where they are not words themselves
    unknown  (word, reason) where a missing value means that nobody knows
    zero     a word for zero, where zero asks for attention
    """

    id: str
    label: Word
    width: str = "w-44"
    narrow: str = ""
    number: bool = False
    note: Word = ""
    words: Mapping[Any, Word] = field(default_factory=dict)
    unknown: tuple[Word, Word] | None = None
    zero: Word = ""


FLAG = {True: _("Yes"), False: _("No")}
MOMENT = "w-32"

PEOPLE = (
    Column(NAME, _("Name"), width="w-72"),
    Column("user_name", _("User name"), width="w-56"),
    Column("mail", _("Mail"), width="w-56"),
    Column("type", _("Type"), width="w-24"),
    Column("state", _("State"), width="w-24", words={True: _("Active"), False: _("Blocked")}),
    Column("department", _("Department"), narrow="hidden md:table-cell"),
    Column("job_title", _("Job title"), narrow="hidden lg:table-cell"),
    Column("licences", _("Licences"), width="w-24", number=True, narrow="hidden sm:table-cell"),
    Column("roles", _("Roles"), width="w-20", number=True, narrow="hidden sm:table-cell"),
    Column("manager", _("Manager")),
    Column("company", _("Company")),
    Column("office", _("Office"), width="w-36"),
    Column("city", _("City"), width="w-32"),
    Column("country", _("Country"), width="w-32"),
    Column("usage_location", _("Usage location"), width="w-32"),
    Column("employee_id", _("Employee ID"), width="w-32"),
    Column("employee_type", _("Employee type"), width="w-32"),
    Column("on_premises", _("Synced from on-premises"), width="w-48", words=FLAG),
    Column("created", _("Account made"), width=MOMENT),
    Column("first_seen", _("First seen"), width=MOMENT),
    Column(
        "last_sign_in",
        _("Last sign-in"),
        width=MOMENT,
        note=_("As Entra tells, once a day"),
        unknown=(_("Unknown"), _("No sign-in is on record, or it could not be read: the person's page says which.")),
    ),
    Column("object_id", _("Object ID"), width="w-80"),
)
PEOPLE_USUAL = (NAME, "department", "job_title", "licences", "roles")

PERMISSIONS = (
    Column(NAME, _("Name"), width="w-80"),
    Column("kind", _("Kind"), width="w-48", narrow="hidden lg:table-cell"),
    Column("app", _("Application")),
    Column("mail", _("Mail"), width="w-56", narrow="hidden 2xl:table-cell"),
    Column("description", _("Description"), width="w-64"),
    Column(
        "members",
        _("Direct"),
        width="w-20",
        narrow="max-sm:hidden",
        number=True,
        note=_("Accounts and groups that hold it directly"),
    ),
    Column("people", _("People"), width="w-20", number=True, note=_("People who hold it by whatever path")),
    Column(
        "owners",
        _("Owners"),
        width="w-24",
        narrow="hidden md:table-cell",
        number=True,
        unknown=(_("unknown"), _("Unknown: needs Exchange. Microsoft Graph has no owners for this kind")),
        zero=_("none"),
    ),
    Column("dynamic", _("By rule"), width="w-24", words=FLAG),
    Column("rule", _("Membership rule"), width="w-64"),
    Column("on_premises", _("Synced from on-premises"), width="w-48", words=FLAG),
    Column("role_assignable", _("Can carry roles"), width="w-36", words=FLAG),
    Column("privileged", _("Privileged"), width="w-24", words=FLAG),
    Column("team", _("Has a team"), width="w-28", words=FLAG),
    Column("visibility", _("Visibility"), width="w-32"),
    Column("created", _("Created"), width=MOMENT),
    Column("first_seen", _("First seen"), width=MOMENT),
    Column("key", _("Key"), width="w-96"),
)
OF_GROUPS = frozenset(
    {"mail", "owners", "dynamic", "rule", "on_premises", "role_assignable", "team", "visibility", "created"}
)

HOLDERS = (
    Column(NAME, _("Name")),
    Column("user_name", _("User name")),
    Column("type", _("Type")),
    Column("state", _("State"), words={True: _("Active"), False: _("Blocked")}),
    Column("paths", _("Path")),
    Column("since", _("Since")),
    Column("object_id", _("Object ID")),
)
LICENCES = (
    Column(NAME, _("Licence")),
    Column("part_number", _("Part number")),
    Column("status", _("Status")),
    Column("free", _("Free of charge"), words=FLAG),
    Column("bought", _("Bought")),
    Column("assigned", _("Assigned")),
    Column("idle", _("Idle")),
    Column("suspended", _("Seats suspended")),
    Column("blocked", _("Blocked")),
    Column("errors", _("Errors")),
)
RUNS = (
    Column("id", _("Run")),
    Column("state", _("State")),
    Column("trigger", _("Trigger")),
    Column("actor_name", _("By")),
    Column("queued_at", _("Queued")),
    Column("started_at", _("Started")),
    Column("ended_at", _("Ended")),
    Column("seconds", _("Seconds")),
    Column("requests", _("Requests")),
    Column("resource_units", _("Resource units")),
    Column("throttled", _("Throttled")),
    Column("warnings", _("Warnings")),
    Column("error_code", _("Error")),
)
MADE_CHANGES = (
    Column("at", _("When")),
    Column("plan", _("Plan")),
    Column("step", _("Step")),
    Column("says", _("Change")),
    Column("subject_name", _("Person or group")),
    Column("subject", _("Key of whom it concerns")),
    Column("permission_name", _("Permission")),
    Column("permission", _("Key")),
    Column("verb", _("Verb")),
    Column("state", _("State"), words=STEP_STATE),
    Column("before", _("Before")),
    Column("proof", _("Proof")),
    Column("tries", _("Sent")),
    Column("by", _("By")),
    Column("approved_by", _("Approved by")),
    Column("cause", _("Asked by")),
    Column("reason", _("Why")),
    Column("failure", _("Error")),
)
