"""Writes docs/reference/api.md from the OpenAPI document: run it after a route has changed."""

import re
from pathlib import Path
from typing import Any

from chamberlain import bootstrap

bootstrap.load_django()

from chamberlain.api.house import api  # noqa: E402 - Django first
from chamberlain.api.problems import CHALLENGES, OWN_STATUSES  # noqa: E402
from chamberlain.policy.token_scope import REACH  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"
HEAD = """# API

Made from the OpenAPI document by `tests/architecture/api_reference.py`; do not edit.

Everything is below `/api/v1/`. `/api/v1/openapi.json` is the whole description, OpenAPI 3.1, for everybody: it
tells nothing of an installation. [Tokens](#tokens) come from the page *API tokens* or from `chamberlain token
create`.

    curl -H "Authorization: Bearer $TOKEN" https://chamberlain.example/api/v1/tenants

- **Times** are ISO 8601 in UTC with `Z`, to the microsecond, and can be asked for as they were told.
- **Lists** have `items`, `total` (`more`: there are more than that) and `next`, the address of the next page;
  `limit` is 200 at most. `next_cursor` is what `next` carries as `cursor`; what stands in it is nobody's business.
- **Errors** are problem documents (RFC 9457, `application/problem+json`): `title` what happened, `detail` why,
  `repair` what to do, `code` for scripts, `request_id` to be quoted, `errors` field by field. The codes are those
  of [connection problems](../how-to/connection-problems.md#using-the-api); `type` leads to
  `/api/v1/problems/<code>`, which tells the meaning.
- **Again.** A sync that is started with an `Idempotency-Key` is started once, and so is a plan made, undone or
  carried out once: the same key within a day answers with the same one (200 instead of 201 or 202). The same key
  with another request is refused.
- **Plans.** A token is not its person: a plan that only locks people out is an
  [emergency](plans.md#what-holds-a-plan-back) where they start it themselves, never where their script does. Four
  eyes are two people, not two tokens of one.
- **How often.** 600 requests at once and 20 a second after that, for each token; then 429 with `Retry-After`.
- **CSV.** Lists of people and of permissions answer with `text/csv` where `Accept` prefers it: everything that
  matches, at once; that it was taken away is written into the audit trail. Text that a spreadsheet could run has
  an apostrophe in front.
- Only JSON is read, and nothing else answered elsewhere. Cookies are not looked at, so there is nothing for other
  sites to forge.
- Looking at a person, at holders or at the trail is written into the audit trail, with the token's name.
"""
TOKENS = """## Tokens

A token belongs to a person and never may more than that person may now: a role that is taken away counts from the
next request on, and it ends with its person. It works in one tenant, or in every one that its person may see; for 1
to 365 days, 90 if nothing is said. Secrets begin with `chb_`, so that scanners find those that leaked; they are
shown once, and only their SHA-256 is kept. The last use is known to the hour. A token cannot make tokens, give
roles or sign in; it can revoke itself.
"""


def page() -> str:
    """The whole page."""
    document = api.get_openapi_schema()
    return "\n".join([HEAD, TOKENS, *_scopes(), *_statuses(), *_routes(document)]).rstrip("\n") + "\n"


def _scopes() -> list[str]:
    rows = [
        f"| `{scope.value}` | {', '.join(sorted(f'`{deed.value}`' for deed in reach.deeds))} | `{reach.needs.value}` |"
        for scope, reach in REACH.items()
    ]
    head = ["| scope | allows, of what its person may ([roles](roles.md)) | to make one, one has to be allowed to |"]
    return [*head, "|---|---|---|", *rows, ""]


def _statuses() -> list[str]:
    rows = [
        f"| {status} | `{code}` | {'`WWW-Authenticate`' if code in CHALLENGES else ''} |"
        for code, status in sorted(OWN_STATUSES.items(), key=lambda pair: (pair[1], pair[0]))
    ]
    rest = "Other refusals are 400, what is not there 404, conflicts 409, Microsoft's failures 502."
    return ["## Statuses", "", "| status | code | header |", "|---|---|---|", *rows, "", rest, ""]


def _routes(document: dict[str, Any]) -> list[str]:
    lines = ["## Routes", ""]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            lines += [f"### `{method.upper()} {path.removeprefix('/api/v1')}`", "", *_route(told), ""]
    return lines


def _route(told: dict[str, Any]) -> list[str]:
    scope = f"Scope `{told['x-scope']}`." if "x-scope" in told else "Any scope." if "security" in told else "No token."
    text = (
        told.get("description", "")
        .partition("\n\nScope:")[0]
        .removesuffix(" Any scope.")
        .removesuffix(" Needs no token.")
    )
    good = [f"{status} {_shape(answer)}".strip() for status, answer in told["responses"].items() if status < "3"]
    lines = [f"{' '.join(text.split())} {scope} Answers {', or '.join(good)}."]
    if "requestBody" in told:
        lines += ["", f"Body: {_named(told['requestBody']['content']['application/json']['schema'])}."]
    rows = [
        f"| `{one['name']}` | {one['in']} | {_kind(one['schema'])}{', required' if one['required'] else ''} | "
        f"{one.get('description', '')} |"
        for one in told["parameters"]
        if one["name"] != "tenant" or one["in"] != "path"
    ]
    return [*lines, "", "| parameter | in | kind | meaning |", "|---|---|---|---|", *rows] if rows else lines


def _shape(answer: dict[str, Any]) -> str:
    content = answer.get("content", {}).get("application/json")
    return f"with {_named(content['schema'])}" if content else ""


def _named(schema: dict[str, Any]) -> str:
    if schema.get("type") == "array":
        return f"a list of {_named(schema['items'])}"
    return f"`{re.sub(r'Shape|_', '', schema.get('$ref', schema.get('title', '')).rpartition('/')[2])}`"


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    bounds = [
        f"{schema['minimum']}" if "minimum" in schema else "",
        f"{schema['maximum']}" if "maximum" in schema else "",
    ]
    told = schema.get("format", schema.get("type", ""))
    if all(bounds) and schema["maximum"] < 10**6:
        told += f", {bounds[0]} to {bounds[1]}"
    default = schema.get("default")
    return f"{told}, {default} if unset" if isinstance(default, int) else told


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
