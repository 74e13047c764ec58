"""What all tests share: one real database a test process, and simulated tenants in processes of their own."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_ROOT = Path(tempfile.mkdtemp(prefix="chamberlain-tests-"))
_ROOT.chmod(0o711)  # as root, PostgreSQL runs under another account, which has to reach its folder
os.environ["CHAMBERLAIN_DATA"] = str(_ROOT / "data")
os.environ["CHAMBERLAIN_SIGN_INS_PER_ADDRESS"] = "100000"  # all tests come from one address
for _name in ("DATABASE_URL", "CHAMBERLAIN_CLIENT_ID", "CHAMBERLAIN_CLIENT_SECRET", "CHAMBERLAIN_KEY"):
    os.environ.pop(_name, None)

from chamberlain import bootstrap  # noqa: E402 - reads the environment that was made above

bootstrap.load_django()

from chamberlain.bench.simulated import Simulated, simulated  # noqa: E402
from chamberlain.settings import Settings, load  # noqa: E402


@pytest.fixture(scope="session")
def world() -> Iterator[bootstrap.World]:
    """A migrated, embedded database and Django on it. Tests use tenants of their own, so they do not meet."""
    with bootstrap.open_world(load().model_copy(update={"log_level": "CRITICAL"})) as opened:
        yield opened
    shutil.rmtree(_ROOT, ignore_errors=True)


@pytest.fixture(scope="session")
def start_tenant() -> Iterator[Callable[..., Simulated]]:
    """Starts simulated tenants; all end with the session."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(**options: int | str) -> Simulated:
            return stack.enter_context(simulated(file=None, **options))

        yield start


@pytest.fixture
def golden(start_tenant: Callable[..., Simulated]) -> Simulated:
    """Twelve people, written by hand, nobody has touched them."""
    return start_tenant(population="golden")


@pytest.fixture
def pointed(monkeypatch: pytest.MonkeyPatch) -> Callable[[Simulated], Settings]:
    """Points this process's settings to a simulated tenant instead of to Microsoft."""

    def point(tenant: Simulated) -> Settings:
        monkeypatch.setenv("CHAMBERLAIN_LOGIN_ROOT", tenant.url)
        monkeypatch.setenv("CHAMBERLAIN_GRAPH_ROOT", tenant.url)
        monkeypatch.setenv("CHAMBERLAIN_CLIENT_ID", tenant.client_id)
        monkeypatch.setenv("CHAMBERLAIN_CLIENT_SECRET", tenant.client_secret)
        return load()

    return point
