"""The script that makes an app registration, run by a real shell against an `az` that records what it is asked."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chamberlain.errors import Refused
from chamberlain.graph.certificate import make_certificate
from chamberlain.model.capability import Capability
from chamberlain.model.cloud import HOSTS, Cloud
from chamberlain.policy.capabilities import ABILITIES, EXCHANGE_RECIPIENT_ADMINISTRATOR, ROLE_NAMES, STANDARD, needed
from chamberlain.policy.registration_script import Form, Trust, Wish, forms_for, make_script
from chamberlain.policy.scopes import SCOPES

TENANT = "11111111-2222-4333-8444-555555555555"
SCRIPT = Wish("Chamberlain", TENANT, Cloud.GLOBAL, needed(STANDARD))
HOSTILE = "x'; touch pwned; $(touch pwned) `touch pwned` \"\n touch pwned\n#"
CERTIFICATE = make_certificate(name="Chamberlain", now=datetime(2026, 6, 1, tzinfo=UTC)).certificate

AZ = """#!/bin/sh
for one in "$@"; do
    printf '%s\\0' "$one"
    case "$one" in @*) cat "${one#@}" >>"$0.files" ;; esac
done >>"$0.log"
printf '\\001\\0' >>"$0.log"
case "$*" in
    *'ad app create'*) echo the-app-id ;;
    *'ad sp create'*) # as Microsoft, which does not know the registration yet
        if [ ! -e "$0.seen" ]; then : >"$0.seen"; exit 1; fi
        echo the-sp-id ;;
    *'credential reset'*--cert*) ;;
    *'credential reset'*) echo 'the~secret' ;;
    *'[id, appId]'*) printf 'the-object-id\\nthe-app-id\\n' ;;
    *"/servicePrincipals(appId='00000003-0000-0000-c000"*) echo resource-of-graph ;;
    *"/servicePrincipals(appId="*) echo resource-of-exchange ;;
    *appRoleAssignments*) echo made ;;
    */servicePrincipals*) echo the-sp-id ;;
    *addPassword*) echo 'the~secret' ;;
