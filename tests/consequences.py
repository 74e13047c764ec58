"""Which consequences tell of a mailbox, so that tests can ask for exactly those."""

from chamberlain.model.effect import Consequence

ABOUT_MAILBOX = frozenset(
    {
        Consequence.DATA_AT_RISK,
        Consequence.MAILBOX_TOO_LARGE,
        Consequence.ON_HOLD,
        Consequence.HAS_ARCHIVE,
        Consequence.MAILBOX_GOES,
        Consequence.MAILBOX_STAYS,
        Consequence.MAILBOX_DELETED,
        Consequence.KEPT_BY_HOLD,
        Consequence.FORWARDING_ENDS,
        Consequence.MAILBOX_UNKNOWN,
        Consequence.MAILBOX_UNREAD,
    }
)
