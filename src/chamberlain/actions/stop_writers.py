"""Stop everything that writes, and let it go on; set a tenant's guard rails."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import msgspec

from chamberlain import clock
from chamberlain.audit.event import EventName, record
from chamberlain.model.actor import Actor
from chamberlain.model.guard import Eyes, Rails
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.policy.planning.four_eyes import choose, name_all
from chamberlain.provision.guarding import rails_of
from chamberlain.store import halts, roles
from chamberlain.store.connection import transaction
from chamberlain.store.plan_values import document


class _SameError(Exception):
    """Nothing would be otherwise: nothing is kept, and nobody set anything."""


def stop_writers(*, actor: Actor, tenant: Tenant | None, reason: str) -> bool:
    """From now on nothing is written to the tenant, or to any tenant; False where that was so before.

    What was sent already is still proved.
    raises  Refused("not_allowed")
    """
    _require(actor, tenant)
    tenant_id = tenant.id if tenant else None
    with transaction():
        is_new = halts.halt(tenant_id=tenant_id, is_breaker=False, reason=reason, by_name=actor.name, now=clock.now())
        if is_new:
            record(EventName.WRITERS_STOPPED, actor=actor, tenant_id=tenant_id, subject=_where(tenant), reason=reason)
    return is_new


def release_writers(*, actor: Actor, tenant: Tenant | None, reason: str) -> bool:
    """Lets writers go on, also after the breaker went; False where nothing held them. Paused plans are applied anew.

    raises  Refused("not_allowed")
    """
    _require(actor, tenant)
    tenant_id = tenant.id if tenant else None
    with transaction():
        lifted = [halts.lift(tenant_id=tenant_id, is_breaker=is_breaker) for is_breaker in (False, True)]
        if any(lifted):
            record(
                EventName.WRITERS_RELEASED,
                actor=actor,
                tenant_id=tenant_id,
                subject=_where(tenant),
                reason=reason,
                breaker="yes" if lifted[1] else "no",
            )
    return any(lifted)


def set_guards(
    *,
    actor: Actor,
    tenant: Tenant,
    rails: Rails | Callable[[Rails], Rails] | None = None,
    simulates: bool | None = None,
) -> bool:
    """Sets a tenant's guard rails, or whether its plans are only rehearsed; None leaves that as it is.

    What takes a second person is not set so, but by `choose_four_eyes`.
    rails    all of them, or what becomes of those that hold once nobody else can set them: so nothing is undone that
             another one set meanwhile
    returns  whether anything is otherwise than before
    raises   Refused("not_allowed"), and what making the rails raises
    """

    def wanted(held: Rails) -> Rails | None:
        if rails is None:
            return None
        found = rails(held) if callable(rails) else rails
        found = replace(found, four_eyes=held.four_eyes, easing=held.easing)
        return None if found == held else found

    return _set(actor, tenant, wanted, simulates=simulates)


def choose_four_eyes(
    *, actor: Actor, tenant: Tenant, more: frozenset[Eyes] = frozenset(), less: frozenset[Eyes] = frozenset()
) -> Rails:
    """Chooses what takes a second person besides power over the tenant, more of it or less; the rails as they are then.

    What somebody wants to be without still holds until another one wants the same, or, where there is no other, until
    the delay is over.
    raises  Refused("not_allowed")
    """
    now, administrators = clock.now(), roles.approvers(tenant_id=tenant.id)
    _set(
        actor,
        tenant,
        lambda held: choose(held, more=more, less=less, by=actor, now=now, administrators=administrators),
        simulates=None,
    )
    return rails_of(tenant.id)


def name_four_eyes(*, actor: Actor, tenant: Tenant, named: frozenset[Eyes]) -> Rails:
    """Chooses all that takes a second person besides power over the tenant; the rails as they are then.

    What is not named and held is wanted less, as in `choose_four_eyes`. What that is, is seen once nobody else can set
    the rails: of two who name at once the later one has the last word.
    raises  Refused("not_allowed")
    """
    now, administrators = clock.now(), roles.approvers(tenant_id=tenant.id)
    _set(
        actor,
        tenant,
        lambda held: name_all(held, named=named, by=actor, now=now, administrators=administrators),
        simulates=None,
    )
    return rails_of(tenant.id)


def _set(actor: Actor, tenant: Tenant, wanted: Callable[[Rails], Rails | None], *, simulates: bool | None) -> bool:
    require(actor, Deed.SET_GUARDS, tenant_id=tenant.id)
    now = clock.now()
    with suppress(_SameError), transaction():
        halts.lock(tenant.id, now=now)
        held = rails_of(tenant.id)
        before = {"simulates": halts.simulates(tenant.id), **_plain(held)}
        rails = wanted(held)
        if rails is None and simulates in (None, before["simulates"]):
            raise _SameError
        halts.set_rails(
            tenant_id=tenant.id,
            rails=None if rails is None else document(rails),
            simulates=simulates,
            by_name=actor.name,
            now=now,
        )
        after = {"simulates": halts.simulates(tenant.id), **_plain(rails_of(tenant.id))}
        changed = [name for name in after if after[name] != before[name]]
        record(
            EventName.GUARD_SET,
            actor=actor,
            tenant_id=tenant.id,
            subject=str(tenant.guid),
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
        return True
    return False


def _require(actor: Actor, tenant: Tenant | None) -> None:
    if tenant is None:
        require(actor, Deed.STOP_EVERYTHING)
    else:
        require(actor, Deed.STOP_WRITERS, tenant_id=tenant.id)


def _where(tenant: Tenant | None) -> str:
    return str(tenant.guid) if tenant else "every tenant"


def _plain(rails: Rails) -> dict[str, object]:
    found: dict[str, object] = msgspec.to_builtins(rails)
    return found
