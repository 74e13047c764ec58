"""The audit of what is pinned can fail, and the bill of materials holds everything that is shipped."""

import json
import runpy
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
TODAY = date(2026, 11, 25)

RECORDED = {"pkg:pypi/jinja2@2.4.1": ["GHSA-462w-v97r-4m45", "GHSA-8r7q-cvjq-x353"]}
"""source: google.github.io/osv.dev/post-v1-querybatch (2025): the answer to the documentation's own question."""


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The script's names."""
    monkeypatch.syspath_prepend(str(REQUIREMENTS))
    yield runpy.run_path(str(REQUIREMENTS / "audit.py"))
    sys.modules.pop("locked", None)


def package(audit: dict[str, Any], name: str, version: str) -> Any:
    """A pinned package."""
    return audit["Package"]("pypi", name, version, ())


def answering(known: dict[str, list[str]]) -> Any:
    """A list of vulnerabilities that gives one id on a page."""

    def ask(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = []
        for query in queries:
            ids = known.get(query["package"]["purl"], [])
            place = int(query.get("page_token", 0))
            more = {"next_page_token": str(place + 1)} if place + 1 < len(ids) else {}
            answers.append({"vulns": [{"id": one} for one in ids[place : place + 1]], **more} if ids else {})
        return answers

    return ask


def test_a_known_vulnerability_fails_the_audit(audit: dict[str, Any]) -> None:
    pinned = [package(audit, "jinja2", "2.4.1"), package(audit, "sound", "1.0")]
    found = audit["known"](pinned, ask=answering(RECORDED))
    assert found == {"pkg:pypi/jinja2@2.4.1": set(RECORDED["pkg:pypi/jinja2@2.4.1"])}, "also those of the second page"
    assert len(audit["judged"](found, excuses=[], today=TODAY)) == 2


def test_the_audit_asks_about_every_pinned_package_and_ends_red(
    audit: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pinned = audit["packages"]()
    django = next(one.purl for one in pinned if one.name == "django")
    assert {one.ecosystem for one in pinned} == {"pypi", "npm"}
    assert len(pinned) > 150
    assert audit["main"](ask=answering({django: ["GHSA-made-up"]}), today=TODAY) == 1
    assert f"{django}: GHSA-made-up" in capsys.readouterr().err
    assert audit["main"](ask=answering({}), today=TODAY) == 0


def test_what_was_accepted_passes_for_its_package_until_its_day(audit: dict[str, Any]) -> None:
    found = {"pkg:pypi/jinja2@2.4.1": {"GHSA-1"}}
    excuse = audit["Accepted"]("GHSA-1", "jinja2", "templates are ours", TODAY)
    assert audit["judged"](found, excuses=[excuse], today=TODAY) == []
    assert audit["judged"](found, excuses=[excuse], today=date(2026, 11, 26)) != []
    other = audit["Accepted"]("GHSA-1", "other", "templates are ours", TODAY)
    assert audit["judged"](found, excuses=[other], today=TODAY) != []


@pytest.mark.parametrize("line", ["", 'reason = "because"', "until = 2027-01-31", 'reason = " "\nuntil = 2027-01-31'])
def test_nothing_is_accepted_without_reason_and_day(audit: dict[str, Any], tmp_path: Path, line: str) -> None:
    file = tmp_path / "accepted.toml"
    file.write_text(f'[[accepted]]\nid = "GHSA-1"\npackage = "jinja2"\n{line}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="needs a reason and a day"):
        audit["accepted"](file)


def test_a_list_that_cannot_be_reached_is_told_and_fails_where_the_audit_is_required(
    audit: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unreachable(_queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        raise OSError("no such host")

    assert audit["main"](ask=unreachable, today=TODAY) == 0
    assert "NOT AUDITED" in capsys.readouterr().err
    monkeypatch.setenv("CHAMBERLAIN_AUDIT_REQUIRED", "1")
    assert audit["main"](ask=unreachable, today=TODAY) == 1


def test_the_real_list_of_exceptions_is_well_formed(audit: dict[str, Any]) -> None:
    audit["accepted"]()


@pytest.fixture
def overdue(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The script's names."""
    monkeypatch.syspath_prepend(str(REQUIREMENTS))
    yield runpy.run_path(str(REQUIREMENTS / "overdue.py"))
    sys.modules.pop("locked", None)


BEFORE = datetime(2026, 10, 26, tzinfo=UTC)
SOON, LONG_AGO = BEFORE + timedelta(days=1), BEFORE - timedelta(days=1)


def registry(out: dict[str, dict[str, datetime]], *, fits_together: bool = True) -> Any:
    """Answers with the newest version of each that was published before its cutoff; None where one has none left."""

    def ask(_lock: str, cutoffs: dict[str, datetime]) -> dict[str, Version] | None:
        if len(cutoffs) > 1 and not fits_together:
            return None
        found = {}
        for name, published in out.items():
            known = [
                Version(one)
                for one, day in published.items()
                if day < cutoffs.get(name, datetime.max.replace(tzinfo=UTC))
            ]
            if not known:
                return None
            found[name] = max(known)
        return found

    return ask


@pytest.mark.parametrize("fits_together", [True, False])
def test_a_package_is_overdue_when_a_newer_one_is_out_for_longer_than_allowed(
    overdue: dict[str, Any], *, fits_together: bool
) -> None:
    out = {
        "slept": {"1.0": LONG_AGO, "1.1": LONG_AGO, "1.2": SOON},
        "waits": {"2.0": LONG_AGO, "2.1": SOON},
        "newest": {"3.0": LONG_AGO},
    }
    pinned = {"slept": Version("1.0"), "waits": Version("2.0"), "newest": Version("3.0")}
    ask = registry(out, fits_together=fits_together)
    lines = list(overdue["overdue_in_python"]("dev", pinned, before=BEFORE, ask=ask))
    assert lines == ["pypi: slept 1.0: 1.1 is out since before 2026-10-26"]


def test_a_package_that_was_pinned_on_its_first_day_is_not_overdue(overdue: dict[str, Any]) -> None:
    ask = registry({"young": {"1.0": SOON, "1.1": SOON}, "other": {"1.0": LONG_AGO}})
    pinned = {"young": Version("1.0"), "other": Version("1.0")}
    assert list(overdue["overdue_in_python"]("dev", pinned, before=BEFORE, ask=ask)) == []


def test_for_browsers_the_same_major_version_counts(overdue: dict[str, Any]) -> None:
    published = {"created": LONG_AGO, "2.0.1": LONG_AGO, "2.0.2-beta.1": LONG_AGO, "2.0.3": SOON, "4.0.0": LONG_AGO}
    judged = overdue["overdue_in_browser"]
    assert list(judged("htmx.org", "2.0.1", before=BEFORE, published=published)) == []
    assert list(judged("htmx.org", "2.0.0", before=BEFORE, published=published)) == [
        "npm: htmx.org 2.0.0: 2.0.1 is out since before 2026-10-26"
    ]


def test_what_is_overdue_is_told_and_fails_where_the_audit_is_required(
    overdue: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def sleepy(_lock: str, _cutoffs: dict[str, datetime]) -> dict[str, Version]:
        return {"django": Version("999.0")}

    def gone(_lock: str, _cutoffs: dict[str, datetime]) -> dict[str, Version]:
        raise OSError("no such host")

    asked: list[str] = []
    wanted = {"when": lambda name: asked.append(name) or {}, "now": BEFORE}
    assert overdue["main"](ask=sleepy, **wanted) == 0
    assert "django" in capsys.readouterr().err
    assert {"htmx.org", "daisyui"} <= set(asked)
    assert overdue["main"](ask=gone, **wanted) == 0
    assert "NOT ASKED" in capsys.readouterr().err
    monkeypatch.setenv("CHAMBERLAIN_AUDIT_REQUIRED", "1")
    assert overdue["main"](ask=sleepy, **wanted) == 1
    assert overdue["main"](ask=gone, **wanted) == 1
    assert overdue["main"](ask=lambda _lock, _cutoffs: {}, **wanted) == 0


def test_the_lock_that_is_looked_at_has_every_package_and_the_page_tells_the_days(overdue: dict[str, Any]) -> None:
    locks = {name: overdue["newest"](REQUIREMENTS / f"{name}.txt") for name in ("uv", "runtime", "dev")}
    assert locks["uv"].items() | locks["runtime"].items() <= locks[overdue["LOCK"]].items()
    page = (ROOT / "docs" / "security" / "README.md").read_text(encoding="utf-8")
    assert f"renewed every {overdue['RENEWED_WITHIN'].days} days" in page


COMPONENT = {
    "type": "object",
    "required": ["type", "name", "version", "purl", "bom-ref"],
    "properties": {
        "type": {"const": "library"},
        "purl": {"pattern": r"^pkg:(pypi|npm)/[^@]+@[^@]+$"},
        "hashes": {
            "items": {
                "required": ["alg", "content"],
                "properties": {
                    "alg": {"enum": ["SHA-1", "SHA-256", "SHA-512"]},
                    "content": {"pattern": "^([a-f0-9]{40}|[a-f0-9]{64}|[a-f0-9]{128})$"},
                },
            }
        },
    },
}
DOCUMENT = {
    "type": "object",
    "required": ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components"],
    "properties": {
        "bomFormat": {"const": "CycloneDX"},
        "specVersion": {"const": "1.6"},
        "serialNumber": {"pattern": "^urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$"},
        "components": {"items": COMPONENT, "minItems": 40},
    },
}
"""What we use of the schema of CycloneDX 1.6. source: cyclonedx.org/docs/1.6/json (2024)"""


def test_the_bill_of_materials_names_everything_that_is_shipped(
    audit: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    script = runpy.run_path(str(REQUIREMENTS / "sbom.py"))
    script["main"]()
    first = capsys.readouterr().out
    script["main"]()
    assert capsys.readouterr().out == first, "the same locks, the same document"
    document = json.loads(first)
    jsonschema.validate(document, DOCUMENT)
    listed = {one["purl"] for one in document["components"]}
    assert listed == {one.purl for one in audit["packages"]() if one.shipped}
    assert {one.split("@")[0] for one in listed} >= {"pkg:pypi/django", "pkg:pypi/psycopg-binary", "pkg:npm/htmx.org"}
    assert not any("pytest" in one or "oidc-provider" in one for one in listed)
