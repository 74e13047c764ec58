"""A message as mail: text and HTML side by side, with headers that mark it as automatic."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from uuid import UUID

from django.template import Context, Engine

from chamberlain.language import gettext as _
from chamberlain.policy.mail import one_line

FOLDER = Path(__file__).parent / "letters"
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says. Values may be directory data; they are made harmless when the mail is written.

    facts  labels and values
    link   where to go on, and what that is called
    """

    subject: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    link: tuple[str, str]


def write(letter: Letter, *, id: UUID, to: str, sender: str, url: str, personal: bool, now: datetime) -> bytes:
    """The mail, as it is handed to a server.

    id        names it: the same mail written again has the same Message-ID, so that who got it twice can tell
    url       of this installation
    personal  goes to a person, who can choose to get none; not to an address of the settings
    source    Auto-Submitted: https://www.rfc-editor.org/rfc/rfc3834#section-5 (2004)
              List-Unsubscribe: https://www.rfc-editor.org/rfc/rfc2369#section-3.2 (1998)
              X-Auto-Response-Suppress: https://learn.microsoft.com/openspecs/exchange_server_protocols/
              ms-oxcmail (2026)
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name="Chamberlain", addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    choose = f"{url}/your-sign-in#messages" if personal else ""
    if choose:
        mail["List-Unsubscribe"] = f"<{choose}>"
    why = _("You get this because you administer this tenant.") if choose else _("This address is set in Chamberlain.")
    context = {
        "subject": one_line(letter.subject),
        "lead": one_line(letter.lead, longest=LONGEST_TEXT),
        "facts": [(one_line(name), one_line(value, longest=LONGEST_TEXT)) for name, value in letter.facts],
        "link": letter.link[0],
        "link_name": letter.link[1],
        "why": why,
        "choose": choose,
        "choose_name": _("Choose whether you get messages"),
    }
    mail.set_content(_engine().get_template("letter.txt").render(Context(context, autoescape=False)))
    mail.add_alternative(_engine().get_template("letter.html").render(Context(context)), subtype="html")
    return mail.as_bytes()


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(FOLDER)])
