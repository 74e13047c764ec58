"""The one composition root: builds the world of a process from its settings."""

import fcntl
import hashlib
import hmac
import logging.config
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chamberlain import logs
from chamberlain.errors import Conflict, Misconfigured
from chamberlain.settings import RUNNING, LogFormat, Settings

POSTGRES_AT_LEAST = 150000


@dataclass(frozen=True, slots=True)
class World:
    """A process that can speak to its database.

    database_ended  blocks until the database that this process started has ended; None where it was not us
    """

    settings: Settings
    database_url: str = field(repr=False)  # may hold a password
    database_ended: Callable[[], object] | None


@contextmanager
def open_world(settings: Settings, *, migrate: bool = True, any_key: bool = False) -> Iterator[World]:
    """A process's world: data folder, database (started if nobody has), Django, key, logging.

    migrate  brings the database's schema up to date first
    any_key  opens also where something is encrypted with a key that is not here
    raises   Misconfigured
    """
    set_up_logging(settings)
    make_data_folder(settings.data)
    with _database(settings) as (url, ended):
        set_up_django(settings, url)
        check_keys(any_key=any_key)
        if migrate:
            migrate_schema(url)
        try:
            yield World(settings, url, ended)
        finally:
            _close_connections()


def make_data_folder(path: Path) -> None:
    """Makes the data folder, or says why it cannot be used.

    raises  Misconfigured("data_folder_unwritable")
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Misconfigured("data_folder_unwritable", path=str(path), reason=error.strerror or str(error)) from error


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, Callable[[], object] | None]]:
    if settings.database_url is not None:
        yield encrypted(settings.database_url.get_secret_value()), None
        return
    from chamberlain.store.embedded import start_or_attach

    with start_or_attach(settings.data, settings.socket_folder) as database:
        yield database.url, database.wait if database.owned else None


def load_django() -> None:
    """Lets Django load its applications, without which no model can be imported; nothing is connected yet."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "chamberlain.web.settings"
    import django

    django.setup()


def set_up_django(settings: Settings, database_url: str) -> None:
    """Gives Django what is only known at start.

    raises  Misconfigured("key_malformed"), Misconfigured("key_file_open"), Misconfigured("database_url_malformed")
    """
    load_django()
    from django.conf import settings as django_settings

    from chamberlain.store.keyring import open_ring

    ring = open_ring(given=settings.key.get_secret_value() if settings.key else None, data=settings.data)
    django_settings.CHAMBERLAIN_KEYS = ring
    django_settings.DATABASES["default"].update(django_database(database_url))  # in place: Django holds on to it
    host = urlsplit(settings.url).hostname or settings.host
    django_settings.ALLOWED_HOSTS = sorted({host, settings.host, "localhost", "127.0.0.1"})


def check_keys(*, any_key: bool = False) -> None:
    """Keeps a key that was made just now, and lets Django sign with the newest and accept what all keys signed.

    any_key  passes also where something is encrypted with a key that is not here: only `chamberlain keys` can live so
    raises   Misconfigured("key_wrong"), Misconfigured("key_missing"): then nothing was touched;
             Misconfigured("database_unreachable")
    """
    from django.conf import settings as django_settings
    from django.db import OperationalError

    from chamberlain.store.keys import refuse_wrong_keys

    ring = django_settings.CHAMBERLAIN_KEYS
    if not any_key:
        try:
            refuse_wrong_keys(ring)
        except OperationalError as error:
            raise Misconfigured("database_unreachable", reason=str(error).strip()) from error
        ring.keep()
    signing = [hmac.new(key, b"chamberlain sessions", hashlib.sha256).hexdigest() for key in ring.keys]
    django_settings.SECRET_KEY, django_settings.SECRET_KEY_FALLBACKS = signing[0], signing[1:]


def encrypted(url: str) -> str:
    """The address of a database that is asked over TLS: what leaves this machine does not go in the clear.

    libpq alone would take a server without TLS as well. An address that names an `sslmode` is taken as it is.
    source  https://www.postgresql.org/docs/18/libpq-ssl.html (2025): sslmode, "prefer" unless told
    raises  Misconfigured("database_url_malformed")
    """
    parts = _parts(url)
    hosts = [host for name in ("host", "hostaddr") for host in str(parts.get(name, "")).split(",") if host]
    if "sslmode" in parts or all(_is_here(host) for host in hosts):
        return url
    if "://" not in url:
        return f"{url} sslmode=require"
    return f"{url}{'&' if '?' in url else '?'}sslmode=require"


def _is_here(host: str) -> bool:
    """Whether it is a socket, or this machine."""
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(url: str) -> dict[str, Any]:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(url))
    except psycopg.Error as error:
        raise Misconfigured("database_url_malformed") from error


