"""The user type: which properties a user has and how each is computed.

source  https://learn.microsoft.com/graph/api/resources/user (metadata of 2026-08-20)
"""

import zlib
from collections.abc import Callable
from typing import Any

from chamberlain.simulator.graph.shape import Shape, constant
from chamberlain.simulator.graph.shapes.licence import assigned_licences, assigned_plans, licence_assignment_states
from chamberlain.simulator.world.person import AccountUse, Office, Person
from chamberlain.simulator.world.sign_in import last_sign_in, written
from chamberlain.simulator.world.view import View

_NULL = (
    "deletedDateTime", "ageGroup", "consentProvidedForMinor", "employeeLeaveDateTime", "faxNumber",
    "isManagementRestricted",
    "isResourceAccount", "legalAgeGroupClassification", "mobilePhone", "onPremisesSecurityIdentifier",
    "passwordPolicies",
    "postalCode", "preferredDataLocation", "showInAddressList", "streetAddress", "passwordProfile",
    "customSecurityAttributes", "authorizationInfo", "identityParentId",
)  # fmt: skip
_EMPTY = ("imAddresses", "onPremisesProvisioningErrors", "provisionedPlans", "serviceProvisioningErrors")
_SINGLE_ONLY = frozenset(
    {
        "aboutMe", "birthday", "hireDate", "interests", "mySite", "pastProjects", "preferredName", "responsibilities",
        "schools",
        "skills", "mailboxSettings",
    }
)  # fmt: skip
_DEFAULT = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage",
    "surname", "userPrincipalName", "id",
)  # fmt: skip
_FILTERABLE = frozenset(
    {
        "accountEnabled", "assignedLicenses", "assignedPlans", "city", "companyName", "country", "createdDateTime",
        "creationType",
        "department", "displayName", "employeeId", "employeeType", "externalUserState", "givenName", "id", "jobTitle",
        "mail",
        "mailNickname", "officeLocation", "onPremisesSyncEnabled", "otherMails", "preferredLanguage",
        "proxyAddresses", "state",
        "surname", "usageLocation", "userPrincipalName", "userType",
    }
)  # fmt: skip


def _of_office(read: Callable[[Office], str | None]) -> Callable[[View, Person], str | None]:
    return lambda _view, person: None if person.office is None else read(person.office)


def _addresses(_view: View, person: Person) -> list[str]:
    if person.mail is None:
        return []
    if person.is_guest:
        return [f"SMTP:{person.mail}"]
    return [f"SMTP:{person.mail}", f"smtp:{person.nickname}@alias.{person.mail.partition('@')[2]}"]


def _when_synced(value: Callable[[Person], Any]) -> Callable[[View, Person], Any]:
    return lambda _view, person: value(person) if person.synced else None


def _identities(view: View, person: Person) -> list[dict[str, str]]:
    name = {
        "signInType": "userPrincipalName",
        "issuer": view.tenant.initial_domain,
        "issuerAssignedId": person.user_principal_name,
    }
    if person.is_guest and person.mail is not None:
        return [{"signInType": "federated", "issuer": "ExternalAzureAD", "issuerAssignedId": ""}, name]
    return [name]


def _security_identifier(_view: View, person: Person) -> str:
    parts = person.id.split("-")
    numbers = (parts[0], parts[1] + parts[2], parts[3] + parts[4][:4], parts[4][4:])
    return "S-1-12-1-" + "-".join(str(int(number, 16)) for number in numbers)


def _extension_attributes(_view: View, person: Person) -> dict[str, str | None]:
    attributes: dict[str, str | None] = {f"extensionAttribute{number}": None for number in range(1, 16)}
    attributes["extensionAttribute1"] = f"CC-{person.serial % 40:03d}" if person.employee_id else None
    return attributes


def _organisation_data(_view: View, person: Person) -> dict[str, str] | None:
    if person.employee_id is None:
        return None
    return {"division": person.department or "", "costCenter": f"CC-{person.serial % 40:03d}"}


