"""What each message says, from the values that were kept with it."""

from collections.abc import Callable
from datetime import datetime

from chamberlain.errors import ChamberlainError
from chamberlain.language import gettext as _
from chamberlain.language import ngettext
from chamberlain.model.message import Message, Topic
from chamberlain.notify.letter import Letter
from chamberlain.sentences import explain

KINDS = {
    "own_secret": "client secret",
    "own_certificate": "certificate",
    "installation_app": "client secret",
}


def letter_of(message: Message, *, url: str) -> Letter:
    """What a message of the outbox says.

    url  of this installation
    """
    return TELLING[message.topic](message, url)


def test_letter(*, url: str) -> Letter:
    """What a test says."""
    return Letter(
        _("Chamberlain can send messages"),
        _("This is a test. Whoever runs Chamberlain asked for it; there is nothing to do."),
        (),
        (f"{url}/messages", _("Open Chamberlain")),
    )


def error_of(values: dict[str, str]) -> ChamberlainError:
    """The error that is kept in a message's values."""
    data = {key.removeprefix("error."): value for key, value in values.items() if key.startswith("error.")}
    return ChamberlainError(values.get("error", "unexpected"), **data)


def values_of(error: tuple[str, dict[str, str]]) -> dict[str, str]:
    """An error as a message's values."""
    code, data = error
    return {"error": code, **{f"error.{key}": str(value) for key, value in data.items()}}


def _test(_message: Message, url: str) -> Letter:
    return test_letter(url=url)


def _credential(message: Message, url: str) -> Letter:
    days = int(message.values["days"])
    kind = message.values["kind"]
    names = {"tenant": message.tenant, "days": days}
    if days == 0:
        subject = _("{tenant}: the credential has expired")
    else:
        subject = ngettext(
            "{tenant}: the credential expires within {days} day",
            "{tenant}: the credential expires within {days} days",
            days,
        )
    lead = _("The credential with which Chamberlain reaches this tenant ends. Without a new one, syncs stop.")
    facts = (
        (_("Tenant"), message.tenant),
        (_("Credential"), _(KINDS.get(kind, kind))),
        (_("Ends"), _moment(message.values["expires"])),
    )
    return Letter(subject.format(**names), lead, facts, _to(message, url, "/connection/credentials", _("Rotate it")))


def _broken(message: Message, url: str) -> Letter:
    sentence = explain(error_of(message.values))
    facts = (
        (_("Tenant"), message.tenant),
        (_("What happened"), sentence.what),
        (_("Why"), sentence.why),
        (_("What to do"), sentence.repair),
        (_("Code"), message.values["error"]),
    )
    lead = _("The last sync failed. Until it is repaired, what Chamberlain shows grows old.")
    subject = _("{tenant}: the connection is broken").format(tenant=message.tenant)
    return Letter(subject, lead, facts, _to(message, url, "/connection", _("Repair it")))


def _repaired(message: Message, url: str) -> Letter:
    subject = _("{tenant}: the connection works again").format(tenant=message.tenant)
    lead = _("A sync succeeded. There is nothing to do.")
    return Letter(subject, lead, ((_("Tenant"), message.tenant),), _to(message, url, "/connection", _("Look at it")))


def _overdue(message: Message, url: str) -> Letter:
    subject = _("{tenant}: no sync has succeeded for a while").format(tenant=message.tenant)
    lead = _("Three syncs in a row did not come to an end, so what Chamberlain shows grows old.")
    facts = ((_("Tenant"), message.tenant), (_("Last success"), _moment(message.values["since"])))
    return Letter(subject, lead, facts, _to(message, url, "/runs", _("See the sync runs")))


def _revoked(message: Message, url: str) -> Letter:
    subject = _("{tenant}: Microsoft took permissions away").format(tenant=message.tenant)
    lead = _("Somebody revoked permissions in Entra. What they fed is not read any more and is marked as such.")
    facts = ((_("Tenant"), message.tenant), (_("Permissions"), ", ".join(message.values["scopes"].split())))
    return Letter(subject, lead, facts, _to(message, url, "/connection", _("See what stopped")))


def _to(message: Message, url: str, path: str, name: str) -> tuple[str, str]:
    return f"{url}/t/{message.slug}{path}", name


def _moment(text: str) -> str:
    try:
        return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


TELLING: dict[Topic, Callable[[Message, str], Letter]] = {
    Topic.TEST: _test,
    Topic.CREDENTIAL_EXPIRING: _credential,
    Topic.CONNECTION_BROKEN: _broken,
    Topic.CONNECTION_REPAIRED: _repaired,
    Topic.SYNC_OVERDUE: _overdue,
    Topic.SCOPES_REVOKED: _revoked,
}
