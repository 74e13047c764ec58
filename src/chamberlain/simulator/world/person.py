"""A user account of the tenant, as the directory holds it."""

from enum import IntEnum
from typing import NamedTuple


class AccountUse(IntEnum):
    """What an account is for. The directory does not say so; the population is drawn by it."""

    EMPLOYEE = 0
    GUEST = 1
    LEAVER = 2
    SHARED_MAILBOX = 3
    SERVICE = 4
    ADMIN = 5


class Office(NamedTuple):
    """Where people work. `country_code` becomes the usage location that licences need."""

    name: str
    city: str
    state: str | None
    country: str
    country_code: str
    language: str


class Person(NamedTuple):
    """One account, without its relations. `serial` is its place in the base, `id` its object id."""

    serial: int
    id: str
    use: AccountUse
    given_name: str | None
    surname: str | None
    display_name: str | None
    user_principal_name: str
    mail: str | None
    nickname: str
    job_title: str | None
    department: str | None
    office: Office | None
    employee_id: str | None
    phone: str | None
    enabled: bool
    external_state: str | None
    synced: bool
    created: str
    usage_location: str | None

    @property
    def is_guest(self) -> bool:
        """Whether the account was invited from elsewhere."""
        return self.use is AccountUse.GUEST
