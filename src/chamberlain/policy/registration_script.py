"""A script that makes an app registration with exactly the chosen scopes: to be read, then run, by an administrator.

source  https://learn.microsoft.com/cli/azure/ad/app (2026) for Azure CLI; the same as calls of Microsoft Graph:
        https://learn.microsoft.com/graph/api/application-post-applications,
        .../serviceprincipal-post-serviceprincipals,
        .../serviceprincipal-post-approleassignments, .../application-addpassword, .../application-update,
        .../application-post-federatedidentitycredentials, .../rbacapplication-post-roleassignments (2026)

Everything that is not ours is quoted; nothing secret is ever an argument, where process lists would show it.
"""

import json
import re
from dataclasses import dataclass
from enum import Enum
from shlex import quote

from chamberlain.errors import Refused
from chamberlain.model.capability import Needed, Resource
from chamberlain.model.cloud import HOSTS, Cloud
from chamberlain.policy.scopes import APPLICATION_IDS

AUDIENCE = "api://AzureADTokenExchange"
# source  https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
#         (2026): each cloud has an audience of its own
AUDIENCES = {Cloud.CHINA: "api://AzureADTokenExchangeChina", Cloud.GCC_HIGH: "api://AzureADTokenExchangeUSGov"}
AUDIENCES[Cloud.DOD] = AUDIENCES[Cloud.GCC_HIGH]
PEM = re.compile(r"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?")
LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class Form(Enum):
    """How the script speaks."""

    AZURE_CLI = "azure_cli"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True)
class Trust:
    """What a registration has to trust: a platform's issuer, and the subject under which it runs us."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What the registration is to be.

    needed       scopes, with what for
    roles        directory roles for the service principal: id of the template, name
    certificate  the public part as PEM
    trust        a platform; with neither, the script makes a secret that is good for a year and prints it once
    """

    name: str
    tenant_id: str
    cloud: Cloud
    needed: tuple[Needed, ...]
    roles: tuple[tuple[str, str], ...] = ()
    certificate: str | None = None
    trust: Trust | None = None


def forms_for(cloud: Cloud) -> tuple[Form, ...]:
    """In which forms there is a script. Azure CLI's own commands know one Graph for both clouds of the government."""
    return (Form.GRAPH,) if cloud is Cloud.DOD else (Form.AZURE_CLI, Form.GRAPH)


def make_script(wish: Wish, *, form: Form) -> str:
    """The script, for sh, with Azure CLI to sign in.

    raises  Refused("script_form_unavailable"), Refused("certificate_malformed")
    """
    if form not in forms_for(wish.cloud):
        raise Refused("script_form_unavailable", form=form.value, cloud=wish.cloud.value)
    if wish.certificate is not None and not PEM.fullmatch(wish.certificate):
        raise Refused("certificate_malformed")
    steps = _azure_steps(wish) if form is Form.AZURE_CLI else _graph_steps(wish)
    return "\n".join([*_head(wish), *steps, *_role_steps(wish), *_tail(wish)]) + "\n"


def _head(wish: Wish) -> list[str]:
    hosts = HOSTS[wish.cloud]
    told = [f"#   {need.scope.name}: {_comment(' '.join(text for _, text in need.uses))}" for need in wish.needed]
    roles = [f"#   directory role {_comment(name)}" for _, name in wish.roles]
    return [
        "#!/bin/sh",
        f"# Makes the app registration {_comment(wish.name)} in the tenant {_comment(wish.tenant_id)}.",
        "# Read it, then run it. It needs Azure CLI, and somebody who is Global Administrator or Privileged Role",
        "# Administrator of the tenant.",
        "# The registration gets these permissions and no others:",
        *told,
        *roles,
        "set -eu",
        f"tenant={quote(wish.tenant_id)}",
        f"name={quote(wish.name)}",
        f"graph={quote(hosts.graph)}",
        "",
        "# Microsoft needs some seconds until everywhere knows what was made just now.",
        "again() {",
        "    tries=0",
        '    until "$@"; do',
        "        tries=$((tries + 1))",
        '        [ "$tries" -lt 10 ] || return 1',
        '        sleep "${PAUSE_SECONDS:-6}"',
        "    done",
        "}",
        "",
        f"az cloud set --name {hosts.azure} --output none",
        'az login --tenant "$tenant" --allow-no-subscriptions --output none',
        "",
    ]


