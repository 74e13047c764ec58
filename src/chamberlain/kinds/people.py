"""Users: the accounts of people.

Microsoft Graph: GET /users, User.Read.All.
source  https://learn.microsoft.com/graph/api/user-list (2026): $top up to 999, $expand=manager($select=id)
"""

from chamberlain.graph import shape
from chamberlain.graph.page import count, pages
from chamberlain.kinds.reading import Reading, facts
from chamberlain.model.kind import AccountType
from chamberlain.model.observed import AccountSeen

LISTING = f"/users?$select={shape.select(shape.User)}&$expand=manager($select=id)&$top=999"


async def read(reading: Reading) -> None:
    """Every user of the tenant."""
    expected = await count(reading.graph, "/users")
    reading.progress.expect(expected)
    async for page in pages(reading.graph, LISTING, shape.User, expected=expected):
        reading.sink.add([seen(user) for user in page.value])
        reading.progress.advance(len(page.value))


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
