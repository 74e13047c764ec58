"""What a tenant is connected for, which scopes that takes, and how they stand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chamberlain.errors import Misconfigured
from chamberlain.language import gettext
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Ability, Capability, ScopeStanding
from chamberlain.model.kind import Family
from chamberlain.model.matrix import Cell, Row
from chamberlain.model.merged import ACCOUNTS, name_of
from chamberlain.model.run import PhaseName
from chamberlain.model.tenant import Connection, CredentialKind, Tenant
from chamberlain.policy.authority import Deed, may, require
from chamberlain.policy.barred import barred
from chamberlain.policy.capabilities import ABILITIES, ROLE_NAMES, instead_of, is_dangerous, lacks, writes
from chamberlain.policy.matrix import matrix
from chamberlain.policy.scope_standing import open_scopes, stand, to_ask_for
from chamberlain.queries.state import one_state
from chamberlain.store import coverage, scopes, tenants
from chamberlain.store.reads import own_roles

WHAT = {
    PhaseName.PEOPLE: ACCOUNTS,
    PhaseName.GROUPS: name_of(Family.GROUP),
    PhaseName.ROLES: name_of(Family.ROLE),
    PhaseName.LICENCES: name_of(Family.LICENCE),
    PhaseName.PRODUCTS: name_of(Family.APP_ROLE),
}


@dataclass(frozen=True, slots=True)
class CapabilityLine:
    """A capability as a page lists it.

    lacks       scopes without which a chosen one does not work now
    roles       names of directory roles, one of which our service principal has to hold
    has_role    whether it holds one of them, in the whole tenant; None where none is needed or it is not known
    instead_of  wider scopes that the usual connection asks for, and this one does not
    """

    ability: Ability
    is_chosen: bool
    writes: bool
    is_dangerous: bool
    lacks: tuple[str, ...]
    roles: tuple[str, ...]
    has_role: bool | None
    instead_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scopes:
    """Everything about the scopes of a connection.

    missing      what Reconnect asks for; empty where nothing is missing
    is_own_app   whether the tenant has a registration of its own, to which missing scopes are added by hand
    may_choose   whether the viewer may choose capabilities
    """

    connection: Connection
    lines: tuple[CapabilityLine, ...]
    standings: tuple[ScopeStanding, ...]
    missing: tuple[ScopeStanding, ...]
    matrix: tuple[Row, ...]
    is_own_app: bool
    may_choose: bool


@dataclass(frozen=True, slots=True)
class Shut:
    """A kind of data that is not read now.

    what    as in queries/freshness.py: "accounts", or the name of a family in small letters
    scopes  what is missing; empty where nobody chose it
    since   when the last of them was revoked, as far as it is known
    """

    what: str
    title: str
    scopes: tuple[str, ...]
    since: datetime | None


def list_shut(*, viewer: Actor, tenant: Tenant) -> tuple[Shut, ...]:
    """Kinds of data that are not read, which every page of the tenant has to say: what it shows of them is old."""
    require(viewer, Deed.SEE_TENANT, tenant_id=tenant.id)
    chosen, held = scopes.chosen_and_held(tenant.id)
    if not held:
        return ()  # nobody has looked yet
    lost = {one.scope: one.lost_at for one in held}
    found = []
    for phase, error in barred(chosen, open_scopes(held)).items():
        names = tuple(name for name in str(error.data.get("scope", "")).split(", ") if name)
        times = [at for name in names if (at := lost.get(name)) is not None]
        title = gettext(ABILITIES[Capability(error.data["capability"])].title)
        found.append(Shut(WHAT[phase], title, names, max(times, default=None)))
    return tuple(found)


def show_scopes(*, viewer: Actor, tenant: Tenant, planned: Iterable[Capability] | None = None) -> Scopes:
    """How the scopes of a connection stand.

    planned  for this choice instead of the one that holds, to see what it would take
    raises   Misconfigured("not_connected")
    """
    require(viewer, Deed.SEE_CONNECTION, tenant_id=tenant.id)
    with one_state():
        connection = tenants.connection_of(tenant.id)
        chosen = scopes.chosen(tenant.id) if planned is None else frozenset(planned)
        held = scopes.held(tenant.id)
        roles = None if connection is None else _own_roles(connection)
    if connection is None:
        raise Misconfigured("not_connected")
    here = open_scopes(held)
    standings = tuple(_told(one) for one in stand(chosen, held))
    return Scopes(
        connection=connection,
        lines=tuple(line_of(one, chosen=chosen, held=here, own=roles) for one in ABILITIES.values()),
        standings=standings,
        missing=to_ask_for(standings),
        matrix=tuple(replace(row, cells=tuple(_cell(cell) for cell in row.cells)) for row in matrix(chosen, here)),
        is_own_app=connection.credential is not CredentialKind.INSTALLATION_APP,
        may_choose=may(viewer, Deed.CONNECT, tenant_id=tenant.id),
    )


def _own_roles(connection: Connection) -> frozenset[str] | None:
    """Roles of our own service principal; None where it is not known who that is, or roles were never read."""
    looked = coverage.read(tenant_id=connection.tenant.id)
    if connection.principal is None or name_of(Family.ROLE) not in looked:
        return None
    return own_roles.held_by(tenant_id=connection.tenant.id, principal=connection.principal)


def line_of(
    ability: Ability,
    *,
    chosen: frozenset[Capability],
    held: frozenset[str] | None = None,
    own: frozenset[str] | None = None,
) -> CapabilityLine:
    """A capability as a page lists it; where nothing is held yet, nothing is told to be missing."""
    is_chosen = ability.capability in chosen
    told = replace(
        ability,
        title=gettext(ability.title),
        loss=gettext(ability.loss),
        uses=tuple(replace(use, purpose=gettext(use.purpose)) for use in ability.uses),
    )
    return CapabilityLine(
        ability=told,
        is_chosen=is_chosen,
        writes=writes(ability.capability),
        is_dangerous=is_dangerous(ability.capability),
        lacks=lacks(ability.capability, held) if is_chosen and held is not None else (),
        roles=tuple(ROLE_NAMES[one] for one in ability.roles),
        has_role=None if own is None or not ability.roles else not own.isdisjoint(ability.roles),
        instead_of=instead_of(ability.capability),
    )


def _told(one: ScopeStanding) -> ScopeStanding:
    uses = tuple((capability, gettext(purpose)) for capability, purpose in one.needed.uses) if one.needed else ()
    return replace(
        one,
        needed=replace(one.needed, uses=uses) if one.needed else None,
        lost=tuple(gettext(text) for text in one.lost),
    )


def _cell(cell: Cell) -> Cell:
    return replace(cell, limit=gettext(cell.limit) if cell.limit else "")
