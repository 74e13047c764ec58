"""Every setting once: name, type, unit, default, secret or not. Nothing else reads the environment.

Each is read from the environment as `CHAMBERLAIN_<NAME>`, except DATABASE_URL, which keeps its customary name.
"""

import hashlib
import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_folder() -> Path:
    """Where this person's installation keeps its database, key and files.

    returns  as root /var/lib/chamberlain, since PostgreSQL runs under another uid and /root is closed to it;
             otherwise $XDG_DATA_HOME/chamberlain
    """
    if os.geteuid() == 0:
        return Path("/var/lib/chamberlain")
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "chamberlain"


KEPT = "settings.env"
DEMO = "demo"
RUNNING = "running.lock"


class Settings(BaseSettings):
    """The installation's settings, validated when the process starts."""

    model_config = SettingsConfigDict(env_prefix="CHAMBERLAIN_", frozen=True, populate_by_name=True, extra="ignore")

    data: Path = Field(default_factory=default_data_folder, description="Folder for database, key and files")
    database_url: SecretStr | None = Field(
        default=None, validation_alias="DATABASE_URL", description="PostgreSQL >= 15; unset: the embedded one"
    )
    host: str = Field(default="127.0.0.1", description="Address the web application listens on")
    port: int = Field(default=8400, ge=0, le=65535, description="Port the web application listens on")
    public_url: str | None = Field(default=None, description="URL people use; unset: http://<host>:<port>")
    key: SecretStr | None = Field(default=None, description="Base64 of 32 bytes that encrypt secrets; unset: data/key")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    debug: bool = Field(default=False, description="Developer pages on errors; never in production")
    login_root: str = Field(default="https://login.microsoftonline.com", description="Microsoft identity platform")
    graph_root: str = Field(default="https://graph.microsoft.com", description="Microsoft Graph")
    client_id: str | None = Field(default=None, description="This installation's own multi-tenant app registration")
    client_secret: SecretStr | None = Field(default=None, description="Its client secret")
    requests_in_flight: int = Field(default=16, ge=1, le=64, description="Graph requests at a time per tenant")
    full_sync_interval_days: int = Field(
        default=7, ge=1, description="Days after which a sync reads everything again instead of changes only"
    )
    sync_interval_minutes: int = Field(default=15, ge=0, description="Minutes between syncs; 0: only by hand")

    @property
    def url(self) -> str:
        """The address people use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def redirect_uri(self) -> str:
        """Where Microsoft sends an administrator back to after consent; it has to be registered there."""
        return f"{self.url}/connect/callback"

    @property
    def socket_folder(self) -> Path:
        """Short folder for the database's Unix socket: its path must stay under 104 bytes on every system."""
        digest = hashlib.sha256(str(self.data.resolve()).encode()).hexdigest()[:12]
        return Path("/tmp") / f"chamberlain-{os.geteuid()}-{digest}"  # noqa: S108 - mode 0700, owner checked


def demo_folder() -> Path:
    """Where the demo keeps everything, unless CHAMBERLAIN_DATA says otherwise."""
    return data_folder(given=os.environ.get("CHAMBERLAIN_DATA"), own=default_data_folder() / DEMO)


def data_folder(*, given: str | None, own: Path) -> Path:
    """The given folder; otherwise an installation's own, or the demo inside it where only that exists.

    So a command in a second terminal speaks to the demo, as long as there is nothing else to speak to. An installation
    counts from its first `chamberlain up`: looking around makes none.
    """
    if given:
        return Path(given)
    is_only_demo = (own / DEMO / KEPT).exists() and not (own / RUNNING).exists()
    return own / DEMO if is_only_demo else own


def keep(data: Path, values: dict[str, str]) -> None:
    """Writes settings beside the data that they belong to; every process that uses the folder reads them.

    values  by environment variable; the environment itself goes before them
    """
    data.mkdir(parents=True, exist_ok=True)
    path = data / KEPT
    path.touch(mode=0o600)
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in values.items()}
    path.write_text("".join(f"{name}='{value}'\n" for name, value in sorted(quoted.items())), encoding="utf-8")


def load() -> Settings:
    """The settings of this process: from its environment, then from the file beside its data, then the defaults."""
    data = data_folder(given=os.environ.get("CHAMBERLAIN_DATA"), own=default_data_folder())
    return Settings(_env_file=data / KEPT, data=data)
