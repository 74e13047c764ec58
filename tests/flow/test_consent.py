"""Admin consent, from the redirect to the first sync, and everything a forger could try on the way back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import pytest

from chamberlain import clock
from chamberlain.actions import connecting
from chamberlain.actions.begin_connect import begin_connect
from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.actions.complete_connect import complete_connect
from chamberlain.bench.simulated import Simulated
from chamberlain.errors import ChamberlainError, Misconfigured, NotFound, Refused
from chamberlain.model.actor import Actor, ActorKind, Role, TenantRole
from chamberlain.model.run import RunState, Trigger
from chamberlain.model.tenant import CredentialKind
from chamberlain.policy.capabilities import STANDARD
from chamberlain.queries.connect_offer import show_connect_offer
from chamberlain.queries.connections import list_integrations, list_runs
from chamberlain.queries.scopes import list_shut
from chamberlain.settings import Settings
from chamberlain.store import scopes
from chamberlain.store.models import ConnectAttempt, EventRow
from stories import ADMIN, NOBODY, OTHER_ADMIN, answer_of, connect_by_consent, perform

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def settings(golden: Simulated, pointed: Callable[[Simulated], Settings]) -> Settings:
    return pointed(golden)


def test_consent_connects_and_queues_the_first_sync(golden: Simulated, settings: Settings) -> None:
    url = begin_connect(actor=ADMIN, tenant=None)
    assert urlsplit(url).path == "/organizations/adminconsent"
    tenant = complete_connect(actor=ADMIN, answer=answer_of(url))
    assert tenant.guid == UUID(golden.tenant_id)
    assert tenant.domain == golden.domain
    connection = next(one.connection for one in list_integrations(viewer=ADMIN) if one.connection.tenant == tenant)
    assert connection.credential is CredentialKind.INSTALLATION_APP
    assert "User.Read.All" in connection.scopes
    first = list_runs(viewer=ADMIN, tenant=tenant)[0]
    assert (first.state, first.trigger) == (RunState.QUEUED, Trigger.CONNECT)
    assert perform(tenant, settings).state is RunState.SUCCEEDED
    (synced,) = [one.connection for one in list_integrations(viewer=ADMIN) if one.connection.tenant == tenant]
    assert synced.concealed_names is True


def test_every_scope_that_is_asked_for_is_explained(golden: Simulated, settings: Settings) -> None:
    url = begin_connect(actor=ADMIN, tenant=golden.tenant_id)
    tenant = complete_connect(actor=ADMIN, answer=answer_of(url))
    connection = next(one.connection for one in list_integrations(viewer=ADMIN) if one.connection.tenant == tenant)
    explained = show_connect_offer(viewer=ADMIN).scopes
    assert {need.scope for need in explained if need.required} <= set(connection.scopes)
    assert len({need.scope for need in explained} & set(connection.scopes)) >= len(explained) - 1  # one is our own's


def test_what_is_chosen_before_consent_holds_for_the_first_sync(golden: Simulated, settings: Settings) -> None:
    wanted = ["see_people", "see_groups"]
    offer = show_connect_offer(viewer=ADMIN, capabilities=wanted)
    assert [need.scope for need in offer.scopes] == ["User.Read.All", "GroupMember.Read.All", "Organization.Read.All"]
    url = begin_connect(actor=ADMIN, tenant=golden.tenant_id, capabilities=wanted)
    tenant = complete_connect(actor=ADMIN, answer=answer_of(url))
    assert {one.value for one in scopes.chosen(tenant.id)} == {*wanted, "know_tenant"}
    assert perform(tenant, settings).state is RunState.SUCCEEDED
    assert {one.what for one in list_shut(viewer=ADMIN, tenant=tenant)} == {"role", "licence", "app_role"}


def test_connecting_again_leaves_alone_what_changes_the_tenant(golden: Simulated, settings: Settings) -> None:
    tenant = complete_connect(actor=ADMIN, answer=answer_of(begin_connect(actor=ADMIN, tenant=golden.tenant_id)))
    perform(tenant, settings)
    switch = [*(one.value for one in STANDARD), "show_report_names"]
    choose_capabilities(actor=ADMIN, tenant=tenant, capabilities=switch, is_confirmed=True)
    again = begin_connect(actor=ADMIN, tenant=golden.tenant_id, capabilities=["see_people"])
    complete_connect(actor=ADMIN, answer=answer_of(again))
    assert {one.value for one in scopes.chosen(tenant.id)} == {"know_tenant", "see_people", "show_report_names"}
    complete_connect(actor=ADMIN, answer=answer_of(begin_connect(actor=ADMIN, tenant=golden.tenant_id)))
    assert {one.value for one in scopes.chosen(tenant.id)} == {"know_tenant", "see_people", "show_report_names"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("show_report_names", "writing_before_reading"),
        ("service_use", "capability_not_yet"),
        ("<script>", "capability_unknown"),
    ],
)
def test_only_what_reads_today_is_chosen_with_connecting(settings: Settings, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        begin_connect(actor=ADMIN, tenant=None, capabilities=["see_people", name])
    assert refused.value.code == code
    with pytest.raises(Refused) as refused:
        show_connect_offer(viewer=ADMIN, capabilities=[name])
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("account", "answer", "code"),
    [
        ("global_administrator", "cancel", "consent_declined"),
        ("ordinary_user", "accept", "consent_no_admin_role"),
    ],
)
def test_a_refusal_at_microsoft_has_its_own_words(settings: Settings, account: str, answer: str, code: str) -> None:
    url = begin_connect(actor=ADMIN, tenant=None)
    refused(answer_of(url, account=account, answer=answer), code)


def test_the_consent_of_another_tenant_than_expected_is_refused(golden: Simulated, settings: Settings) -> None:
    url = begin_connect(actor=ADMIN, tenant=golden.tenant_id)
    refused(answer_of(url, account="foreign_administrator"), "consent_wrong_tenant")


def test_a_tenant_that_only_the_browser_claims_is_not_believed(settings: Settings) -> None:
    url = begin_connect(actor=ADMIN, tenant=None)
    answer = answer_of(url, answer="cancel") | {"tenant": str(uuid4())}
    del answer["error"]
    refused(answer, "tenant_unknown", kind=NotFound)


def test_who_administers_a_tenant_lets_it_consent_again_and_connects_no_other(
    golden: Simulated, settings: Settings
) -> None:
    tenant = connect_by_consent(golden)
    theirs, others = (
        Actor(ActorKind.PERSON, name, name, tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant_id)}))
        for name, tenant_id in (("theirs", tenant.id), ("others", tenant.id + 1))
    )
    for actor, named in ((theirs, None), (theirs, str(uuid4())), (others, golden.tenant_id), (NOBODY, None)):
        with pytest.raises(Refused, match="not_allowed"):
            begin_connect(actor=actor, tenant=named)
    url = begin_connect(actor=theirs, tenant=golden.tenant_id)
    assert complete_connect(actor=theirs, answer=answer_of(url)) == tenant
    url = begin_connect(actor=theirs, tenant=golden.tenant_id)
    state = dict(parse_qsl(urlsplit(url).query))["state"]
    forged = {"admin_consent": "True", "tenant": str(uuid4()), "state": state}
    with pytest.raises(Refused, match="consent_wrong_tenant"):
        complete_connect(actor=theirs, answer=forged)
    url = begin_connect(actor=theirs, tenant=golden.tenant_id)
    fallen = replace(theirs, tenant_roles=frozenset({TenantRole(Role.ADMINISTRATOR, tenant.id + 1)}))
    with pytest.raises(Refused, match="not_allowed"):
        complete_connect(actor=fallen, answer=answer_of(url))


def test_a_state_works_once(settings: Settings) -> None:
    answer = answer_of(begin_connect(actor=ADMIN, tenant=None))
    complete_connect(actor=ADMIN, answer=answer)
    refused(answer, "consent_state_invalid")


def test_a_forged_or_missing_state_is_refused(golden: Simulated, settings: Settings) -> None:
    forged = {"admin_consent": "True", "tenant": golden.tenant_id, "state": "forged"}
    refused(forged, "consent_state_invalid")
    refused({"admin_consent": "True", "tenant": golden.tenant_id}, "consent_state_invalid")


def test_a_state_belongs_to_whom_it_was_given(settings: Settings) -> None:
    answer = answer_of(begin_connect(actor=ADMIN, tenant=None))
    with pytest.raises(Refused, match="consent_state_invalid"):
        complete_connect(actor=OTHER_ADMIN, answer=answer)


def test_an_old_state_has_expired(settings: Settings) -> None:
    answer = answer_of(begin_connect(actor=ADMIN, tenant=None))
    ConnectAttempt.objects.filter(used_at=None).update(expires_at=clock.now() - timedelta(seconds=1))
    refused(answer, "consent_state_expired")


def test_an_answer_without_a_readable_tenant_is_refused(settings: Settings) -> None:
    answer = answer_of(begin_connect(actor=ADMIN, tenant=None)) | {"tenant": "contoso"}
    refused(answer, "consent_answer_malformed")


def test_a_consent_that_has_not_spread_yet_is_asked_for_again(
    golden: Simulated, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "WAITS_SECONDS", (0.0, 0.0))
    state = answer_of(begin_connect(actor=ADMIN, tenant=None), answer="cancel")["state"]
    claimed = {"admin_consent": "True", "tenant": golden.tenant_id, "state": state}
    refused(claimed, "consent_not_visible_yet")


def test_without_an_own_registration_the_installation_says_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHAMBERLAIN_CLIENT_ID")
    with pytest.raises(Misconfigured, match="installation_app_missing"):
        begin_connect(actor=ADMIN, tenant=None)
    assert not show_connect_offer(viewer=ADMIN).installation_app


def refused(answer: dict[str, str], code: str, kind: type[ChamberlainError] = Refused) -> None:
    """The answer is refused with this code, and the refusal is in the audit trail."""
    before = EventRow.objects.filter(name="consent:refused").count()
    with pytest.raises(kind) as caught:
        complete_connect(actor=ADMIN, answer=answer)
    assert caught.value.code == code
    assert EventRow.objects.filter(name="consent:refused").count() == before + 1
