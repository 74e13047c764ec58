"""What connections prove themselves with, and when that ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chamberlain import clock
from chamberlain.errors import NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.credential import CredentialState, KeptCredential
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.authority import Deed, may, require, require_somewhere
from chamberlain.policy.expiry import Ending, Urgency, ending
from chamberlain.settings import load
from chamberlain.store import credentials, tenants


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential and how it stands now."""

    credential: KeptCredential
    ending: Ending

    @property
    def is_told(self) -> bool:
        """Whether a page has to say so: it ends within a month, or has ended."""
        return self.ending.urgency in (Urgency.SOON, Urgency.URGENT, Urgency.OVER)


@dataclass(frozen=True, slots=True)
class Credentials:
    """All of a connection's.

    kind            how it proves itself now
    current         None: the installation's app, or a secret from before credentials were kept side by side
    may_rotate      whether the viewer may, and there is something of the tenant's own to rotate
    has_federation  whether this installation knows where its platform's token is
    """

    kind: CredentialKind
    current: Shown | None
    waiting: tuple[Shown, ...]
    old: tuple[Shown, ...]
    may_rotate: bool
    has_federation: bool


def show_credentials(*, viewer: Actor, tenant: Tenant) -> Credentials | None:
    """What the tenant's connection has; None where it is not connected."""
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    connection = tenants.connection_of(tenant.id)
    if connection is None:
        return None
    shown = [_shown(one) for one in credentials.of(connection)]

    def those(state: CredentialState) -> tuple[Shown, ...]:
        return tuple(one for one in shown if one.credential.state is state)

    return Credentials(
        kind=connection.credential,
        current=next(iter(those(CredentialState.CURRENT)), None),
        waiting=those(CredentialState.PENDING),
        old=those(CredentialState.OLD),
        may_rotate=may(viewer, Deed.CONNECT, tenant_id=tenant.id)
        and connection.credential is not CredentialKind.INSTALLATION_APP,
        has_federation=load().federated_token_file is not None,
    )


def current_credentials(*, viewer: Actor, tenant_ids: Iterable[int]) -> dict[int, Shown]:
    """The current credential of each of these tenants that has one and whose connection the viewer may see."""
    seen = [one for one in tenant_ids if may(viewer, Deed.SEE_CONNECTION, tenant_id=one)]
    return {tenant_id: _shown(kept) for tenant_id, kept in credentials.current_by_tenant(seen).items()}


def ending_soon(*, viewer: Actor, tenant: Tenant) -> Shown | None:
    """The current credential, where a page has to say that it ends and the viewer is one who cares."""
    found = current_credentials(viewer=viewer, tenant_ids=[tenant.id]).get(tenant.id)
    return found if found is not None and found.is_told else None


def list_waiting_certificates(*, viewer: Actor) -> tuple[Shown, ...]:
    """Certificates that were made for tenants that are not connected yet, newest first.

    Who may connect only tenants of their own sees none: a certificate is made on the page of such a tenant.
    """
    require_somewhere(viewer, Deed.CONNECT)
    if not may(viewer, Deed.CONNECT):
        return ()
    return tuple(_shown(one) for one in credentials.unconnected())


def find_certificate(*, viewer: Actor, credential_id: UUID) -> KeptCredential:
    """A certificate, of which the public part is to be taken away.

    raises  NotFound("credential_not_found"), also where the viewer may not connect that tenant
    """
    kept = credentials.find(credential_id)
    if kept.certificate is None or not may(viewer, Deed.CONNECT, tenant_id=kept.tenant_id):
        raise NotFound("credential_not_found")
    return kept


def _shown(kept: KeptCredential) -> Shown:
    return Shown(kept, ending(kept.expires_at, now=clock.now()))
