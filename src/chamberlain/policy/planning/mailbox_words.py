"""What is said of mailboxes in plans. These literals are message ids; braces are filled after the translation."""

from chamberlain.model.effect import Consequence
from chamberlain.model.obstacle import Help, Hindrance
from chamberlain.model.verb import Verb

VERB = {
    Verb.SET_REPLIES: "mail to {who} is answered automatically",
    Verb.END_REPLIES: "mail to {who} is no longer answered automatically",
    Verb.SET_FORWARDING: "mail to {who} goes on to {what}",
    Verb.END_FORWARDING: "mail to {who} no longer goes on to anybody",
    Verb.HIDE_FROM_LISTS: "{who} is hidden from address lists",
    Verb.SHOW_IN_LISTS: "{who} is shown in address lists",
    Verb.GIVE_FULL_ACCESS: "{what} may open the mailbox of {who}",
    Verb.TAKE_FULL_ACCESS: "{what} may no longer open the mailbox of {who}",
    Verb.GIVE_SEND_AS: "{what} may send as {who}",
    Verb.TAKE_SEND_AS: "{what} may no longer send as {who}",
    Verb.GIVE_SEND_ON_BEHALF: "{what} may send on behalf of {who}",
    Verb.TAKE_SEND_ON_BEHALF: "{what} may no longer send on behalf of {who}",
    Verb.MAKE_SHARED: "the mailbox of {who} becomes a shared one",
    Verb.MAKE_PERSONAL: "the mailbox of {who} becomes their own again",
}

HINDRANCE = {
    Hindrance.MAILBOX_NEEDS_EXCHANGE: "Only Exchange changes this of a mailbox, and it is not connected.",
    Hindrance.NO_MAILBOX: "{who} has no mailbox.",
    Hindrance.OWN_MAILBOX: "It is the own mailbox of {who}.",
    Hindrance.SYNCED_MAILBOX: "{who} comes from the on-premises directory, where alone this of the mailbox is changed.",
    Hindrance.NOT_CONVERTIBLE: "The mailbox of {who} is neither somebody's own nor a shared one, but a room's or so.",
    Hindrance.MAILBOX_TOO_LARGE: (
        "The mailbox of {who} has {gigabytes} GB and no licence: a shared one may have {most} GB without."
    ),
    Hindrance.MAILBOX_SIZE_UNKNOWN: (
        "{who} has no licence, without which a mailbox may have {most} GB, and Exchange did not tell what this one has."
    ),
    Hindrance.MAILBOX_TAKES_LICENCE: "{who} has no licence with a mailbox, without which nobody has one of their own.",
}

HELP = {
    Help.CONNECT_MAILBOXES: (
        "Choose “Settle leavers' mailboxes” on the connection's page, and switch Exchange on (CHAMBERLAIN_EXCHANGE)."
    ),
    Help.ASSIGN_LICENCE_FIRST: "Give a licence with a mailbox first; above 50 GB one with Exchange Online Plan 2.",
    Help.PLAN_FEWER: "Plan again, with fewer mailboxes where there are many; or give a licence with a mailbox first.",
}

CONSEQUENCE = {
    Consequence.MAILBOX_TOO_LARGE: (
        "the mailbox has {gigabytes} GB, more than it may keep without a licence: leave one with Exchange Online "
        "Plan 2, or have mail moved out first"
    ),
    Consequence.ON_HOLD: (
        "the mailbox is on hold, which takes a licence with Exchange Online Plan 2, or with an archive: leave one, or "
        "have the hold ended first"
    ),
    Consequence.HAS_ARCHIVE: "the mailbox has an archive, which takes a licence with Exchange Online Plan 2: leave one",
    Consequence.MAILBOX_GOES: (
        "the mailbox goes as well, {gigabytes} GB: convert it to a shared one first, and it stays without a licence"
    ),
    Consequence.MAILBOX_STAYS: "the mailbox stays: it is shared and has {gigabytes} GB; files go after 30 days",
    Consequence.MAILBOX_DELETED: "the mailbox is deleted as well, {gigabytes} GB, also where it is a shared one",
    Consequence.KEPT_BY_HOLD: "the mailbox is on hold: Microsoft keeps it, inactive, until the hold ends",
    Consequence.FORWARDING_ENDS: "mail to {who} no longer goes on to {to}",
    Consequence.FORWARDS_OUTSIDE: "mail to {who} leaves the tenant: whoever has {to} reads it",
    Consequence.MAILBOX_UNKNOWN: "whether the mailbox is too large, or on hold, is unknown: needs Exchange",
    Consequence.MAILBOX_UNREAD: (
        "whether there is a mailbox, too large, or on hold, is unknown: Exchange did not tell"
    ),
}
