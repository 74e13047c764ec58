"""Dynamic distribution groups: Exchange's alone, the directory knows nothing of them."""

from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from chamberlain.simulator.world.base import Tenant

_DEPARTMENTS = ("Sales", "Engineering", "Finance")


class DynamicGroup(NamedTuple):
    """A dynamic distribution group: whoever its filter finds is in it. These filters find the mailboxes of everybody or
    of a department, and with `groups` the groups that have an address as well.

    Exchange counts the members once a day; here they are counted whenever somebody asks.
    source  https://learn.microsoft.com/exchange/recipients-in-exchange-online/manage-dynamic-distribution-groups/
            modern-dynamic-distribution-groups (read 2026)
    """

    guid: str
    name: str
    address: str
    department: str | None
    groups: bool = False

    @property
    def filter(self) -> str:
        """The filter as Exchange writes it."""
        mailboxes = "(RecipientTypeDetails -eq 'UserMailbox')"
        if self.department is not None:
            mailboxes = f"({mailboxes} -and (Department -eq '{self.department}'))"
        if not self.groups:
            return mailboxes
        mail = "(RecipientTypeDetails -eq 'MailUniversalDistributionGroup')"
        return f"({mailboxes} -or {mail} -or (RecipientTypeDetails -eq 'MailUniversalSecurityGroup'))"


def dynamic_group(
    tenant: Tenant, name: str, *, department: str | None, groups: bool = False, guid: str | None = None
) -> DynamicGroup:
    """A group with the id and the address that follow from its name, or with another id."""
    local = name.lower().replace(" ", "-")
    own = guid or str(uuid5(NAMESPACE_URL, f"{tenant.id}/dynamic/{local}"))
    return DynamicGroup(own, name, f"{local}@{tenant.domain}", department, groups)


def born_dynamic_groups(tenant: Tenant) -> tuple[DynamicGroup, ...]:
    """Four in every tenant at first."""
    departments = (dynamic_group(tenant, f"Everybody in {one}", department=one) for one in _DEPARTMENTS)
    return (dynamic_group(tenant, "Everybody", department=None), *departments)
