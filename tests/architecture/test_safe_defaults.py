"""What nobody has to switch on: an installation is closed as it comes."""

import re
from pathlib import Path

import pytest

from chamberlain.settings import Settings

SOURCE = Path(__file__).parents[2] / "src" / "chamberlain"
TEMPLATES = sorted((SOURCE / "web" / "templates").rglob("*.html"))


def test_debug_is_off_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAMBERLAIN_DEBUG", raising=False)
    assert Settings.model_fields["debug"].default is False
    assert Settings.model_fields["host"].default == "127.0.0.1"


def test_no_migration_makes_an_account() -> None:
    makes = re.compile(r"create_user|create_superuser|make_password|INSERT\s+INTO\s+\"?app_user", re.IGNORECASE)
    files = [*(SOURCE / "store" / "migrations").rglob("*.py"), *(SOURCE / "store").rglob("*.sql")]
    assert [path.name for path in files if makes.search(path.read_text(encoding="utf-8"))] == []
    assert makes.search("INSERT INTO app_user VALUES (1)")


def unmasked(template: str) -> list[str]:
    """Fields for passwords that show what is typed, or that hinder password managers."""
    fields = [field for field in re.findall(r"<input[^>]*>", template) if re.search(r'name="[^"]*password', field)]
    wanted = re.compile(r'(?=.*type="password")(?=.*autocomplete="(?:current|new)-password")(?!.*onpaste)')
    return [field for field in fields if not wanted.search(field)]


def test_password_fields_are_masked_and_take_what_managers_paste() -> None:
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES]
    assert sum('name="password"' in text for text in texts) >= 2
    assert [field for text in texts for field in unmasked(text)] == []
    assert unmasked('<input name="password" autocomplete="new-password">')
    assert unmasked('<input name="password" type="password" autocomplete="off">')
    paste = re.compile(r"paste")
    sources = SOURCE.parents[1] / "frontend" / "sources"
    assert [path.name for path in sources.glob("*.js") if paste.search(path.read_text(encoding="utf-8"))] == []
