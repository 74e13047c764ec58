"""The documents are complete and true, as far as a machine can tell."""

import json
import re
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer.main

from chamberlain.audit.event import EventName
from chamberlain.cli.commands import app
from chamberlain.cli.rim import EXIT_CODES
from chamberlain.graph.fault import TOKEN_ERRORS
from chamberlain.policy.capabilities import STANDARD, needed
from chamberlain.sentences import SENTENCES
from chamberlain.simulator.exchange.front import CMDLETS
from chamberlain.simulator.graph.resources.registrations import RegistrationDesk
from chamberlain.simulator.graph.resources.subscriptions import Desk
from chamberlain.simulator.graph.resources.tenant import ReportSettingsDesk
from chamberlain.simulator.graph.routes import ROUTES, registration_routes, report_settings_routes, subscription_routes
from chamberlain.simulator.graph.writes.routes import write_routes
from chamberlain.simulator.login.directory import Directory
from chamberlain.simulator.login.registration import registrations
from chamberlain.simulator.notify import Subscriptions
from chamberlain.simulator.world.golden import golden_base
from chamberlain.simulator.world.log import ChangeLog
from chamberlain.simulator.world.tenant import World

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "chamberlain"
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives", "Check that keeps it"]
FILE = re.compile(r"[\w.@-]+(/[\w.@-]+)*\.(py|sql|md|sh|toml|json|txt|in|html|css|js)")
FOLDER = re.compile(r"[\w.-]+(/[\w.-]+)*/")
IN_DATA_FOLDER = {"postgres/", "logs/"}
"""Folders that documents name and that lie in an installation's data, not in the repository."""


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code_in(text: str) -> Iterator[str]:
    """What stands in backticks or in blocks of code, line by line."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (" ".join(found.split()) for found in re.findall(r"`([^`]+)`", prose))


def first_cells(text: str) -> list[str]:
    """What stands in backticks at the beginning of table rows."""
    return re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE)


def anchors(text: str) -> set[str]:
    """What a link can point to, as hosting sites make it from headings."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def dead_links(page: Path, text: str) -> list[str]:
    """Relative links that lead nowhere."""
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / unquote(path)).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found.read_text(encoding="utf-8"))):
            dead.append(target)
    return dead


def missing_files(text: str) -> list[str]:
    """Files and folders in backticks that neither the repository nor the package has."""
    named = {code for code in code_in(text) if FILE.fullmatch(code) or FOLDER.fullmatch(code)} - IN_DATA_FOLDER
    return sorted(name for name in named if "/" in name and not any((base / name).exists() for base in (ROOT, SOURCE)))


def wrong_commands(text: str) -> list[str]:
    """Commands in code that do not exist."""
    targets = set(re.findall(r"^([\w-]+):", text_of(ROOT / "Makefile"), flags=re.MULTILINE))
    known = {path.split()[0] for path in commands()}
    wrong = []
    for code in code_in(text):
        made = re.match(r"make ([\w-]+)", code)
        called = re.match(r"(?:\.venv/bin/)?chamberlain ([a-z][\w-]*)", code)
        wrong += [code] if made and made[1] not in targets else []
        wrong += [code] if called and called[1] not in known else []
    return wrong


@cache
def commands() -> dict[str, Any]:
    """Every command by its words, for example "bench sync"."""
    top: Any = typer.main.get_command(app)
    found: dict[str, Any] = {}
    for name, command in top.commands.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {word}": one for word, one in inner.items()} if inner else {}
        found |= {} if inner and not command.invoke_without_command else {name: command}
    return found


def options(command: Any) -> set[str]:
    """The long options that --help shows."""
    shown = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    return {name for one in shown for name in (*one.opts, *one.secondary_opts)} - {"--help"}


