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

    name: str | None
    city: str | None
    state: str | None
    country: str | None
    country_code: str | None
    language: str | None


class Person(NamedTuple):
    """One account, without its relations. `serial` is its place in the base, `id` its object id."""

    serial: int
    id: str
    use: AccountUse
    display_name: str | None
    user_principal_name: str
    nickname: str
    created: str
    mail: str | None = None
    enabled: bool = True
    given_name: str | None = None
    surname: str | None = None
    job_title: str | None = None
    department: str | None = None
    office: Office | None = None
    employee_id: str | None = None
    phone: str | None = None
    external_state: str | None = None
    synced: bool = False
    usage_location: str | None = None
    sessions_valid_from: str | None = None
    password_changed: str | None = None
    company: str | None = None
    employee_type: str | None = None

    @property
    def is_guest(self) -> bool:
        """Whether the account was invited from elsewhere."""
        return self.use is AccountUse.GUEST
