"""What every address takes. One without an entry here fails the walk; docs/reference/roles.md is made from these.

An entry says for each method what whoever asks has to be allowed to do, in the tenant of the address or, where it has
none, beyond tenants; and for POST what a form of ours would send.
"""

from dataclasses import dataclass, field
from enum import Enum

from chamberlain.policy.authority import Deed


class Anyone(Enum):
    """Who may come without a role."""

    STRANGER = "everybody, also without signing in"
    SIGNED_IN = "everybody who is signed in"


Need = Deed | Anyone


@dataclass(frozen=True, slots=True)
class Address:
    """One address; None: the method does not exist there.

    form       what is sent; {slug} and {person} stand for the tenant and somebody in it
    somewhere  enough where the deed is allowed in any tenant; the page shows these tenants only
    alone      not walked with roles: it ends or changes the session itself, and concerns nobody else
    """

    get: Need | None = None
    post: Need | None = None
    form: dict[str, str] = field(default_factory=dict)
    somewhere: bool = False
    alone: bool = False


def page(need: Need) -> Address:
    """An address that is only looked at."""
    return Address(get=need)


_STRANGERS = Address(get=Anyone.STRANGER, post=Anyone.STRANGER, alone=True)
_OWN = Address(get=Anyone.SIGNED_IN, post=Anyone.SIGNED_IN, alone=True)

ADDRESSES: dict[str, Address] = {
    "sign_in": _STRANGERS,
    "sign_in_microsoft": _STRANGERS,
    "sign_in_callback": _STRANGERS,
    "sign_in_passkey": _STRANGERS,
    "sign_in_passkey_options": _STRANGERS,
    "sign_in_code": _STRANGERS,
    "use_link": _STRANGERS,
    "theme": _STRANGERS,
    "healthz": _STRANGERS,
    "readyz": _STRANGERS,
    "metrics": _STRANGERS,
    "notify": _STRANGERS,
    "lifecycle": _STRANGERS,
    "sign_out": _OWN,
    "own_sign_in": _OWN,
    "own_passkey": _OWN,
    "own_passkey_options": _OWN,
    "own_code": _OWN,
    "own_password": _OWN,
    "own_sessions": _OWN,
    "own_messages": _OWN,
    "front_door": Address(get=Deed.SEE_TENANT, somewhere=True),
    "tenants": page(Anyone.SIGNED_IN),
    "integrations": Address(get=Deed.SEE_CONNECTION, somewhere=True),
    "connect": Address(get=Deed.CONNECT, post=Deed.CONNECT, somewhere=True),
    "connect_own": Address(
        get=Deed.CONNECT,
        post=Deed.CONNECT,
        form={"tenant_id": "x", "client_id": "x", "client_secret": "x"},
        somewhere=True,
    ),
    "new_certificate": Address(post=Deed.CONNECT),
    "certificate_file": page(Deed.CONNECT),
    "connect_script": Address(get=Deed.CONNECT, somewhere=True),
    "problem_list": page(Anyone.STRANGER),
    "connect_callback": Address(get=Deed.CONNECT, somewhere=True),
    "all_roles": Address(
        get=Deed.SEE_ROLES,
        post=Deed.GRANT_ROLES,
        form={"do": "give", "person": "Bystander", "role": "auditor"},
    ),
    "tokens": Address(
        get=Deed.MAKE_TOKEN,
        post=Deed.MAKE_TOKEN,
        form={"do": "make", "name": "", "days": "1", "scope": "read:directory", "tenant": "{slug}"},
        somewhere=True,
    ),
    "messages": Address(get=Deed.SEE_MESSAGES, post=Deed.TRY_MAIL, form={"do": "test", "address": "x"}, somewhere=True),
    "stop_all": Address(get=Deed.STOP_EVERYTHING, post=Deed.STOP_EVERYTHING, form={"do": "release"}),
    "all_audit": page(Deed.SEE_AUDIT_TRAIL),
    "audit": page(Deed.SEE_AUDIT_TRAIL),
    "overview": page(Deed.SEE_DIRECTORY),
    "mine": page(Deed.SEE_OWN_ACCESS),
    "roles": Address(
        get=Deed.SEE_ROLES,
        post=Deed.GRANT_ROLES,
        form={"do": "give", "person": "{person}", "role": "auditor"},
    ),
    "people": page(Deed.SEE_DIRECTORY),
    "person": page(Deed.SEE_DIRECTORY),
    "permissions": page(Deed.SEE_DIRECTORY),
    "permissions_of_kind": page(Deed.SEE_DIRECTORY),
    "permission": page(Deed.SEE_NAMED_PERMISSIONS),
    "holders": page(Deed.EXPORT_LIST),
    "consents": page(Deed.SEE_DIRECTORY),
    "licences": page(Deed.SEE_DIRECTORY),
    "changes": page(Deed.SEE_DIRECTORY),
    "connection": Address(get=Deed.SEE_CONNECTION, post=Deed.SLOW_DOWN, form={"share": "100"}),
    "credentials": Address(get=Deed.SEE_CONNECTION, post=Deed.CONNECT, form={"do": "make"}),
    "capabilities": Address(get=Deed.SEE_CONNECTION, post=Deed.CONNECT),
    "health": page(Deed.SEE_CONNECTION),
    "disconnect": Address(get=Deed.CONNECT, post=Deed.CONNECT, form={"typed": "", "forget": "no"}),
    "report_names": Address(get=Deed.SEE_CONNECTION, post=Deed.CONNECT, form={"names": "show"}),
    "runs": Address(get=Deed.SEE_RUNS, post=Deed.SYNC),
    "run": page(Deed.SEE_RUNS),
    "plan_run": Address(get=Deed.SEE_PLANS, post=Deed.STOP_WRITERS, form={"do": "stop", "reason": ""}),
    "plan_rehearsal": Address(get=Deed.SEE_PLANS, post=Deed.MAKE_PLAN),
    "plan_undo": Address(get=Deed.SEE_PLANS, post=Deed.MAKE_PLAN, form={"reason": ""}),
    "made_changes": page(Deed.SEE_PLANS),
    "tasks": page(Deed.SEE_PLANS),
    "task": Address(get=Deed.SEE_PLANS, post=Deed.SETTLE_TASK, form={"do": "assign", "assignee": ""}),
    "task_evidence": Address(get=Deed.SEE_PLANS, post=Deed.SETTLE_TASK),
    "guards": Address(get=Deed.SEE_PLANS, post=Deed.SET_GUARDS, form={"do": "simulate", "simulates": "no"}),
    "plans": page(Deed.SEE_PLANS),
    "new_plan": Address(get=Deed.MAKE_PLAN, post=Deed.MAKE_PLAN, form={"do": "find", "person": "{person}"}),
    "plan": Address(get=Deed.SEE_PLANS, post=Deed.APPROVE_PLAN, form={"do": "approve"}),
    "columns": Address(post=Deed.SAVE_VIEW, form={"col": "name"}),
    "views": Address(get=Deed.SEE_DIRECTORY, post=Deed.SAVE_VIEW, form={"name": "", "query": ""}),
    "view": Address(post=Deed.SAVE_VIEW, form={"do": "default"}),
    "search": page(Deed.SEE_DIRECTORY),
}

