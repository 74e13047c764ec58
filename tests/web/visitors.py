"""Browsers without a window that sign in, and the simulated Microsoft on the other side."""

from typing import Any
from urllib.parse import urlsplit

import httpx2
from django.test import Client

from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.model.actor import SYSTEM


def told_of(microsoft: Simulated, **more: str) -> dict[str, str]:
    """The environment of an installation at localhost whose people sign in at this simulated Microsoft."""
    return {
        "CHAMBERLAIN_PUBLIC_URL": "http://localhost",
        "CHAMBERLAIN_LOGIN_ROOT": microsoft.url,
        "CHAMBERLAIN_GRAPH_ROOT": microsoft.url,
        "CHAMBERLAIN_CLIENT_ID": microsoft.client_id,
        "CHAMBERLAIN_CLIENT_SECRET": microsoft.client_secret,
        "CHAMBERLAIN_SIGN_INS_PER_ADDRESS": "10000",
        **more,
    }


def browser(agent: str = "Test browser") -> Client:
    return Client(SERVER_NAME="localhost", headers={"User-Agent": agent})


def administrator(name: str) -> Client:
    """A browser that used a link of the terminal."""
    client = browser()
    assert use_link(client, issue_sign_in_link(actor=SYSTEM, root="", name=name)).status_code == 302
    return client


def use_link(client: Client, link: str) -> Any:
    """What the page of a sign-in link sends, once its script has put what stands behind the # into the form."""
    address = urlsplit(link)
    return client.post(address.path, {"code": address.fragment})


def to_microsoft(client: Client, *, next_page: str = "/") -> str:
    """The address of Microsoft's sign-in page."""
    answer = client.post("/sign-in/microsoft", {"next": next_page})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def pick(address: str, account: str, *, answer: str = "sign_in") -> str:
    """Chooses an account there; the path and query that the browser is sent back to."""
    reply = httpx2.post(address, data={"account": account, "answer": answer}, follow_redirects=False)
    assert reply.status_code == 302, reply.text
    back = urlsplit(reply.headers["location"])
    assert (back.netloc, back.path) == ("localhost", "/sign-in/microsoft/callback")
    return f"{back.path}?{back.query}"


def people(microsoft: Simulated, *, graph: str = "https://graph.microsoft.com") -> list[dict[str, Any]]:
    token = httpx2.post(
        f"{microsoft.url}/{microsoft.tenant_id}/oauth2/v2.0/token",
        data={
            "client_id": microsoft.own_client_id,
            "client_secret": microsoft.own_client_secret,
            "scope": f"{graph}/.default",
            "grant_type": "client_credentials",
        },
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    path = f"{microsoft.url}/v1.0/users?$select=id,displayName,userPrincipalName,accountEnabled,mail"
    found: list[dict[str, Any]] = httpx2.get(path, headers=headers).json()["value"]
    return [one for one in found if one["accountEnabled"]]


def signed_in(client: Client) -> bool:
    return bool(client.get("/your-sign-in").status_code == 200)


def events(name: str) -> list[Any]:
    from chamberlain.store.models import EventRow

    return list(EventRow.objects.filter(name=name).order_by("id"))


def user_of(client: Client) -> Any:
    from chamberlain.store.models import User

    return User.objects.get(pk=client.session["_auth_user_id"])
