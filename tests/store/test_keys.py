"""The installation's key is changed while everything runs, also by those who are killed over it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

import stories
from chamberlain import clock
from chamberlain.actions.rotate_keys import forget_key, give_up_key, rotate_keys
from chamberlain.bootstrap import World, check_keys
from chamberlain.errors import Conflict, Misconfigured, NotFound, Refused
from chamberlain.model.tenant import CredentialKind
from chamberlain.queries.keys import list_keys
from chamberlain.store import keys
from chamberlain.store.connection import apart
from chamberlain.store.keyring import id_of, open_ring, the_ring
from chamberlain.store.models import CredentialRow, EventRow

pytestmark = pytest.mark.usefixtures("world")
MANY = 120


@pytest.fixture(scope="module")
def secrets(world: World) -> Iterator[dict[object, str]]:
    """Secrets of credentials that no connection uses, by row."""
    planted = {}
    for number in range(MANY):
        row = CredentialRow(kind=CredentialKind.OWN_SECRET.value, state="pending", made_at=clock.now(), made_by="test")
        row.secret = planted[row.id] = f"secret {number} {uuid4()}"
        row.save(force_insert=True)
    yield planted
    CredentialRow.objects.filter(id__in=planted).delete()


def opened(planted: dict[object, str]) -> dict[object, str]:
    return {row.id: row.secret for row in CredentialRow.objects.filter(id__in=planted)}


def test_a_rotation_leaves_nothing_under_the_old_key_and_everything_readable(secrets: dict[object, str]) -> None:
    old = the_ring().ids[0]
    assert keys.used()[old] >= MANY
    done = rotate_keys(actor=stories.ADMIN)
    assert done.made
    assert done.encrypted >= MANY
    assert set(keys.used()) == {done.newest}
    assert opened(secrets) == secrets
    event = EventRow.objects.filter(name="keys:rotated").latest("id")
    assert (event.before, event.after) == ({"value": old}, {"value": done.newest})
    forget_key(actor=stories.ADMIN, id=old)
    assert old not in the_ring().ids
    assert old not in open_ring(given=None, data=Path(os.environ["CHAMBERLAIN_DATA"])).ids
    assert opened(secrets) == secrets


def test_a_key_that_something_needs_is_not_forgotten(secrets: dict[object, str]) -> None:
    old = the_ring().ids[0]
    the_ring().add()
    with pytest.raises(Conflict, match="key_in_use"):
        forget_key(actor=stories.ADMIN, id=old)
    with pytest.raises(Conflict, match="key_in_use"):
        forget_key(actor=stories.ADMIN, id=the_ring().ids[0])  # it will encrypt what comes
    with pytest.raises(NotFound, match="key_not_found"):
        forget_key(actor=stories.ADMIN, id="00000000")
    assert {one.id: (one.newest, one.here) for one in list_keys(viewer=stories.ADMIN)} == {
        the_ring().ids[0]: (True, True),
        old: (False, True),
    }
    done = rotate_keys(actor=stories.ADMIN)
    assert not done.made  # what had begun was finished
    assert done.newest == the_ring().ids[0]
    forget_key(actor=stories.ADMIN, id=old)
    assert opened(secrets) == secrets


def test_nobody_else_may_touch_keys() -> None:
    for deed in (
        lambda: rotate_keys(actor=stories.NOBODY),
        lambda: forget_key(actor=stories.NOBODY, id="00000000"),
        lambda: give_up_key(actor=stories.NOBODY, id="00000000"),
        lambda: list_keys(viewer=stories.NOBODY),
    ):
        with pytest.raises(Refused, match="not_allowed"):
            deed()


def test_a_rotation_that_is_killed_is_finished_by_the_next(secrets: dict[object, str]) -> None:
    """It is killed after some rows; until then, between and afterwards every secret can be read."""
    old = the_ring().ids[0]
    killer = """
import os, sys
from chamberlain import bootstrap
from chamberlain.settings import load
bootstrap.load_django()
with bootstrap.open_world(load(), migrate=False):
    from chamberlain.actions.rotate_keys import rotate_keys
    from chamberlain.cli.rim import terminal_actor
    from chamberlain.store import keys
    real, left = keys._reencrypt_row, [40]
    def counted(*arguments):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), 9)
        return real(*arguments)
    keys._reencrypt_row = counted
    rotate_keys(actor=terminal_actor())