def _azure_steps(wish: Wish) -> list[str]:
    steps = [
        "# The registration, and the application in the tenant.",
        'app_id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)',
        'sp_id=$(again az ad sp create --id "$app_id" --query id --output tsv)',
        "",
        "# What it asks for, and the administrator's consent to it.",
    ]
    for resource in Resource:
        ids = [f"    {need.scope.role_id}=Role" for need in wish.needed if need.scope.resource is resource]
        if ids:
            command = f'az ad app permission add --id "$app_id" --api {APPLICATION_IDS[resource]} --output none'
            steps += [f"{command} --api-permissions \\", *_continued(ids)]
    return [*steps, 'again az ad app permission admin-consent --id "$app_id" --output none', "", *_azure_proof(wish)]


def _azure_proof(wish: Wish) -> list[str]:
    if wish.certificate is not None:
        reset = 'az ad app credential reset --id "$app_id" --append --cert "@$certificate" --output none'
        return [*_certificate_file(wish.certificate), reset, ""]
    if wish.trust is not None:
        body = quote(json.dumps(_trusted(wish.trust, wish.cloud)))
        create = f'az ad app federated-credential create --id "$app_id" --parameters {body} --output none'
        return ["# The platform that it trusts: no secret at all.", create, ""]
    reset = 'az ad app credential reset --id "$app_id" --append --display-name "$name" --years 1'
    return ["# A secret for a year; it is shown this once.", f"secret=$({reset} --query password --output tsv)", ""]


def _graph_steps(wish: Wish) -> list[str]:
    access = [
        {
            "resourceAppId": APPLICATION_IDS[resource],
            "resourceAccess": [
                {"id": need.scope.role_id, "type": "Role"} for need in wish.needed if need.scope.resource is resource
            ],
        }
        for resource in Resource
        if any(need.scope.resource is resource for need in wish.needed)
    ]
    body = {"displayName": wish.name, "signInAudience": "AzureADMyOrg", "requiredResourceAccess": access}
    steps = [
        *_CALL,
        "# POST /applications: the registration, with what it asks for.",
        f"app=$(call POST /applications {quote(json.dumps(body))} --query '[id, appId]')",
        "object_id=$(printf '%s\\n' \"$app\" | sed -n 1p)",
        "app_id=$(printf '%s\\n' \"$app\" | sed -n 2p)",
        "",
        "# POST /servicePrincipals: the application in the tenant.",
        f'body=$(printf {quote(_PRINCIPAL)} "$app_id")',
        'sp_id=$(again call POST /servicePrincipals "$body" --query id)',
        "",
        "# POST /servicePrincipals/{id}/appRoleAssignments for each permission: this is the administrator's consent.",
    ]
    for resource in Resource:
        roles = [need.scope.role_id for need in wish.needed if need.scope.resource is resource]
        if roles:
            steps += [
                f"resource_id=$(call GET \"/servicePrincipals(appId='{APPLICATION_IDS[resource]}')\" '' --query id)",
                f"for role in {' '.join(roles)}; do",
                f'    body=$(printf {quote(_ASSIGNMENT)} "$sp_id" "$resource_id" "$role")',
                '    again call POST "/servicePrincipals/$sp_id/appRoleAssignments" "$body" --query id >/dev/null',
                "done",
            ]
    return [*steps, "", *_graph_proof(wish)]


