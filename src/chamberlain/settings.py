"""Every setting once: name, type, unit, default, secret or not. Nothing else reads the environment.

Each is read from the environment as `CHAMBERLAIN_<NAME>`, except DATABASE_URL, which keeps its customary name; then
from what the demo kept beside its data; then from `chamberlain.toml`, where each has its name in small letters.
"""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, SettingsConfigDict

from chamberlain.configuration import Given, Problem, did_you_mean, open_to_others, read_file, shown
from chamberlain.errors import Misconfigured


def default_data_folder() -> Path:
    """Where this person's installation keeps its database, key and files.

    returns  as root /var/lib/chamberlain, since PostgreSQL runs under another uid and /root is closed to it;
             otherwise $XDG_DATA_HOME/chamberlain
    """
    if os.geteuid() == 0:
        return Path("/var/lib/chamberlain")
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "chamberlain"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class LogFormat(StrEnum):
    """What a line of the log is: for people, or one JSON object for programs."""

    TEXT = "text"
    JSON = "json"


KEPT = "settings.env"
FILE = "chamberlain.toml"
NOT_SETTINGS = {"CHAMBERLAIN_CONFIG", "CHAMBERLAIN_CONNECT_SECRET", "CHAMBERLAIN_EXIT_WITH_PARENT"}
"""Variables that are read elsewhere: where the file is, what one command asks for, what a supervisor tells a child."""

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

DEMO = "demo"
EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - what is not to be shown to people
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
    log_level: LogLevel = Field(default=LogLevel.INFO, description="How much is logged")
    log_format: LogFormat = Field(default=LogFormat.TEXT, description="Lines for people, or a JSON object a line")
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Bearer token for /metrics; unset: only this machine, without public_url",
    )
    trusted_proxies: str | None = Field(
        default=None, description="Proxies whose X-Forwarded-For is believed: addresses or networks, with commas"
    )
    sign_ins_per_address: int = Field(
        default=30, ge=1, description="Attempts to sign in that an address has at once; one comes back every 6 seconds"
    )
    debug: bool = Field(default=False, description="Developer pages on errors; never in production")
    login_root: str = Field(default="https://login.microsoftonline.com", description="Microsoft identity platform")
    graph_root: str = Field(default="https://graph.microsoft.com", description="Microsoft Graph")
    exchange: Literal["off", "invoke", "powershell"] = Field(
        default="off",
        description="How Exchange Online is reached, neither way supported by Microsoft: off; invoke, the endpoint "
        "behind its PowerShell module; powershell, that module on this machine",
    )
    exchange_root: str = Field(default="https://outlook.office365.com", description="Exchange Online's administration")
    pwsh: Path = Field(default=Path("/usr/bin/pwsh"), description="PowerShell, for exchange=powershell")
    cloud_roots: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description='Other hosts for a cloud, as JSON: {"china": {"login": "https://...", "graph": "https://..."}}; '
        "exchange is a name, too",
    )
    client_id: str | None = Field(default=None, description="This installation's own multi-tenant app registration")
    client_secret: SecretStr | None = Field(default=None, description="Its client secret")
    sign_in_client_id: str | None = Field(
        default=None, description="App registration that people sign in with; unset: client_id"
    )
    sign_in_client_secret: SecretStr | None = Field(default=None, description="Its secret; unset: client_secret")
    sign_in_tenant: str = Field(
        default="organizations",
        description="Tenant id that people sign in with, connected or not; organizations: any connected tenant",
    )
    sign_in_context: str | None = Field(
        default=None,
        pattern=r"^c[1-9]\d?$",
        description="Authentication context, c1 to c99, that Entra has to confirm at each sign-in: a policy of "
        "Conditional Access demands several factors for it; unset: what Entra asks for is not looked at",
    )
    session_idle_minutes: int = Field(default=30, ge=1, description="Minutes after which an unused session ends")
    session_hours: int = Field(default=12, ge=1, le=168, description="Hours after which any session ends")
    client_cloud: Literal["global", "gcc_high", "dod", "china"] = Field(
        default="global", description="The cloud in which it is registered"
    )
    federated_token_file: Path | None = Field(
        default=None, description="File in which the platform keeps a token that Microsoft trusts in place of a secret"
    )
    requests_in_flight: int = Field(default=16, ge=1, le=64, description="Graph requests at a time per tenant")
    full_sync_interval_days: int = Field(
        default=7, ge=1, description="Days after which a sync reads everything again instead of changes only"
    )
    sync_interval_minutes: int = Field(default=15, ge=0, description="Minutes between syncs; 0: only by hand")

    smtp_host: str | None = Field(default=None, description="Mail server; unset: messages wait and are not sent")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the way to it is protected; none: only without smtp_user"
    )
    smtp_port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port; unset: 587 with starttls, 465 with tls, 25 with none"
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="File with certificates that it is checked against; unset: this machine's"
    )
    smtp_user: str | None = Field(default=None, description="Account there; unset: it wants none")
    smtp_password: SecretStr | None = Field(default=None, validate_default=True, description="The account's password")
    smtp_from: str | None = Field(
        default=None, validate_default=True, description="Address that messages come from; needed with smtp_host"
    )
    notify_to: str | None = Field(
        default=None, description="Addresses that get messages of every tenant beside its administrators, with commas"
    )

    @field_validator("smtp_password")
    @classmethod
    def _belongs_to_an_account(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        user = info.data.get("smtp_user")
        if (value is None) != (user is None):
            raise ValueError("smtp_user and smtp_password belong together")
        if value is not None and info.data.get("smtp_security") == "none":
            raise ValueError("a password is never sent without encryption: smtp_security starttls or tls")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _is_the_sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("smtp_host"):
            raise ValueError("messages have to come from somewhere: an address such as chamberlain@example.com")
        return value if value is None else _mail_address(value)

    @field_validator("notify_to")
    @classmethod
    def _are_receivers(cls, value: str | None) -> str | None:
        for word in _words(value or ""):
            _mail_address(word)
        return value

    @property
    def receivers(self) -> tuple[str, ...]:
        """The addresses of notify_to."""
        return tuple(_words(self.notify_to or ""))

    @field_validator("public_url")
    @classmethod
    def _is_an_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError("an address such as https://access.example.com")
        if parts.path.strip("/"):
            raise ValueError("an address without a path: Chamberlain has a host name of its own")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str | None) -> str | None:
        _networks(value or "")
        return value

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of trusted proxies."""
        return _networks(self.trusted_proxies or "")

    @property
    def url(self) -> str:
        """The address people use, without a trailing slash. Where every address is listened on, this machine's own."""
        named = "127.0.0.1" if self.host in EVERY_ADDRESS else self.host
        host = f"[{named}]" if ":" in named else named
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def redirect_uri(self) -> str:
        """Where Microsoft sends an administrator back to after consent; it has to be registered there."""
        return f"{self.url}/connect/callback"

    @property
    def sign_in_redirect_uri(self) -> str:
        """Where Microsoft sends people back to after they signed in; it has to be registered there, too."""
        return f"{self.url}/sign-in/microsoft/callback"

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


