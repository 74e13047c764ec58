"""What ninja does not know of the OpenAPI document: problems, scopes, and how a token is sent."""

from typing import Any

from ninja.openapi.schema import OpenAPISchema

from chamberlain.api.problems import PROBLEM_JSON
from chamberlain.api.shapes import Problem
from chamberlain.model.api_token import PREFIX, TokenScope

OFTEN = {
    "400": "A rule says no.",
    "404": "What was named does not exist, or the token does not reach it.",
    "406": "What could be answered is not accepted.",
    "422": "The request is not as this document says.",
    "429": "Too many requests; `Retry-After` says when to try again.",
    "500": "A defect of ours.",
}
WITH_TOKEN = {
    "401": "No token, or one that does not work.",
    "403": "The token lacks the scope, or its person the right.",
}
WITH_BODY = {
    "409": "Somebody or something else is at it.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "502": "Microsoft, or the way to it, failed.",
}


def finished(document: OpenAPISchema) -> OpenAPISchema:
    """The document with every answer that a route can give."""
    schemas = document["components"]["schemas"]
    told = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= told.pop("$defs")
    schemas["Problem"] = told
    document["components"]["securitySchemes"] = {
        "Token": {"type": "http", "scheme": "bearer", "bearerFormat": PREFIX + "…"}
    }
    for operations in document["paths"].values():
        for method, operation in operations.items():
            _finish(method, operation)
    document["paths"] = dict(sorted(document["paths"].items()))
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _finish(method: str, operation: dict[str, Any]) -> None:
    scope = operation.get("x-scope")
    if scope:
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{TokenScope(scope).value}`".strip()
    for parameter in operation["parameters"]:
        parameter["schema"] = _sendable(parameter["schema"])
    problems = {
        **OFTEN,
        **(WITH_TOKEN if operation.get("security") else {}),
        **(WITH_BODY if method in ("post", "patch", "put", "delete") else {}),
    }
    answers = {str(status): answer for status, answer in operation["responses"].items()}
    for status, description in sorted(problems.items()):
        answers[status] = _problem(description)
        if status == "401":
            answers[status]["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    operation["responses"] = answers


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is null to us; nobody can send null in an address."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**{name: value for name, value in schema.items() if name not in ("anyOf", "default")}, **kinds[0]}


def _problem(description: str) -> dict[str, Any]:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}
