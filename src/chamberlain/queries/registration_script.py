"""The script that makes an app registration for what somebody chose."""

from collections.abc import Iterable
from uuid import UUID

from chamberlain.errors import Refused
from chamberlain.language import gettext
from chamberlain.model.actor import Actor
from chamberlain.model.capability import Capability, Needed
from chamberlain.model.cloud import Cloud
from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed, require, require_somewhere
from chamberlain.policy.capabilities import ABILITIES, ROLE_NAMES, STANDARD, check_choice, named, needed, writes
from chamberlain.policy.registration_script import Form, Trust, Wish, make_script
from chamberlain.queries.credentials import find_certificate
from chamberlain.store import scopes, tenants

NAME = "Chamberlain"


def show_script(
    *,
    viewer: Actor,
    tenant_id: str,
    cloud: Cloud,
    form: Form,
    capabilities: Iterable[str] | None = None,
    certificate: UUID | None = None,
    trust: Trust | None = None,
    name: str = NAME,
) -> str:
    """A script to be read and run by an administrator of the tenant; nothing is changed here.

    capabilities  values of `Capability`; None: what was chosen for this tenant, or else what reading everything takes
    certificate   one that was made here
    trust         the platform that is trusted; with neither, the script makes a secret
    raises        Refused: not_allowed, tenant_id_malformed, capability_unknown, capability_not_yet,
                  writing_before_reading, script_form_unavailable; NotFound("credential_not_found")
    """
    require_somewhere(viewer, Deed.CONNECT)
    guid = _guid(tenant_id)
    known = tenants.by_guid(guid)
    require(viewer, Deed.CONNECT, tenant_id=None if known is None else known.id)
    is_connected = known is not None and tenants.connection_of(known.id) is not None
    asked = _kept(known, is_connected=is_connected) if capabilities is None else named(capabilities)
    chosen = check_choice(asked, is_connected=is_connected, is_confirmed=True)
    roles = dict.fromkeys(
        role for ability in ABILITIES.values() if ability.capability in chosen for role in ability.roles
    )
    wish = Wish(
        name=name,
        tenant_id=str(guid),
        cloud=cloud,
        needed=tuple(_told(one) for one in needed(chosen)),
        roles=tuple((role, ROLE_NAMES[role]) for role in roles),
        certificate=None
        if certificate is None
        else find_certificate(viewer=viewer, credential_id=certificate).certificate,
        trust=trust,
    )
    return make_script(wish, form=form)


def _told(one: Needed) -> Needed:
    return Needed(one.scope, tuple((capability, gettext(text)) for capability, text in one.uses), one.required)


def _guid(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise Refused("tenant_id_malformed", text=text.strip()[:80]) from None


def _kept(known: Tenant | None, *, is_connected: bool) -> frozenset[Capability]:
    """What was chosen for a tenant; of that, what only reads where it is not connected any more."""
    kept = STANDARD if known is None else scopes.chosen(known.id)
    return kept if is_connected else frozenset(one for one in kept if not writes(one))
