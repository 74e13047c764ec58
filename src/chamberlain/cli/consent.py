"""Admin consent from a terminal: a listener on loopback takes the answer that the browser brings back."""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

from chamberlain.actions.begin_connect import begin_connect
from chamberlain.actions.complete_connect import complete_connect
from chamberlain.cli.rim import err
from chamberlain.errors import Refused
from chamberlain.language import gettext as _
from chamberlain.model.actor import Actor
from chamberlain.model.tenant import Tenant

# Microsoft lets a registration name http://localhost without a port, and then accepts every port.
# source  https://learn.microsoft.com/entra/identity-platform/reply-url (2026)
HOST = "localhost"
PATH = "/connect/callback"
PATIENCE_SECONDS = 30 * 60


def connect_by_consent(*, actor: Actor, tenant_id: str | None, capabilities: tuple[str, ...] | None = None) -> Tenant:
    """Prints Microsoft's consent page's address, waits for the answer, connects.

    raises  Refused("consent_state_expired") when nobody answered in half an hour; what `complete_connect` raises
    """
    with _Listener() as listener:
        redirect = f"http://{HOST}:{listener.server_port}{PATH}"
        url = begin_connect(actor=actor, tenant=tenant_id, redirect_uri=redirect, capabilities=capabilities)
        err.print(_("Open this address in a browser, and sign in as an administrator of the tenant:"))
        err.print(url, highlight=False, markup=False, soft_wrap=True)
        return complete_connect(actor=actor, answer=listener.wait())


class _Listener(HTTPServer):
    """Answers one visit to PATH on loopback with a page that says to go back to the terminal."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Visit)
        self.answer: Mapping[str, str] | None = None
        self.answered = threading.Event()

    def wait(self) -> Mapping[str, str]:
        """The query that the browser brought."""
        serving = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        serving.start()
        self.answered.wait(PATIENCE_SECONDS)
        self.shutdown()
        serving.join()
        if self.answer is None:
            raise Refused("consent_state_expired")
        return self.answer


class _Visit(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        found = address.path == PATH
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write((_("Thank you. Go back to the terminal.") if found else _("Nothing is here.")).encode())
        if found:
            self.server.answer = dict(parse_qsl(address.query))
            self.server.answered.set()

    def log_message(self, *_: object) -> None:
        """Says nothing: the address holds the state."""
