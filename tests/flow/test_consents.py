"""What applications may do in people's names: read, followed and remembered, exactly as the tenant has it."""

from collections.abc import Callable, Iterator

import pytest

from chamberlain import clock
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.kinds.consents import STREAM
from chamberlain.model.consent import Consent
from chamberlain.model.run import Mode, Phase, PhaseName, PhaseState, Run, RunState
from chamberlain.model.tenant import Tenant
from chamberlain.settings import Settings, load
from chamberlain.store import consents, cursors
from people import ANNA
from stories import connect, connect_by_consent, perform

pytestmark = pytest.mark.usefixtures("world")

Known = set[tuple[str, str, str | None, str]]


class Story:
    """A tenant whose consents change; after each reading ours are Microsoft's."""

    def __init__(self, simulator: Simulated, tenant: Tenant, settings: Settings) -> None:
        self.simulator = simulator
        self.tenant = tenant
        self.settings = settings

    def change(self, kind: str, **fields: object) -> None:
        """Changes the tenant."""
        self.simulator.post("/_simulator/mutations", {"kind": kind, **fields})

    def read(self, mode: Mode | None = None) -> Run:
        """A run that succeeds and leaves ours equal to the truth."""
        run = perform(self.tenant, self.settings, mode=mode)
        assert run.state is RunState.SUCCEEDED, (run.error_code, run.error_data)
        assert ours(self.tenant) == truth(self.simulator)
        return run

    def follow(self) -> tuple[int, int]:
        """How many consents a reading of changes opened and closed."""
        run = self.read()
        assert run.mode is Mode.CHANGES
        phase = phase_of(run)
        return phase.opened, phase.closed

    def applications(self) -> dict[str, str]:
        """GUIDs: who acts for everybody, who for Dmitri, and towards whom."""
        lines = [line for line in self.simulator.truth("?effective=0&consents=1") if line["t"] == "consent"]
        return {"everybody" if line["principal"] is None else "dmitri": line["client"] for line in lines} | {
            "resource": lines[0]["resource"]
        }


def truth(simulator: Simulated) -> Known:
    lines = (line for line in simulator.truth("?effective=0&consents=1") if line["t"] == "consent")
    return {
        (one["client"], one["resource"], one["principal"], " ".join(sorted(set(one["scope"].split())))) for one in lines
    }


def ours(tenant: Tenant, **narrow: object) -> Known:
    found = consents.list_consents(tenant_id=tenant.id, **narrow)  # type: ignore[arg-type]  # its own arguments
    return {
        (str(one.client), str(one.resource), str(one.principal) if one.principal else None, " ".join(one.scopes))
        for one in found
    }


def _names(consent: Consent) -> tuple[str, str]:
    return consent.client_name, consent.resource_name


def phase_of(run: Run) -> Phase:
    return next(phase for phase in run.phases if phase.name is PhaseName.CONSENTS)


@pytest.fixture(scope="module")
def story(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Story]:
    """The golden tenant, read in full; each test leaves it as the next one may find it."""
    simulator = start_tenant(population="golden", audit_lag_ms=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAMBERLAIN_LOGIN_ROOT", simulator.url)
        patch.setenv("CHAMBERLAIN_GRAPH_ROOT", simulator.url)
        begun = Story(simulator, connect(simulator), load())
        begun.read(Mode.FULL)
        yield begun


def test_a_consent_is_followed_from_its_first_day_to_its_last(story: Story) -> None:
    apps = story.applications()
    mine = {"client": apps["dmitri"], "resource": apps["resource"], "principal": str(ANNA)}
    before = clock.now()
    story.change("add_delegated_grant", **mine, scope="Mail.Read User.Read")
    assert story.follow() == (1, 0)
    as_given = clock.now()
    story.change("add_delegated_grant", **mine, scope=" Mail.Send User.Read")
    assert story.follow() == (1, 1)
    story.change("remove_delegated_grant", **mine)
    assert story.follow() == (0, 1)
    assert story.follow() == (0, 0)
    edge = (apps["dmitri"], apps["resource"], str(ANNA))
    assert ours(story.tenant, at=as_given) - ours(story.tenant) == {(*edge, "Mail.Read User.Read")}
    assert ours(story.tenant, at=before) == ours(story.tenant)
    assert ours(story.tenant, at=as_given, principal=str(ANNA)) == {(*edge, "Mail.Read User.Read")}
    assert ours(story.tenant, principal=str(ANNA)) == set()


def test_applications_have_names_even_if_nobody_is_assigned_to_them(story: Story) -> None:
    names = {name for one in consents.list_consents(tenant_id=story.tenant.id) for name in _names(one)}
    assert "Microsoft Graph" in names
    assert "" not in names


def test_following_costs_one_resource_unit(story: Story) -> None:
    phase = phase_of(story.read())
    assert (phase.requests, phase.resource_units) == (1, 1)


def test_where_the_link_is_forgotten_all_are_read_and_what_went_is_closed(story: Story) -> None:
    apps = story.applications()
    everybody = {"client": apps["everybody"], "resource": apps["resource"]}
    story.change("remove_delegated_grant", **everybody)
    fault = {"path_prefix": "/v1.0/oauth2PermissionGrants/delta", "kind": "status", "status": 410, "times": 1}
    story.simulator.post("/_simulator/faults", fault)
    assert story.follow() == (0, 1)
    story.change("add_delegated_grant", **everybody, scope="User.Read")
    assert story.follow() == (1, 0)


def test_a_bad_day_of_microsofts_closes_nothing_and_fails_no_run(story: Story) -> None:
    fault = {"path_prefix": "/v1.0/oauth2PermissionGrants", "kind": "status", "status": 400, "times": 1}
    story.simulator.post("/_simulator/faults", fault)
    known = cursors.read(tenant_id=story.tenant.id)[STREAM]
    run = story.read(Mode.FULL)
    assert run.warnings == (("consents_unseen", {"code": "microsoft_refused"}),)
    assert cursors.read(tenant_id=story.tenant.id)[STREAM] == known
    assert story.follow() == (0, 0)


def test_without_the_permission_they_are_left_out_and_the_run_says_so(
    start_tenant: Callable[..., Simulated], pointed: Callable[[Simulated], Settings]
) -> None:
    simulator = start_tenant(population="golden")
    settings = pointed(simulator)
    tenant = connect_by_consent(simulator)
    known = ours(tenant)
    run = perform(tenant, settings, mode=Mode.FULL)
    assert run.state is RunState.SUCCEEDED
    assert ("consents_unseen", {"code": "scope_missing"}) in run.warnings
    assert phase_of(run).state is PhaseState.DONE
    assert ours(tenant) == known
