"""What Microsoft answers, and what a sync makes of it."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "foreign_link": Sentence(
        "An answer led away from Microsoft Graph.",
        "A link to the next page pointed to {host}, where our token must not go.",
        "Nothing was followed or stored; please report this.",
    ),
    "graph_not_found": Sentence(
        "Microsoft Graph does not find {path}.",
        "It does not exist, or no longer (request {request_id}).",
        "Sync again; if it stays, please report it.",
    ),
    "network_unreachable": Sentence(
        "Microsoft cannot be reached.",
        "No connection to {host} ({reason}).",
        "Check the network, proxy and firewall; the next sync tries again, and what was synced stays.",
    ),
    "microsoft_busy": Sentence(
        "Microsoft asks us to come back later.",
        "It kept throttling or was unavailable (status {status}, request {request_id}).",
        "The next sync tries again; what was synced stays.",
    ),
    "microsoft_failing": Sentence(
        "Microsoft Graph fails.",
        "It answered {status} to {path} again and again (request {request_id}).",
        "The next sync tries again; what was synced stays.",
    ),
    "microsoft_refused": Sentence(
        "Microsoft Graph refused a request.",
        "It answered {status} {graph_code} to {path} (request {request_id}).",
        "Please report this with the request id; what was synced stays.",
    ),
    "microsoft_unreadable": Sentence(
        "Microsoft's answer cannot be read.",
        "It is not the JSON that it should be, or was cut off (status {status}, request {request_id}).",
        "The next sync tries again; a proxy in between may be the cause. What was synced stays.",
    ),
    "page_expired": Sentence(
        "A listing took too long.",
        "Microsoft forgot our place in it (request {request_id}).",
        "The next sync starts it anew; nothing was closed, what was synced stays.",
    ),
    "page_empty": Sentence(
        "A listing does not get anywhere.",
        "Microsoft sent {pages} empty pages of {path} in a row, each with a link to another one.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "delta_expired": Sentence(
        "Microsoft no longer knows what changed since the last sync.",
        "It keeps changes for seven days, and forgot our place earlier (status {status}, request {request_id}).",
        "Nothing to do: the next sync reads everything anew.",
    ),
    "circuit_open": Sentence(
        "We stopped asking Microsoft for a while.",
        "Every request to {workload} failed, many in a row, and did not recover in time.",
        "The next sync tries again; what was synced stays.",
    ),
    "batch_part_missing": Sentence(
        "Microsoft left questions unanswered.",
        "{parts} requests of a batch had no answer, again and again.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "page_repeated": Sentence(
        "A listing went in circles.",
        "Microsoft sent the same page of {path} twice.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "listing_short": Sentence(
        "A listing ended too early.",
        "Microsoft counted {expected} in {path} but sent {found}.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "phase_kept_crashing": Sentence(
        "A phase of the sync brought its worker down again and again.",
        "{phase} was begun {attempts} times and never ended.",
        "Read the worker's log around those times and report it; what was synced stays.",
    ),
    "job_lost": Sentence(
        "The sync was given up.",
        "The job that performed run {run_id} ended without saying how.",
        "Start a sync again; if it happens twice, please report it with the worker's log.",
    ),
    "tenant_busy": Sentence(
        "Another process still works on this tenant.",
        "It holds the tenant's lock and did not let go within a minute.",
        "Wait for it to end, or restart the workers; nothing was changed.",
    ),
    "holders_unseen": Sentence(
        "Microsoft may be hiding who holds something.",
        "The members of {guid} are hidden, or it appeared while groups were read.",
        "Its holders stay as they were; for hidden memberships let an administrator consent to Member.Read.Hidden.",
    ),
    "exchange_unread": Sentence(
        "Exchange told nothing, or not all.",
        "Reading owners of mail groups and dynamic distribution groups ended with {code}.",
        "What was known of them stays, and is shown as not read since; look up {code} among the connection problems.",
    ),
    "premium_missing": Sentence(
        "The tenant has no licence for this.",
        "Microsoft answers {path} only for tenants with Entra ID P1 or P2.",
        "Nothing to do, unless the tenant buys it: what needs it is left out and shown as unknown.",
    ),
    "licences_untold": Sentence(
        "Microsoft left out the licences.",
        "An answer to {path} came without them, and none told is not none held.",
        "The next sync tries again; nothing was closed.",
    ),
    "peer_missing": Sentence(
        "There is nothing to compare with.",
        "The package {package} is not installed: it is no part of the product.",
        "Install it beside Chamberlain, as the development requirements do, and measure again.",
    ),
    "proof_failed": Sentence(
        "The sync could not be proved.",
        "Reading a slice again ended with {code}.",
        "What was synced stays; the next sync proves again.",
    ),
    "consents_unseen": Sentence(
        "Consents could not be read.",
        "Reading what applications may do in people's names ended with {code}.",
        "What was known of consents stays; after scope_missing let an administrator consent to Directory.Read.All, "
        "otherwise the next sync tries again.",
    ),
    "notices_unreadable": Sentence(
        "This is not a notice.",
        "What was sent to the address for notices is not what Microsoft sends.",
        "Nothing to do: it was not taken.",
    ),
    "notices_unreachable": Sentence(
        "Microsoft does not reach this installation.",
        "It called the public address and did not get its answer ({graph_code}, request {request_id}).",
        "Let Microsoft reach /graph/notify and /graph/lifecycle there over https; until then syncs look by themselves.",
    ),
    "notices_refused": Sentence(
        "Microsoft does not want to tell us of changes.",
        "A permission is missing, or the tenant has too many subscriptions ({graph_code}, request {request_id}).",
        "Connect again with the permission that the how-to names; until then syncs look by themselves.",
    ),
    "vanished_while_read": Sentence(
        "Something vanished while it was read.",
        "Microsoft no longer knows {guid}, which was listed a moment before.",
        "Nothing to do: its members stay as they were until the next sync settles it.",
    ),
}
