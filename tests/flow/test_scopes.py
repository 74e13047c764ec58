"""Scopes that an administrator takes back or grants in Entra, as the next sync finds them."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from chamberlain import clock
from chamberlain.actions.choose_capabilities import choose_capabilities
from chamberlain.bench.comparison import compare
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.errors import Refused
from chamberlain.model.capability import Capability, Held
from chamberlain.model.kind import Kind
from chamberlain.model.matrix import PEOPLE
from chamberlain.model.run import Mode, PhaseName, PhaseState, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.policy.capabilities import STANDARD, USER_ADMINISTRATOR, needed
from chamberlain.queries.freshness import show_freshness
from chamberlain.queries.scopes import show_scopes
from chamberlain.settings import Settings
from chamberlain.store import scopes
from chamberlain.store.connection import rows
from chamberlain.store.models import ConnectionRow, EventRow
from granting import Grants
from people import ANNA
from stories import ADMIN, NOBODY, connect_and_sync, perform

pytestmark = pytest.mark.usefixtures("world")
ALL = tuple(one.scope.name for one in needed(STANDARD) if one.scope.name != "AuditLog.Read.All")

SUBJECTS = [PEOPLE, *(kind.value for kind in Kind)]
BEGINNINGS = {
    Kind.ROLE.value: ("role:",),
    Kind.PRODUCT.value: ("app_role:", "service_plan:"),
    Kind.LICENCE.value: ("licence:",),
}
PLAIN_ACCESS = ":00000000-0000-0000-0000-000000000000"  # the truth names it once somebody has it
ACCOUNTS = """
    SELECT guid::text FROM account
    WHERE tenant_id = %(tenant)s AND gone_at IS NULL AND type IN ('member', 'guest')
"""
PERMISSIONS = """
    SELECT key, (
        SELECT count(*) FROM grants
        WHERE grants.tenant_id = permission.tenant_id AND permission_id = permission.id AND closed_at IS NULL
    ) AS open
    FROM permission WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND gone_at IS NULL
