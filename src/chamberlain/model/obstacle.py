"""What stands in the way of a change, and what would help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Hindrance(StrEnum):
    """Why a change cannot be done. Values are stable; their sentences stand in `sentences`."""

    UNKNOWN_SUBJECT = "unknown_subject"
    UNKNOWN_PERMISSION = "unknown_permission"
    DELETED = "deleted"
    DYNAMIC = "dynamic"
    SYNCED_GROUP = "synced_group"
    SYNCED_ACCOUNT = "synced_account"
    INHERITED = "inherited"
    NOT_HELD = "not_held"
    NAME_TAKEN = "name_taken"
    NOT_A_PERSON = "not_a_person"
    NEEDS_EXCHANGE = "needs_exchange"
    NOT_NESTABLE = "not_nestable"
    READ_ONLY = "read_only"
    CAPABILITY_OFF = "capability_off"
    SCOPE_MISSING = "scope_missing"
    DIRECTORY_ROLE_MISSING = "directory_role_missing"
    NO_SEATS = "no_seats"
    NO_USAGE_LOCATION = "no_usage_location"
    PROTECTED_ACCOUNT = "protected_account"
    PROTECTED_PERMISSION = "protected_permission"
    LAST_GLOBAL_ADMINISTRATOR = "last_global_administrator"
    LAST_OWNER = "last_owner"
    OURSELVES = "ourselves"
    NO_PREMIUM = "no_premium"
    UNSEEN = "unseen"
    CONTRADICTION = "contradiction"
    OWNED_IN_EXCHANGE = "owned_in_exchange"
    MAILBOX_NEEDS_EXCHANGE = "mailbox_needs_exchange"
    NO_MAILBOX = "no_mailbox"
    OWN_MAILBOX = "own_mailbox"
    SYNCED_MAILBOX = "synced_mailbox"
    NOT_CONVERTIBLE = "not_convertible"
    MAILBOX_TOO_LARGE = "mailbox_too_large"
    MAILBOX_SIZE_UNKNOWN = "mailbox_size_unknown"
    MAILBOX_TAKES_LICENCE = "mailbox_takes_licence"


class Help(StrEnum):
    """What would let it be done."""

    EDIT_RULE = "edit_rule"
    RUN_COMMAND = "run_command"
    LEAVE_GROUP = "leave_group"
    CONNECT_EXCHANGE = "connect_exchange"
    CHOOSE_CAPABILITY = "choose_capability"
    GRANT_SCOPE = "grant_scope"
    GRANT_ROLE = "grant_role"
    LEAVE_READ_ONLY = "leave_read_only"
    ASSIGN_INSTEAD = "assign_instead"
    RECLAIM_SEAT = "reclaim_seat"
    FREE_SEAT = "free_seat"
    SET_USAGE_LOCATION = "set_usage_location"
    NAME_ANOTHER = "name_another"
    NAME_ONE = "name_one"
    RESTORE_FIRST = "restore_first"
    SYNC_AGAIN = "sync_again"
    EDIT_FILTER = "edit_filter"
    CHANGE_IN_EXCHANGE = "change_in_exchange"
    CONNECT_MAILBOXES = "connect_mailboxes"
    ASSIGN_LICENCE_FIRST = "assign_licence_first"
    PLAN_FEWER = "plan_fewer"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way.

    values   what its sentence speaks of: the rule, the group, the scope
    command  what to run elsewhere, for example in the on-premises directory; "" where there is none. Names of the
             directory stand in it quoted, because they are anybody's text
    """

    hindrance: Hindrance
    help: Help
    values: Mapping[str, str] = field(default_factory=dict)
    command: str = ""
