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
    "own_sessions": _OWN,
    "front_door": Address(get=Deed.SEE_TENANT, somewhere=True),
    "tenants": page(Anyone.SIGNED_IN),
    "integrations": Address(get=Deed.SEE_CONNECTION, somewhere=True),
    "connect": Address(get=Deed.CONNECT, post=Deed.CONNECT),
    "connect_own": Address(
        get=Deed.CONNECT, post=Deed.CONNECT, form={"tenant_id": "x", "client_id": "x", "client_secret": "x"}
    ),
    "connect_callback": page(Deed.CONNECT),
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
    "capabilities": Address(get=Deed.SEE_CONNECTION, post=Deed.CONNECT),
    "runs": Address(get=Deed.SEE_RUNS, post=Deed.SYNC),
    "run": page(Deed.SEE_RUNS),
    "columns": Address(post=Deed.SAVE_VIEW, form={"col": "name"}),
    "views": Address(get=Deed.SEE_DIRECTORY, post=Deed.SAVE_VIEW, form={"name": "", "query": ""}),
    "view": Address(post=Deed.SAVE_VIEW, form={"do": "default"}),
    "search": page(Deed.SEE_DIRECTORY),
}

# Routes of the API by operation. A token allows what its scopes name of what its person may do.
ROUTES: dict[str, Need] = {
    "openapi-json": Anyone.STRANGER,
    "root": Anyone.STRANGER,
    "nothing_here": Anyone.STRANGER,
    "explain_problem": Anyone.STRANGER,
    "get_token": Anyone.SIGNED_IN,
    "revoke": Anyone.SIGNED_IN,
    "list_tenants": Anyone.SIGNED_IN,
    "get_tenant": Deed.SEE_TENANT,
    "get_overview": Deed.SEE_DIRECTORY,
    "list_licences": Deed.SEE_DIRECTORY,
    "search": Deed.SEE_DIRECTORY,
    "list_people": Deed.SEE_DIRECTORY,
    "list_departments": Deed.SEE_DIRECTORY,
    "get_person": Deed.SEE_DIRECTORY,
    "person_history": Deed.SEE_DIRECTORY,
    "person_consents": Deed.SEE_DIRECTORY,
    "list_permissions": Deed.SEE_DIRECTORY,
    "get_permission": Deed.SEE_NAMED_PERMISSIONS,
    "list_holders": Deed.SEE_NAMED_PERMISSIONS,
    "list_eligible": Deed.SEE_NAMED_PERMISSIONS,
    "permission_history": Deed.SEE_NAMED_PERMISSIONS,
    "list_consents": Deed.SEE_DIRECTORY,
    "compare": Deed.SEE_DIRECTORY,
    "list_changes": Deed.SEE_DIRECTORY,
    "get_connection": Deed.SEE_CONNECTION,
    "get_quotas": Deed.SEE_CONNECTION,
    "set_share": Deed.SLOW_DOWN,
    "connect": Deed.CONNECT,
    "list_runs": Deed.SEE_RUNS,
    "start_run": Deed.SYNC,
    "get_run": Deed.SEE_RUNS,
    "list_views": Deed.SEE_DIRECTORY,
    "save": Deed.SAVE_VIEW,
    "change": Deed.SAVE_VIEW,
    "delete": Deed.SAVE_VIEW,
    "list_events": Deed.SEE_AUDIT_TRAIL,
}
