"""People of an installation of a national cloud sign in there, and nowhere else."""

import importlib.util
from collections.abc import Callable
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from visitors import browser, people, pick, signed_in, to_microsoft, told_of, user_of

import chamberlain.web.settings
from chamberlain.bench.simulated import Simulated
from chamberlain.model.cloud import HOSTS, Cloud

pytestmark = pytest.mark.usefixtures("world")
NOBODY_THERE = "http://127.0.0.1:9"


def settings_anew() -> ModuleType:
    """Django's settings as a process that starts now has them."""
    spec = importlib.util.spec_from_file_location("settings_anew", chamberlain.web.settings.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def form_action() -> list[str]:
    return list(settings_anew().CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"])


def test_people_sign_in_at_the_cloud_of_the_installation(
    start_tenant: Callable[..., Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    china = start_tenant(users=8, groups=2, memberships=8, apps=1, seed=406, cloud="china")
    roots = f'{{"china": {{"login": "{china.url}", "graph": "{china.url}"}}}}'
    away = {"CHAMBERLAIN_LOGIN_ROOT": NOBODY_THERE, "CHAMBERLAIN_GRAPH_ROOT": NOBODY_THERE}
    ours = {"CHAMBERLAIN_CLIENT_CLOUD": "china", "CHAMBERLAIN_CLOUD_ROOTS": roots}
    for name, value in (told_of(china) | away | ours | {"CHAMBERLAIN_SIGN_IN_TENANT": china.tenant_id}).items():
        monkeypatch.setenv(name, value)
    client = browser()
    address = to_microsoft(client)
    assert f"{urlsplit(address).scheme}://{urlsplit(address).netloc}" == china.url
    person = people(china, graph=HOSTS[Cloud.CHINA].graph)[0]
    assert client.get(pick(address, person["id"])).status_code == 302
    assert signed_in(client)
    assert str(user_of(client).object_guid) == person["id"]
    assert form_action() == ["'self'", china.url]


@pytest.mark.parametrize(
    "cloud", [cloud for cloud in Cloud if cloud is not Cloud.GLOBAL], ids=lambda cloud: cloud.value
)
def test_the_form_may_lead_to_the_cloud_s_own_login(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAMBERLAIN_CLIENT_CLOUD", cloud.value)
    monkeypatch.setenv("CHAMBERLAIN_CLOUD_ROOTS", "{}")
    assert form_action() == ["'self'", HOSTS[cloud].login]
