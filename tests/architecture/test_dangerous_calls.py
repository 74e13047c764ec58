"""What runs text as code, trusts what strangers send, or trusts any server, does not occur in what is installed."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "chamberlain"
FILES = sorted(SOURCE.rglob("*.py"))
TEMPLATES = sorted((SOURCE / "web" / "templates").rglob("*.html"))

CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "Template", "engines"}
"""Code, commands and templates made of text at run time."""

MODULES = {"pickle", "marshal", "shelve", "dill", "yaml", "xml", "lxml", "ldap", "memcache", "pymemcache", "telnetlib"}
"""What reads objects, and languages that this house does not speak."""

WEAK = {"md5", "MD5", "sha1", "SHA1", "ECB", "DES", "TripleDES", "ARC4", "PKCS1v15"}
ALLOWED = {
    ("graph/certificate.py", "SHA1"),
    ("graph/certificate.py", "sha1"),  # a name, as Entra shows it
    ("policy/one_time_code.py", "SHA1"),  # HMAC in RFC 6238, which every authenticator app takes
}
CERTIFICATES_OFF = re.compile(r"verify\s*=\s*False|CERT_NONE|_create_unverified_context|check_hostname\s*=\s*False")
SAFE_HERE = {"own_sign_in.py"}
"""Draws squares; the one place that calls text safe."""


def dotted(node: ast.expr) -> str:
    """The name that is called, as it is written."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def found_in(text: str, name: str) -> list[str]:
    """What a module has no business to do."""
    found = [f"{name}: certificates"] if CERTIFICATES_OFF.search(text) else []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            called = dotted(node.func)
            found += [f"{name}: {called}"] if called in CALLS or called.endswith(".Template") else []
            found += [
                f"{name}: shell"
                for word in node.keywords
                if word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            ]
        elif isinstance(node, ast.Import):
            found += [f"{name}: {one.name}" for one in node.names if one.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{name}: {node.module}"] if (node.module or "").split(".")[0] in MODULES else []
        if isinstance(node, ast.Attribute | ast.Name):
            word = node.attr if isinstance(node, ast.Attribute) else node.id
            found += [f"{name}: {word}"] if word in WEAK and (name, word) not in ALLOWED else []
    return found


def test_no_text_becomes_code_command_object_or_template() -> None:
    simulated = SOURCE / "simulator"  # it signs as Microsoft does, for tests and demos
    assert [
        one
        for path in FILES
        if simulated not in path.parents
        for one in found_in(path.read_text(encoding="utf-8"), path.relative_to(SOURCE).as_posix())
    ] == []


def test_text_is_called_safe_in_one_place_only() -> None:
    marks = re.compile(r"\bmark_safe\(|\bSafeString\(")
    assert {path.name for path in FILES if marks.search(path.read_text(encoding="utf-8"))} == SAFE_HERE
    assert [path.name for path in TEMPLATES if re.search(r"\|\s*safe\b|autoescape off", path.read_text())] == []


@pytest.mark.parametrize(
    "planted",
    [
        "eval(text)",
        "import pickle",
        "from xml.etree import ElementTree",
        "import os\nos.system(text)",
        "subprocess.run(text, shell=True)",
        "subprocess.run(text, shell=wanted)",
        "httpx2.Client(verify=False)",
        "hashlib.md5(text)",
        "django.template.Template(text)",
        "from hashlib import sha1\nsha1(text)",
    ],
)
def test_a_planted_call_is_seen(planted: str) -> None:
    assert found_in(planted, "planted.py")
    assert found_in("import json\njson.loads(text)", "harmless.py") == []


def test_servers_are_believed_only_with_a_certificate_and_tls_of_today() -> None:
    import ssl

    import httpx2

    context = httpx2.create_ssl_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    weak = ("RC4", "3DES", "DES-CBC", "MD5", "NULL", "EXPORT", "anon")
    assert [one["name"] for one in context.get_ciphers() if any(word in one["name"] for word in weak)] == []
