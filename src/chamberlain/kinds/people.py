"""Users: the accounts of people, with the licences that they hold.

Microsoft Graph: GET /users, /users/delta, POST /directoryObjects/getByIds; User.Read.All.
One listing brings people and licence states. A change brings the person; the states of those who changed are read again
by id, since Microsoft does not say whether they are tracked.
source  https://learn.microsoft.com/graph/api/user-list (2026): $top up to 999, $expand=manager($select=id)
        https://learn.microsoft.com/graph/api/user-delta (2026), directoryobject-getbyids (2026): 1,000 ids
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from chamberlain.graph import shape
from chamberlain.graph.delta import changes
from chamberlain.graph.page import pages
from chamberlain.kinds import licences
from chamberlain.kinds.by_id import read_by_id, refuse_errors
from chamberlain.kinds.ranges import filters, require_all, with_filter
from chamberlain.kinds.reading import Reading, facts
from chamberlain.model.kind import AccountType
from chamberlain.model.observed import KEPT, AccountGone, AccountSeen

STREAM = "users"
BOUND_BY = "userPrincipalName"
LISTING = f"/users?$select={shape.select(shape.User)}&$expand=manager($select=id)&$top=999"
UNTRACKED = frozenset({"licenseAssignmentStates"})
SINCE = f"/users/delta?$select={shape.select(shape.UserChange, without=UNTRACKED)},assignedLicenses"
ONE = "/users/{id}?$select=" + shape.select(shape.User) + "&$expand=manager($select=id)"


async def read(reading: Reading) -> None:
    """Every user of the tenant with manager and licences, in ranges side by side."""
    expected = reading.start.expected.get(STREAM, 0)
    reading.progress.expect(expected)
    found: list[int] = []

    async def read_range(number: int, condition: str) -> None:
        told = await reading.unit(f"people {number}", partial(_range, reading, with_filter(LISTING, condition)))
        found.append(told["read"])

    conditions = filters(BOUND_BY, reading.start.bounds.get(STREAM, ()))
    await reading.side_by_side([partial(read_range, *one) for one in enumerate(conditions)])
    require_all("/users", expected=expected, found=sum(found))


async def _range(reading: Reading, listing: str, unit: str) -> dict[str, Any]:
    known: set[str] = set()
    async for page in pages(reading.graph, listing, shape.User):
        new = [user for user in page.value if user.id not in known]
        known |= {user.id for user in new}
        reading.sink.add([seen(user) for user in new], unit=unit)
        reading.sink.add([edge for user in new for edge in licences.user_edges(reading, user)], unit=unit)
        reading.progress.advance(len(new))
    return {"read": len(known)}


async def follow(reading: Reading, link: str, *, unit: str) -> tuple[str, frozenset[str]]:
    """What changed among users since a delta link: the link from now on, and who changed.

    raises  Upstream("delta_expired")
    """
    changed: set[str] = set()
    next_link = link
    async for page in changes(reading.graph, link, shape.UserChange):
        gone = [one.id.lower() for one in page.value if one.removed is not None]
        present = [one for one in page.value if one.removed is None]
        reading.sink.amend([changed_user(one) for one in present], unit=unit)
        reading.sink.amend([AccountGone(guid) for guid in gone], unit=unit)
        changed = (changed | {one.id.lower() for one in present}) - set(gone)
        reading.progress.advance(len(page.value))
        next_link = page.delta_link or next_link
    return next_link, frozenset(changed)


async def reread_licences(reading: Reading, people: Iterable[str], *, unit: str) -> frozenset[str]:
    """Reads the licence states of these people again; tells of whom they came, those are then the whole."""
    path = "/users/{id}?$select=" + shape.select(shape.LicensedUser)
    found = await read_by_id(reading, people, shape.LicensedUser, type="user", path=path)
    reading.sink.amend([edge for user in found for edge in licences.user_edges(reading, user)], unit=unit)
    return frozenset(user.id.lower() for user in found)


async def reread(reading: Reading, people: Iterable[str], *, unit: str) -> frozenset[str]:
    """Reads these people with manager and licences again, one by one; tells who came, that is then the whole."""
    paths = [ONE.format(id=guid) for guid in sorted(people)]
    answers = await reading.graph.get_many(paths, shape.User) if paths else []
    found = [one for one in answers if isinstance(one, shape.User)]
    refuse_errors(answers)
    reading.sink.amend([seen(user) for user in found], unit=unit)
    reading.sink.amend([edge for user in found for edge in licences.user_edges(reading, user)], unit=unit)
    return frozenset(user.id.lower() for user in found)


def seen(user: shape.User) -> AccountSeen:
    """A user in our words. `account_enabled` is absent for some old objects, which can sign in."""
    return AccountSeen(
        guid=user.id.lower(),
        type=(AccountType.GUEST if user.user_type == "Guest" else AccountType.MEMBER).value,
        name=user.display_name or "",
        user_name=user.user_principal_name or "",
        mail=user.mail or "",
        enabled=user.account_enabled is not False,
        department=user.department or "",
        job_title=user.job_title or "",
        manager=user.manager.id.lower() if user.manager else None,
        facts=facts(
            company=user.company_name,
            office=user.office_location,
            city=user.city,
            country=user.country,
            usage_location=user.usage_location,
            mobile_phone=user.mobile_phone,
            employee_id=user.employee_id,
            employee_type=user.employee_type,
            invitation=user.external_user_state,
            on_premises=user.on_premises_sync_enabled,
        ),
        created_at=user.created_date_time,
    )


def changed_user(user: shape.UserChange) -> AccountSeen:
    """A changed user: all properties that were ever set come with it; the manager only where it changed."""
    return seen(user)._replace(manager=_manager(user.manager_delta))


def _manager(told: Sequence[shape.MemberChange] | None) -> str | None:
    if told is None:
        return KEPT
    now = [one.id.lower() for one in told if one.removed is None]
    return now[-1] if now else None
