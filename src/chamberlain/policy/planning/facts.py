"""What the tenant has to show for a change to have happened, in the words that `kinds` reads it back in.

    member              of a group, directly                      bool
    owner               of a group                                bool
    assigned            a role, an application's role, a licence: directly, not through a group   bool
    eligible            for a role                                bool
    ends                of a role or an eligibility               a moment, None: without end
    disabled_plans      of a licence                              ids, sorted
    other_assigned, other_disabled_plans   of the licence that a swap takes away
    exists, deleted     of a user: there, in the bin              bool
    guid                of a user who was created                 id
    enabled             of an account                             bool
    sessions_valid_from, password_changed_at, licences_processed_at   moments, None: never
    every property that an update names, by Graph's name
    replies             automatic ones: disabled, alwaysEnabled, scheduled
    internal_reply, external_reply   what they say, as HTML or plain text; what counts is what people read of it, links
                        and pictures included
    replies_to          which people outside get one: none, contactsOnly, all
    replies_from, replies_until      moments, where they are scheduled
    forwards_to, forwards_outside    whom mail goes on to, by object id, and at which address; "" for nobody
    keeps_copy          forwarded mail stays in the mailbox as well   bool
    hidden, shared      a mailbox: from address lists; converted      bool
    full_access, send_as, send_on_behalf   somebody may do so with a mailbox   bool

Moments are texts in ISO 8601, as Graph writes them. Nothing here may be secret: facts are stored, shown and exported.
"""

from datetime import datetime

from chamberlain.model.plan import Change, Fact, Facts, Options
from chamberlain.model.verb import OF_MAILBOX, Verb
from chamberlain.policy.planning.mailbox_facts import mailbox_facts
from chamberlain.policy.planning.reply_text import says

# No value can be foretold for them: they have to be later than they were.
MOVING = frozenset({"sessions_valid_from", "password_changed_at", "licences_processed_at"})
LATER = "later"

_FIXED: dict[Verb, Facts] = {
    Verb.ADD_MEMBER: {"member": True},
    Verb.REMOVE_MEMBER: {"member": False},
    Verb.ADD_OWNER: {"owner": True},
    Verb.REMOVE_OWNER: {"owner": False},
    Verb.REMOVE_ROLE: {"assigned": False},
    Verb.END_ELIGIBLE: {"eligible": False},
    Verb.ASSIGN_APP_ROLE: {"assigned": True},
    Verb.REMOVE_APP_ROLE: {"assigned": False},
    Verb.REMOVE_LICENCE: {"assigned": False},
    Verb.REPROCESS_LICENCES: {"licences_processed_at": LATER},
    Verb.CREATE_USER: {"exists": True},
    Verb.ENABLE: {"enabled": True},
    Verb.BLOCK: {"enabled": False},
    Verb.REVOKE_SESSIONS: {"sessions_valid_from": LATER},
    Verb.RESET_PASSWORD: {"password_changed_at": LATER},
    Verb.DELETE_USER: {"exists": False, "deleted": True},
    Verb.RESTORE_USER: {"exists": True, "deleted": False},
}
_MOMENTS = frozenset({"ends", "replies_from", "replies_until"})
_REPLIES = frozenset({"internal_reply", "external_reply"})


def expected(change: Change) -> Facts:
    """What has to be seen afterwards."""
    options = change.options
    match change.verb:
        case Verb.ASSIGN_ROLE:
            return {"assigned": True, "ends": _ends(options)}
        case Verb.MAKE_ELIGIBLE:
            return {"eligible": True, "ends": _ends(options)}
        case Verb.ASSIGN_LICENCE | Verb.SET_PLANS:
            return {"assigned": True, **_plans(options.disabled_plans)}
        case Verb.SWAP_LICENCE:
            return {"assigned": True, "other_assigned": False, **_plans(options.disabled_plans)}
        case Verb.UPDATE_USER:
            return dict(options.properties)
        case verb:
            return mailbox_facts(change) if verb in OF_MAILBOX else _FIXED[verb]


def is_met(wanted: Facts, *, seen: Facts, before: Facts | None) -> bool:
    """Whether what is seen is what was wanted. Nothing wanted is nothing proved, so it is never met.

    before  what was seen before the call: what has to move is measured from there
    """
    if not wanted:
        return False
    return all(
        _has_moved((before or {}).get(name), seen.get(name))
        if value == LATER and name in MOVING
        else _same(value, seen, name)
        for name, value in wanted.items()
    )


def collides(change: Change, *, before: Facts) -> bool:
    """Whether what a change is to make is there already, and is somebody else's.

    before  what was seen before anything was ever sent for it: after that, it may be what we made ourselves
    """
    return change.verb is Verb.CREATE_USER and before.get("exists") is True


def moment(at: datetime | None) -> str | None:
    """A time as facts hold it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def read_moment(fact: Fact) -> datetime | None:
    """A fact as a time; None where it is none."""
    try:
        return datetime.fromisoformat(fact) if isinstance(fact, str) else None
    except ValueError:
        return None


def _ends(options: Options) -> str | None:
    return None if options.ends_by_us else moment(options.ends)


def _plans(disabled: tuple[str, ...] | None) -> Facts:
    return {} if disabled is None else {"disabled_plans": tuple(sorted(disabled))}


def _same(value: Fact, seen: Facts, name: str) -> bool:
    """Whether a fact is as wanted; a fact that was not read is not."""
    if name not in seen:
        return False
    found = seen[name]
    if name in _MOMENTS:
        return read_moment(value) == read_moment(found)
    if name in _REPLIES:
        return says(str(value or "")) == says(str(found or ""))
    if name == "forwards_outside":
        return str(value or "").casefold() == str(found or "").casefold()
    if isinstance(value, tuple) and isinstance(found, tuple):
        return sorted(value) == sorted(found)
    return value == found


def _has_moved(was: Fact, now: Fact) -> bool:
    then, later = read_moment(was), read_moment(now)
    return later is not None and (then is None or later > then)
