"""`chamberlain token`: made, listed and revoked in the terminal."""

import json

import pytest

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.actions.use_token import use_token
from chamberlain.bootstrap import World
from chamberlain.errors import Refused
from terminal import run


def test_a_token_is_made_listed_and_revoked(world: World) -> None:
    issue_sign_in_link(actor=stories.ADMIN, root="", name="Terry Terminal")

    made = run("token", "create", "nightly", "--for", "terry terminal", "--scope", "read:directory,run:sync", "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert use_token(secret=told["secret"]).actor.name == "Terry Terminal (token nightly)"
    assert told["scopes"] == ["read:directory", "run:sync"]

    listed = run("token", "list", "--json")
    assert told["secret"] not in listed.stdout
    assert [one["state"] for one in json.loads(listed.stdout) if one["number"] == told["number"]] == ["works"]

    assert run("token", "revoke", str(told["number"])).returncode == 0
    with pytest.raises(Refused):
        use_token(secret=told["secret"])


def test_an_unknown_scope_is_refused_with_an_exit_code(world: World) -> None:
    issue_sign_in_link(actor=stories.ADMIN, root="", name="Terry Terminal")

    made = run("token", "create", "x", "--for", "Terry Terminal", "--scope", "read:everything")

    assert made.returncode == 3
    assert "token_scope_unknown" in made.stderr
