"""Tables that Django describes. The large ones of the directory are in `store/schema/*.sql`."""

from chamberlain.store.models.connection import ConnectAttempt, ConnectionRow
from chamberlain.store.models.consent import ConsentRow
from chamberlain.store.models.event import EventRow
from chamberlain.store.models.notice import HearingRow, SubscriptionRow
from chamberlain.store.models.run import PhaseRow, RunRow
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.models.user import SignInLink, User
from chamberlain.store.models.view import ColumnsRow, DefaultViewRow, ViewRow

__all__ = [
    "ColumnsRow",
    "ConnectAttempt",
    "ConnectionRow",
    "ConsentRow",
    "DefaultViewRow",
    "EventRow",
    "HearingRow",
    "PhaseRow",
    "RunRow",
    "SignInLink",
    "SubscriptionRow",
    "TenantRow",
    "User",
    "ViewRow",
]
