"""What connecting offers and asks for, before anybody is sent to Microsoft."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from chamberlain.language import gettext
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability
from chamberlain.policy.authority import Deed, may, require_somewhere
from chamberlain.policy.capabilities import ABILITIES, STANDARD, check_choice, named, needed, writes
from chamberlain.queries.scopes import CapabilityLine, line_of
from chamberlain.settings import load
from chamberlain.store import scopes, tenants


@dataclass(frozen=True, slots=True)
class ScopeNeed:
    """A permission that connecting asks for. `purpose` is a sentence; without an optional one connecting works."""

    scope: str
    purpose: str
    required: bool


@dataclass(frozen=True, slots=True)
class ConnectOffer:
    """What the connect page says before anybody is sent to Microsoft.

    installation_app   whether this installation has its own multi-tenant app registration
    redirect_uri       where Microsoft sends the administrator back to; has to be registered
    lines              what can be chosen with connecting: whatever only reads and works today
    scopes             the smallest set for what is chosen
    """

    installation_app: bool
    redirect_uri: str
    lines: tuple[CapabilityLine, ...]
    scopes: tuple[ScopeNeed, ...]

    @property
    def chosen(self) -> tuple[CapabilityLine, ...]:
        """The lines that are chosen."""
        return tuple(line for line in self.lines if line.is_chosen)


def show_connect_offer(
    *, viewer: Actor, capabilities: Iterable[str] | None = None, tenant_id: str | None = None
) -> ConnectOffer:
    """What connecting needs and asks for.

    capabilities  values of `Capability`; None: what was chosen for the tenant, or else the standard ones
    tenant_id     the tenant that is meant, where it is known
    raises        Refused: not_allowed, capability_unknown, writing_before_reading, capability_not_yet
    """
    require_somewhere(viewer, Deed.CONNECT)
    settings = load()
    if capabilities is None:
        chosen = _kept(viewer, tenant_id)
    else:
        chosen = check_choice(named(capabilities), is_connected=False, is_confirmed=False)
    offered = (one for one in ABILITIES.values() if one.is_ready and not writes(one.capability))
    return ConnectOffer(
        installation_app=settings.client_id is not None and settings.client_secret is not None,
        redirect_uri=settings.redirect_uri,
        lines=tuple(line_of(one, chosen=chosen) for one in offered),
        scopes=tuple(
            ScopeNeed(one.scope.name, gettext(one.uses[0][1]), required=one.required) for one in needed(chosen)
        ),
    )


def _kept(viewer: Actor, guid: str | None) -> frozenset[Capability]:
    """Of what was chosen for a tenant that the viewer may connect, what only reads."""
    known = tenants.by_guid(read) if (read := _guid(guid)) else None
    if known is None or not may(viewer, Deed.CONNECT, tenant_id=known.id):
        return STANDARD
    return frozenset(one for one in scopes.chosen(known.id) if not writes(one))


def _guid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
