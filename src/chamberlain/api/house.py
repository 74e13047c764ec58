"""The API put together: its routes, its errors, and the OpenAPI document that tells of both."""

from typing import Any

from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from chamberlain.api import (
    connections,
    consents,
    credentials,
    guards,
    history,
    people,
    permissions,
    plans,
    problems,
    roles,
    runs,
    scopes,
    tasks,
    tenants,
    token,
    trail,
)
from chamberlain.api import views as kept
from chamberlain.api.document import finished
from chamberlain.api.rendering import Renderer
from chamberlain.errors import ChamberlainError

ROOT = "/api/v1/"


class Api(NinjaAPI):
    """Ninja's API with our document: it does not depend on where the API is mounted."""

    def get_openapi_schema(self, **_options: Any) -> OpenAPISchema:
        """The OpenAPI document."""
        return finished(OpenAPISchema(self, ROOT.strip("/")))


api = Api(
    title="Chamberlain",
    version="1",
    description="Who has what in Microsoft 365, why and since when.",
    urls_namespace="api",
    docs_url=None,
    renderer=Renderer(),
)
for router in (
    tenants.router,
    people.router,
    permissions.router,
    consents.router,
    history.router,
    connections.router,
    credentials.router,
    scopes.router,
    runs.router,
    plans.router,
    tasks.router,
    guards.router,
    roles.router,
    kept.router,
    trail.router,
    token.router,
):
    api.add_router("", router)

api.add_exception_handler(ChamberlainError, problems.of_ours)
api.add_exception_handler(ValidationError, problems.of_fields)
api.add_exception_handler(HttpError, problems.of_http)
api.add_exception_handler(Exception, problems.of_defect)
