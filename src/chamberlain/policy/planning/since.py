"""The present of a tenant: what was read of it, with what plans did since.

An undo comes before the sync that would show what it undoes, and so does a second plan for the same person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from chamberlain.model.done import Done
from chamberlain.model.plan import Change, Fact
from chamberlain.model.situation import AccountKnown, Edge
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.reach import followed

_ENABLED = {Verb.ENABLE: True, Verb.BLOCK: False}
_DELETED = {Verb.DELETE_USER: True, Verb.RESTORE_USER: False}


def edges_since(edges: Iterable[Edge], done: Iterable[Done]) -> frozenset[Edge]:
    """Who holds what directly now."""
    return followed(edges, (one.change for one in done))


def accounts_since(accounts: Mapping[str, AccountKnown], done: Iterable[Done]) -> dict[str, AccountKnown]:
    """The accounts as they are now, with those that were created."""
    found = dict(accounts)
    for one in done:
        guid = one.change.subject.guid
        known = found.get(guid)
        if one.change.verb is Verb.CREATE_USER and known is None:
            found[guid] = _created(guid, one.change)
        elif known is not None:
            found[guid] = _changed(known, one.change)
    return found


def _changed(known: AccountKnown, change: Change) -> AccountKnown:
    verb = change.verb
    if verb in _ENABLED:
        properties = {**known.properties, "accountEnabled": _ENABLED[verb]}
        return replace(known, enabled=_ENABLED[verb], properties=properties)
    if verb in _DELETED:
        return replace(known, deleted=_DELETED[verb])
    return _updated(known, change.options.properties) if verb is Verb.UPDATE_USER else known


def _created(guid: str, change: Change) -> AccountKnown:
    enabled = {"accountEnabled": True, **change.options.properties}
    return _updated(AccountKnown(guid, "", ""), enabled)


def _updated(known: AccountKnown, properties: Mapping[str, Fact]) -> AccountKnown:
    return replace(
        known,
        name=str(properties.get("displayName", known.name) or ""),
        user_name=str(properties.get("userPrincipalName", known.user_name) or ""),
        enabled=properties.get("accountEnabled", known.enabled) is True,
        usage_location=str(properties.get("usageLocation", known.usage_location) or ""),
        properties={**known.properties, **properties},
    )
