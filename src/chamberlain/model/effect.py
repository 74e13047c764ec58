"""What a change brings about besides what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from chamberlain.model.path import Link


class Consequence(StrEnum):
    """What happens besides. Values are stable; their sentences stand in `sentences`."""

    GAINS = "gains"  # a permission, through a group
    LOSES = "loses"  # the last way of holding it
    KEEPS = "keeps"  # still held another way, so the change alters less than it seems to
    ENTERS_BY_RULE = "enters_by_rule"
    LEAVES_BY_RULE = "leaves_by_rule"
    MAY_MOVE_BY_RULE = "may_move_by_rule"  # a rule reads what changes, and we cannot tell how it ends
    LAST_OWNER_LEAVES = "last_owner_leaves"
    FIRST_OWNER = "first_owner"  # of a group that has none: whoever it is can be replaced, but not taken away
    GROUP_WITHOUT_MEMBERS = "group_without_members"
    DATA_AT_RISK = "data_at_risk"  # mail and files behind a licence are deleted after a grace
    MAILBOX_TOO_LARGE = "mailbox_too_large"
    ON_HOLD = "on_hold"
    HAS_ARCHIVE = "has_archive"
    MAILBOX_GOES = "mailbox_goes"
    MAILBOX_STAYS = "mailbox_stays"
    MAILBOX_DELETED = "mailbox_deleted"
    KEPT_BY_HOLD = "kept_by_hold"
    FORWARDING_ENDS = "forwarding_ends"
    FORWARDS_OUTSIDE = "forwards_outside"  # mail leaves the tenant
    MAILBOX_UNKNOWN = "mailbox_unknown"  # Exchange alone knows, and is not connected
    MAILBOX_UNREAD = "mailbox_unread"
    SEATS_USED_UP = "seats_used_up"
    NOT_RESTORABLE = "not_restorable"
    SYNC_MAY_REVERT = "sync_may_revert"  # the on-premises directory says otherwise
    SEATS_SHORT = "seats_short"  # a group's licence would reach more people than there are seats
    ENDS_BY_US = "ends_by_us"
    ENDS_ANYWAY = "ends_anyway"  # what goes would have ended by itself, or by us
    PLANS_EXCLUDE = "plans_exclude"  # services of two licences that, by Microsoft's list, do not go together
    PLAN_NEEDS = "plan_needs"  # a service that, by Microsoft's pages, works only beside another one
    CLASHED_BEFORE = "clashed_before"  # others in the tenant could not get both
    REFUSED_BEFORE = "refused_before"  # the same change, by Microsoft, for a reason that it told
    ALREADY_SO = "already_so"


@dataclass(frozen=True, slots=True)
class Effect:
    """One consequence.

    link     the permission that is gained, lost or kept; None where it is about none
    through  the groups between, nearest to the account first
    values   what else its sentence speaks of
    """

    consequence: Consequence
    link: Link | None = None
    through: tuple[Link, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
