"""Microsoft's limits, as documented.

source  https://learn.microsoft.com/graph/throttling-limits (2026); where it says nothing, the remark on the line
"""

from dataclasses import dataclass
from datetime import timedelta

from chamberlain.model.quota import Limit, TenantSize, Whose, Workload

TEN_SECONDS = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)

# Resource units of the identity and access service, for each app in a tenant.
DIRECTORY = {
    TenantSize.SMALL: Limit(3_500, TEN_SECONDS),
    TenantSize.MEDIUM: Limit(5_000, TEN_SECONDS),
    TenantSize.LARGE: Limit(8_000, TEN_SECONDS),
}
GLOBAL = Limit(130_000, TEN_SECONDS)  # requests of an app in all tenants together

LIMITS = {
    Workload.DIRECTORY_WRITES: Limit(3_000, timedelta(seconds=150)),
    Workload.IDENTITY_REPORTS: Limit(5, TEN_SECONDS),
    Workload.SIGN_IN_ACTIVITY: Limit(10, MINUTE),
    Workload.IDENTITY_PROTECTION: Limit(1, timedelta(seconds=1), Whose.TENANT),
    Workload.USAGE_REPORTS: Limit(14, timedelta(minutes=10)),  # for each report; 40 for all apps of the tenant
    Workload.MAILBOX: Limit(10_000, timedelta(minutes=10), at_once=4),  # for each mailbox
    Workload.EXCHANGE_ADMIN: Limit(600, MINUTE, Whose.TENANT, at_once=4),  # no figures are published: a careful guess
    Workload.SUBSCRIPTIONS: Limit(500, timedelta(seconds=20)),  # requests; no figures for the directory's are published
    Workload.OTHER: GLOBAL,
}


@dataclass(frozen=True, slots=True)
class Bucket:
    """One budget: a workload, and where it has several in a tenant (reports, mailboxes), which one."""

    workload: Workload
    detail: str = ""

    @property
    def name(self) -> str:
        """The bucket's name in a ledger."""
        return f"{self.workload.value}:{self.detail}" if self.detail else self.workload.value


def limit_of(bucket: Bucket, *, size: TenantSize) -> Limit:
    """What Microsoft allows in a tenant of this size."""
    return DIRECTORY[size] if bucket.workload is Workload.DIRECTORY else LIMITS[bucket.workload]
