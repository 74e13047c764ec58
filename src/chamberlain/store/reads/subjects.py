"""What subjects of entries are called now: people, permissions, tenants, and who signs in here."""

from collections.abc import Iterable
from uuid import UUID

from chamberlain.store.connection import rows

# Ids are unique within a tenant only, keys of permissions as well.
OF_TENANTS = """
    SELECT tenant_id, guid::text AS subject, name FROM account
    WHERE tenant_id = ANY (%(tenants)s) AND guid = ANY (%(guids)s)
    UNION ALL
    SELECT tenant_id, key, name FROM permission WHERE tenant_id = ANY (%(tenants)s) AND key = ANY (%(texts)s)
    UNION ALL
    SELECT id, guid::text, name FROM tenant WHERE id = ANY (%(tenants)s)
"""
# Entries of no tenant may tell of any; who signs in here may appear in the entries of every one.
OF_THE_HOUSE = """
    SELECT guid::text AS subject, name, true AS is_tenant FROM tenant WHERE guid = ANY (%(guids)s)
    UNION ALL
    SELECT id::text, name, false FROM app_user WHERE id = ANY (%(guids)s)
"""
OWN = "person:"  # in front of the id of who signs in here


def names_of(asked: Iterable[tuple[int | None, str]]) -> dict[tuple[int | None, str], str]:
    """Names by tenant and subject; what is not known is missing.

    asked  the tenant of an entry, None where it has none, and its subject
    """
    wanted = set(asked)
    guids = [guid for _tenant, subject in wanted if (guid := _guid(subject.removeprefix(OWN)))]
    texts = [subject for _tenant, subject in wanted]
    tenants = [tenant for tenant, _subject in wanted if tenant is not None]
    values = {"tenants": [*{*tenants}], "guids": guids, "texts": texts}
    theirs = {(row["tenant_id"], row["subject"]): row["name"] for row in rows(OF_TENANTS, values)}
    ours = {(row["is_tenant"], row["subject"]): row["name"] for row in (rows(OF_THE_HOUSE, values) if guids else ())}
    found = {}
    for tenant, subject in wanted:
        house = ours.get((False, subject.removeprefix(OWN))) or (ours.get((True, subject)) if tenant is None else None)
        found[tenant, subject] = theirs.get((tenant, subject)) or house or ""
    return {one: name for one, name in found.items() if name}


def _guid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