def _sign_in_activity(_view: View, person: Person) -> dict[str, str | None] | None:
    found = last_sign_in(person)
    if found is None:
        return None
    told = {
        "lastSignIn": found.interactive,
        "lastNonInteractiveSignIn": found.by_client,
        "lastSuccessfulSignIn": found.successful,
    }
    answer: dict[str, str | None] = {}
    for name, moment in told.items():
        request = f"{zlib.crc32(f'{name} {person.id}'.encode()):08x}-0000-4000-8000-000000000000"
        answer |= {f"{name}DateTime": written(moment), f"{name}RequestId": "" if moment is None else request}
    return answer


_PROPERTIES: dict[str, Callable[[View, Person], Any]] = {
    "id": lambda _view, person: person.id,
    "accountEnabled": lambda _view, person: person.enabled,
    "assignedLicenses": assigned_licences,
    "assignedPlans": assigned_plans,
    "businessPhones": lambda _view, person: [person.phone] if person.phone else [],
    "city": _of_office(lambda office: office.city),
    "companyName": lambda view, person: person.company or (view.tenant.name if person.office else None),
    "country": _of_office(lambda office: office.country),
    "createdDateTime": lambda _view, person: person.created,
    "creationType": lambda _view, person: "Invitation" if person.is_guest else None,
    "department": lambda _view, person: person.department,
    "displayName": lambda _view, person: person.display_name,
    "employeeHireDate": lambda _view, person: person.created if person.employee_id else None,
    "employeeId": lambda _view, person: person.employee_id,
    "employeeOrgData": _organisation_data,
    "employeeType": lambda _view, person: person.employee_type or ("Employee" if person.employee_id else None),
    "externalUserState": lambda _view, person: person.external_state,
    "externalUserStateChangeDateTime": lambda _view, person: person.created if person.is_guest else None,
    "givenName": lambda _view, person: person.given_name,
    "identities": _identities,
    "jobTitle": lambda _view, person: person.job_title,
    "lastPasswordChangeDateTime": lambda _view, person: person.password_changed or person.created,
    "licenseAssignmentStates": licence_assignment_states,
    "mail": lambda _view, person: person.mail,
    "mailNickname": lambda _view, person: person.nickname,
    "officeLocation": _of_office(lambda office: office.name),
    "onPremisesDistinguishedName": _when_synced(lambda person: f"CN={person.nickname},OU=People,DC=corp,DC=example"),
    "onPremisesDomainName": _when_synced(lambda _person: "corp.example"),
    "onPremisesExtensionAttributes": _extension_attributes,
    "onPremisesImmutableId": _when_synced(lambda person: f"{zlib.crc32(person.id.encode()):08x}AAAAAAAAAAAAAAA=="),
    "onPremisesLastSyncDateTime": _when_synced(lambda _person: "2026-01-05T06:30:00Z"),
    "onPremisesSamAccountName": _when_synced(lambda person: person.nickname[:20]),
    "onPremisesSyncEnabled": _when_synced(lambda _person: True),
    "onPremisesUserPrincipalName": _when_synced(lambda person: person.user_principal_name),
    "otherMails": lambda _view, person: [person.mail] if person.is_guest and person.mail else [],
    "preferredLanguage": _of_office(lambda office: office.language),
    "proxyAddresses": _addresses,
    "securityIdentifier": _security_identifier,
    "signInActivity": _sign_in_activity,
    "signInSessionsValidFromDateTime": lambda _view, person: person.sessions_valid_from or person.created,
    "state": _of_office(lambda office: office.state),
    "surname": lambda _view, person: person.surname,
    "usageLocation": lambda _view, person: person.usage_location,
    "userPrincipalName": lambda _view, person: person.user_principal_name,
    "userType": lambda _view, person: "Guest" if person.use is AccountUse.GUEST else "Member",
    **{name: constant(None) for name in (*_NULL, *sorted(_SINGLE_ONLY))},
    **{name: constant([]) for name in _EMPTY},
}

USER: Shape[Person] = Shape(
    "user",
    _PROPERTIES,
    default=_DEFAULT,
    filterable=_FILTERABLE,
    expandable=frozenset({"manager", "memberOf"}),
    single_only=_SINGLE_ONLY,
    guarded={"signInActivity": "AuditLog.Read.All"},
    left_out=frozenset({"signInActivity"}),
)
