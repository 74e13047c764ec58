"""The audit of what is pinned can fail, and the bill of materials holds everything that is shipped."""

import json
import runpy
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

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
