"""A database elsewhere is asked over TLS, unless somebody says otherwise in its address."""

import pytest

from chamberlain.bootstrap import django_database, encrypted
from chamberlain.errors import Misconfigured


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://chamberlain:secret@database.example:5432/chamberlain",
        "postgresql://chamberlain@10.0.0.7/chamberlain?application_name=x",
        "postgresql://chamberlain@localhost,database.example/chamberlain",
        "host=database.example dbname=chamberlain",
    ],
)
def test_a_database_on_another_machine_is_asked_over_tls(url: str) -> None:
    assert django_database(encrypted(url))["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://chamberlain@localhost/chamberlain",
        "postgresql://chamberlain@[::1]:5433/chamberlain",
        "postgresql://chamberlain@127.0.0.1/chamberlain",
        "postgresql:///chamberlain?host=/run/postgresql",
        "postgresql://chamberlain@database.example/chamberlain?sslmode=verify-full",
        "postgresql://chamberlain@database.example/chamberlain?sslmode=disable",
    ],
)
def test_this_machine_and_what_the_address_says_are_left_alone(url: str) -> None:
    assert encrypted(url) == url


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(Misconfigured, match="database_url_malformed"):
        encrypted("postgresql://[half")
