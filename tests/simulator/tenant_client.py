"""A small client of the simulator for its own tests: no product code, no SDK, one keep-alive connection."""

import json
import subprocess
import sys
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode

from chamberlain.simulator.login.registration import graph_permissions
from chamberlain.simulator.world.application import GRAPH_APP_ID

GRAPH_SCOPE = "https://graph.microsoft.com/.default"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.json()["error"]["code"]


class Client:
    """Talks to one running simulator; `start` is its start line."""

    def __init__(self, start: dict[str, Any]) -> None:
        self.start = start
        self.host = start["url"].removeprefix("http://")
        self._connection = HTTPConnection(self.host, timeout=30)
        self._token: str | None = None

    def send(self, method: str, target: str, *, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        target = target.removeprefix(self.start["url"])
        content = json.dumps(body).encode() if isinstance(body, dict | list) else body
        self._connection.request(method, quote(target, safe="/?&=$%()',:+-_~.*@"), body=content, headers=headers or {})
        answer = self._connection.getresponse()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def token_answer(self, *, tenant: str | None = None, headers: dict[str, str] | None = None, **form: str) -> Answer:
        fields = {
            "client_id": self.start["own_client_id"],
            "client_secret": self.start["own_client_secret"],
            "grant_type": "client_credentials",
            "scope": GRAPH_SCOPE,
        } | form
        content = urlencode({name: value for name, value in fields.items() if value}).encode()
        return self.send(
            "POST", f"/{tenant or self.start['tenant_id']}/oauth2/v2.0/token", body=content, headers=headers
        )

    @property
    def token(self) -> str:
        if self._token is None:
            self._token = self.token_answer().json()["access_token"]
        return self._token

    def graph(self, path: str, *, advanced: bool = False, token: str | None = None, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {token or self.token}"} | headers
        if advanced:
            sent["ConsistencyLevel"] = "eventual"
        return self.send("GET", path if path.startswith(("http", "/")) else f"/v1.0/{path}", headers=sent)

    def batch_answer(self, *requests: dict[str, Any], version: str = "v1.0") -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.send("POST", f"/{version}/$batch", body={"requests": list(requests)}, headers=headers)

    def batch(self, *requests: dict[str, Any]) -> dict[str, dict[str, Any]]:
        answer = self.batch_answer(*requests)
        assert answer.status == 200, answer
        return {part["id"]: part for part in answer.json()["responses"]}

    def get(self, path: str, *, advanced: bool = False) -> Any:
        answer = self.graph(path, advanced=advanced)
        assert answer.status == 200, (path, answer)
        return answer.json()

    def listing(self, path: str) -> list[dict[str, Any]]:
        found, link = [], path
        while link:
            page = self.get(link)
            found.extend(page["value"])
            link = page.get("@odata.nextLink")
        return found

    def change(self, **mutation: Any) -> int:
        answer = self.send("POST", "/_simulator/mutations", body=mutation)
        assert answer.status == 200, answer
        return int(answer.json()["position"])

    def grant(self, *permissions: str) -> None:
        """Let the tenant's own registration do more; the next token tells."""
        self._token = None
        known = graph_permissions()
        own = self.get(f"servicePrincipals(appId='{self.start['own_client_id']}')?$select=id")["id"]
        graph = self.get(f"servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id")["id"]
        for name in permissions:
            self.change(kind="assign_app", principal=own, service_principal=graph, role=known[name].id)
        self._token = None

    def write(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"}
        return self.send(method, f"/v1.0/{path}", body=body, headers=headers)

    def writes(self, query: str = "") -> Any:
        return self.send("GET", f"/_simulator/writes?{query}").json()

    def truth(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.send("GET", f"/_simulator/truth?{query}")
        assert answer.status == 200, answer
        return [json.loads(line) for line in answer.body.splitlines()]

    def close(self) -> None:
        self._connection.close()


class Running:
    """A simulator in a process of its own; use as a context manager."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chamberlain.simulator", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read().decode() if self.process.stderr else ""
        self.client = Client(json.loads(line))

    def __enter__(self) -> Client:
        return self.client

    def __exit__(self, *_reason: object) -> None:
        self.client.close()
        self.process.terminate()
        self.process.communicate(timeout=10)
