"""A tenant that was connected and read once, and is put back before each schedule: the simulator, and our database."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings as django_settings
from django.db import connections
from psycopg import sql

from chamberlain.bench import mailbox_wishes
from chamberlain.bench.granting import Grants
from chamberlain.bench.tenant_state import State, state_of
from chamberlain.bench.writable import Writable, writable
from chamberlain.bootstrap import World

DELETED = 3


@dataclass(slots=True)
class KeptTenant:
    """As it was when it had been read.

    url      of the database that holds it, which nobody may be connected to
    deleted  what the tenant had been like before some were deleted, who lie in the bin now
    """

    tenant: Writable
    url: str
    position: int
    deleted: State
    _lent: int = 0

    @contextmanager
    def lend(self) -> Iterator[tuple[Writable, str]]:
        """The tenant for one schedule, in a copy of the database that ends with it, and that copy's address."""
        self._lent += 1
        name = f"{_name(self.url)}_{self._lent}"
        with _in_database(name):
            _maintain(self.url, "CREATE DATABASE {} TEMPLATE {}", name, _name(self.url))
            try:
                self.tenant.simulator.post("/_simulator/rewind", {"position": self.position})
                yield self.tenant, _renamed(self.url, name)
            finally:
                connections.close_all()
                _maintain(self.url, "DROP DATABASE {} WITH (FORCE)", name)


@contextmanager
def kept_tenant(world: World, **options: Any) -> Iterator[KeptTenant]:
    """A new tenant, connected and read, in a database of its own; call it in an open world.

    options  of `chamberlain simulator`
    """
    name = f"{_name(world.database_url)}_tenant"
    connections.close_all()
    _maintain(world.database_url, "CREATE DATABASE {} TEMPLATE {}", name, _name(world.database_url))
    try:
        with _in_database(name), writable(world.settings, **options) as tenant:
            deleted = _delete_some(tenant)
            _warm_up(tenant)
            connections.close_all()
            position: int = json.loads(tenant.simulator.get("/_simulator/position"))["position"]
            yield KeptTenant(tenant, _renamed(world.database_url, name), position, deleted)
    finally:
        _maintain(world.database_url, "DROP DATABASE {} WITH (FORCE)", name)


def _delete_some(tenant: Writable) -> State:
    """Somebody sets mailboxes, and deletes people whom we have read; what the tenant was like between both."""
    truth = list(tenant.simulator.truth("?effective=0"))
    closed = Grants(tenant.simulator).closed()
    accounts = [line for line in truth if line["t"] == "account" and line["type"] == "Member" and line["enabled"]]
    people = [line["id"] for line in accounts if line["id"] not in closed]
    deleted = people[:: len(people) // DELETED][:DELETED]
    with_mail = {one["id"] for one in tenant.mail().get("mailboxes", ())}
    mailbox_wishes.set_some(tenant.simulator, [one for one in people if one in with_mail and one not in deleted])
    before = state_of(truth, mail=tenant.mail())
    for one in deleted:
        tenant.simulator.post("/_simulator/mutations", {"kind": "delete_user", "user": one})
    return before


def _warm_up(tenant: Writable) -> None:
    """Imports here what forked processes would each import for themselves, which is most of their work."""
    import_module("chamberlain.jobs.engine")
    import_module("chamberlain.work.apply_plan")
    import_module("chamberlain.actions.undo_plan")
    tenant.sync_here()


@contextmanager
def _in_database(name: str) -> Iterator[None]:
    """Has this process, and those that are forked off it, use another database."""
    known = django_settings.DATABASES["default"]
    before = known["NAME"]
    connections.close_all()
    known["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        known["NAME"] = before


def _maintain(url: str, statement: str, *names: str) -> None:
    with psycopg.connect(_renamed(url, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
