"""For each verb: what proves it, whether what it did can be put back, and who says so.

`docs/reference/proof.md` and `docs/reference/undo.md` are made from this table.
"""

from dataclasses import dataclass

from chamberlain.model.plan import ProofKind, Restorable
from chamberlain.model.verb import Verb

_GRAPH = "https://learn.microsoft.com/graph/api/"
_EXCHANGE = "https://learn.microsoft.com/powershell/module/exchange/"


@dataclass(frozen=True, slots=True)
class Restoring:
    """What is known of a verb.

    looks_at    what is read back, as docs say it
    restorable  whether the opposite step makes it as it was
    what        what comes back, or why it does not
    source      whose word it is
    """

    proof: ProofKind
    looks_at: str
    restorable: Restorable
    what: str
    source: str


def _row(looks_at: str, restorable: Restorable, what: str, page: str) -> Restoring:
    return Restoring(ProofKind.GRAPH, looks_at, restorable, what, f"{_GRAPH}{page} (2026)")


def _mailbox(looks_at: str, what: str, page: str) -> Restoring:
    """What Exchange proves of a mailbox; all of it comes back."""
    return Restoring(ProofKind.EXCHANGE, looks_at, Restorable.WHOLLY, what, f"{_EXCHANGE}{page} (2026)")


_W, _P, _NOT, _NOTHING = Restorable.WHOLLY, Restorable.IN_PART, Restorable.NOT, Restorable.NOTHING