# Bodies with places for what the script learns on its way.
_PRINCIPAL = '{"appId": "%s"}'
_ASSIGNMENT = '{"principalId": "%s", "resourceId": "%s", "appRoleId": "%s"}'
_MEMBERSHIP = '{"principalId": "%s", "roleDefinitionId": "%s", "directoryScopeId": "/"}'
_NEW_SECRET = '{"passwordCredential": {"displayName": "Chamberlain", "endDateTime": "%s"}}'  # noqa: S105 - a form, no secret
_CALL = [
    "# One call of Microsoft Graph: method, path, body, then what to show of the answer.",
    "call() {",
    "    method=$1 path=$2 body=$3; shift 3",
    '    set -- --method "$method" --url "$graph/v1.0$path" --resource "$graph" --output tsv "$@"',
    '    if [ -n "$body" ]; then set -- "$@" --headers Content-Type=application/json --body "$body"; fi',
    '    az rest "$@"',
    "}",
    "",
]


def _graph_proof(wish: Wish) -> list[str]:
    if wish.certificate is not None:
        key = "".join(wish.certificate.strip().splitlines()[1:-1])
        credential = {"type": "AsymmetricX509Cert", "usage": "Verify", "displayName": wish.name, "key": key}
        body = quote(json.dumps({"keyCredentials": [credential]}))
        told = "# PATCH /applications/{id}: the public part of the certificate whose key Chamberlain keeps."
        return [told, f'again call PATCH "/applications/$object_id" {body} >/dev/null', ""]
    if wish.trust is not None:
        body = quote(json.dumps(_trusted(wish.trust, wish.cloud)))
        told = "# POST /applications/{id}/federatedIdentityCredentials: the platform that it trusts; no secret at all."
        path = '"/applications/$object_id/federatedIdentityCredentials"'
        return [told, f"again call POST {path} {body} --query id >/dev/null", ""]
    told = "# POST /applications/{id}/addPassword: a secret for a year; it is shown this once."
    year = "in_a_year=$(($(date -u +%Y) + 1))-$(date -u +%m)-28T00:00:00Z"
    body = f'body=$(printf {quote(_NEW_SECRET)} "$in_a_year")'
    add = 'secret=$(again call POST "/applications/$object_id/addPassword" "$body" --query secretText)'
    return [told, year, body, add, ""]


def _role_steps(wish: Wish) -> list[str]:
    steps: list[str] = []
    for template, name in wish.roles:
        steps += [
            f"# Directory role for the application itself: {_comment(name)}.",
            f'body=$(printf {quote(_MEMBERSHIP)} "$sp_id" {template})',
            'url="$graph/v1.0/roleManagement/directory/roleAssignments"',
            'again az rest --method POST --url "$url" --resource "$graph" --output none \\',
            '    --headers Content-Type=application/json --body "$body"',
            "",
        ]
    return steps


def _tail(wish: Wish) -> list[str]:
    lines = [
        "printf '\\nDirectory (tenant) ID:   %s\\n' \"$tenant\"",
        "printf 'Application (client) ID: %s\\n' \"$app_id\"",
    ]
    if wish.certificate is None and wish.trust is None:
        lines.append("printf 'Client secret:           %s\\n' \"$secret\"")
    return [*lines, "printf 'Enter them in Chamberlain.\\n'"]


def _certificate_file(certificate: str) -> list[str]:
    return [
        "# The public part of the certificate whose key Chamberlain keeps.",
        "certificate=$(mktemp)",
        "trap 'rm -f \"$certificate\"' EXIT",
        "cat >\"$certificate\" <<'CERTIFICATE'",
        certificate.strip(),
        "CERTIFICATE",
    ]


def _trusted(trust: Trust, cloud: Cloud) -> dict[str, object]:
    return {
        "name": "chamberlain",
        "issuer": trust.issuer,
        "subject": trust.subject,
        "audiences": [AUDIENCES.get(cloud, AUDIENCE)],
        "description": "Chamberlain",
    }


def _continued(lines: list[str]) -> list[str]:
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _comment(text: str) -> str:
    """Text that cannot end its comment."""
    return LINE_BREAKS.sub(" ", text)
