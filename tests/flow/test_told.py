"""Who is told by mail, and of what: each once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from chamberlain import clock
from chamberlain.actions.choose_mail import choose_mail
from chamberlain.actions.note_scopes import note_scopes
from chamberlain.actions.perform_sync import end
from chamberlain.actions.send_messages import send_messages
from chamberlain.actions.start_sync import start_sync
from chamberlain.actions.tell_expiries import tell_expiries
from chamberlain.actions.tell_overdue import tell_overdue
from chamberlain.errors import Refused
from chamberlain.model.actor import SYSTEM, Actor, ActorKind, Role, TenantRole
from chamberlain.model.credential import CredentialState, ExpirySource
from chamberlain.model.message import Topic
from chamberlain.model.run import RunState, Trigger
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.notify.post import receivers_of
from chamberlain.queries.messages import list_messages, own_mail_box
from chamberlain.settings import Settings, load
from chamberlain.store import credentials, mail_boxes, roles, runs, tenants
from chamberlain.store.models import EventRow, MessageRow, RunRow, User
from connected import connected_tenant
from mail_server import Office, mail_server
from posting import forget_messages, later, only, refused, tell
from stories import ADMIN, NOBODY

pytestmark = pytest.mark.usefixtures("world", "empty")


@pytest.fixture
def empty(world: object) -> Iterator[None]:
    """No messages and nobody who would get any, before and afterwards."""
    forget_messages()
    yield
    forget_messages()


@pytest.fixture
def office() -> Iterator[Office]:
    with mail_server() as server:
        yield server


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Settings of an installation that sends to this server."""

    def configure(port: int, **more: str) -> Settings:
        given = {"host": "localhost", "port": str(port), "security": "none", "from": "access@example.com", **more}
        for name, value in given.items():
            monkeypatch.setenv(f"CHAMBERLAIN_SMTP_{name.upper()}", value)
        monkeypatch.setenv("CHAMBERLAIN_PUBLIC_URL", "https://access.example.com")
        return load()

    return configure


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Tenant:
    """A connected tenant whose messages go to one address."""
    monkeypatch.setenv("CHAMBERLAIN_NOTIFY_TO", "team@example.com")
    return connected_tenant("Contoso")


def test_administrators_of_the_tenant_are_told_who_have_an_address_and_want_it(tenant: Tenant) -> None:
    other = connected_tenant("Fabrikam")
    here = person("Ada", Role.ADMINISTRATOR, tenant.id, typed="ada@example.com")
    person("Everywhere", Role.ADMINISTRATOR, None, told="every@example.com")
    person("Elsewhere", Role.ADMINISTRATOR, other.id, typed="else@example.com")
    person("Auditor", Role.AUDITOR, tenant.id, typed="auditor@example.com")
    person("Silent", Role.ADMINISTRATOR, tenant.id, typed="silent@example.com", wants=False)
    person("Unreachable", Role.ADMINISTRATOR, tenant.id)
    gone = person("Gone", Role.ADMINISTRATOR, tenant.id, typed="gone@example.com")
    User.objects.filter(id=gone).update(is_active=False)
    person("Team", Role.ADMINISTRATOR, tenant.id, typed="TEAM@example.com")
    found = {receiver.address for receiver in receivers_of(tenant.id)}
    assert found == {"ada@example.com", "every@example.com", "TEAM@example.com"}
    tell(tenant)
    assert MessageRow.objects.get(user_id=here).address == "ada@example.com"


def person(
    name: str, role: Role, tenant_id: int | None, *, typed: str = "", told: str = "", wants: bool = True
) -> UUID:
    user = User.objects.create(subject=f"test:{uuid4()}", name=name, object_guid=uuid4(), created_at=clock.now())
    roles.give(user_id=user.id, role=role, tenant_id=tenant_id, given_by="a test", now=clock.now())
    if told:
        mail_boxes.note_told(user.id, address=told)
    if typed or not wants:
        choose_mail(actor=actor(user.id, name), address=typed, wants=wants)
    return user.id


def actor(id_: UUID, name: str = "Ada") -> Actor:
    return Actor(ActorKind.PERSON, str(id_), name, frozenset({Role.ADMINISTRATOR}))


