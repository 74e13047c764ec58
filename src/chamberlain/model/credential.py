"""What a connection proves itself to Microsoft with: one that is used, and beside it those before and after it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from chamberlain.model.tenant import CredentialKind


class CredentialState(Enum):
    """Moves: PENDING to CURRENT when Microsoft took it, CURRENT to OLD when another one became current, and back."""

    PENDING = "pending"
    CURRENT = "current"
    OLD = "old"


MOVES: dict[CredentialState, frozenset[CredentialState]] = {
    CredentialState.PENDING: frozenset({CredentialState.CURRENT}),
    CredentialState.CURRENT: frozenset({CredentialState.OLD}),
    CredentialState.OLD: frozenset({CredentialState.CURRENT}),
}


class ExpirySource(Enum):
    """Who says when a credential ends."""

    CERTIFICATE = "certificate"
    MICROSOFT = "microsoft"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class KeptCredential:
    """A credential without what is secret in it.

    client_id      None for a certificate that waits for its registration
    tenant_id      ours; None before the tenant is connected
    certificate    the public part, as PEM; None where there is none
    thumbprint     as the Entra admin centre shows it; "" where there is none
    expires_at     None: unknown, or it does not end (federation)
    warned_days    the last of the days before its end of which somebody was told
    """

    id: UUID
    tenant_id: int | None
    kind: CredentialKind
    state: CredentialState
    client_id: str | None
    certificate: str | None
    thumbprint: str
    expires_at: datetime | None
    expiry_source: ExpirySource | None
    made_at: datetime
    made_by: str
    warned_days: int | None