RESTORING: dict[Verb, Restoring] = {
    Verb.ADD_MEMBER: _row("direct members of the group", _W, "The membership is taken again.", "group-post-members"),
    Verb.REMOVE_MEMBER: _row(
        "direct members of the group", _W, "The membership is given again.", "group-delete-members"
    ),
    Verb.ADD_OWNER: _row(
        "owners of the group",
        _W,
        "The ownership is taken again, as long as somebody else owns the group: Microsoft keeps the last owner. Who "
        "was made the first owner of a group can be replaced, and the plan says so before it runs.",
        "group-delete-owners",
    ),
    Verb.REMOVE_OWNER: _row("owners of the group", _W, "The ownership is given again.", "group-delete-owners"),
    Verb.ASSIGN_ROLE: _row(
        "assignments of the role to the holder, by scope, with their end",
        _W,
        "The assignment is taken again.",
        "rbacapplication-post-roleassignments",
    ),
    Verb.REMOVE_ROLE: _row(
        "assignments of the role to the holder, by scope",
        _W,
        "The assignment is given again, with its scope and its end, unless that has passed.",
        "unifiedroleassignment-delete",
    ),
    Verb.MAKE_ELIGIBLE: _row(
        "eligibility schedules of the holder, by scope, with their end",
        _W,
        "The eligibility is taken again.",
        "rbacapplication-post-roleeligibilityschedulerequests",
    ),
    Verb.END_ELIGIBLE: _row(
        "eligibility schedules of the holder, by scope",
        _W,
        "The eligibility is given again, with its scope and its end, unless that has passed.",
        "rbacapplication-post-roleeligibilityschedulerequests",
    ),
    Verb.ASSIGN_APP_ROLE: _row(
        "assignments of the holder to the application",
        _W,
        "The assignment is taken again.",
        "serviceprincipal-post-approleassignedto",
    ),
    Verb.REMOVE_APP_ROLE: _row(
        "assignments of the holder to the application",
        _W,
        "The assignment is given again; it has a new id.",
        "serviceprincipal-delete-approleassignedto",
    ),
    Verb.ASSIGN_LICENCE: _row(
        "`licenseAssignmentStates` without a group, with `disabledPlans`",
        _W,
        "The licence is taken again, or has the plans that it had.",
        "user-assignlicense",
    ),
    Verb.REMOVE_LICENCE: _row(
        "`licenseAssignmentStates` without a group",
        _W,
        "The licence is given again with its disabled plans, if a seat is left. Microsoft keeps mail and files for 30 "
        "days; an undo after that gives the licence without them. To whoever has no usage location it is not given "
        "again before they have one, and the plan says so before it runs.",
        "user-assignlicense",
    ),
    Verb.SWAP_LICENCE: _row(
        "`licenseAssignmentStates` of both licences, with `disabledPlans`",
        _W,
        "Swapped back in one request, with the disabled plans that the old one had.",
        "user-assignlicense",
    ),
    Verb.SET_PLANS: _row(
        "`disabledPlans` of the licence",
        _W,
        "The plans that were off are off, the others on.",
        "user-assignlicense",
    ),
    Verb.REPROCESS_LICENCES: _row(
        "`licenseAssignmentStates`: a later `lastUpdatedDateTime`",
        _NOTHING,
        "Microsoft looks again at what is there already.",
        "user-reprocesslicenseassignment",
    ),
    Verb.CREATE_USER: _row(
        "the user, by the id that Microsoft gave",
        _W,
        "The user is deleted, and stays in the bin for 30 days.",
        "user-post-users",
    ),
    Verb.UPDATE_USER: _row(
        "the properties that were set",
        _W,
        "The properties that differ get the values that they had. A display name that was empty stays: Microsoft "
        "clears none.",
        "user-update",
    ),
    Verb.ENABLE: _row("`accountEnabled`", _W, "Sign-in is blocked again.", "user-update"),
    Verb.BLOCK: _row("`accountEnabled`", _W, "Sign-in is allowed again.", "user-update"),
    Verb.REVOKE_SESSIONS: _row(
        "`signInSessionsValidFromDateTime`: later than before",
        _NOT,
        "Sessions that were ended stay ended: people sign in again.",
        "user-revokesigninsessions",
    ),
    Verb.RESET_PASSWORD: _row(
        "`lastPasswordChangeDateTime`: later than before",
        _NOT,
        "Nobody knows the old password: not Microsoft in plain text, and not Chamberlain.",
        "user-update",
    ),
    Verb.DELETE_USER: _row(
        "the bin: there, and no more among the users",
        _P,
        "The user comes back from the bin for 30 days, with memberships and licences as far as Microsoft keeps them.",
        "user-delete",
    ),
    Verb.RESTORE_USER: _row(
        "the user: there, and no more in the bin",
        _W,
        "The user goes back into the bin.",
        "directory-deleteditems-restore",
    ),
    Verb.SET_REPLIES: _row(
        "`automaticRepliesSetting`: status, times, audience, and what people read of both texts, with its links",
        _W,
        "The replies are as they were: on, off or scheduled, with the texts and the audience that they had.",
        "user-update-mailboxsettings",
    ),
    Verb.END_REPLIES: _row(
        "`automaticRepliesSetting`: status",
        _W,
        "The replies are as they were: on, off or scheduled, with the texts and the audience that they had.",
        "user-update-mailboxsettings",
    ),
    Verb.SET_FORWARDING: _mailbox(
        "`ForwardingAddress`, `ForwardingSmtpAddress`, `DeliverToMailboxAndForward`",
        "Mail goes on to whom it went before, or to nobody. What was forwarded meanwhile stays where it went.",
        "set-mailbox",
    ),
    Verb.END_FORWARDING: _mailbox(
        "`ForwardingAddress`, `ForwardingSmtpAddress`",
        "Mail goes on to whom it went before, with a copy where one was kept.",
        "set-mailbox",
    ),
    Verb.HIDE_FROM_LISTS: _mailbox("`HiddenFromAddressListsEnabled`", "Shown in address lists again.", "set-mailbox"),
    Verb.SHOW_IN_LISTS: _mailbox("`HiddenFromAddressListsEnabled`", "Hidden from address lists again.", "set-mailbox"),
    Verb.GIVE_FULL_ACCESS: _mailbox(
        "`FullAccess` of the other one on the mailbox", "The access is taken again.", "add-mailboxpermission"
    ),
    Verb.TAKE_FULL_ACCESS: _mailbox(
        "`FullAccess` of the other one on the mailbox",
        "The access is given again; Outlook opens the mailbox by itself then, also where it did not before.",
        "remove-mailboxpermission",
    ),
    Verb.GIVE_SEND_AS: _mailbox(
        "`SendAs` of the other one on the mailbox", "The right is taken again.", "add-recipientpermission"
    ),
    Verb.TAKE_SEND_AS: _mailbox(
        "`SendAs` of the other one on the mailbox", "The right is given again.", "remove-recipientpermission"
    ),
    Verb.GIVE_SEND_ON_BEHALF: _mailbox("`GrantSendOnBehalfTo`", "The right is taken again.", "set-mailbox"),
    Verb.TAKE_SEND_ON_BEHALF: _mailbox("`GrantSendOnBehalfTo`", "The right is given again.", "set-mailbox"),
    Verb.MAKE_SHARED: _mailbox(
        "`RecipientTypeDetails`",
        "Somebody's own mailbox again, which takes a licence: where the plan took it, the undo gives it first. Who had "
        "none gets it back only with one, and the plan says so before it runs.",
        "set-mailbox",
    ),
    Verb.MAKE_PERSONAL: _mailbox("`RecipientTypeDetails`", "A shared mailbox again.", "set-mailbox"),
}

# What never comes back, whoever did it; a plan that contains one says so before it runs.
NEVER_BACK = frozenset(verb for verb, row in RESTORING.items() if row.restorable is Restorable.NOT)
