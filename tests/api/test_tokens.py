"""Tokens: shown once, kept as a digest, never more than their person may, and gone when they are."""

from datetime import timedelta
from uuid import UUID

import pytest

import stories
from chamberlain import clock
from chamberlain.actions.make_token import make_token, revoke_token
from chamberlain.actions.sign_in import issue_sign_in_link, redeem_sign_in_link
from chamberlain.actions.use_token import use_token
from chamberlain.bootstrap import World
from chamberlain.errors import ChamberlainError, Refused
from chamberlain.model.actor import Actor, ActorKind, Role, TenantRole
from chamberlain.model.api_token import LONGEST_LASTS, MOST_TOKENS, PREFIX, TokenScope
from chamberlain.policy.authority import Deed, may
from chamberlain.policy.token_scope import REACH, narrowed
from chamberlain.queries.actors import find_actor
from chamberlain.queries.api_tokens import list_tokens
from chamberlain.store.connection import rows
from chamberlain.store.models import ApiTokenRow, User

EVERYTHING = frozenset(TokenScope)


@pytest.fixture
def person(world: World) -> Actor:
    """An administrator who has no tokens yet."""
    link = issue_sign_in_link(actor=stories.ADMIN, root="", name=f"Tess {clock.now().timestamp()}")
    return find_actor(user_id=redeem_sign_in_link(link=link))


def made(person: Actor, *, scopes: frozenset[TokenScope] = EVERYTHING, lasts: timedelta = timedelta(days=1)) -> str:
    """The secret of a new token for every tenant."""
    return make_token(actor=person, person=UUID(person.id), name="CI", scopes=scopes, tenant=None, lasts=lasts)[0]


def refusal(deed: object) -> str:
    with pytest.raises(ChamberlainError) as refused:
        deed()  # type: ignore[operator]
    return refused.value.code


def test_a_token_lets_its_person_in_and_is_kept_as_a_digest(person: Actor) -> None:
    secret = made(person)

    visitor = use_token(secret=secret)

    assert secret.startswith(PREFIX)
    assert visitor.actor.id == person.id
    assert visitor.actor.name == f"{person.name} (token CI)"
    kept = rows("SELECT to_jsonb(t)::text AS whole FROM api_token t WHERE user_id = %(user)s", {"user": person.id})
    assert secret not in kept[0]["whole"]
    assert secret.removeprefix(PREFIX) not in kept[0]["whole"]
    told = rows("SELECT coalesce(string_agg(to_jsonb(e)::text, ' '), '') AS events FROM event e", {})
    assert "token:made" in told[0]["events"]
    assert secret not in told[0]["events"]


@pytest.mark.parametrize("secret", ["", "chb_", "chb_wrong", "Bearer x", "chb_" + "ü" * 10, "chb_" + "a" * 5000])
def test_what_is_no_token_is_refused(world: World, secret: str) -> None:
    assert refusal(lambda: use_token(secret=secret)) == "token_invalid"


def test_an_expired_and_a_revoked_token_are_refused(person: Actor) -> None:
    expired, revoked = made(person), made(person)
    first, last = reversed(list_of(person))
    ApiTokenRow.objects.filter(pk=first.id).update(expires_at=clock.now())
    revoke_token(actor=person, token_id=last.id)

    assert refusal(lambda: use_token(secret=expired)) == "token_invalid"
    assert refusal(lambda: use_token(secret=revoked)) == "token_invalid"


def test_a_token_ends_with_its_person(person: Actor) -> None:
    secret = made(person)
    User.objects.filter(pk=person.id).update(is_active=False)

    assert refusal(lambda: use_token(secret=secret)) == "token_invalid"
    User.objects.filter(pk=person.id).delete()
    assert not ApiTokenRow.objects.filter(user_id=person.id).exists()


def test_a_token_has_the_roles_that_its_person_has_now(person: Actor) -> None:
    secret = made(person)
    assert may(use_token(secret=secret).actor, Deed.SYNC, tenant_id=1)

    from chamberlain.store.models import RoleRow

    RoleRow.objects.filter(user_id=person.id).delete()

    assert not may(use_token(secret=secret).actor, Deed.SYNC, tenant_id=1)


@pytest.mark.parametrize("scope", TokenScope, ids=lambda scope: scope.value)
def test_a_scope_allows_its_deeds_and_no_others(scope: TokenScope) -> None:
    actor = narrowed(stories.ADMIN, scopes=frozenset({scope}), tenant_id=None)

    assert {deed for deed in Deed if may(actor, deed, tenant_id=1)} == REACH[scope].deeds