@dataclass(frozen=True, slots=True)
class Configuration:
    """What was read: `settings` unless something is wrong; where each value came from; what is merely odd."""

    settings: Settings | None
    given: dict[str, Given]
    problems: tuple[Problem, ...]
    oddities: tuple[Problem, ...]
    files: tuple[Path, ...]


def load() -> Settings:
    """The settings of this process: from its environment, then from the files beside its data, then the defaults.

    raises  Misconfigured("setting_invalid") telling everything that is wrong at once
    """
    found = read()
    if found.settings is None:
        raise Misconfigured("setting_invalid", reason="\n".join(str(one) for one in found.problems))
    return found.settings


def read() -> Configuration:
    """Reads everything and judges it, without refusing."""
    names = {_variable(name).lower(): name for name in Settings.model_fields}
    environment = _from(EnvSettingsSource(Settings), names, origin="{variable}")
    named = os.environ.get("CHAMBERLAIN_CONFIG")
    filed: dict[str, Given] = {}
    problems: list[Problem] = []
    if named:
        filed, problems = _file(Path(named))
    elsewhere = environment.get("data") or filed.get("data")
    data = data_folder(given=str(elsewhere.value) if elsewhere else None, own=default_data_folder())
    if not named and (data / FILE).exists():
        filed, problems = _file(data / FILE)
        if inside := filed.pop("data", None):
            problems.append(Problem("data", "", "the file lies in that folder already", inside.origin))
    kept = _from(DotEnvSettingsSource(Settings, env_file=data / KEPT), names, origin=f"{data / KEPT}: {{variable}}")
    given = {**filed, **kept, **environment}
    settings, wrong = _validated({**{name: one.value for name, one in given.items()}, "data": data}, given)
    problems += wrong
    files = tuple(path for path in (Path(named) if named else data / FILE, data / KEPT) if path.exists())
    return Configuration(None if problems else settings, given, tuple(problems), _oddities(), files)


def secret_names() -> frozenset[str]:
    """The settings that are never shown."""
    return frozenset(name for name, one in Settings.model_fields.items() if "SecretStr" in str(one.annotation))


def _file(path: Path) -> tuple[dict[str, Given], list[Problem]]:
    given, problems = read_file(path, names=Settings.model_fields)
    if given:
        problems += open_to_others(path, given=given, secrets=secret_names())
    return given, problems


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"CHAMBERLAIN_{name.upper()}"


def _from(source: EnvSettingsSource, names: dict[str, str], *, origin: str) -> dict[str, Given]:
    return {
        names[variable]: Given(_decoded(names[variable], value), origin.format(variable=variable.upper()))
        for variable, value in source.env_vars.items()
        if variable in names
    }


def _decoded(name: str, value: str | None) -> object:
    """What a variable says; a setting that is a table is written as JSON."""
    if value is None or "dict" not in str(Settings.model_fields[name].annotation):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # refused below, with its origin


def _validated(values: dict[str, object], given: dict[str, Given]) -> tuple[Settings | None, list[Problem]]:
    try:
        return Settings(**values), []  # type: ignore[arg-type]  # judged by pydantic, which is the point
    except ValidationError as error:
        names = {_variable(name): name for name in Settings.model_fields}
        return None, [
            _problem(names.get(str(one["loc"][0]), str(one["loc"][0])), one["msg"], given) for one in error.errors()
        ]


def _problem(name: str, message: str, given: dict[str, Given]) -> Problem:
    one = given.get(name, Given(None, "default"))
    allowed = message.removeprefix("Value error, ")
    return Problem(name, shown(one.value, secret=name in secret_names()), allowed, one.origin)


def _oddities() -> tuple[Problem, ...]:
    """Variables that look like settings and are none. Not refused: container platforms add variables of their own."""
    known = {_variable(name) for name in Settings.model_fields} | NOT_SETTINGS
    return tuple(
        Problem(name, "", f"there is no such setting{did_you_mean(name, Settings.model_fields)}", "environment")
        for name in sorted(os.environ)
        if name.startswith("CHAMBERLAIN_") and name not in known
    )


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(word, strict=False) for word in _words(value))


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",") if word.strip()]


def _mail_address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("a mail address such as access@example.com, without a name")
    return value
