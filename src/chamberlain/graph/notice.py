"""What Microsoft sends to those who subscribed: several notices in one body, in no order, some twice.

source  https://learn.microsoft.com/graph/change-notifications-delivery-webhooks and
        https://learn.microsoft.com/graph/change-notifications-lifecycle-events (2026)
"""

from typing import Any

import msgspec

from chamberlain.errors import Refused
from chamberlain.model.notice import Notice


class _Item(msgspec.Struct, rename="camel"):
    """Changes and events of a subscription's life alike. What is missing agrees with nothing we know."""

    subscription_id: str | None = None
    client_state: str | None = None
    tenant_id: str | None = None
    lifecycle_event: str | None = None
    resource_data: Any = None


class _Body(msgspec.Struct):
    value: list[_Item]


def read_notices(body: bytes) -> tuple[Notice, ...]:
    """The notices of a body. Nobody has vouched for them yet.

    raises  Refused("notices_unreadable")
    """
    try:
        items = msgspec.json.decode(body, type=_Body).value
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Refused("notices_unreadable") from wrong
    return tuple(
        Notice(
            one.subscription_id or "",
            one.client_state or "",
            one.tenant_id or "",
            one.lifecycle_event or "",
            _object(one.resource_data),
        )
        for one in items
    )


def _object(told: Any) -> str:
    """Which object changed; "" where that is not told."""
    found = told.get("id") if isinstance(told, dict) else None
    return found if isinstance(found, str) else ""