def test_a_mail_to_a_person_says_where_to_end_it(
    tenant: Tenant, office: Office, configured: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAMBERLAIN_NOTIFY_TO")
    settings = configured(office.port)
    person("Ada", Role.ADMINISTRATOR, tenant.id, typed="ada@example.com")
    tell(tenant)
    send_messages(settings=settings)
    assert office.taken[0]["List-Unsubscribe"] == "<https://access.example.com/your-sign-in#messages>"


def test_one_s_own_choice_is_told_in_the_trail_and_goes_before_what_microsoft_tells(tenant: Tenant) -> None:
    ada = person("Ada", Role.ADMINISTRATOR, tenant.id, told="told@example.com")
    choose_mail(actor=actor(ada), address="typed@example.com", wants=True)
    box = own_mail_box(viewer=actor(ada))
    assert box is not None
    assert (box.address, box.told) == ("typed@example.com", "told@example.com")
    mail_boxes.note_told(ada, address="")
    choose_mail(actor=actor(ada), address="", wants=False)
    assert mail_boxes.of(ada).address == ""
    assert EventRow.objects.filter(name="mail:chosen", actor_id=str(ada)).count() == 2
    refused(lambda: choose_mail(actor=SYSTEM, address="", wants=True), "not_allowed", Refused)
    for wrong in ("ada", "ada@example.com\nBcc: x@example.com", "<ada@example.com>", "ä@example.com"):
        refused(
            lambda text=wrong: choose_mail(actor=actor(ada), address=text, wants=True),
            "mail_address_malformed",
            Refused,
        )  # type: ignore[misc]  # one argument of its own


def test_a_broken_connection_is_told_once_and_that_it_works_again_once(tenant: Tenant) -> None:
    run(tenant, None)
    assert topics() == []
    failure = ("secret_wrong", {"aadsts": "7000215"})
    run(tenant, failure)
    run(tenant, failure)
    assert topics() == [Topic.CONNECTION_BROKEN]
    assert only().values == {"error": "secret_wrong", "error.aadsts": "7000215"}
    run(tenant, ("unexpected", {}))
    assert topics() == [Topic.CONNECTION_BROKEN], "our own failure says nothing of the connection"
    run(tenant, None)
    run(tenant, None)
    run(tenant, failure)
    assert topics() == [Topic.CONNECTION_BROKEN, Topic.CONNECTION_REPAIRED, Topic.CONNECTION_BROKEN]


def run(tenant: Tenant, failure: tuple[str, dict[str, str]] | None) -> None:
    run_id = start_sync(actor=ADMIN, tenant=tenant, trigger=Trigger.PERSON)
    runs.move(run_id, RunState.RUNNING, now=clock.now())
    end(run_id, failure)


def topics() -> list[Topic]:
    return [Topic(topic) for topic in MessageRow.objects.order_by("created_at").values_list("topic", flat=True)]


def test_syncs_that_do_not_succeed_are_told_once_until_one_does(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load().model_copy(update={"sync_interval_minutes": 15})
    mine = lambda: MessageRow.objects.filter(tenant_id=tenant.id).count()  # noqa: E731 - said once
    tell_overdue(settings=settings)
    assert mine() == 0
    later(monkeypatch, timedelta(minutes=46))
    tell_overdue(settings=settings.model_copy(update={"sync_interval_minutes": 0}))
    assert mine() == 0, "where syncs are started by hand, none is late"
    tell_overdue(settings=settings)
    tell_overdue(settings=settings)
    assert mine() == 1
    assert EventRow.objects.filter(name="sync:missed", tenant_id=tenant.id).count() == 1
    RunRow.objects.filter(tenant_id=tenant.id).delete()
    connection_of(tenant, synced_at=clock.now())
    later(monkeypatch, timedelta(minutes=46))
    tell_overdue(settings=settings)
    assert mine() == 2


def connection_of(tenant: Tenant, *, synced_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tenant SET synced_at = %s WHERE id = %s", [synced_at, tenant.id])


def test_revoked_permissions_are_told(tenant: Tenant) -> None:
    note_scopes(actor=SYSTEM, tenant_id=tenant.id, seen={"User.Read.All": True, "Group.Read.All": True})
    note_scopes(actor=SYSTEM, tenant_id=tenant.id, seen={"User.Read.All": True})
    note_scopes(actor=SYSTEM, tenant_id=tenant.id, seen={"User.Read.All": True})
    assert [(row.topic, row.values) for row in MessageRow.objects.all()] == [
        ("scopes_revoked", {"scopes": "Group.Read.All"})
    ]


def test_a_credential_that_ends_is_told_at_each_threshold(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    now, reached = clock.now(), tenants.connection_of(tenant.id)
    assert reached is not None
    kept = credentials.add(
        connection=reached,
        kind=CredentialKind.OWN_SECRET,
        client_id="x",
        secret="s",
        made_by="a test",
        now=now,
        expires_at=now + timedelta(days=29),
        expiry_source=ExpirySource.MICROSOFT,
    )
    from chamberlain.store.models import CredentialRow

    CredentialRow.objects.filter(id=kept.id).update(state=CredentialState.CURRENT.value)
    for days in (0, 1, 16, 23, 28, 29):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days))
        tell_expiries()
        tell_expiries()
    told = MessageRow.objects.filter(tenant_id=tenant.id).order_by("created_at")
    assert [row.values["days"] for row in told] == ["30", "14", "7", "1", "0"]


# What is shown


def test_everybody_sees_the_messages_of_their_tenants(tenant: Tenant) -> None:
    other = connected_tenant("Fabrikam")
    tell(tenant)
    tell(other)
    theirs = Actor(
        ActorKind.PERSON, "x", "X", tenant_roles=frozenset({TenantRole(Role.READ_ONLY_ADMINISTRATOR, other.id)})
    )
    found = list_messages(viewer=theirs)
    assert [message.tenant_id for message in found.messages] == [other.id]
    assert found.waiting == 1
    assert len(list_messages(viewer=ADMIN).messages) == 2
    refused(lambda: list_messages(viewer=NOBODY), "not_allowed", Refused)


def test_a_tenant_of_which_nobody_would_be_told_is_named(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tenant not in list_messages(viewer=ADMIN).untold
    monkeypatch.delenv("CHAMBERLAIN_NOTIFY_TO")
    assert tenant in list_messages(viewer=ADMIN).untold
