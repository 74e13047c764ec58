"""What a request costs, told by its method and path before it is sent.

source  https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits (2026): base costs by
        path, 1 where it is not listed; $select is 1 cheaper, $expand 1 dearer, $top below 20 1 cheaper, at least 1.
        The page names no limit for admin/reportSettings: it counts as a path of the directory that is not listed, so
        that our count is never below Microsoft's
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from chamberlain.graph.quota.limit import Bucket
from chamberlain.model.quota import Workload

# "*" stands for an id. GET unless said otherwise.
BASE = {
    "applications": 2,
    "applications/*/extensionProperties": 2,
    "contracts": 3,
    "domains/*/domainNameReferences": 4,
    "groups/*/members": 3,
    "groups/*/transitiveMembers": 5,
    "users/*/licenseDetails": 2,
    "users/*/memberOf": 2,
    "users/*/ownedObjects": 2,
    "users/*/transitiveMemberOf": 2,
    "oauth2PermissionGrants": 2,
    "oauth2PermissionGrants/*": 2,
    "servicePrincipals/*/appRoleAssignments": 2,
    "subscribedSkus": 3,
    "users": 2,
}
BY_IDS = "directoryObjects/getByIds"
ASKING = frozenset({"getByIds", "$batch"})  # POST, and change nothing; a batch is priced by its parts
BY_IDS_COST, BY_IDS_COST_SELECTED = 5, 2
CHEAP_TOP = 20
VERSIONS = frozenset({"v1.0", "beta"})
NAMED = re.compile(r"^(delta(\(\))?|getByIds|\$count|\$ref)$")
TOP = re.compile(r"(?:^|&)(?:\$|%24)top=(\d+)")
SELECT = re.compile(r"(?:^|&)(?:\$|%24)select=")
EXPAND = re.compile(r"(?:^|&)(?:\$|%24)expand=")
IDENTITY_REPORTS = ("auditLogs/", "reports/authenticationMethods", "reports/servicePrincipalSignIn")
PROTECTION = ("identityProtection", "identity/conditionalAccess")
MAILBOX = frozenset({"messages", "mailFolders", "mailboxSettings", "events", "calendar", "calendars", "contacts"})
REPORT_SETTINGS = "admin/reportSettings"
ELSEWHERE = frozenset({"admin", "security", "sites", "drives", "teams", "communications", "deviceManagement"})


@dataclass(frozen=True, slots=True)
class Charge:
    """So many units of one budget."""

    bucket: Bucket
    units: float


@dataclass(frozen=True, slots=True)
class Price:
    """What a request draws on; the first charge is the one that it waits in line for.

    key  requests with the same key cost the same
    """

    charges: tuple[Charge, ...]
    key: str


def price(method: str, url: str) -> Price:
    """The documented price of a request.

    url  a path below the version, or a whole link
    """
    split = urlsplit(url)
    segments = [one for one in split.path.split("/") if one]
    if segments and segments[0] in VERSIONS:
        del segments[0]
    template = _template(segments)
    workload, detail = _workload(segments)
    key = f"{method} {template}{_options(split.query)}"
    if workload is not Workload.DIRECTORY:
        return Price((Charge(Bucket(workload, detail), 1.0),), key)
    directory = Charge(Bucket(Workload.DIRECTORY), float(_units(method, template, split.query)))
    if template.startswith("users") and "signInActivity" in split.query:
        return Price((Charge(Bucket(Workload.SIGN_IN_ACTIVITY), 1.0), directory), key)
    if method != "GET" and segments and segments[-1] not in ASKING:
        return Price((Charge(Bucket(Workload.DIRECTORY_WRITES), 1.0), directory), key)
    return Price((directory,), key)


def _workload(segments: list[str]) -> tuple[Workload, str]:
    path = "/".join(segments)
    first = segments[0] if segments else ""
    if path.startswith(IDENTITY_REPORTS):
        return Workload.IDENTITY_REPORTS, ""
    if first == "reports":
        return Workload.USAGE_REPORTS, segments[1].split("(")[0] if len(segments) > 1 else ""
    if path.startswith(PROTECTION):
        return Workload.IDENTITY_PROTECTION, ""
    if first == "adminapi":
        return Workload.EXCHANGE_ADMIN, ""
    if first == "users" and len(segments) > 2 and segments[2] in MAILBOX:
        return Workload.MAILBOX, segments[1].lower()
    if first == "subscriptions":
        return Workload.SUBSCRIPTIONS, ""
    is_elsewhere = first in ELSEWHERE and path != REPORT_SETTINGS
    return (Workload.OTHER if is_elsewhere else Workload.DIRECTORY), ""


def _units(method: str, template: str, query: str) -> int:
    selected = SELECT.search(query) is not None
    if template == BY_IDS:
        return BY_IDS_COST_SELECTED if selected else BY_IDS_COST
    top = TOP.search(query)
    units = BASE.get(template, 1) if method == "GET" else 1
    units -= selected
    units += EXPAND.search(query) is not None
    units -= top is not None and int(top[1]) < CHEAP_TOP
    return max(units, 1)


def _template(segments: list[str]) -> str:
    """The path with "*" for ids: every second segment of a collection, unless it is a function."""
    if segments[:2] == ["roleManagement", "directory"] or not segments:
        return "/".join(segments[:3])
    named = (one if index % 2 == 0 or NAMED.match(one) else "*" for index, one in enumerate(segments))
    return "/".join(named)


def _options(query: str) -> str:
    top = TOP.search(query)
    few = top is not None and int(top[1]) < CHEAP_TOP
    return f"?{'s' if SELECT.search(query) else ''}{'e' if EXPAND.search(query) else ''}{'t' if few else ''}"