def test_no_scope_makes_tokens_or_signs_in_and_one_alone_gives_roles() -> None:
    actor = narrowed(stories.ADMIN, scopes=EVERYTHING, tenant_id=None)

    assert not any(may(actor, deed) for deed in (Deed.MAKE_TOKEN, Deed.ISSUE_SIGN_IN_LINK))
    assert [scope for scope, reach in REACH.items() if Deed.GRANT_ROLES in reach.deeds] == [TokenScope.MANAGE_ROLES]


def test_a_token_of_one_tenant_reaches_no_other() -> None:
    auditor = Actor(
        ActorKind.PERSON,
        stories.ADMIN.id,
        "Both",
        frozenset({Role.AUDITOR}),
        frozenset({TenantRole(Role.ADMINISTRATOR, 7), TenantRole(Role.ADMINISTRATOR, 8)}),
    )

    actor = narrowed(auditor, scopes=EVERYTHING, tenant_id=7)

    assert may(actor, Deed.SYNC, tenant_id=7)
    assert may(actor, Deed.SEE_DIRECTORY, tenant_id=7)
    for beyond in (8, 9, None):
        assert not any(may(actor, deed, tenant_id=beyond) for deed in Deed)


def test_nobody_makes_a_token_that_may_more_than_they(world: World) -> None:
    auditor = Actor(ActorKind.PERSON, stories.ADMIN.id, "Audit", frozenset({Role.AUDITOR}))

    assert refusal(lambda: made(auditor)) == "token_beyond_rights"
    assert refusal(lambda: made(stories.NOBODY)) == "not_allowed"


def test_nobody_makes_a_token_for_somebody_else(person: Actor) -> None:
    with pytest.raises(Refused):
        make_token(actor=stories.ADMIN, person=UUID(person.id), name="x", scopes=EVERYTHING, tenant=None)


def test_a_token_has_a_name_a_purpose_and_an_end(person: Actor) -> None:
    def wrong(**changed: object) -> str:
        wanted = {"name": "x", "scopes": EVERYTHING, "tenant": None, **changed}
        return refusal(lambda: make_token(actor=person, person=UUID(person.id), **wanted))  # type: ignore[arg-type]

    assert wrong(name=" \t") == "token_name_empty"
    assert wrong(name="x" * 81) == "token_name_long"
    assert wrong(scopes=frozenset()) == "token_scopes_empty"
    assert wrong(lasts=LONGEST_LASTS + timedelta(seconds=1)) == "token_lasts"
    assert wrong(lasts=timedelta(0)) == "token_lasts"


def test_nobody_keeps_more_tokens_than_can_be_looked_after(person: Actor) -> None:
    made(person)
    first = ApiTokenRow.objects.get(user_id=person.id)
    for number in range(MOST_TOKENS - 1):
        first.pk, first.digest = None, number.to_bytes(32, "big") + UUID(person.id).bytes
        first.save()

    assert refusal(lambda: made(person)) == "tokens_too_many"


def test_only_owners_and_administrators_revoke(person: Actor) -> None:
    made(person)
    token = list_of(person)[0]
    auditor = Actor(ActorKind.PERSON, stories.OTHER_ADMIN.id, "Audit", frozenset({Role.AUDITOR}))

    assert refusal(lambda: revoke_token(actor=auditor, token_id=token.id)) == "token_not_found"
    assert token not in list_tokens(viewer=auditor)
    assert token in list_tokens(viewer=stories.OTHER_ADMIN)
    revoke_token(actor=stories.OTHER_ADMIN, token_id=token.id)
    revoke_token(actor=stories.OTHER_ADMIN, token_id=token.id)
    told = rows("SELECT name FROM event WHERE subject = %(one)s ORDER BY id", {"one": f"token:{token.id}"})
    assert [event["name"] for event in told] == ["token:made", "token:revoked"]


def test_the_last_use_is_known_to_the_hour_and_written_once_an_hour(person: Actor) -> None:
    secret = made(person)
    use_token(secret=secret)
    noted = list_of(person)[0].used_at
    assert noted is not None
    assert (noted.minute, noted.second) == (0, 0)

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        use_token(secret=secret)

    assert [one["sql"] for one in asked if one["sql"].startswith("UPDATE")] == []


def list_of(person: Actor) -> list:  # type: ignore[type-arg]
    return [token for token in list_tokens(viewer=person) if str(token.user_id) == person.id]
