"""Tenants and how we reach them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from chamberlain.model.cloud import Cloud


@dataclass(frozen=True, slots=True)
class Tenant:
    """One Entra / Microsoft 365 organisation. `id` is ours, `guid` is Microsoft's, `slug` stands in URLs.

    is_leaving  whether it is being forgotten, and nothing of it is shown any more
    """

    id: int
    guid: UUID
    slug: str
    name: str
    domain: str
    is_leaving: bool = False


class ConnectionState(Enum):
    """Health of a connection. Moves are made by actions only."""

    CONNECTED = "connected"
    BROKEN = "broken"


class CredentialKind(Enum):
    """How we prove to Microsoft who we are."""

    INSTALLATION_APP = "installation_app"
    OWN_SECRET = "own_secret"  # noqa: S105 - a word, not a secret
    OWN_CERTIFICATE = "own_certificate"
    OWN_FEDERATION = "own_federation"


@dataclass(frozen=True, slots=True)
class Connection:
    """How we reach a tenant, without the secret.

    scopes            application permissions found in the token
    concealed_names   whether the tenant hides names in usage reports; None: unknown
    principal         object id of our own service principal in the tenant; None until a sync has asked
    error_code        key of sentences.SENTENCES when broken
    """

    id: UUID
    tenant: Tenant
    credential: CredentialKind
    client_id: str
    state: ConnectionState
    scopes: tuple[str, ...]
    concealed_names: bool | None
    error_code: str | None
    connected_at: datetime
    connected_by: str
    cloud: Cloud = Cloud.GLOBAL
    principal: UUID | None = None
