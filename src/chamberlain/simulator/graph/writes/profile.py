"""What of a person an application may set, and how Graph names it.

source  https://learn.microsoft.com/graph/api/user-post-users and .../user-update (read 2026); texts as recorded
"""

import re
from collections.abc import Mapping
from typing import Any

from chamberlain.simulator.graph.refusal import GraphError, bad_request
from chamberlain.simulator.graph.shapes.organization import domains
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.world.base import Tenant
from chamberlain.simulator.world.person import Office, Person

SETTABLE = {
    "displayName": "display_name",
    "givenName": "given_name",
    "surname": "surname",
    "jobTitle": "job_title",
    "department": "department",
    "usageLocation": "usage_location",
    "accountEnabled": "account_enabled",
    "mailNickname": "nickname",
    "employeeId": "employee_id",
    "employeeType": "employee_type",
    "companyName": "company",
    "userPrincipalName": "user_principal_name",
}
"""Graph's names, with those of the change."""
OF_OFFICE = {
    "officeLocation": "name",
    "city": "city",
    "state": "state",
    "country": "country",
    "preferredLanguage": "language",
}
SENSITIVE = frozenset({"accountEnabled", "userPrincipalName", "businessPhones", "passwordProfile"})
_NEVER_NULL = frozenset({"displayName", "accountEnabled", "mailNickname", "userPrincipalName"})
_NOWHERE = Office(None, None, None, None, None, None)
_COUNTRY = re.compile(r"[A-Z]{2}")
_SHORTEST_PASSWORD = 8
_SORTS = (str.islower, str.isupper, str.isdecimal, lambda letter: not letter.isalnum())
_NEEDED_SORTS = 3


def changes(profile: Mapping[str, Any], person: Person, tenant: Tenant) -> dict[str, Any]:
    """The fields of a change, by its names: only what differs from the person as it is.

    raises  GraphError 400 for what cannot be set
    """
    check(profile, tenant)
    found: dict[str, Any] = {}
    office = person.office
    for name, value in profile.items():
        if name in OF_OFFICE:
            office = (office or _NOWHERE)._replace(**{OF_OFFICE[name]: value})
        elif name == "businessPhones":
            found["phone"] = value[0] if value else None
        elif name in SETTABLE:
            found[SETTABLE[name]] = value
    found |= {} if office == person.office else {"office": office}
    return {name: value for name, value in found.items() if getattr(person, _FIELDS.get(name, name)) != value}


_FIELDS = {"account_enabled": "enabled"}


def check(profile: Mapping[str, Any], tenant: Tenant) -> None:
    """Refuse what cannot be set.

    raises  GraphError 400
    """
    for name, value in profile.items():
        _check(name, value, tenant)


def _check(name: str, value: Any, tenant: Tenant) -> None:
    wanted: type[Any] = bool if name == "accountEnabled" else list if name == "businessPhones" else str
    if name not in {*SETTABLE, *OF_OFFICE, "businessPhones"}:
        known = name in USER.properties
        why = "is read-only and cannot be set." if known else "does not exist as a declared property."
        raise bad_request(f"Property '{name}' {why}")
    if not isinstance(value, wanted) and (value is not None or name in _NEVER_NULL):
        raise bad_request(f"Invalid value specified for property '{name}' of resource 'User'.")
    if name == "userPrincipalName":
        check_domain(value, tenant)
    if name == "usageLocation" and value is not None and not _COUNTRY.fullmatch(value):
        raise bad_request("Invalid value specified for property 'usageLocation' of resource 'User'.")


def check_domain(name: str, tenant: Tenant) -> None:
    """A sign-in name is of a domain of the tenant."""
    if name.rpartition("@")[2].lower() not in {known["id"] for known in domains(tenant)} or not name.partition("@")[0]:
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain "
            "names in your organization."
        )


def taken(name: str) -> GraphError:
    """A sign-in name that somebody else has."""
    message = "Another object with the same value for property userPrincipalName already exists."
    details = {"code": "ObjectConflict", "message": message, "target": "userPrincipalName"}
    return GraphError(400, "Request_BadRequest", message, details=details | {"value": name})


def check_password(profile: Any) -> None:
    """A password has at least eight characters of three sorts.

    source  https://learn.microsoft.com/entra/identity/authentication/concept-password-ban-bad-combined-policy (2026)
    """
    password = profile.get("password") if isinstance(profile, dict) else None
    if not isinstance(password, str):
        raise bad_request("A value is required for property 'password' of resource 'User'.")
    sorts = sum(any(is_of(letter) for letter in password) for is_of in _SORTS)
    if len(password) < _SHORTEST_PASSWORD or sorts < _NEEDED_SORTS:
        raise bad_request(
            "The specified password does not comply with password complexity requirements. Please provide a different "
            "password."
        )
