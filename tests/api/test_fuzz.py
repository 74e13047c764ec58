"""Schemathesis asks what the OpenAPI document allows, and what it forbids: every answer is one that it tells of."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import people
import stories
from chamberlain.model.kind import Kind
from chamberlain.model.tenant import Tenant
from chamberlain.queries.permissions import PermissionFilter, list_permissions
from chamberlain.store.connection import connect
from chamberlain.store.models import ChoiceRow, GuardRow, HaltRow
from chamberlain.web.wsgi import application

EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LEFT_OUT = {"connect", "revokeToken", "rotateCredential", "startRun", "stopWritersEverywhere"}
"""What calls Microsoft, ends the token that asks, starts a sync, or stops what other tests write."""


def is_rejected(ctx: Any, response: Any, case: Any) -> bool | None:
    """What violates the document is refused; a body that is too large counts, which the check does not know of."""
    return None if response.status_code == 413 else negative_data_rejection(ctx, response, case)


@pytest.fixture
def document(world: object) -> Any:
    """The document as it is served, with the application behind it."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture
def header(script: Callable[..., Any]) -> dict[str, str]:
    return {"Authorization": script().defaults["HTTP_AUTHORIZATION"]}


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
def test_whatever_is_asked_the_answer_is_as_documented(
    document: Any, header: dict[str, str], tenant: Tenant, mode: GenerationMode
) -> None:
    walked = 0
    checks = [*CHECKS, is_rejected] if mode is GenerationMode.NEGATIVE else CHECKS
    for result in document.get_all_operations():
        operation = result.ok()
        if operation.definition.raw["operationId"] in LEFT_OUT:
            continue
        with suppress(Unsatisfiable):  # what takes any text has nothing that it forbids
            _ask(operation, mode, header, checks, tenant)
            walked += 1
    for set_by_it in (ChoiceRow, GuardRow, HaltRow):  # other tests share the tenant
        set_by_it.objects.filter(tenant_id=tenant.id).delete()
    assert walked >= (26 if mode is GenerationMode.POSITIVE else 20)


def _ask(operation: Any, mode: GenerationMode, header: dict[str, str], checks: list[Any], tenant: Tenant) -> None:
    known = {"tenant": tenant.slug, "person_id": str(people.ANNA), "key": _some_group(tenant)}
    with connect(autocommit=True) as connection:

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: Any) -> None:
            if mode is GenerationMode.POSITIVE:  # or nothing would ever be found
                case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
            connection.execute("DELETE FROM rate_limit")
            case.call_and_validate(headers=header, checks=checks)

        asked()


def _some_group(tenant: Tenant) -> str:
    wanted = PermissionFilter(kind=Kind.SECURITY_GROUP)
    return list_permissions(viewer=stories.ADMIN, tenant=tenant, filter=wanted).rows[0].key
