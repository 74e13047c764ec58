"""Set up a password with one-time codes for one's own local account; or remove both."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from chamberlain import clock
from chamberlain.actions.own_account import LONGEST_PASSWORD, own_account, prove_password
from chamberlain.audit.event import EventName, record
from chamberlain.errors import NotFound, Refused
from chamberlain.model.actor import Actor
from chamberlain.model.entrance import SignInWay
from chamberlain.policy import one_time_code
from chamberlain.policy.password import is_guessable
from chamberlain.settings import load
from chamberlain.store import local_accounts
from chamberlain.store.connection import transaction

ISSUER = "Chamberlain"
SHORTEST_PASSWORD = 12
METHOD = "password_and_code"


@dataclass(frozen=True, slots=True)
class NewCode:
    """What an authenticator app has to learn: by picture, or by hand."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def begin_code(*, actor: Actor, signed_in_at: datetime | None) -> NewCode:
    """A secret that does not count until `confirm_code`; the same until then.

    raises  Refused("not_local" | "sign_in_again"), Conflict("code_already_there")
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    with transaction():
        secret = local_accounts.unconfirmed_secret(user_id) or one_time_code.new_secret()
        local_accounts.begin_code(user_id, secret=secret, now=clock.now())
    return NewCode(secret, one_time_code.address_of(secret, account=actor.name, issuer=ISSUER))


def confirm_code(*, actor: Actor, signed_in_at: datetime | None, code: str, password: str) -> tuple[str, ...]:
    """The secret counts from now on, with this password.

    returns  recovery codes, shown this once
    raises   Refused("code_wrong" | "password_short" | "password_common" | "not_local" | "sign_in_again")
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    require_good(password, actor)
    recovery = one_time_code.new_recovery_codes()
    with transaction():
        secret = local_accounts.unconfirmed_secret(user_id)
        now = clock.now()
        step = None if secret is None else one_time_code.step_of(code, secret=secret, now=now, last_step=0)
        if step is None:
            raise Refused("code_wrong")
        local_accounts.confirm_code(user_id, step=step, password=password, recovery=recovery, now=now)
        record(EventName.SIGN_IN_METHOD_ADDED, actor=actor, tenant_id=None, subject=str(user_id), method=METHOD)
    return recovery


def remove_code(*, actor: Actor, signed_in_at: datetime | None, way: SignInWay | None, present: str) -> None:
    """Removes password, codes and recovery codes.

    way      of the session: whoever came by a link of the terminal may have forgotten the password, which is how a
             forgotten one is replaced; all others say it, since to set up anew is to change it
    raises   NotFound("code_not_found"), Refused("password_wrong" | "not_local" | "sign_in_again" | "too_many_requests")
    source   OWASP ASVS 5.0, 6.2.3 and 6.4.3 (2025)
    """
    user_id = own_account(actor, signed_in_at=signed_in_at)
    if way is not SignInWay.LINK:
        prove_password(actor, user_id=user_id, password=present)
    with transaction():
        if not local_accounts.remove_code(user_id):
            raise NotFound("code_not_found")
        record(EventName.SIGN_IN_METHOD_REMOVED, actor=actor, tenant_id=None, subject=str(user_id), method=METHOD)


def require_good(password: str, actor: Actor) -> None:
    """Length counts, and not being what others would guess.

    raises  Refused("password_short" | "password_common")
    source  OWASP ASVS 5.0, 6.2 (2025); NIST SP 800-63B-4 (2025): no rules about kinds of letters
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused("password_short", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    own_words = (actor.name, urlsplit(load().url).hostname or "")
    if is_guessable(password, own_words=own_words, is_common=local_accounts.is_common):
        raise Refused("password_common")
