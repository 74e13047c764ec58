"""Mailboxes of those whom a plan touches, as Exchange has them now: read when a plan is made, for nobody else."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chamberlain.errors import ChamberlainError, NotFound
from chamberlain.graph.client import Ledger, Priority
from chamberlain.graph.exchange.opening import ExchangeEndpoint, open_exchange
from chamberlain.graph.fan_out import for_each
from chamberlain.graph.token import Credential
from chamberlain.model.exchange import Mailbox
from chamberlain.model.mailbox import is_object_id
from chamberlain.model.plan import Change
from chamberlain.model.situation import Situation
from chamberlain.policy.planning.draft import Draft
from chamberlain.policy.planning.mailbox_effects import ASKED_FOR, UNTOLD

log = logging.getLogger(__name__)
AT_ONCE = 4
# Each takes Exchange a second or two, and somebody waits for the plan.
MOST = 50


def to_ask(changes: Iterable[Change], *, found: Draft) -> tuple[str, ...]:
    """Whose mailboxes decide about a plan: those that are changed, deleted, or lose the licence that carries them."""
    guids = {one.subject.guid for one in changes if one.verb in ASKED_FOR}
    untold = (step for step in found.steps if any(one.consequence in UNTOLD for one in step.effects))
    guids |= {step.change.subject.guid for step in untold}
    return tuple(sorted(guid for guid in guids if is_object_id(guid)))


def read(
    endpoint: ExchangeEndpoint, credential: Credential, *, ledger: Ledger | None, guids: Sequence[str]
) -> dict[str, Mailbox | None]:
    """Mailboxes by whose they are; None for who has none. Who is missing was not told: Exchange cannot be reached, or
    there are too many to ask for.
    """
    found: dict[str, Mailbox | None] = {}

    async def run() -> None:
        async with open_exchange(endpoint, credential, ledger=ledger, priority=Priority.INTERACTIVE) as exchange:

            async def one(guid: str) -> None:
                try:
                    found[guid] = await exchange.mailbox_with_size(guid)
                except NotFound:
                    found[guid] = None

            await for_each(list(guids[:MOST]), one, width=AT_ONCE)

    try:
        asyncio.run(run())
    except ChamberlainError as error:
        log.warning("mailboxes cannot be read for a plan: %s", error)
    return found


def known(situation: Situation, *, asked: Iterable[str], mailboxes: Mapping[str, Mailbox | None]) -> Situation:
    """The situation with what Exchange told, and of whom it was to tell and did not."""
    accounts = dict(situation.accounts)
    for guid in accounts.keys() & set(asked):
        found = mailboxes.get(guid)
        is_told = guid in mailboxes
        accounts[guid] = replace(
            accounts[guid], mailbox=found, no_mailbox=is_told and found is None, untold=not is_told
        )
    return replace(situation, accounts=accounts)
