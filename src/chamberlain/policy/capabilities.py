"""Which scopes each capability needs, and which set the chosen ones need together.

Reading and writing are asked for apart, though most permissions to write include reading: taking back the one must not
blind the other.
source  least permissions of each call: https://learn.microsoft.com/graph/api/overview (2026), as marked in
        microsoftgraph/microsoft-graph-devx-content, permissions/new/permissions.json (2026-08-07)
"""

from collections.abc import Iterable

from chamberlain.errors import Refused
from chamberlain.model.capability import Ability, Capability, Needed, Use
from chamberlain.policy.scopes import DANGEROUS, SCOPES, suffices

# Directory roles by the id of their template.
# source  https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference (2026)
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
EXCHANGE_RECIPIENT_ADMINISTRATOR = "31392ffb-586c-42d1-9346-e59415a2cc4e"
ROLE_NAMES = {
    USER_ADMINISTRATOR: "User Administrator",
    EXCHANGE_RECIPIENT_ADMINISTRATOR: "Exchange Recipient Administrator",
}

_READING = (
    Ability(
        Capability.SEE_PEOPLE,
        "See people",
        "People are no longer read: who came, left or changed is not noticed.",
        (Use("User.Read.All", "People: names, departments, managers, status and licences."),),
        replaces=("User.Read", "Directory.AccessAsUser.All"),
        is_essential=True,
    ),
    Ability(
        Capability.SEE_GROUPS,
        "See groups",
        "Groups, their members and owners are no longer read.",
        (Use("GroupMember.Read.All", "Groups of all four kinds, their members and owners."),),
        replaces=("Directory.AccessAsUser.All",),
    ),
    Ability(
        Capability.SEE_ROLES,
        "See roles",
        "Directory roles and who holds them are no longer read.",
        (Use("RoleManagement.Read.Directory", "Directory roles and who holds them."),),
        replaces=("Directory.AccessAsUser.All",),
    ),
    Ability(
        Capability.SEE_PRODUCTS,
        "See products",
        "Enterprise applications and who is assigned to them are no longer read, nor what was granted to Chamberlain.",
        (Use("Application.Read.All", "Enterprise applications and who is assigned to them."),),
        replaces=("Directory.AccessAsUser.All",),
    ),
    Ability(
        Capability.SEE_LICENCES,
        "See licences",
        "Licences, their seats and service plans are no longer read.",
        (Use("LicenseAssignment.Read.All", "Licences: seats, service plans, who holds them."),),
        replaces=("Directory.AccessAsUser.All",),
    ),
    Ability(
        Capability.KNOW_TENANT,
        "Know the tenant",
        "The tenant's name and domains are no longer read.",
        (Use("Organization.Read.All", "The tenant's name and domains."),),
        replaces=("Directory.AccessAsUser.All",),
        is_essential=True,
    ),
    Ability(
        Capability.AUDIT_WAKES,
        "Read again only what changed",
        "Nobody tells which assignments to applications changed: that shows up to a week late.",
        (
            Use(
                "AuditLog.Read.All",
                "The audit log: which assignments to applications changed, so that a sync reads only those again.",
                also=("Directory.Read.All", "Directory.ReadWrite.All"),
            ),
        ),
        replaces=("AuditLog.Read.All",),
        is_optional=True,
    ),
    Ability(
        Capability.SEE_CONSENTS,
        "See consents",
        "Consents of applications are no longer read; devices and contacts that hold something stay without a name.",
        (
            Use(
                "Directory.Read.All",
                "Consents of applications, names of devices and contacts, and changed people in fewer requests.",
            ),
        ),
        replaces=("Directory.AccessAsUser.All",),
        is_optional=True,
    ),
    Ability(
        Capability.SEE_REPORT_NAMES,
        "See whether reports conceal names",
        "It stays unknown whether usage reports conceal names.",
        (Use("ReportSettings.Read.All", "Whether usage reports conceal names."),),
        is_optional=True,
    ),
    Ability(
        Capability.BE_TOLD,
        "Be told of changes",
        "Microsoft no longer tells of changes: they show with the next sync.",
        (
            Use("User.Read.All", "Notices of changed people."),
            Use("GroupMember.Read.All", "Notices of changed groups."),
        ),
        is_optional=True,
    ),
    Ability(
        Capability.SEE_HIDDEN_MEMBERS,
        "See hidden members",
        "Members of groups with hidden membership are not read.",
        (Use("Member.Read.Hidden", "Members of groups that hide them."),),
        is_optional=True,
    ),
    Ability(
        Capability.LAST_ACTIVITY,
        "See when people last signed in",
        "When people last signed in is no longer read; it needs Entra ID P1 or P2.",
        (Use("AuditLog.Read.All", "Sign-ins: when people last signed in."),),
        replaces=("AuditLog.Read.All",),
        is_optional=True,
    ),
    Ability(
        Capability.SERVICE_USE,
        "See when services were last used",
        "When services of Microsoft 365 were last used stays unknown.",
        (
            Use("Reports.Read.All", "Usage reports: when services of Microsoft 365 were last used."),
            Use("ReportSettings.Read.All", "Whether usage reports conceal names."),
        ),
        replaces=("Reports.Read.All",),
        is_optional=True,
        is_ready=False,
    ),
    Ability(
        Capability.MAIL_DISCOVERY,
        "Find applications by mail",
        "Applications that only mail tells of are not found.",
        (Use("Mail.ReadBasic.All", "Senders and subjects of mail, never its text, to find applications."),),
        replaces=("Mail.ReadBasic.All",),
        is_optional=True,
        is_ready=False,
    ),
)

