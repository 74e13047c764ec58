"""The way to the mail server: protected or not gone, and left in time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chamberlain.errors import Misconfigured, Upstream
from chamberlain.model.message import MailServer, Security
from chamberlain.notify.smtp import send
from mail_server import PASSWORD, USER, Office, Papers, dripping_server, mail_server, make_papers
from posting import refused

LETTER = b"Subject: x\r\n\r\nx\r\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def office() -> Iterator[Office]:
    with mail_server() as server:
        yield server


def server(port: int, **more: object) -> MailServer:
    values: dict[str, object] = {
        "host": "localhost",
        "port": port,
        "security": Security.NONE,
        "sender": "a@example.com",
    }
    return MailServer(**(values | more))  # type: ignore[arg-type]  # of many types


def test_tls_from_the_start(papers: Papers) -> None:
    with mail_server(papers=papers, tls=True, auth=True) as office:
        safe = server(office.port, security=Security.TLS, user=USER, password=PASSWORD, authority=papers.authority)
        send(LETTER, to="a@example.com", server=safe)
        assert len(office.taken) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(papers: Papers, security: Security) -> None:
    with mail_server(papers=papers, tls=security is Security.TLS, auth=True) as office:
        unknown = server(office.port, security=security, user=USER, password=PASSWORD)
        refused(lambda: send(LETTER, to="a@example.com", server=unknown), "mail_server_untrusted", Misconfigured)
        assert (office.users, office.taken) == ([], [])


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    other = make_papers(tmp_path, name="other.example.com")
    with mail_server(papers=other, tls=True) as office:
        wrong = server(office.port, security=Security.TLS, authority=other.authority)
        refused(lambda: send(LETTER, to="a@example.com", server=wrong), "mail_server_untrusted", Misconfigured)


def test_a_server_without_starttls_gets_nothing(office: Office) -> None:
    bare = server(office.port, security=Security.STARTTLS, user=USER, password=PASSWORD)
    refused(lambda: send(LETTER, to="a@example.com", server=bare), "mail_unprotected", Misconfigured)
    assert office.taken == []


def test_a_wrong_password_is_told_and_never_shown(papers: Papers) -> None:
    with mail_server(papers=papers, auth=True) as office:
        wrong = server(
            office.port, security=Security.STARTTLS, user=USER, password="sesame-77", authority=papers.authority
        )
        with pytest.raises(Misconfigured) as error:
            send(LETTER, to="a@example.com", server=wrong)
        assert error.value.code == "mail_sign_in_refused"
        assert "sesame-77" not in f"{error.value} {wrong}"


def test_a_sender_that_is_refused_concerns_everybody(office: Office) -> None:
    office.sender = "550 not yours"
    refused(lambda: send(LETTER, to="a@example.com", server=server(office.port)), "mail_sender_refused", Misconfigured)


def test_a_server_that_dawdles_is_left(office: Office) -> None:
    office.seconds = 30
    began = time.monotonic()
    slow = server(office.port)
    refused(lambda: send(LETTER, to="a@example.com", server=slow, each=0.3), "mail_server_unreachable", Upstream)
    assert time.monotonic() - began < 5


def test_a_server_that_drips_is_cut_off() -> None:
    with dripping_server(b"220-wait\r\n", pause=0.05) as port:
        began = time.monotonic()
        drip = server(port)
        refused(
            lambda: send(LETTER, to="a@example.com", server=drip, each=2, in_all=0.5),
            "mail_server_unreachable",
            Upstream,
        )
        assert time.monotonic() - began < 5


def test_a_line_of_dots_ends_no_mail(office: Office) -> None:
    send(b"Subject: x\r\n\r\n.\r\n..\r\nMAIL FROM:<x@example.com>\r\n", to="a@example.com", server=server(office.port))
    assert len(office.taken) == 1
    assert office.taken[0].get_content().splitlines()[:2] == [".", ".."]