esac
"""
Calls = list[list[str]]
Runs = Callable[[str], tuple[Calls, str]]


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    """Runs a script; what was asked of `az`, and what the script printed."""

    def ran(script: str) -> tuple[Calls, str]:
        az, file = tmp_path / "az", tmp_path / "make.sh"
        az.write_text(AZ)
        az.chmod(0o755)
        file.write_text(script)
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PAUSE_SECONDS": "0", "TMPDIR": str(tmp_path)}
        done = subprocess.run(
            ["/bin/sh", str(file)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert not (tmp_path / "pwned").exists()
        calls = (tmp_path / "az.log").read_text().split("\x01\x00")
        return [call.split("\x00")[:-1] for call in calls if call], done.stdout

    return ran


def asked(calls: Calls, *words: str) -> list[list[str]]:
    """The arguments of calls that hold all these words."""
    return [call for call in calls if all(word in " ".join(call) for word in words)]


def body_of(arguments: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(arguments[arguments.index("--body") + 1])
    return found


def role_ids(*capabilities: Capability) -> set[str]:
    return {SCOPES[use.scope].role_id for one in capabilities for use in ABILITIES[one].uses}


def test_azure_cli_asks_for_exactly_the_chosen_scopes(run: Runs) -> None:
    calls, said = run(make_script(SCRIPT, form=Form.AZURE_CLI))
    (added,) = asked(calls, "ad app permission add")
    given = added[added.index("--api-permissions") + 1 :]
    assert {one.removesuffix("=Role") for one in given} == role_ids(*STANDARD)
    assert len(asked(calls, "ad app permission admin-consent")) == 1
    assert len(asked(calls, "ad sp create")) == 2  # the first came too early
    assert not asked(calls, "roleAssignments")
    assert asked(calls, "login")[0][1:] == ["--tenant", TENANT, "--allow-no-subscriptions", "--output", "none"]
    assert "the-app-id" in said
    assert "the~secret" in said
    assert not asked(calls, "the~secret")  # never an argument


def test_graph_calls_grant_exactly_the_chosen_scopes(run: Runs) -> None:
    calls, said = run(make_script(SCRIPT, form=Form.GRAPH))
    (made,) = asked(calls, "/applications ", "POST")
    (access,) = body_of(made)["requiredResourceAccess"]
    assert {one["id"] for one in access["resourceAccess"]} == role_ids(*STANDARD)
    granted = [body_of(one) for one in asked(calls, "appRoleAssignments")]
    assert {one["appRoleId"] for one in granted} == role_ids(*STANDARD)
    assert {(one["principalId"], one["resourceId"]) for one in granted} == {("the-sp-id", "resource-of-graph")}
    (password,) = asked(calls, "/applications/the-object-id/addPassword")
    ends = datetime.fromisoformat(body_of(password)["passwordCredential"]["endDateTime"])
    assert 300 < (ends - datetime.now(UTC)).days < 400
    assert "the~secret" in said


@pytest.mark.parametrize("form", Form)
def test_a_certificate_goes_along_and_no_secret_is_made(run: Runs, form: Form, tmp_path: Path) -> None:
    calls, said = run(make_script(replace(SCRIPT, certificate=CERTIFICATE), form=form))
    if form is Form.AZURE_CLI:
        assert (tmp_path / "az.files").read_text() == CERTIFICATE
    else:
        (patched,) = asked(calls, "PATCH", "/applications/the-object-id")
        (key,) = body_of(patched)["keyCredentials"]
        assert key["key"] == "".join(CERTIFICATE.strip().splitlines()[1:-1])
    assert "the~secret" not in said
    assert not asked(calls, "addPassword")


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(
    ("cloud", "audience"),
    [(Cloud.GLOBAL, "api://AzureADTokenExchange"), (Cloud.CHINA, "api://AzureADTokenExchangeChina")],
)
def test_a_platform_is_trusted_letter_by_letter(run: Runs, form: Form, cloud: Cloud, audience: str) -> None:
    trust = Trust("https://oidc.example/" + HOSTILE, "system:serviceaccount:" + HOSTILE)
    calls, _ = run(make_script(replace(SCRIPT, cloud=cloud, trust=trust), form=form))
    if form is Form.AZURE_CLI:
        (created,) = asked(calls, "federated-credential create")
        body = json.loads(created[created.index("--parameters") + 1])
    else:
        body = body_of(asked(calls, "/federatedIdentityCredentials")[0])
    assert (body["issuer"], body["subject"], body["audiences"]) == (trust.issuer, trust.subject, [audience])


@pytest.mark.parametrize("form", Form)
def test_directory_roles_are_assigned_where_a_capability_needs_them(run: Runs, form: Form) -> None:
    chosen = (Capability.PROVISION_MAIL_GROUPS, Capability.SEE_PEOPLE)
    roles = tuple((one, ROLE_NAMES[one]) for one in ABILITIES[Capability.PROVISION_MAIL_GROUPS].roles)
    calls, _ = run(make_script(replace(SCRIPT, needed=needed(chosen), roles=roles), form=form))
    (assigned,) = [body_of(one) for one in asked(calls, "roleManagement/directory/roleAssignments")]
    assert assigned == {
        "principalId": "the-sp-id",
        "roleDefinitionId": EXCHANGE_RECIPIENT_ADMINISTRATOR,
        "directoryScopeId": "/",
    }
    exchange = asked(calls, "00000002-0000-0ff1-ce00-000000000000")
    assert exchange  # Exchange's permission is asked of Exchange, not of Graph


@pytest.mark.parametrize("form", Form)
def test_a_name_of_any_letters_stays_a_name(run: Runs, form: Form) -> None:
    calls, _ = run(make_script(replace(SCRIPT, name=HOSTILE, tenant_id=HOSTILE), form=form))
    if form is Form.AZURE_CLI:
        (made,) = asked(calls, "ad app create")
        assert made[made.index("--display-name") + 1] == HOSTILE
    else:
        assert body_of(asked(calls, "/applications ", "POST")[0])["displayName"] == HOSTILE


@pytest.mark.parametrize("cloud", Cloud)
def test_each_cloud_is_asked_at_its_own_hosts(run: Runs, cloud: Cloud) -> None:
    calls, _ = run(make_script(replace(SCRIPT, cloud=cloud), form=forms_for(cloud)[-1]))
    assert asked(calls, "cloud set")[0][3] == HOSTS[cloud].azure
    urls = {one[one.index("--url") + 1] for one in asked(calls, "rest")}
    assert urls
    assert all(url.startswith(HOSTS[cloud].graph + "/v1.0/") for url in urls)


def test_azure_cli_s_own_commands_are_not_offered_where_they_do_not_reach() -> None:
    with pytest.raises(Refused) as refused:
        make_script(replace(SCRIPT, cloud=Cloud.DOD), form=Form.AZURE_CLI)
    assert refused.value.code == "script_form_unavailable"


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("certificate", ["no", CERTIFICATE.replace("-----END", "CERTIFICATE\ntouch pwned\n-----END")])
def test_what_is_no_certificate_gets_into_no_script(form: Form, certificate: str) -> None:
    with pytest.raises(Refused) as refused:
        make_script(replace(SCRIPT, certificate=certificate), form=form)
    assert refused.value.code == "certificate_malformed"