"""


class Story:
    """A golden tenant that is connected through its own registration, and its grants in Entra."""

    def __init__(self, simulator: Simulated, tenant: Tenant, settings: Settings) -> None:
        self.simulator, self.tenant, self.settings = simulator, tenant, settings
        self.grants = Grants(simulator)

    def held(self, scope: str) -> Held:
        """What we know of a scope."""
        return {one.scope: one for one in scopes.held(self.tenant.id)}[scope]

    def seen_at(self, what: str) -> datetime:
        """When a kind of data was last looked at, as pages tell."""
        kinds = {one.what: one.looked for one in show_freshness(viewer=ADMIN, tenant=self.tenant).kinds}
        looked = kinds[what]
        assert looked is not None
        return looked.seen_at

    def is_like_the_truth(self) -> bool:
        """Whether everything that is stored is what the tenant has."""
        return compare(self.tenant, self.simulator.truth("?effective=0")).equal


@pytest.fixture(scope="module")
def shared(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Story]:
    simulator = start_tenant(population="golden", seed=77)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        settings = Settings()
        yield Story(simulator, connect_and_sync(simulator, settings), settings)


@pytest.fixture
def story(shared: Story) -> Iterator[Story]:
    """Everything is granted again afterwards, and known to be."""
    yield shared
    lost = [one.scope for one in scopes.held(shared.tenant.id) if one.lost_at is not None]
    if lost:
        shared.grants.grant(*lost)
        perform(shared.tenant, shared.settings)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_kind_is_synced_as_the_tenant_has_it(shared: Story, subject: str) -> None:
    """The capability matrix names this test: what is there, and who has it, is what the tenant says."""
    truth = list(shared.simulator.truth("?effective=0"))
    if subject == PEOPLE:
        found = {row["guid"] for row in rows(ACCOUNTS, {"tenant": shared.tenant.id})}
        assert found == {line["id"] for line in truth if line["t"] == "account"}
        return
    ours = {row["key"]: row["open"] for row in rows(PERMISSIONS, {"tenant": shared.tenant.id, "kind": subject})}
    edges = Counter(line["permission"] for line in truth if line["t"] == "edge")
    known = {line["key"]: line.get("kind") for line in truth if line["t"] == "permission"}
    if subject in BEGINNINGS:
        theirs = {key for key in known if key.startswith(BEGINNINGS[subject])}
    else:
        theirs = {key for key, kind in known.items() if kind == subject}
    assert theirs
    ours = {key: held for key, held in ours.items() if held or not key.endswith(PLAIN_ACCESS)}
    assert ours == {key: edges[key] for key in theirs}


def test_what_the_token_and_the_assignments_say_is_remembered(story: Story) -> None:
    known = {one.scope: one for one in scopes.held(story.tenant.id)}
    assert set(ALL) <= set(known)
    assert all(known[name].assigned for name in ALL)
    assert all(one.lost_at is None for one in known.values())
    assert known["Domain.Read.All"].assigned is None  # none of ours: what it is called in an assignment is not known


def test_roles_of_our_own_service_principal_are_read_back(story: Story) -> None:
    def has(capability: Capability) -> bool | None:
        found = show_scopes(viewer=ADMIN, tenant=story.tenant)
        return next(line.has_role for line in found.lines if line.ability.capability is capability)

    assert has(Capability.RESET_PASSWORDS) is False
    assert has(Capability.OFFBOARD_ACCOUNT) is None  # names none
    story.grants.assign_role(USER_ADMINISTRATOR)
    perform(story.tenant, story.settings)
    assert has(Capability.RESET_PASSWORDS) is True
    assert has(Capability.OFFBOARD_MAILBOX) is False  # another role
    story.grants.unassign_role(USER_ADMINISTRATOR)
    perform(story.tenant, story.settings)
    assert has(Capability.RESET_PASSWORDS) is False
    ConnectionRow.objects.filter(tenant_id=story.tenant.id).update(principal=None)
    assert has(Capability.RESET_PASSWORDS) is None  # we do not know who we are


def test_a_revoked_scope_is_noticed_at_the_next_sync_and_the_other_kinds_go_on(story: Story) -> None:
    roles_before, people_before = story.seen_at("role"), story.seen_at("accounts")
    story.grants.revoke("RoleManagement.Read.Directory", "Directory.Read.All")
    began = clock.now()
    run = perform(story.tenant, story.settings)
    assert (run.state, run.error_code) == (RunState.FAILED, "permission_missing")
    assert run.error_data == {"capability": "see_roles", "scope": "RoleManagement.Read.Directory"}
    states = {phase.name: phase.state for phase in run.phases}
    assert states[PhaseName.ROLES] is PhaseState.FAILED
    assert states[PhaseName.PEOPLE] is PhaseState.DONE
    lost = story.held("RoleManagement.Read.Directory").lost_at
    assert lost is not None
    assert lost >= began
    assert story.seen_at("role") == roles_before
    assert story.seen_at("accounts") > people_before
    assert sum(phase.closed + phase.removed for phase in run.phases) == 0
    revoked = EventRow.objects.filter(tenant_id=story.tenant.id, name="scopes:revoked").latest("id")
    assert revoked.details["scopes"] == "Directory.Read.All RoleManagement.Read.Directory"


@pytest.mark.parametrize(
    ("scope", "what", "mode"),
    [
        ("User.Read.All", "accounts", Mode.FULL),
        ("User.Read.All", "accounts", Mode.CHANGES),
        ("GroupMember.Read.All", "group", Mode.CHANGES),
        ("Application.Read.All", "app_role", Mode.FULL),
    ],
)
def test_a_kind_that_was_shut_and_is_let_in_again_catches_up_by_itself(
    story: Story, scope: str, what: str, mode: Mode
) -> None:
    before = story.seen_at(what)
    story.grants.revoke(scope, "Directory.Read.All")
    run = perform(story.tenant, story.settings, mode=mode)
    assert run.error_code == "permission_missing"
    assert run.error_data["scope"] == scope
    assert story.seen_at(what) == before
    story.simulator.post(
        "/_simulator/mutations", {"kind": "rename_user", "user": str(ANNA), "display_name": f"{scope} {mode.value}"}
    )
    story.grants.grant(scope, "Directory.Read.All")
    run = perform(story.tenant, story.settings)
    assert run.state is RunState.SUCCEEDED, run.error_data
    assert story.seen_at(what) > before
    assert story.held(scope).lost_at is None
    assert story.is_like_the_truth()


def test_without_any_scope_a_run_fails_in_words_and_nothing_is_closed(story: Story) -> None:
    story.grants.revoke(*ALL)
    run = perform(story.tenant, story.settings)
    assert run.state is RunState.FAILED
    assert run.error_code == "scope_missing"
    assert all(story.held(name).lost_at is not None for name in ALL)
    assert sum(phase.closed + phase.removed for phase in run.phases) == 0
    story.grants.grant(*ALL)
    assert perform(story.tenant, story.settings).state is RunState.SUCCEEDED
    assert story.is_like_the_truth()


def test_a_scope_that_was_never_there_starts_what_it_unlocks_by_itself(story: Story) -> None:
    """Nobody reads the audit log without a permission for it; with it, the next sync does."""
    story.grants.revoke("Directory.Read.All")
    run = perform(story.tenant, story.settings)
    assert run.state is RunState.SUCCEEDED
    assert ("consents_unseen", {"code": "scope_missing"}) in run.warnings
    story.simulator.post("/_simulator/usage/reset", {})
    story.grants.grant("AuditLog.Read.All")
    run = perform(story.tenant, story.settings)
    assert run.state is RunState.SUCCEEDED
    routes = story.simulator.usage()["by_route"]
    assert routes["GET /auditLogs/directoryAudits"] == 1
    assert story.held("AuditLog.Read.All").lost_at is None
    granted = EventRow.objects.filter(tenant_id=story.tenant.id, name="scopes:granted").latest("id")
    assert granted.details["scopes"] == "AuditLog.Read.All"


UNCHOSEN = {Capability.SEE_ROLES, Capability.SEE_CONSENTS, Capability.AUDIT_WAKES, Capability.SEE_REPORT_NAMES}


def test_a_kind_that_nobody_chose_is_left_alone_and_its_data_stays(story: Story) -> None:
    before = story.seen_at("role")
    try:
        keep = [one.value for one in STANDARD - UNCHOSEN]
        choose_capabilities(actor=ADMIN, tenant=story.tenant, capabilities=keep, is_confirmed=False)
        story.simulator.post("/_simulator/usage/reset", {})
        run = perform(story.tenant, story.settings)
        assert run.state is RunState.SUCCEEDED, run.error_data
        asked = " ".join(story.simulator.usage()["by_route"])
        assert "roleManagement" not in asked
        assert "oauth2PermissionGrants" not in asked
        assert "directoryAudits" not in asked
        assert "reportSettings" not in asked
        assert story.seen_at("role") == before
        assert sum(phase.closed for phase in run.phases) == 0
    finally:
        values = [one.value for one in STANDARD]
        choose_capabilities(actor=ADMIN, tenant=story.tenant, capabilities=values, is_confirmed=False)
    assert perform(story.tenant, story.settings).state is RunState.SUCCEEDED
    assert "reportSettings" in " ".join(story.simulator.usage()["by_route"])
    assert story.seen_at("role") > before


def test_writing_is_refused_after_reading_too_while_the_product_cannot(story: Story) -> None:
    wanted = ["offboard_mailbox", "service_use"]
    for is_confirmed, code in ((False, "writing_unconfirmed"), (True, "capability_not_yet")):
        with pytest.raises(Refused) as caught:
            choose_capabilities(actor=ADMIN, tenant=story.tenant, capabilities=wanted, is_confirmed=is_confirmed)
        assert caught.value.code == code
    with pytest.raises(Refused, match="not_allowed"):
        choose_capabilities(actor=NOBODY, tenant=story.tenant, capabilities=[], is_confirmed=False)