_WRITING = (
    Ability(
        Capability.SHOW_REPORT_NAMES,
        "Switch concealed names",
        "Concealed names in usage reports are switched in the Microsoft 365 admin centre.",
        (Use("ReportSettings.ReadWrite.All", "Conceals or shows names in usage reports; nothing else is changed."),),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_PEOPLE,
        "Create, change and delete people",
        "People are created, changed and deleted by hand.",
        (Use("User.ReadWrite.All", "Creates, changes and deletes people."),),
        replaces=("User.ReadWrite.All",),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_GROUPS,
        "Change members of groups",
        "Members of security and Microsoft 365 groups are changed by hand.",
        (Use("GroupMember.ReadWrite.All", "Adds and removes members of security and Microsoft 365 groups."),),
        replaces=("Directory.ReadWrite.All",),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_OWNERS,
        "Change owners of groups",
        "Owners of security and Microsoft 365 groups are changed by hand.",
        (Use("Group.ReadWrite.All", "Adds and removes owners; Microsoft has no smaller permission for it."),),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_MAIL_GROUPS,
        "Change members of mail groups",
        "Members of distribution and mail-enabled security groups are changed by hand.",
        (
            Use(
                "Exchange.ManageAsApp",
                "Reads and changes what only Exchange tells of groups; Microsoft does not support it.",
            ),
        ),
        roles=(EXCHANGE_RECIPIENT_ADMINISTRATOR,),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_LICENCES,
        "Give and take licences",
        "Licences and their service plans are given and taken by hand.",
        (Use("LicenseAssignment.ReadWrite.All", "Gives and takes licences and their service plans."),),
        replaces=("LicenseAssignment.ReadWrite.All", "Directory.ReadWrite.All"),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_PRODUCTS,
        "Assign people to products",
        "Assignments to enterprise applications are changed by hand.",
        (Use("AppRoleAssignment.ReadWrite.All", "Assigns people and groups to enterprise applications."),),
        replaces=("AppRoleAssignment.ReadWrite.All",),
        is_optional=True,
    ),
    Ability(
        Capability.PROVISION_ROLES,
        "Give and take roles",
        "Directory roles are given and taken by hand.",
        (Use("RoleManagement.ReadWrite.Directory", "Gives and takes directory roles."),),
        is_optional=True,
    ),
    Ability(
        Capability.OFFBOARD_ACCOUNT,
        "Block leavers",
        "Sign-in of leavers is blocked, and their sessions are ended, by hand.",
        (
            Use("User.EnableDisableAccount.All", "Blocks and allows sign-in."),
            Use("User.RevokeSessions.All", "Ends sessions."),
        ),
        replaces=("User.ReadWrite.All",),
        is_optional=True,
    ),
    Ability(
        Capability.OFFBOARD_MAILBOX,
        "Settle leavers' mailboxes",
        "Automatic replies, forwarding and shared mailboxes of leavers are set by hand.",
        (
            Use("MailboxSettings.ReadWrite", "Automatic replies."),
            Use(
                "Exchange.ManageAsApp",
                "Forwarding, address lists, access for others, conversion to a shared mailbox; Microsoft does not "
                "support it.",
            ),
        ),
        replaces=("MailboxSettings.ReadWrite",),
        roles=(EXCHANGE_RECIPIENT_ADMINISTRATOR,),
        is_optional=True,
    ),
    Ability(
        Capability.RESET_PASSWORDS,
        "Reset passwords",
        "Passwords of leavers are reset by hand.",
        (Use("User-PasswordProfile.ReadWrite.All", "Resets passwords."),),
        replaces=("Directory.AccessAsUser.All",),
        roles=(USER_ADMINISTRATOR,),
        is_optional=True,
    ),
)