"""
    killed = subprocess.run([sys.executable, "-c", killer], env=os.environ, check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    used = keys.used()
    assert set(used) == {old, the_ring().ids[0]}
    assert len(used) == 2
    assert opened(secrets) == secrets
    done = rotate_keys(actor=stories.ADMIN)
    assert (done.made, set(keys.used())) == (False, {done.newest})
    assert opened(secrets) == secrets
    forget_key(actor=stories.ADMIN, id=old)


def test_others_read_and_write_while_keys_rotate(secrets: dict[object, str]) -> None:
    failures: list[BaseException] = []
    over = threading.Event()
    some = [*secrets][:10]

    def live() -> None:
        number = 0
        try:
            while not over.is_set():
                number += 1
                row = CredentialRow.objects.get(id=some[number % len(some)])
                assert row.secret == secrets[row.id]
                row.secret = secrets[row.id]
                row.save(update_fields=["secret"])
        except Exception as error:  # noqa: BLE001 - told by the thread that waits
            failures.append(error)

    threads = [threading.Thread(target=apart, args=(live,)) for _ in range(2)]
    for one in threads:
        one.start()
    try:
        for _ in range(2):
            rotate_keys(actor=stories.ADMIN)
    finally:
        over.set()
        for one in threads:
            one.join()
    assert failures == []
    rotate_keys(actor=stories.ADMIN)
    assert opened(secrets) == secrets


def test_a_wrong_key_at_start_says_so_and_touches_nothing(secrets: dict[object, str], tmp_path: Path) -> None:
    ring, used = the_ring(), keys.used()
    django_settings.CHAMBERLAIN_KEYS = open_ring(given=None, data=tmp_path)
    try:
        with pytest.raises(Misconfigured, match="key_missing"):
            check_keys()
        assert [*tmp_path.iterdir()] == []
        (tmp_path / "key").touch(mode=0o600)
        (tmp_path / "key").write_text("A" * 43 + "=\n")
        django_settings.CHAMBERLAIN_KEYS = open_ring(given=None, data=tmp_path)
        with pytest.raises(Misconfigured, match="key_wrong"):
            check_keys()
        assert (tmp_path / "key").read_text() == "A" * 43 + "=\n"
        assert [path.name for path in tmp_path.iterdir()] == ["key"]
        check_keys(any_key=True)
    finally:
        django_settings.CHAMBERLAIN_KEYS = ring
        check_keys()
    assert keys.used() == used


def test_a_lost_key_costs_what_only_it_could_open(secrets: dict[object, str], tmp_path: Path) -> None:
    del secrets
    stray = open_ring(given=None, data=tmp_path / "other")
    row = CredentialRow(kind=CredentialKind.OWN_SECRET.value, state="pending", made_at=clock.now(), made_by="test")
    row.__dict__["secret"] = stray.encrypt("x", context=f"connection_credential.secret:{row.id}")
    row.save(force_insert=True)
    lost = id_of(row.__dict__["secret"])
    try:
        with pytest.raises(Misconfigured, match="key_wrong"):
            check_keys()
        assert [one.id for one in list_keys(viewer=stories.ADMIN) if not one.here] == [lost]
        assert give_up_key(actor=stories.ADMIN, id=lost) == 1
        check_keys()
        assert CredentialRow.objects.get(id=row.id).secret is None
        with pytest.raises(Conflict, match="key_in_use"):
            give_up_key(actor=stories.ADMIN, id=the_ring().ids[0])
    finally:
        CredentialRow.objects.filter(id=row.id).delete()


def test_what_was_signed_before_a_rotation_is_accepted_after_it() -> None:
    from django.core import signing

    check_keys()
    signed = signing.dumps("a session")
    rotate_keys(actor=stories.ADMIN)
    check_keys()
    assert signing.loads(signed) == "a session"
    assert signing.dumps("a session").rpartition(":")[2] != signed.rpartition(":")[2]
