"""Connecting without a secret, rotating without a stop, and being told before it is too late."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chamberlain import clock
from chamberlain.actions.connect_with_certificate import connect_with_certificate
from chamberlain.actions.connect_with_federation import connect_with_federation
from chamberlain.actions.connect_with_secret import connect_with_secret
from chamberlain.actions.forget_credential import forget_credential
from chamberlain.actions.look_at_expiry import look_at_expiry
from chamberlain.actions.make_certificate import make_certificate
from chamberlain.actions.rotate_credential import rotate_to_federation, rotate_to_kept, rotate_to_secret
from chamberlain.actions.tell_expiries import tell_expiries
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError, Conflict, Misconfigured, NotFound, Refused
from chamberlain.model.actor import Actor, ActorKind, Role, TenantRole
from chamberlain.model.cloud import Cloud
from chamberlain.model.credential import CredentialState, ExpirySource, KeptCredential
from chamberlain.model.run import RunState, Trigger
from chamberlain.model.tenant import CredentialKind, Tenant
from chamberlain.policy.expiry import Urgency
from chamberlain.queries.credentials import Credentials, current_credentials, ending_soon, show_credentials
from chamberlain.settings import Settings
from chamberlain.store import tenants
from chamberlain.store.models import ConnectionRow, CredentialRow, EventRow
from stories import ADMIN, NOBODY, connect, connect_by_consent, perform, refill

pytestmark = pytest.mark.usefixtures("world")
SUBJECT = "system:serviceaccount:access:chamberlain"


@pytest.fixture(scope="module")
def simulator(start_tenant: Callable[..., Simulated]) -> Simulated:
    return start_tenant(users=30, groups=6, memberships=60, apps=3, seed=404)


@pytest.fixture
def settings(simulator: Simulated, pointed: Callable[[Simulated], Settings]) -> Settings:
    refill(simulator)
    order(simulator, forget=["certificates", "federated"])
    return pointed(simulator)


def order(simulator: Simulated, **what: Any) -> dict[str, Any]:
    return simulator.post("/_simulator/applications", {"client_id": simulator.own_client_id, **what})


def trust(simulator: Simulated, file: Path) -> None:
    """The registration trusts a platform, and the platform writes its token to a file."""
    made = simulator.post("/_simulator/platform_token", {"subject": SUBJECT})
    order(simulator, federated={"name": "k8s", "issuer": made["issuer"], "subject": SUBJECT})
    file.write_text(made["token"])


def uploaded(simulator: Simulated, kept: KeptCredential) -> UUID:
    order(simulator, certificate=kept.certificate)
    return kept.id


def shown(tenant: Tenant) -> Credentials:
    found = show_credentials(viewer=ADMIN, tenant=tenant)
    assert found is not None
    return found


def refused(deed: Callable[[], object], code: str, *, kind: type[ChamberlainError] = Refused) -> None:
    with pytest.raises(kind) as error:
        deed()
    assert error.value.code == code


def test_a_certificate_made_here_connects_and_syncs(simulator: Simulated, settings: Settings) -> None:
    kept = make_certificate(actor=ADMIN)
    ids = {"tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    refused(lambda: connect_with_certificate(actor=ADMIN, certificate=kept.id, **ids), "certificate_refused")
    tenant = connect_with_certificate(actor=ADMIN, certificate=uploaded(simulator, kept), **ids)
    assert perform(tenant, settings).state is RunState.SUCCEEDED
    now = shown(tenant)
    assert now.current is not None
    assert now.current.credential.kind is CredentialKind.OWN_CERTIFICATE
    assert (now.current.ending.urgency, now.current.ending.days) == (Urgency.FINE, 364)
    row = CredentialRow.objects.get(id=kept.id)
    assert "PRIVATE KEY" in row.secret
    assert "PRIVATE KEY" not in str(row.__dict__["secret"])  # as the database has it


def test_a_certificate_connects_one_tenant_only(simulator: Simulated, settings: Settings) -> None:
    kept = uploaded(simulator, make_certificate(actor=ADMIN))
    ids = {"tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    connect_with_certificate(actor=ADMIN, certificate=kept, **ids)
    for certificate in (kept, uuid4()):
        refused(
            lambda certificate=certificate: connect_with_certificate(actor=ADMIN, certificate=certificate, **ids),
            "credential_not_found",
            kind=NotFound,
        )


def test_a_platform_s_word_connects_and_syncs_without_any_secret(
    simulator: Simulated, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    ids = {"tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    connecting = lambda: connect_with_federation(actor=ADMIN, **ids)  # noqa: E731 - said once, done thrice
    refused(connecting, "federation_file_missing", kind=Misconfigured)
    monkeypatch.setenv("CHAMBERLAIN_FEDERATED_TOKEN_FILE", str(file))
    refused(connecting, "federation_file_unreadable", kind=Misconfigured)
    trust(simulator, file)
    tenant = connecting()
    settings = settings.model_copy(update={"federated_token_file": file})
    assert perform(tenant, settings).state is RunState.SUCCEEDED
    assert not CredentialRow.objects.filter(state="current", secret__isnull=False, connection__tenant=tenant.id)
    assert ConnectionRow.objects.get(tenant_id=tenant.id).client_secret is None


def test_a_platform_that_is_not_trusted_is_refused(
    simulator: Simulated, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    monkeypatch.setenv("CHAMBERLAIN_FEDERATED_TOKEN_FILE", str(file))
    trust(simulator, file)
    ids = {"tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    for wrong, code in (({"subject": "somebody"}, "federation_unmatched"), ({"seconds": -900}, "assertion_untimely")):
        file.write_text(simulator.post("/_simulator/platform_token", {"subject": SUBJECT, **wrong})["token"])
        refused(lambda: connect_with_federation(actor=ADMIN, **ids), code)


def test_a_clock_that_is_off_is_said(simulator: Simulated, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = uploaded(simulator, make_certificate(actor=ADMIN))
    true_now = clock.now
    monkeypatch.setattr(clock, "now", lambda: true_now() - timedelta(hours=2))
    ids = {"tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    refused(lambda: connect_with_certificate(actor=ADMIN, certificate=kept, **ids), "assertion_untimely")


def test_rotating_never_leaves_a_connection_without_a_credential_that_works(
    simulator: Simulated, settings: Settings
) -> None:
    tenant = connect(simulator)
    first = shown(tenant).current
    assert first is not None
    refused(lambda: rotate_to_secret(actor=ADMIN, tenant=tenant, client_secret="wrong"), "secret_wrong")
    assert shown(tenant).current == first
    order(simulator, secret="new~secret", ends=time.time() + 90 * 24 * 3600)
    rotate_to_secret(actor=ADMIN, tenant=tenant, client_secret=" new~secret\n")
    now = shown(tenant)
    assert now.current is not None
    assert now.current.credential.expiry_source is ExpirySource.MICROSOFT
    assert now.current.ending.days == 89
    assert now.old[0].credential.id == first.credential.id
    assert perform(tenant, settings).state is RunState.SUCCEEDED
    rotate_to_kept(actor=ADMIN, tenant=tenant, credential_id=first.credential.id)  # there is a way back
    assert shown(tenant).current.credential.id == first.credential.id  # type: ignore[union-attr]  # it has one
    assert perform(tenant, settings).state is RunState.SUCCEEDED


def test_a_secret_rotates_to_a_certificate_and_on_to_none(
    simulator: Simulated, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = connect(simulator)
    kept = make_certificate(actor=ADMIN, tenant=tenant)
    refused(lambda: rotate_to_kept(actor=ADMIN, tenant=tenant, credential_id=kept.id), "certificate_refused")
    assert kept.id in {one.credential.id for one in shown(tenant).waiting}
    rotate_to_kept(actor=ADMIN, tenant=tenant, credential_id=uploaded(simulator, kept))
    assert shown(tenant).kind is CredentialKind.OWN_CERTIFICATE
    trust(simulator, tmp_path / "token")
    monkeypatch.setenv("CHAMBERLAIN_FEDERATED_TOKEN_FILE", str(tmp_path / "token"))
    rotate_to_federation(actor=ADMIN, tenant=tenant)
    assert shown(tenant).kind is CredentialKind.OWN_FEDERATION
    told = EventRow.objects.filter(name="credential:rotated", tenant_id=tenant.id).order_by("-id")[:2]
    assert [one.after["value"] for one in told] == ["own_federation", "own_certificate"]


def test_only_what_is_not_used_is_forgotten(simulator: Simulated, settings: Settings) -> None:
    tenant = connect(simulator)
    current = shown(tenant).current
    assert current is not None
    forget = lambda id_, where=tenant: forget_credential(actor=ADMIN, tenant=where, credential_id=id_)  # noqa: E731
    refused(lambda: forget(current.credential.id), "credential_in_use", kind=Conflict)
    kept = make_certificate(actor=ADMIN, tenant=tenant)
    refused(lambda: forget(kept.id, None), "credential_not_found", kind=NotFound)  # it is a tenant's
    forget(kept.id)
    refused(lambda: forget(kept.id), "credential_not_found", kind=NotFound)


def test_a_connection_from_before_keeps_its_secret_when_it_rotates(simulator: Simulated, settings: Settings) -> None:
    tenant = connect(simulator)
    CredentialRow.objects.filter(connection__tenant_id=tenant.id).delete()  # as the version before left it
    assert perform(tenant, settings).state is RunState.SUCCEEDED
    kept = make_certificate(actor=ADMIN, tenant=tenant)
    rotate_to_kept(actor=ADMIN, tenant=tenant, credential_id=uploaded(simulator, kept))
    old = shown(tenant).old
    assert [one.credential.kind for one in old] == [CredentialKind.OWN_SECRET]
    rotate_to_kept(actor=ADMIN, tenant=tenant, credential_id=old[0].credential.id)
    assert perform(tenant, settings).state is RunState.SUCCEEDED


def test_the_installation_s_app_is_not_rotated_here(simulator: Simulated, settings: Settings) -> None:
    tenant = connect_by_consent(simulator)
    refused(lambda: rotate_to_secret(actor=ADMIN, tenant=tenant, client_secret="new"), "credential_of_installation")
    assert shown(tenant).may_rotate is False


def test_nobody_rotates_without_the_right_in_that_tenant(simulator: Simulated, settings: Settings) -> None:
    tenant = connect(simulator)
    elsewhere = Actor(
        ActorKind.PERSON, "x", "Elsewhere", tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant.id + 1)})
    )
    for actor in (NOBODY, elsewhere):
        for deed in (
            lambda who=actor: rotate_to_secret(actor=who, tenant=tenant, client_secret="x"),
            lambda who=actor: rotate_to_federation(actor=who, tenant=tenant),
            lambda who=actor: rotate_to_kept(actor=who, tenant=tenant, credential_id=uuid4()),
            lambda who=actor: make_certificate(actor=who, tenant=tenant),
            lambda who=actor: make_certificate(actor=who),
            lambda who=actor: forget_credential(actor=who, tenant=tenant, credential_id=uuid4()),
            lambda who=actor: show_credentials(viewer=who, tenant=tenant),
        ):
            refused(deed, "not_allowed")
        assert current_credentials(viewer=actor, tenant_ids=[tenant.id]) == {}


def test_who_administers_a_tenant_connects_it_again_and_no_other(simulator: Simulated, settings: Settings) -> None:
    tenant = connect(simulator)
    theirs, others = (
        Actor(ActorKind.PERSON, name, name, tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant_id)}))
        for name, tenant_id in (("theirs", tenant.id), ("others", tenant.id + 1))
    )
    ids = {"tenant_id": simulator.tenant_id, "client_id": simulator.own_client_id}
    secret = simulator.own_client_secret
    assert connect_with_secret(actor=theirs, client_secret=secret, **ids) == tenant
    kept = uploaded(simulator, make_certificate(actor=theirs, tenant=tenant))
    refused(lambda: connect_with_certificate(actor=others, certificate=kept, **ids), "not_allowed")
    free = make_certificate(actor=ADMIN).id
    refused(
        lambda: connect_with_certificate(actor=theirs, certificate=free, **ids), "credential_not_found", kind=NotFound
    )
    assert connect_with_certificate(actor=theirs, certificate=kept, **ids) == tenant
    new = {**ids, "tenant_id": str(uuid4())}
    for deed in (
        lambda: connect_with_secret(actor=others, client_secret=secret, **ids),
        lambda: connect_with_federation(actor=others, **ids),
        lambda: connect_with_secret(actor=theirs, client_secret=secret, **new),
        lambda: connect_with_federation(actor=theirs, **new),
        lambda: connect_with_secret(actor=NOBODY, client_secret=secret, **ids),
    ):
        refused(deed, "not_allowed")


def test_the_end_of_a_secret_is_read_from_microsoft_else_taken_from_the_administrator(
    simulator: Simulated, settings: Settings
) -> None:
    ends = clock.now() + timedelta(days=200)
    order(simulator, secret="told~secret", ends=(clock.now() + timedelta(days=50)).timestamp())
    tenant = connect_with_secret(
        actor=ADMIN,
        tenant_id=simulator.tenant_id,
        client_id=simulator.own_client_id,
        client_secret="told~secret",
        expires_at=ends,
    )
    assert shown(tenant).current.credential.expiry_source is ExpirySource.ADMINISTRATOR  # type: ignore[union-attr]
    assert perform(tenant, settings).trigger is Trigger.CONNECT
    current = shown(tenant).current
    assert current is not None
    assert (current.credential.expiry_source, current.ending.days) == (ExpirySource.MICROSOFT, 49)
    CredentialRow.objects.filter(id=current.credential.id).update(expires_at=None, expiry_source=None)
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    look_at_expiry(connection, settings=settings)
    assert shown(tenant).current.ending.days == 49  # type: ignore[union-attr]  # it has one


def test_each_threshold_leaves_one_event_and_the_pages_say_so(simulator: Simulated, settings: Settings) -> None:
    tenant = connect(simulator)
    current = shown(tenant).current
    assert current is not None
    subject = f"credential:{current.credential.id}"
    rows = CredentialRow.objects.filter(id=current.credential.id)
    assert ending_soon(viewer=ADMIN, tenant=tenant) is None
    for days, urgency in (
        (29, Urgency.SOON),
        (13, Urgency.SOON),
        (6, Urgency.URGENT),
        (0.5, Urgency.URGENT),
        (-1, Urgency.OVER),
    ):
        rows.update(expires_at=clock.now() + timedelta(days=days))
        for _ in range(2):
            tell_expiries()
        soon = ending_soon(viewer=ADMIN, tenant=tenant)
        assert soon is not None
        assert soon.ending.urgency is urgency
    told = EventRow.objects.filter(name="credential:expiring", subject=subject).order_by("id")
    assert [one.details["days"] for one in told] == ["30", "14", "7", "1", "0"]
    assert ending_soon(viewer=NOBODY, tenant=tenant) is None


def test_one_credential_is_current_whatever_happens(simulator: Simulated, settings: Settings) -> None:
    tenant = connect(simulator)
    kept = make_certificate(actor=ADMIN, tenant=tenant)
    with pytest.raises(Exception, match="credential_one_current"):
        CredentialRow.objects.filter(id=kept.id).update(state=CredentialState.CURRENT.value)


def test_a_tenant_of_a_national_cloud_is_connected_and_synced_there(
    start_tenant: Callable[..., Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    china = start_tenant(users=20, groups=4, memberships=30, apps=2, seed=405, cloud="china")
    roots = f'{{"china": {{"login": "{china.url}", "graph": "{china.url}"}}}}'
    monkeypatch.setenv("CHAMBERLAIN_CLOUD_ROOTS", roots)
    monkeypatch.setenv("CHAMBERLAIN_LOGIN_ROOT", "http://127.0.0.1:9")  # nobody is there: nothing may go elsewhere
    monkeypatch.setenv("CHAMBERLAIN_GRAPH_ROOT", "http://127.0.0.1:9")
    tenant = connect_with_secret(
        actor=ADMIN,
        tenant_id=china.tenant_id,
        client_id=china.own_client_id,
        client_secret=china.own_client_secret,
        cloud=Cloud.CHINA,
    )
    connection = tenants.connection_of(tenant.id)
    assert connection is not None
    assert connection.cloud is Cloud.CHINA
    for _ in range(2):  # everything, then changes by links that were given there
        assert perform(tenant, Settings()).state is RunState.SUCCEEDED
