"""How often something may be tried, before the one who tries has to wait."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once; each comes back after a while."""

    at_once: int
    comes_back: timedelta


class Rate(Enum):
    """What is counted, and by what.

    source  OWASP ASVS 5.0, 6.3.1 (2025): credential stuffing and guessing are prevented by limits on attempts
    """

    SIGN_IN_BY_ADDRESS = "sign_in_by_address"
    SIGN_IN_BY_ACCOUNT = "sign_in_by_account"
    TOKEN_BY_ADDRESS = "token_by_address"  # noqa: S105 - a name
    API_BY_TOKEN = "api_by_token"  # noqa: S105 - a name


def allowance(rate: Rate, *, sign_ins_per_address: int) -> Allowance:
    """What is allowed.

    sign_ins_per_address  a whole company may come from one address, so the installation says how many at once
    """
    match rate:
        case Rate.SIGN_IN_BY_ADDRESS:
            return Allowance(sign_ins_per_address, timedelta(seconds=6))
        case Rate.SIGN_IN_BY_ACCOUNT:
            return Allowance(5, timedelta(minutes=1))
        case Rate.TOKEN_BY_ADDRESS:
            return Allowance(30, timedelta(seconds=6))
        case Rate.API_BY_TOKEN:
            return Allowance(600, timedelta(milliseconds=50))
