"""What holds writers back: the stop that a person pressed, the breaker that went by itself, and each tenant's rails."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from chamberlain.model.carried import Halt
from chamberlain.store.models import GuardRow, HaltRow


def halt(*, tenant_id: int | None, is_breaker: bool, reason: str, by_name: str, now: datetime) -> bool:
    """From now on nobody writes there; False where that was so before."""
    _row, is_new = HaltRow.objects.get_or_create(
        tenant_id=tenant_id,
        is_breaker=is_breaker,
        defaults={"reason": reason.replace("\x00", "\ufffd"), "by_name": by_name, "at": now},
    )
    return is_new


def lift(*, tenant_id: int | None, is_breaker: bool) -> bool:
    """Writers may go on; False where nothing held them."""
    return HaltRow.objects.filter(tenant_id=tenant_id, is_breaker=is_breaker).delete()[0] > 0


def halts_of(tenant_id: int) -> tuple[Halt, ...]:
    """What holds writers of a tenant back, the global stop first."""
    found = HaltRow.objects.filter(Q(tenant_id=tenant_id) | Q(tenant_id=None)).order_by("tenant_id", "is_breaker")
    halts = [Halt(row.tenant_id, row.is_breaker, row.reason, row.by_name, row.at) for row in found]
    return tuple(sorted(halts, key=lambda one: (one.tenant_id is not None, one.is_breaker)))


def everywhere() -> Halt | None:
    """The stop of every tenant, where somebody pressed it."""
    row = HaltRow.objects.filter(tenant_id=None, is_breaker=False).first()
    return None if row is None else Halt(None, row.is_breaker, row.reason, row.by_name, row.at)


def set_by(tenant_id: int) -> tuple[str, datetime | None]:
    """Who set the guard rails last, and when; nobody where the standard ones hold."""
    row = GuardRow.objects.filter(tenant_id=tenant_id).first()
    return ("", None) if row is None else (row.set_by_name, row.set_at)


def rails_of(tenant_id: int) -> dict[str, Any]:
    """The guard rails that somebody set; empty where the standard ones hold."""
    found = GuardRow.objects.filter(tenant_id=tenant_id).values_list("rails", flat=True).first()
    return dict(found or {})


def simulates(tenant_id: int) -> bool:
    """Whether plans of the tenant are only rehearsed."""
    return GuardRow.objects.filter(tenant_id=tenant_id, simulates=True).exists()


def lock(tenant_id: int, *, now: datetime) -> None:
    """Lets nobody else set the tenant's guard rails until the transaction ends."""
    GuardRow.objects.get_or_create(tenant_id=tenant_id, defaults={"set_at": now})
    GuardRow.objects.select_for_update().get(tenant_id=tenant_id)


def set_rails(
    *, tenant_id: int, rails: dict[str, Any] | None, simulates: bool | None, by_name: str, now: datetime
) -> None:
    """Keeps what was set; None leaves it as it is. Call `lock` before."""
    row = GuardRow.objects.get(tenant_id=tenant_id)
    row.rails = row.rails if rails is None else rails
    row.simulates = row.simulates if simulates is None else simulates
    row.set_by_name, row.set_at = by_name, now
    row.save()
