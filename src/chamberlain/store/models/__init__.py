"""Tables that Django describes. The large ones of the directory are in `store/schema/*.sql`."""

from chamberlain.store.models.api_token import ApiOnceRow, ApiTokenRow
from chamberlain.store.models.connection import ConnectAttempt, ConnectionRow, CredentialRow
from chamberlain.store.models.consent import ConsentRow
from chamberlain.store.models.event import AuditKeyRow, EventRow
from chamberlain.store.models.message import MailBoxRow, MessageRow
from chamberlain.store.models.notice import HearingRow, SubscriptionRow
from chamberlain.store.models.plan import CommentRow, GuardRow, HaltRow, PlanRow, StepRow, TaskRow
from chamberlain.store.models.rate import RateRow
from chamberlain.store.models.refusal import RefusalRow
from chamberlain.store.models.role import RoleRow
from chamberlain.store.models.run import PhaseRow, RunRow
from chamberlain.store.models.scope import ChoiceRow, ScopeRow
from chamberlain.store.models.sign_in import CodeRow, PasskeyRow, RecoveryCodeRow, SessionRow, SignInAttempt
from chamberlain.store.models.tenant import TenantRow
from chamberlain.store.models.term import TermRow
from chamberlain.store.models.total import TotalRow
from chamberlain.store.models.user import SignInLink, User
from chamberlain.store.models.view import ColumnsRow, DefaultViewRow, ViewRow

__all__ = [
    "ApiOnceRow",
    "ApiTokenRow",
    "AuditKeyRow",
    "ChoiceRow",
    "CodeRow",
    "ColumnsRow",
    "CommentRow",
    "ConnectAttempt",
    "ConnectionRow",
    "ConsentRow",
    "CredentialRow",
    "DefaultViewRow",
    "EventRow",
    "GuardRow",
    "HaltRow",
    "HearingRow",
    "MailBoxRow",
    "MessageRow",
    "PasskeyRow",
    "PhaseRow",
    "PlanRow",
    "RateRow",
    "RecoveryCodeRow",
    "RefusalRow",
    "RoleRow",
    "RunRow",
    "ScopeRow",
    "SessionRow",
    "SignInAttempt",
    "SignInLink",
    "StepRow",
    "SubscriptionRow",
    "TaskRow",
    "TenantRow",
    "TermRow",
    "TotalRow",
    "User",
    "ViewRow",
]
