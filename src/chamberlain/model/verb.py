"""What can be done to a tenant, one word each."""

from enum import StrEnum

from chamberlain.model.kind import Family


class Verb(StrEnum):
    """One thing that a step does. Values are stable: they stand in the database, in JSON and in the terminal.

    Groups of all four kinds share their verbs: whether Graph or Exchange carries them follows from the kind.
    """

    ADD_MEMBER = "add_member"
    REMOVE_MEMBER = "remove_member"
    ADD_OWNER = "add_owner"
    REMOVE_OWNER = "remove_owner"
    ASSIGN_ROLE = "assign_role"
    REMOVE_ROLE = "remove_role"
    MAKE_ELIGIBLE = "make_eligible"
    END_ELIGIBLE = "end_eligible"
    ASSIGN_APP_ROLE = "assign_app_role"
    REMOVE_APP_ROLE = "remove_app_role"
    ASSIGN_LICENCE = "assign_licence"
    REMOVE_LICENCE = "remove_licence"
    SWAP_LICENCE = "swap_licence"
    SET_PLANS = "set_plans"
    REPROCESS_LICENCES = "reprocess_licences"
    CREATE_USER = "create_user"
    UPDATE_USER = "update_user"
    ENABLE = "enable"
    BLOCK = "block"
    REVOKE_SESSIONS = "revoke_sessions"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word, not a secret
    DELETE_USER = "delete_user"
    RESTORE_USER = "restore_user"
    SET_REPLIES = "set_replies"
    END_REPLIES = "end_replies"
    SET_FORWARDING = "set_forwarding"
    END_FORWARDING = "end_forwarding"
    HIDE_FROM_LISTS = "hide_from_lists"
    SHOW_IN_LISTS = "show_in_lists"
    GIVE_FULL_ACCESS = "give_full_access"
    TAKE_FULL_ACCESS = "take_full_access"
    GIVE_SEND_AS = "give_send_as"
    TAKE_SEND_AS = "take_send_as"
    GIVE_SEND_ON_BEHALF = "give_send_on_behalf"
    TAKE_SEND_ON_BEHALF = "take_send_on_behalf"
    MAKE_SHARED = "make_shared"
    MAKE_PERSONAL = "make_personal"

    @property
    def family(self) -> Family | None:
        """What family of permissions its change names; None where it names none, but the account alone."""
        return _FAMILIES.get(self)

    @property
    def gives(self) -> bool:
        """Whether it gives access or lets in, rather than taking it away."""
        return self in GIVING


_FAMILIES = {
    Verb.ADD_MEMBER: Family.GROUP,
    Verb.REMOVE_MEMBER: Family.GROUP,
    Verb.ADD_OWNER: Family.GROUP,
    Verb.REMOVE_OWNER: Family.GROUP,
    Verb.ASSIGN_ROLE: Family.ROLE,
    Verb.REMOVE_ROLE: Family.ROLE,
    Verb.MAKE_ELIGIBLE: Family.ROLE,
    Verb.END_ELIGIBLE: Family.ROLE,
    Verb.ASSIGN_APP_ROLE: Family.APP_ROLE,
    Verb.REMOVE_APP_ROLE: Family.APP_ROLE,
    Verb.ASSIGN_LICENCE: Family.LICENCE,
    Verb.REMOVE_LICENCE: Family.LICENCE,
    Verb.SWAP_LICENCE: Family.LICENCE,
    Verb.SET_PLANS: Family.LICENCE,
}

GIVING = frozenset(
    {
        Verb.ADD_MEMBER,
        Verb.ADD_OWNER,
        Verb.ASSIGN_ROLE,
        Verb.MAKE_ELIGIBLE,
        Verb.ASSIGN_APP_ROLE,
        Verb.ASSIGN_LICENCE,
        Verb.SWAP_LICENCE,
        Verb.SET_PLANS,
        Verb.CREATE_USER,
        Verb.ENABLE,
        Verb.RESTORE_USER,
        Verb.GIVE_FULL_ACCESS,
        Verb.GIVE_SEND_AS,
        Verb.GIVE_SEND_ON_BEHALF,
    }
)

# What is done to somebody's mailbox. Their words: model/mailbox.py.
REPLIES = frozenset({Verb.SET_REPLIES, Verb.END_REPLIES})
FORWARDING = frozenset({Verb.SET_FORWARDING, Verb.END_FORWARDING})
ACCESS_GIVING = frozenset({Verb.GIVE_FULL_ACCESS, Verb.GIVE_SEND_AS, Verb.GIVE_SEND_ON_BEHALF})
ACCESS_TAKING = frozenset({Verb.TAKE_FULL_ACCESS, Verb.TAKE_SEND_AS, Verb.TAKE_SEND_ON_BEHALF})
LISTING = frozenset({Verb.HIDE_FROM_LISTS, Verb.SHOW_IN_LISTS})
SHARING = frozenset({Verb.MAKE_SHARED, Verb.MAKE_PERSONAL})
BY_EXCHANGE = FORWARDING | ACCESS_GIVING | ACCESS_TAKING | LISTING | SHARING
OF_MAILBOX = REPLIES | BY_EXCHANGE

# What a named administrator may do at once, past windows, hourly limits and the breaker.
EMERGENCY = frozenset({Verb.BLOCK, Verb.REVOKE_SESSIONS})
