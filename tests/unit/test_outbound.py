"""Where messages may go: the internet, and what was allowed; never the house, however it is written."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chamberlain.errors import Refused, Upstream
from chamberlain.notify.destination import destination, look_up, send

HOUSE = (ip_network("127.0.0.0/8"),)
PUBLIC = "93.184.215.14"


def refused(url: str, *addresses: str, allowed: tuple[str, ...] = ()) -> set[str]:
    """What is said against an address whose name leads there; nothing where it may be reached."""
    networks = tuple(ip_network(one) for one in allowed)
    try:
        destination(url, allowed=networks, lookup=lambda _host, _port: [*(addresses or (PUBLIC,))])
    except Refused as error:
        return set(str(error.data["why"]).split(", "))
    return set()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://hooks.example.com/x?y=1", set()),
        ("https://hooks.example.com:8443/", set()),
        ("http://hooks.example.com/", {"unencrypted"}),
        ("ftp://hooks.example.com/", {"scheme"}),
        ("file:///etc/passwd", {"scheme", "malformed"}),
        ("gopher://hooks.example.com:25/", {"scheme", "port"}),
        ("https://user:secret@hooks.example.com/", {"credentials"}),
        ("https://hooks.example.com@evil.example/", {"credentials"}),
        ("https://hooks.example.com:22/", {"port"}),
        ("https://hooks.example.com:0/", {"port"}),
        ("https://hooks.example.com:99999/", {"malformed"}),
        ("https:///nowhere", {"malformed"}),
        ("https://hooks.example.com\\@evil.example/", {"malformed", "credentials"}),
        ("https://hooks.example.com/\r\nHost: evil", {"malformed"}),
        ("https://ex\u00e4mple.com/", {"malformed"}),
        ("https://[::1", {"malformed"}),
        ("https://%31%32%37.0.0.1/", {"malformed"}),
        ("https://hooks.example.com/" + "x" * 2000, {"malformed"}),
        ("", {"malformed", "scheme"}),
    ],
)
def test_an_address_is_judged_before_anybody_is_asked_for_it(url: str, why: set[str]) -> None:
    assert refused(url) == why


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
    ],
)
def test_no_name_leads_into_the_house(address: str) -> None:
    assert refused("https://hooks.example.com/", address) == {"internal"}
    assert refused("https://hooks.example.com/", PUBLIC, address) == {"internal"}  # all have to be good


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "168.63.129.16", "fd00:ec2::254", "fe80::1", "169.254.1.1", "0.0.0.0", "::", "224.0.0.1",
     "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"],
)  # fmt: skip
def test_the_services_of_a_cloud_are_never_reached_whatever_is_allowed(address: str) -> None:
    everything = ("0.0.0.0/0", "::/0")
    assert "metadata" in refused("https://hooks.example.com/", address, allowed=everything)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_the_internet_is_reached(address: str) -> None:
    assert refused("https://hooks.example.com/", address) == set()


def test_a_network_of_the_house_is_reached_where_it_is_allowed() -> None:
    assert refused("http://relay.internal:9000/", "10.1.2.3", allowed=("10.1.0.0/16",)) == set()
    assert refused("http://relay.internal:9000/", "10.2.2.3", allowed=("10.1.0.0/16",)) == {"internal", "unencrypted"}
    assert refused("http://relay.internal:9000/", "::ffff:10.1.2.3", allowed=("10.1.0.0/16",)) == set()


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost", "127.0.0.1", "[::1]"])
def test_odd_ways_to_write_this_machine_are_resolved_and_refused(host: str) -> None:
    with pytest.raises((Refused, Upstream)) as caught:
        destination(f"https://{host}/", lookup=look_up)
    assert caught.value.code in ("destination_forbidden", "destination_unknown")


def test_a_name_that_leads_nowhere_is_said() -> None:
    with pytest.raises(Upstream) as caught:
        destination("https://hooks.example.com/", lookup=lambda _host, _port: [])
    assert caught.value.code == "destination_unknown"


class _Receiver(BaseHTTPRequestHandler):
    heard: "list[tuple[str, str, bytes]]" = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, self.headers["Host"], body))
        self.send_response(302 if self.path == "/elsewhere" else 204)
        self.send_header("Location", "http://169.254.169.254/latest/meta-data")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver() -> Iterator[int]:
    _Receiver.heard.clear()
    with HTTPServer(("127.0.0.1", 0), _Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_name_is_looked_up_once_and_what_it_says_later_changes_nothing(receiver: int) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])  # rebinding: good when judged, bad when used
    to = destination(f"http://hooks.example.com:{receiver}/a?b=1", allowed=HOUSE, lookup=lambda *_: next(answers))
    assert send(to, body=b"{}", headers={"Content-Type": "application/json"}) == 204
    assert _Receiver.heard == [("/a?b=1", f"hooks.example.com:{receiver}", b"{}")]
    assert next(answers) == ["169.254.169.254"]


def test_a_redirect_is_not_followed_and_no_proxy_is_asked(receiver: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    to = destination(f"http://hooks.example.com:{receiver}/elsewhere", allowed=HOUSE, lookup=lambda *_: ["127.0.0.1"])
    assert send(to, body=b"{}", headers={}) == 302
    assert len(_Receiver.heard) == 1


def certified(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate for a name, and a client that believes in nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pem")
    return server, ssl.create_default_context(cadata=pem.decode())


def test_the_certificate_has_to_be_one_of_the_name_not_of_the_address(tmp_path: Path) -> None:
    _Receiver.heard.clear()
    server, client = certified("hooks.example.com", tmp_path)
    with HTTPServer(("127.0.0.1", 0), _Receiver) as receiver:
        receiver.socket = server.wrap_socket(receiver.socket, server_side=True)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        port = receiver.server_address[1]
        right = destination(f"https://hooks.example.com:{port}/", allowed=HOUSE, lookup=lambda *_: ["127.0.0.1"])
        wrong = destination(f"https://other.example.com:{port}/", allowed=HOUSE, lookup=lambda *_: ["127.0.0.1"])
        assert send(right, body=b"1", headers={}, verify=client) == 204
        with pytest.raises(Upstream):
            send(wrong, body=b"2", headers={}, verify=client)
        receiver.shutdown()
    assert [body for _path, _host, body in _Receiver.heard] == [b"1"]


def test_a_receiver_that_is_not_there_is_said(receiver: int) -> None:
    to = destination("https://hooks.example.com:1025/", allowed=HOUSE, lookup=lambda *_: ["127.0.0.1"])
    with pytest.raises(Upstream) as caught:
        send(to, body=b"", headers={}, verify=ssl.create_default_context())
    assert caught.value.code == "destination_unreachable"
