"""What is changed is told in the audit trail, and what is secret is stored as nobody can read it."""

import ast
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from chamberlain.store.models.sign_in import SessionRow
from chamberlain.store.secrets import EncryptedField
from chamberlain.store.session_store import SessionStore

ACTIONS = Path(__file__).parents[2] / "src" / "chamberlain" / "actions"
TELLS = {"record", "remove_events_of", "record_once", "note_view"}
"""What writes an event by itself."""

UNTOLD: dict[str, str] = {
    "complete_connect._checked_tenant": "uses up the attempt; what comes of it is told by its caller",
    "end_terms.queue_due_terms": "queues a look; the plan that takes things away is told",
    "keep_subscriptions.queue_due_looks": "queues a look; what the look does is told",
    "look_at_expiry.look_at_expiry": "copies a date from Microsoft; that it comes near is told",
    "perform_sync._note_organisation": "copies what Microsoft says of the tenant; the sync is told",
    "read_activity.queue_due_readings": "queues a reading, which copies what Microsoft says",
    "save_view.choose_columns": "how a list looks to one person",
    "save_view.open_list_with": "how a list looks to one person",
    "set_up_code.begin_code": "counts for nothing until it is confirmed, which is told",
    "sign_in_with_microsoft.begin_sign_in": "begins what ends as a sign-in or a refusal, which are told",
    "use_passkey._begin": "begins what ends as a sign-in, a new passkey or a refusal, which are told",
}
"""Transactions that leave no event, and why."""

SECRET = re.compile(r"secret|token|password|passphrase|private|digest|credential|session|nonce|seed|code|otp|key$|^key")
"""Names of columns that may hold what opens something."""

OPEN: dict[str, str] = {
    "api_once.key": "chosen by the caller so that a request happens once; opens nothing without their token",
    "api_once.token_id": "number of a token",
    "app_user.password": "a slow hash",
    "connection.credential": "the way to connect",
    "connection.error_code": "of an error",
    "django_session.session_data": "the table of Django's own sessions, which are not used",
    "django_session.session_key": "as above",
    "outbox.error_code": "of an error",
    "passkey.credential": "the public half",
    "passkey.credential_id": "public: browsers are told it",
    "refusal.code": "of an error",
    "rate_limit.key": "what is counted",
    "session.session_data": "signed, and names nothing that opens anything",
    "session.session_key": "a digest, in hex: store/session_store.py",
    "subscription.error_code": "of an error",
    "sync_run.error_code": "of an error",
}
"""Columns with such a name that hold nothing secret, and why."""


def functions(code: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions and methods of a module, by name."""
    nodes = ast.walk(ast.parse(code))
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def called(node: ast.AST) -> set[str]:
    """Names of what is called, or handed on to be called."""
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return names | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def opens(node: ast.AST) -> bool:
    """Whether a function opens a transaction."""
    return "transaction" in called(node)


def silent(sources: dict[str, str]) -> set[str]:
    """Functions that open a transaction and neither tell of it nor call what tells, in any of the modules."""
    found = {f"{module}.{name}": node for module, code in sources.items() for name, node in functions(code).items()}
    telling = set(TELLS)
    while True:
        more = {path.rpartition(".")[2] for path, node in found.items() if called(node) & telling} - telling
        if not more:
            break
        telling |= more
    return {path for path, node in found.items() if opens(node) and not called(node) & telling}


def test_every_action_that_changes_something_leaves_an_event() -> None:
    sources = {path.stem: path.read_text(encoding="utf-8") for path in ACTIONS.glob("*.py")}

    assert sources
    assert silent(sources) == set(UNTOLD)


def test_a_silent_action_is_seen() -> None:
    quiet = "def a():\n    with transaction():\n        store.change()\n"
    told = "def b():\n    with transaction():\n        _tell()\ndef _tell():\n    record(1)\n"

    assert silent({"quiet": quiet, "told": told}) == {"quiet.a"}


def columns() -> list[tuple[str, Any]]:
    ours = (model for model in apps.get_models() if model._meta.app_label in ("store", "sessions"))
    return [(f"{model._meta.db_table}.{field.column}", field) for model in ours for field in model._meta.fields]


def is_safe(field: Any) -> bool:
    """Encrypted, or the 32 bytes of a digest."""
    return isinstance(field, EncryptedField) or (isinstance(field, models.BinaryField) and field.max_length == 32)


def test_what_opens_something_is_stored_encrypted_or_as_a_digest() -> None:
    suspicious = {name for name, field in columns() if SECRET.search(name.partition(".")[2]) and not is_safe(field)}

    assert suspicious == set(OPEN)


def test_the_key_of_a_session_is_stored_as_a_digest(world: object) -> None:
    store = SessionStore()
    store["a"] = "b"
    store.save()

    assert not SessionRow.objects.filter(session_key=store.session_key).exists()
    assert SessionRow.objects.filter(session_key=sha256(str(store.session_key).encode()).hexdigest()).exists()
    assert SessionStore(store.session_key)["a"] == "b"


@pytest.mark.parametrize("name", ["client_secret", "token", "session_key", "recovery_code", "private_pem"])
def test_a_column_with_a_telling_name_is_seen(name: str) -> None:
    assert SECRET.search(name)
    assert not is_safe(models.TextField(name=name))
