"""The container file, its example and the units of systemd, as far as can be told where neither an engine nor a
systemd runs: nothing is built or started here."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml

from chamberlain.cli.commands import app
from chamberlain.settings import Settings

ROOT = Path(__file__).parents[2]
CONTAINER = ROOT / "deploy" / "container"
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group of click's
EXPOSED_AT_MOST = 20
"""Tenths, of systemd's own measure; 92 is a unit without any of its protections."""


def steps(text: str) -> list[tuple[str, str]]:
    """The instructions of a container file, each with its words."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def faults(text: str) -> list[str]:
    """What is wrong with a container file."""
    told = steps(text)
    last = [word for word, _rest in told]
    bases = [rest.split()[0] for word, rest in told if word == "FROM"]
    users = [rest for word, rest in told if word == "USER"]
    found = [f"{base} names no version" for base in bases if not re.search(r":\d+\.\d+\.\d+", base)]
    found += [] if users and not users[-1].startswith(("0", "root")) else ["it runs as root"]
    found += [] if "USER" in last and last.index("USER") < last.index("CMD") else ["its user comes too late"]
    found += [
        f"{word} is missing" for word in ("HEALTHCHECK", "ENTRYPOINT", "VOLUME", "STOPSIGNAL") if word not in last
    ]
    found += [f"{word}: use COPY" for word in last if word == "ADD"]
    for word, rest in told:
        if word == "COPY" and "--from" not in rest:
            found += [f"{name} is not there" for name in rest.split()[:-1] if not (ROOT / name).exists()]
        for command in rest.split("&&") if word == "RUN" else ():
            sealed = "--require-hashes" in command or "--no-deps" in command
            found += [] if sealed or not re.search("pip install|uv build", command) else ["packages without hashes"]
    return found


def test_the_container_file_is_pinned_and_runs_as_nobody_in_particular() -> None:
    text = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    assert faults(text) == []
    command = json.loads(next(rest for word, rest in reversed(steps(text)) if word == "CMD"))
    assert command[0] in COMMANDS
    health = next(rest for word, rest in steps(text) if word == "HEALTHCHECK")
    assert "/healthz" in health


@pytest.mark.parametrize(
    ("line", "instead", "fault"),
    [
        ("USER 10001:10001", "USER root", "it runs as root"),
        ("python:3.13.9-slim-trixie", "python:latest", "docker.io/library/python:latest names no version"),
        ("--require-hashes -r", "-r", "packages without hashes"),
        ("COPY src src", "COPY sources src", "sources is not there"),
    ],
)
def test_a_careless_container_file_is_found(line: str, instead: str, fault: str) -> None:
    text = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    assert fault in faults(text.replace(line, instead))


def test_what_is_copied_is_not_ignored_and_what_is_private_is() -> None:
    told = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in told
    allowed = {line[1:] for line in told if line.startswith("!")}
    copied = {
        name.split("/")[0]
        for word, rest in steps((CONTAINER / "Containerfile").read_text(encoding="utf-8"))
        if word == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    }
    assert copied == allowed


def test_the_example_is_closed_and_sets_what_there_is() -> None:
    services = yaml.safe_load((CONTAINER / "compose.yaml").read_text(encoding="utf-8"))["services"]
    variables = {f"CHAMBERLAIN_{name.upper()}" for name in Settings.model_fields} | {"DATABASE_URL"}
    for name in ("web", "worker"):
        one = services[name]
        assert one["command"][0] in COMMANDS
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert set(one["environment"]) <= variables
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])
    assert "ports" not in services["database"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.name)
def test_a_unit_starts_a_command_that_exists_and_not_as_root(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    started = shlex.split(next(line for line in text.splitlines() if line.startswith("ExecStart=")))
    assert started[1] in COMMANDS
    assert "User=chamberlain" in text
    assert len(UNITS) == 3


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("unit", UNITS, ids=lambda one: one.name)
def test_systemd_reads_the_unit_and_finds_it_hardened(unit: Path, tmp_path: Path) -> None:
    installed = tmp_path / unit.name
    text = unit.read_text(encoding="utf-8")
    installed.write_text(text.replace("/opt/chamberlain/bin/chamberlain", "/bin/true"), encoding="utf-8")
    verified = analyze("verify", str(installed))
    assert (verified.returncode, verified.stderr) == (0, "")
    assert exposure_is_small(installed)
    lines = [line for line in text.splitlines() if not re.match(r"Protect|Restrict|SystemCall|Capability|NoNew", line)]
    installed.write_text("\n".join(lines), encoding="utf-8")
    assert not exposure_is_small(installed), "a unit without its protections is found"


def exposure_is_small(unit: Path) -> bool:
    """Whether systemd's own measure is below the limit."""
    return analyze("security", "--offline=yes", f"--threshold={EXPOSED_AT_MOST}", str(unit)).returncode == 0


def analyze(*words: str) -> "subprocess.CompletedProcess[str]":
    """`systemd-analyze`, which needs no running systemd for this."""
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False, timeout=60)
