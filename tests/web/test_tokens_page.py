"""The page of API tokens: a secret is shown once, hostile names do no harm, and only who may makes and revokes."""

import re

import pytest
from django.test import Client
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bootstrap import World
from chamberlain.store.models import ApiTokenRow, RoleRow, User

HOSTILE = "<script>alert(1)</script> =cmd|x"


@pytest.fixture
def client(world: World) -> Client:
    """The browser of a signed-in administrator without tokens."""
    ApiTokenRow.objects.all().delete()
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Token Maker")
    visitor = Client(SERVER_NAME="localhost")
    assert use_link(visitor, link).status_code == 302
    return visitor


def made(client: Client, **changed: object) -> str:
    form = {
        "do": "make",
        "name": HOSTILE,
        "scope": ["read:directory", "run:sync"],
        "tenant": "",
        "days": "30",
        **changed,
    }
    answer = client.post("/api-tokens", form)
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def test_a_secret_is_shown_once_and_works(client: Client) -> None:
    page = made(client)
    secret = re.findall(r"chb_[\w-]{40,}", page)[0]

    assert secret not in client.get("/api-tokens").content.decode()
    script = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {secret}"})
    assert script.get("/api/v1/token").json()["scopes"] == ["read:directory", "run:sync"]


def test_a_hostile_name_is_text(client: Client) -> None:
    page = made(client)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_token_is_revoked(client: Client) -> None:
    made(client)
    token = ApiTokenRow.objects.get()

    answer = client.post("/api-tokens", {"do": "revoke", "number": str(token.id)})

    assert answer["Location"] == "/api-tokens"
    assert ApiTokenRow.objects.get().revoked_at is not None
    assert "Revoked" in client.get("/api-tokens").content.decode()


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"name": ""}, 400, "token_name_empty"),
        ({"scope": ["everything"]}, 400, "token_scopes_empty"),
        ({"days": "366"}, 400, "token_lasts"),
        ({"days": "²"}, 400, "token_lasts"),
        ({"tenant": "nowhere"}, 404, "tenant_not_found"),
        ({"do": "revoke", "number": "999999999999999999"}, 404, "token_not_found"),
        ({"do": "revoke", "number": "x"}, 404, "page_not_found"),
        ({"do": "burn"}, 404, "page_not_found"),
    ],
)
def test_a_form_that_is_not_ours_is_refused_in_words(
    client: Client, changed: dict[str, object], status: int, code: str
) -> None:
    form = {"do": "make", "name": "x", "scope": ["read:directory"], "tenant": "", "days": "30", **changed}
    answer = client.post("/api-tokens", form)

    assert answer.status_code == status
    assert code in answer.content.decode()


def test_who_sees_nothing_makes_no_tokens(client: Client) -> None:
    user = User.objects.get(subject="local:token maker")
    held = [*RoleRow.objects.filter(user=user).values("role", "given_at", "given_by")]
    RoleRow.objects.filter(user=user).delete()
    try:
        assert client.get("/api-tokens").status_code == 403
        assert client.post("/api-tokens", {"do": "make", "name": "x"}).status_code == 403
    finally:
        RoleRow.objects.bulk_create(RoleRow(user=user, **row) for row in held)