def packages(requirements: str) -> set[str]:
    """Names in a requirements file."""
    lines = (line.strip() for line in text_of(ROOT / "requirements" / requirements).splitlines())
    return {re.split(r"[\[<>=~! ]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def relative(pages: Iterable[Path]) -> list[str]:
    return [page.relative_to(ROOT).as_posix() for page in pages]


@pytest.mark.parametrize("page", PAGES, ids=relative(PAGES))
def test_a_page_names_what_exists(page: Path) -> None:
    text = text_of(page)

    assert dead_links(page, text) == []
    assert missing_files(text) == []
    assert wrong_commands(text) == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)#\s:]+\.md)", text_of(page))
        waiting += [found for link in links if (found := (page.parent / link).resolve()).exists()]

    assert set(relative(PAGES)) - set(relative(reached)) == set()


def test_every_command_is_documented_with_its_options() -> None:
    page = text_of(DOCS / "reference" / "command-line.md")
    sections = dict(re.findall(r"^### `chamberlain ([^`]+)`\n(.*?)(?=^### |\Z)", page, flags=re.MULTILINE | re.DOTALL))

    assert set(sections) == set(commands())
    for name, command in commands().items():
        rows = re.findall(r"^\| (`--[^|]+)", sections[name], flags=re.MULTILINE)
        assert set(re.findall(r"--[\w-]+", " ".join(rows))) == options(command), name


def test_every_exit_code_is_documented() -> None:
    rows = re.findall(r"^\| (\d) \| `(\w+)`", text_of(DOCS / "reference" / "command-line.md"), flags=re.MULTILINE)

    assert {name: int(code) for code, name in rows} == {error.__name__: code for error, code in EXIT_CODES.items()}


def test_every_error_code_is_documented() -> None:
    page = text_of(DOCS / "how-to" / "connection-problems.md")
    of_pages = set(re.findall(r'code="(\w+)"', text_of(SOURCE / "web" / "views" / "wrong.py")))

    assert set(first_cells(page)) == set(SENTENCES) | of_pages
    assert len(first_cells(page)) == len(set(first_cells(page)))
    for number, (_, code) in TOKEN_ERRORS.items():
        assert re.search(rf"^\| `{code}` .*AADSTS{number}\b", page, flags=re.MULTILINE), number


def test_every_event_is_documented() -> None:
    assert first_cells(text_of(DOCS / "reference" / "events.md")) == [name.value for name in EventName]


def test_every_scope_that_is_asked_for_is_documented() -> None:
    page = text_of(DOCS / "how-to" / "connect-a-real-tenant.md")
    rows = re.findall(r"^\| `([\w.]+)` \| .* \| (yes|no) \|$", page, flags=re.MULTILINE)

    assert rows == [(need.scope.name, "yes" if need.required else "no") for need in needed(STANDARD)]


def test_every_dependency_has_a_reason_and_a_licence() -> None:
    page = text_of(DOCS / "dependencies.md")
    browser = json.loads(text_of(ROOT / "frontend" / "package.json"))
    wanted = packages("runtime.in") | packages("dev.in") | packages("uv.in")
    wanted |= {*browser["dependencies"], *browser["devDependencies"]}
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|", page, flags=re.MULTILINE)

    assert {name for name, reason, licence in rows if reason.strip() and licence.strip()} == wanted
    assert len(rows) == len(wanted)


def test_every_path_of_the_simulator_is_documented() -> None:
    page = text_of(DOCS / "reference" / "simulator.md")
    rows = set(re.findall(r"^\| (GET|POST|PUT|PATCH|DELETE) \| `([^`]+)`", page, flags=re.MULTILINE))
    world = World(golden_base(1), ChangeLog(None, "golden"))
    desk = RegistrationDesk(Directory(world, registrations(1)))
    routes = (*ROUTES, *subscription_routes(Desk(Subscriptions(world, seed=1))), *registration_routes(desk))
    routes += (*report_settings_routes(ReportSettingsDesk(world)), *write_routes(world))
    files = ("control.py", "front_control.py", "application_control.py", "exchange/control.py")
    told = "".join(text_of(SOURCE / "simulator" / name) for name in files)
    control = set(re.findall(r'\("(GET|POST|DELETE)", "([\w/]+)"\)', told))

    assert control
    assert rows == {(route.method, route.pattern) for route in routes} | control


def test_every_cmdlet_of_the_simulator_is_documented() -> None:
    page = text_of(DOCS / "reference" / "simulator.md").partition("## Exchange")[2].partition("\n## ")[0]
    told = set(re.findall(r"`((?:Get|Set|Add|Remove)-\w+)`", page))

    assert {name.lower() for name in told} == set(CMDLETS)


def test_the_architecture_shows_the_layers_that_are_enforced() -> None:
    page = text_of(DOCS / "why" / "architecture.md").partition("## Layers")[2].partition("\n## ")[0]
    contracts = ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    enforced = contracts["importlinter:contract:layers"]["layers"].split("\n")
    shown = re.findall(r"^\| (`[^|]+) \|", page, flags=re.MULTILINE)

    assert [set(re.findall(r"\w+", row)) for row in shown] == [set(re.findall(r"\w+", row)) for row in enforced if row]


def test_a_decision_is_one_page_with_five_headings() -> None:
    decisions = sorted((DOCS / "decisions").glob("[0-9]*.md"))

    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = text_of(path)
        assert text.startswith(f"# {path.name[:4]}. "), path.name
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == HEADINGS, path.name
        assert len(text.splitlines()) <= 70, path.name
        assert f"({path.name})" in text_of(DOCS / "decisions" / "README.md"), path.name


def test_the_checks_can_fail() -> None:
    here = ROOT / "README.md"

    assert dead_links(here, "[a](docs/nowhere.md) [b](docs/README.md#nothing) [c](https://example.com)") == [
        "docs/nowhere.md",
        "docs/README.md#nothing",
    ]
    assert missing_files("`store/merge.py` `store/nothing.py` `kinds/` `tests/nothing/`") == [
        "store/nothing.py",
        "tests/nothing/",
    ]
    assert wrong_commands("`make test` `make coffee`\n```sh\n.venv/bin/chamberlain brew\nchamberlain up\n```\n") == [
        ".venv/bin/chamberlain brew",
        "make coffee",
    ]
