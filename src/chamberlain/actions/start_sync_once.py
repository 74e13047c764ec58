"""Start a sync that a script may ask for again after it heard no answer."""

import re

from chamberlain import clock
from chamberlain.actions.start_sync import start_sync
from chamberlain.errors import Refused
from chamberlain.model.api_token import Visitor
from chamberlain.model.run import Mode, Trigger
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require
from chamberlain.store import api_tokens
from chamberlain.store.connection import transaction

KEY = re.compile(r"[\x21-\x7e]{1,255}")


def start_sync_once(*, visitor: Visitor, tenant: Tenant, mode: Mode | None, key: str) -> tuple[int, bool]:
    """The id of the run, and whether this request started it: the same key again finds what the first one started.

    source  https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07 (2025)
    raises  Refused("not_allowed" | "idempotency_key_malformed" | "idempotency_key_reused"), Conflict("sync_running")
    """
    require(visitor.actor, Deed.SYNC, tenant_id=tenant.id)
    if not KEY.fullmatch(key):
        raise Refused("idempotency_key_malformed")
    request = f"sync {tenant.id} {mode.value if mode else ''}"
    with transaction():
        known = api_tokens.claim(token_id=visitor.token.id, key=key, request=request, now=clock.now())
        if known is not None:
            return int(known), False
        run_id = start_sync(actor=visitor.actor, tenant=tenant, trigger=Trigger.PERSON, mode=mode)
        api_tokens.settle(token_id=visitor.token.id, key=key, result=str(run_id))
    return run_id, True
