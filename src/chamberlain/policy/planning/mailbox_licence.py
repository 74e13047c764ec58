"""Which licences carry a mailbox, and what one may keep without any.

source  https://learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes,
        https://learn.microsoft.com/microsoft-365/admin/email/remove-license-from-shared-mailbox (2026): above 50 GB,
        with an archive or on hold also a shared mailbox takes Exchange Online Plan 2
"""

from chamberlain.model.exchange import Mailbox
from chamberlain.model.plan import Subject
from chamberlain.model.situation import Situation
from chamberlain.policy.planning.reach import Above, group, reach

LARGEST_GIGABYTES = 50.0
_GIGABYTE = 1024**3
_LICENCE = "licence:"
# Service plans that carry a mailbox; others only add to one, or are there for companies as a whole.
# source  https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference (2026)
MAILBOX_PLANS = "EXCHANGE"
_CARRYING = ("EXCHANGE_S_", "EXCHANGE_B_", "EXCHANGE_L_")
_ADDING = ("FOUNDATION", "ARCHIVE")


def carries_mailbox(plan: str) -> bool:
    """Whether a service plan of this name carries a mailbox."""
    return plan.startswith(_CARRYING) and not any(word in plan for word in _ADDING)


def has_licence(above: Above, subject: Subject, situation: Situation) -> bool:
    """Whether somebody holds a licence with a mailbox that is not switched off, directly or through a group."""
    for key, through in reach(above, subject).items():
        known = situation.permissions.get(key)
        if not key.startswith(_LICENCE) or known is None or not known.mailbox_plans:
            continue
        holder = group(through[-1]) if through else subject
        off = {plan for edge in above.held(holder) if edge.permission == key for plan in edge.disabled_plans}
        if known.mailbox_plans - off:
            return True
    return False


def gigabytes_of(mailbox: Mailbox) -> float | None:
    """How much lies in a mailbox; None where Exchange did not say."""
    return None if mailbox.bytes is None else mailbox.bytes / _GIGABYTE