def django_database(url: str) -> dict[str, Any]:
    """Django's way of writing a PostgreSQL URL.

    raises  Misconfigured("database_url_malformed")
    """
    parts = _parts(url)
    known = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{ours: str(parts.pop(theirs)) for ours, theirs in known.items() if theirs in parts},
        "OPTIONS": parts,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def migrate_schema(url: str) -> None:
    """Brings our tables and the durable engine's up to date; processes that start together take turns.

    raises  Misconfigured("database_unreachable"), Misconfigured("database_too_old"), Conflict("database_busy")
    """
    from django.db import OperationalError, connection

    from chamberlain.store.migrating import migrate, taking_turns

    try:
        with connection.cursor() as cursor, taking_turns():
            cursor.execute("SHOW server_version_num")
            number = int(cursor.fetchone()[0])
            if number < POSTGRES_AT_LEAST:
                raise Misconfigured("database_too_old", version=str(number // 10_000))
            migrate()
            _migrate_engine(cursor, url)
    except OperationalError as error:
        raise Misconfigured("database_unreachable", reason=str(error).strip()) from error


def _migrate_engine(cursor: Any, url: str) -> None:
    """Migrates the durable engine's tables, unless its version has done so: importing it alone takes a second."""
    mark = f"migrated by dbos {version('dbos')}"
    cursor.execute("SELECT obj_description(to_regnamespace('dbos')::oid, 'pg_namespace')")
    if cursor.fetchone()[0] == mark:
        return
    from chamberlain.jobs import engine

    engine.migrate(url)
    cursor.execute("COMMENT ON SCHEMA dbos IS %s", [mark])


@contextmanager
def running_here(settings: Settings) -> Iterator[None]:
    """Marks this data folder as in use by a supervisor, as long as the context lasts, whatever ends it.

    raises  Conflict("already_running")
    """
    with (settings.data / RUNNING).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("already_running", path=str(settings.data), url=settings.url) from None
        yield


def refuse_second_start(settings: Settings) -> None:
    """Says so before anything is touched where a supervisor uses the data folder already.

    raises  Conflict("already_running")
    """
    if is_running(settings.data):
        raise Conflict("already_running", path=str(settings.data), url=settings.url)


def is_running(data: Path) -> bool:
    """Whether a supervisor uses this data folder now."""
    try:
        with (data / RUNNING).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no such folder or file, or not for us: `open_world` says which
        return False
    return False


def is_worker_alive() -> bool:
    """Whether any process works on this database's jobs; call it in an open world."""
    from chamberlain.jobs.life import workers_alive

    return workers_alive() > 0


def make_worker(world: World) -> Any:
    """A worker with every story of the house registered, and the rounds that start syncs and look after notices."""
    from chamberlain.actions.apply_plan import PLAN_JOB
    from chamberlain.actions.end_terms import TERMS_JOB
    from chamberlain.actions.forget_tenants import forget_some
    from chamberlain.actions.keep_subscriptions import SUBSCRIPTIONS_JOB
    from chamberlain.actions.read_activity import ACTIVITY_JOB
    from chamberlain.actions.seal_events import seal_waiting
    from chamberlain.actions.start_sync import SYNC_JOB
    from chamberlain.jobs.engine import Worker, is_over
    from chamberlain.work.apply_plan import apply_plan, pause_lost_plans
    from chamberlain.work.end_terms import end_terms, look_after_terms
    from chamberlain.work.keep_subscriptions import keep_subscriptions, look_after_subscriptions, start_woken_syncs
    from chamberlain.work.read_activity import read_activity, start_due_readings
    from chamberlain.work.schedule import end_lost_runs, start_due_syncs
    from chamberlain.work.send_messages import OverdueWatch, Postman
    from chamberlain.work.sync_tenant import sync_tenant
    from chamberlain.work.watch_credentials import CredentialWatch
    from chamberlain.work.watch_sessions import SessionWatch

    stories: dict[str, Callable[..., None]] = {
        SYNC_JOB: partial(sync_tenant, settings=world.settings),
        SUBSCRIPTIONS_JOB: partial(keep_subscriptions, settings=world.settings),
        ACTIVITY_JOB: partial(read_activity, settings=world.settings),
        PLAN_JOB: partial(apply_plan, settings=world.settings),
        TERMS_JOB: partial(end_terms, settings=world.settings),
    }
    worker = Worker(url=world.database_url, stories=stories)
    worker.every_round(partial(end_lost_runs, is_over=is_over))
    worker.every_round(partial(pause_lost_plans, is_over=is_over))
    worker.every_round(partial(start_due_syncs, settings=world.settings))
    worker.every_round(partial(look_after_subscriptions, settings=world.settings))
    worker.every_round(SessionWatch(settings=world.settings))
    worker.every_round(start_woken_syncs)
    worker.every_round(start_due_readings)
    worker.every_round(look_after_terms)
    worker.every_round(seal_waiting)
    worker.every_round(partial(forget_some, settings=world.settings))
    worker.every_round(CredentialWatch())
    worker.every_round(OverdueWatch(settings=world.settings))
    worker.every_round(Postman(settings=world.settings))
    return worker


def set_up_logging(settings: Settings) -> None:
    """One format for every process, to stderr."""
    as_json = settings.log_format is LogFormat.JSON
    logging.config.dictConfig(logs.configuration(level=settings.log_level, as_json=as_json))


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
