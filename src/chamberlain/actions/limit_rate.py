"""Counts an attempt, and refuses it where there were too many. All processes share the count."""

import hashlib
from datetime import timedelta

from chamberlain import clock
from chamberlain.errors import Refused
from chamberlain.policy.rate import Rate, allowance
from chamberlain.settings import load
from chamberlain.store import rates


def limit_rate(rate: Rate, *, key: str) -> None:
    """Counts one attempt.

    key     who tries: an address, an account; only its digest is kept
    raises  Refused("too_many_requests", again_after=...)
    """
    _refuse_after(rates.take(_name(rate, key), allowed=_allowed(rate), now=clock.now()))


def refuse_if_spent(rate: Rate, *, key: str) -> None:
    """Refuses where nothing is left, and counts nothing: for what is counted only when it fails.

    raises  Refused("too_many_requests", again_after=...)
    """
    _refuse_after(rates.wait(_name(rate, key), allowed=_allowed(rate), now=clock.now()))


def _allowed(rate: Rate) -> "rates.Allowance":
    return allowance(rate, sign_ins_per_address=load().sign_ins_per_address)


def _refuse_after(wait: timedelta) -> None:
    if wait > timedelta():
        seconds = max(1, round(wait.total_seconds()))
        raise Refused("too_many_requests", again_after=timedelta(seconds=seconds), seconds=seconds)


def _name(rate: Rate, key: str) -> str:
    return f"{rate.value}:{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:32]}"