# Routes of the API by operation. A token allows what its scopes name of what its person may do.
ROUTES: dict[str, Need] = {
    "explainProblem": Anyone.STRANGER,
    "getToken": Anyone.SIGNED_IN,
    "revokeToken": Anyone.SIGNED_IN,
    "listTenants": Anyone.SIGNED_IN,
    "getTenant": Deed.SEE_TENANT,
    "getOverview": Deed.SEE_DIRECTORY,
    "listLicences": Deed.SEE_DIRECTORY,
    "search": Deed.SEE_DIRECTORY,
    "listPeople": Deed.SEE_DIRECTORY,
    "listDepartments": Deed.SEE_DIRECTORY,
    "getPerson": Deed.SEE_DIRECTORY,
    "getPersonHistory": Deed.SEE_DIRECTORY,
    "listPersonConsents": Deed.SEE_DIRECTORY,
    "listPermissions": Deed.SEE_DIRECTORY,
    "getPermission": Deed.SEE_NAMED_PERMISSIONS,
    "listHolders": Deed.SEE_NAMED_PERMISSIONS,
    "listEligible": Deed.SEE_NAMED_PERMISSIONS,
    "getPermissionHistory": Deed.SEE_NAMED_PERMISSIONS,
    "listConsents": Deed.SEE_DIRECTORY,
    "compareTimes": Deed.SEE_DIRECTORY,
    "listChanges": Deed.SEE_DIRECTORY,
    "getConnection": Deed.SEE_CONNECTION,
    "getQuotas": Deed.SEE_CONNECTION,
    "setShare": Deed.SLOW_DOWN,
    "connect": Deed.CONNECT,
    "beginConsent": Deed.CONNECT,
    "listCredentials": Deed.SEE_CONNECTION,
    "makeCertificate": Deed.CONNECT,
    "rotateCredential": Deed.CONNECT,
    "forgetCredential": Deed.CONNECT,
    "listWaitingCertificates": Deed.CONNECT,
    "makeCertificateToConnect": Deed.CONNECT,
    "getScopes": Deed.SEE_CONNECTION,
    "chooseCapabilities": Deed.CONNECT,
    "listAllRoles": Deed.SEE_ROLES,
    "listRoles": Deed.SEE_ROLES,
    "grantRoleEverywhere": Deed.GRANT_ROLES,
    "grantRole": Deed.GRANT_ROLES,
    "revokeRole": Deed.GRANT_ROLES,
    "listRuns": Deed.SEE_RUNS,
    "startRun": Deed.SYNC,
    "getRun": Deed.SEE_RUNS,
    "listPlans": Deed.SEE_PLANS,
    "makePlan": Deed.MAKE_PLAN,
    "getPlan": Deed.SEE_PLANS,
    "approvePlan": Deed.APPROVE_PLAN,
    "refusePlan": Deed.APPROVE_PLAN,
    "applyPlan": Deed.APPLY_PLAN,
    "stopPlan": Deed.STOP_WRITERS,
    "undoPlan": Deed.MAKE_PLAN,
    "listTasks": Deed.SEE_PLANS,
    "getTask": Deed.SEE_PLANS,
    "changeTask": Deed.SETTLE_TASK,
    "getGuardRails": Deed.SEE_PLANS,
    "setGuardRails": Deed.SET_GUARDS,
    "listStops": Deed.SEE_PLANS,
    "stopWriters": Deed.STOP_WRITERS,
    "releaseWriters": Deed.STOP_WRITERS,
    "stopWritersEverywhere": Deed.STOP_EVERYTHING,
    "releaseWritersEverywhere": Deed.STOP_EVERYTHING,
    "listViews": Deed.SEE_DIRECTORY,
    "saveView": Deed.SAVE_VIEW,
    "changeView": Deed.SAVE_VIEW,
    "deleteView": Deed.SAVE_VIEW,
    "listEvents": Deed.SEE_AUDIT_TRAIL,
}
