"""Make, undo and start plans for scripts, which may ask again after they heard no answer."""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256

import msgspec

from chamberlain import clock
from chamberlain.actions.apply_plan import apply_plan
from chamberlain.actions.make_plan import make_plan
from chamberlain.actions.undo_plan import undo_plan
from chamberlain.errors import Refused
from chamberlain.model.api_token import Visitor
from chamberlain.model.plan import Change
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings
from chamberlain.store import api_tokens
from chamberlain.store.connection import transaction
from chamberlain.store.plan_values import document

KEY = re.compile(r"[\x21-\x7e]{1,255}")
Note = Callable[[int], object]


class _EarlierError(Exception):
    """Another request with the same key was quicker."""

    def __init__(self, result: int) -> None:
        super().__init__(result)
        self.result = result


def make_plan_once(
    *, visitor: Visitor, tenant: Tenant, changes: Sequence[Change], reason: str, settings: Settings, key: str | None
) -> tuple[int, bool]:
    """The id of the plan, and whether this request made it.

    raises  Refused("idempotency_key_malformed" | "idempotency_key_reused"), and what `make_plan` raises
    """

    def deed(note: Note) -> int:
        return make_plan(
            actor=visitor.actor, tenant=tenant, changes=changes, reason=reason, settings=settings, then=note
        )

    told = msgspec.json.encode([reason, [document(one) for one in changes]], order="deterministic")
    return _once(visitor, key, f"plan {tenant.id} {sha256(told).hexdigest()}", deed)


def undo_plan_once(
    *, visitor: Visitor, tenant: Tenant, plan_id: int, reason: str, settings: Settings, key: str | None
) -> tuple[int, bool]:
    """The id of the plan that puts another one back, and whether this request made it.

    raises  Refused("idempotency_key_malformed" | "idempotency_key_reused"), and what `undo_plan` raises
    """

    def deed(note: Note) -> int:
        return undo_plan(
            actor=visitor.actor, tenant=tenant, plan_id=plan_id, reason=reason, settings=settings, then=note
        )

    return _once(visitor, key, f"undo {tenant.id} {plan_id} {reason}", deed)


def apply_plan_once(*, visitor: Visitor, tenant: Tenant, plan_id: int, key: str | None) -> bool:
    """Whether this request started the plan; with the same key it is not started again, also where it ended.

    raises  Refused("idempotency_key_malformed" | "idempotency_key_reused"), and what `apply_plan` raises
    """

    def deed(note: Note) -> int:
        with transaction():
            note(plan_id)
            apply_plan(actor=visitor.actor, tenant=tenant, plan_id=plan_id)
        return plan_id

    return _once(visitor, key, f"apply {tenant.id} {plan_id}", deed)[1]


def _once(visitor: Visitor, key: str | None, request: str, deed: Callable[[Note], int]) -> tuple[int, bool]:
    """What came of it, and whether that was now. The deed notes its result in its own transaction.

    source  https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07 (2025)
    """
    if key is None:
        return deed(lambda _result: None), True
    if not KEY.fullmatch(key):
        raise Refused("idempotency_key_malformed")
    known = api_tokens.known(token_id=visitor.token.id, key=key, request=request, now=clock.now())
    if known is not None:
        return int(known), False

    def note(result: int) -> None:
        earlier = api_tokens.claim(token_id=visitor.token.id, key=key, request=request, now=clock.now())
        if earlier is not None:
            raise _EarlierError(int(earlier))
        api_tokens.settle(token_id=visitor.token.id, key=key, result=str(result))

    try:
        return deed(note), True
    except _EarlierError as earlier:
        return earlier.result, False