ABILITIES: dict[Capability, Ability] = {one.capability: one for one in (*_READING, *_WRITING)}
ESSENTIAL = frozenset(one.capability for one in ABILITIES.values() if one.is_essential)


def writes(capability: Capability) -> bool:
    """Whether a capability changes the tenant."""
    return any(SCOPES[use.scope].writes for use in ABILITIES[capability].uses)


def is_dangerous(capability: Capability) -> bool:
    """Whether who has its scopes can make itself Global Administrator."""
    return any(use.scope in DANGEROUS for use in ABILITIES[capability].uses)


def instead_of(capability: Capability) -> tuple[str, ...]:
    """Which of the ten scopes a capability does without, where it needs another one in its place."""
    own = {use.scope for use in ABILITIES[capability].uses}
    return tuple(name for name in ABILITIES[capability].replaces if name not in own)


# What a first connect asks for: it only reads, and reads only what the product shows today. What few tenants have,
# such as groups that hide their members, is ticked by those who have it.
STANDARD = frozenset(
    one.capability
    for one in ABILITIES.values()
    if one.is_ready and not writes(one.capability) and one.capability is not Capability.SEE_HIDDEN_MEMBERS
)


def needed(chosen: Iterable[Capability]) -> tuple[Needed, ...]:
    """The smallest set of scopes for what was chosen, in the order of the table, each with every reason."""
    wanted = frozenset(chosen)
    uses: dict[str, list[tuple[Capability, str]]] = {}
    for ability in ABILITIES.values():
        if ability.capability in wanted:
            for use in ability.uses:
                uses.setdefault(use.scope, []).append((ability.capability, use.purpose))
    return tuple(
        Needed(SCOPES[name], tuple(reasons), any(not ABILITIES[one].is_optional for one, _ in reasons))
        for name, reasons in uses.items()
    )


def opens(use: Use, held: frozenset[str]) -> str | None:
    """The held scope that lets do what a use is for; None where there is none."""
    return suffices(use.scope, held) or next((one for one in use.also if one in held), None)


def lacks(capability: Capability, held: frozenset[str]) -> tuple[str, ...]:
    """Scopes that a capability needs and that neither are held nor included in a wider one that is."""
    return tuple(use.scope for use in ABILITIES[capability].uses if opens(use, held) is None)


def named(values: Iterable[str]) -> frozenset[Capability]:
    """The capabilities that somebody named.

    raises  Refused("capability_unknown")
    """
    known = {one.value: one for one in Capability}
    found = set()
    for value in values:
        name = value.strip()
        if name not in known:
            raise Refused("capability_unknown", asked=name[:80])
        found.add(known[name])
    return frozenset(found)


def check_choice(chosen: Iterable[Capability], *, is_connected: bool, is_confirmed: bool) -> frozenset[Capability]:
    """The choice as it holds: with what is essential.

    is_connected  whether the tenant was connected, and is read, before
    is_confirmed  whether somebody confirmed that the tenant may be changed
    raises        Refused: writing_before_reading, writing_unconfirmed, capability_not_yet
    """
    wanted = frozenset(chosen) | ESSENTIAL
    changing = [one.value for one in ABILITIES if one in wanted and writes(one)]
    if changing and not is_connected:
        raise Refused("writing_before_reading", capabilities=", ".join(changing))
    if changing and not is_confirmed:
        raise Refused("writing_unconfirmed", capabilities=", ".join(changing))
    unready = [one.value for one in ABILITIES if one in wanted and not ABILITIES[one].is_ready]
    if unready:
        raise Refused("capability_not_yet", capabilities=", ".join(unready))
    return wanted
