"""What leaves for Exchange, and how its errors and sizes are read."""

import ast
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from chamberlain.errors import ChamberlainError, Conflict, NotFound, Refused, Upstream
from chamberlain.graph.exchange.fault import exchange_error
from chamberlain.graph.exchange.rim import READS, check_request
from chamberlain.graph.exchange.shape import GroupOut, bytes_in, fields
from chamberlain.model.capability import Capability
from chamberlain.model.exchange import NO_CMDLETS, CmdletPermit
from chamberlain.policy.cmdlets import CMDLETS, cmdlets

SOURCE = Path(__file__).parents[2] / "src" / "chamberlain"
TENANT = "11111111-2222-4333-8444-555555555555"
PATH = f"/adminapi/beta/{TENANT}/InvokeCommand"
ADD = CmdletPermit("Add-DistributionGroupMember", frozenset({"Identity", "Member"}))


def body(cmdlet: str, **parameters: object) -> bytes:
    return json.dumps({"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}).encode()


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("POST", PATH, body("Add-DistributionGroupMember", Identity="g", Member="m", Force=True)),
        ("POST", PATH, body("Remove-DistributionGroupMember", Identity="g", Member="m")),
        ("POST", PATH, body("add-distributiongroupmember", Identity="g")),
        ("POST", PATH, body("Get-Mailbox; Remove-Mailbox", Identity="g")),
        ("POST", PATH, b"no json"),
        ("POST", PATH, b'{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{}},"CmdletInput2":{}}'),
        ("POST", PATH.replace("InvokeCommand", "$batch"), body("Get-Mailbox")),
        ("POST", PATH.replace(TENANT, TENANT.replace("1", "2")), body("Get-Mailbox")),
        ("DELETE", PATH, b""),
        ("GET", "/v1.0/users", b""),
    ],
)
def test_nothing_but_what_is_permitted_leaves(method: str, path: str, content: bytes) -> None:
    with pytest.raises(Refused, match="write_refused"):
        check_request(method, path, content, tenant=TENANT, permits=frozenset({ADD}))


def test_reading_and_what_is_permitted_leave() -> None:
    for cmdlet in READS:
        check_request("POST", PATH, body(cmdlet, Identity="g"), tenant=TENANT, permits=NO_CMDLETS)
    permitted = body("Add-DistributionGroupMember", Identity="g", Member="m")
    check_request("POST", PATH, permitted, tenant=TENANT, permits=frozenset({ADD}))
    check_request("POST", f"/{TENANT}/oauth2/v2.0/token", b"", tenant=TENANT, permits=NO_CMDLETS)


def test_what_reads_is_called_get_and_what_a_capability_permits_is_not() -> None:
    assert {one.partition("-")[0] for one in READS} == {"Get"}
    named = [one.cmdlet for permits in CMDLETS.values() for one in permits]
    assert not READS & set(named)
    assert max(Counter(named).values()) == 1


def test_a_capability_permits_only_where_it_was_chosen_and_its_scope_is_held() -> None:
    wanted, scope = Capability.PROVISION_MAIL_GROUPS, frozenset({"Exchange.ManageAsApp"})
    assert cmdlets(wanted, chosen={wanted}, held=scope) == CMDLETS[wanted]
    assert cmdlets(wanted, chosen=set(), held=scope) == NO_CMDLETS
    assert cmdlets(wanted, chosen={wanted}, held=frozenset()) == NO_CMDLETS


def makers(sources: dict[str, str]) -> set[str]:
    """Modules that make a permit for a cmdlet."""
    return {
        path
        for path, code in sources.items()
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "CmdletPermit"
    }


def test_permits_for_cmdlets_are_given_in_one_place() -> None:
    ours = {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    assert makers(ours) == {"policy/cmdlets.py"}
    assert makers({"plant.py": 'CmdletPermit("Remove-Mailbox", frozenset())'}) == {"plant.py"}


def envelope(of: str, code: str = "BadRequest") -> bytes:
    message = f"Ex6F9304|Microsoft.Exchange.Somewhere.{of}|The operation | could not be done."
    return json.dumps({"error": {"code": code, "message": "x", "details": [{"message": message}]}}).encode()


@pytest.mark.parametrize(
    ("status", "content", "kind", "code"),
    [
        (400, envelope("MemberAlreadyExistsException"), Conflict, "exchange_already_so"),
        (400, envelope("MemberNotFoundException"), Conflict, "exchange_already_so"),
        (404, envelope("ManagementObjectNotFoundException", "NotFound"), NotFound, "exchange_not_found"),
        (400, envelope("ManagementObjectAmbiguousException"), Refused, "exchange_ambiguous"),
        (404, envelope("CommandNotFoundException"), Refused, "exchange_not_allowed"),
        (200, envelope("SomethingNewException"), Refused, "exchange_refused"),
        (500, envelope("ADTransientException"), Upstream, "microsoft_busy"),
        (429, b"", Upstream, "microsoft_busy"),
        (502, b"<html>", Upstream, "microsoft_failing"),
        (401, b"", Refused, "exchange_not_allowed"),
        (403, b"<html>", Refused, "exchange_not_allowed"),
        (400, b"", Refused, "exchange_refused"),
    ],
)
def test_an_error_is_told_by_its_class_and_then_by_its_status(
    status: int, content: bytes, kind: type[ChamberlainError], code: str
) -> None:
    error = exchange_error(status, content, path="Get-Mailbox", request_id="r", again_after=timedelta(seconds=1))
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    ("told", "size"),
    [
        ("1.2 GB (1,288,490,188 bytes)", 1_288_490_188),
        ("1,2 GB (1.288.490.188 bytes)", 1_288_490_188),
        ("0 B (0 bytes)", 0),
        ("unlimited", None),
        (None, None),
    ],
)
def test_a_size_is_read_in_any_language(told: object, size: int | None) -> None:
    assert bytes_in(told) == size


def test_what_is_asked_for_has_exchanges_names() -> None:
    assert {"ManagedBy", "PrimarySmtpAddress", "ExternalDirectoryObjectId", "IsDirSynced"} <= set(fields(GroupOut))
