"""How changes of a tenant reach us, in a line and as JSON, for `chamberlain status`."""

from chamberlain.language import gettext as _
from chamberlain.model.notice import Deaf, Hearing

WHY_DEAF = {
    Deaf.NO_ADDRESS: "no public address",
    Deaf.NOT_HTTPS: "public address is not https",
    Deaf.NOT_REACHABLE: "public address is one of this machine",
    Deaf.BY_HAND: "syncs by hand only",
    Deaf.NOT_CHOSEN: "nobody chose it",
}


def told_of_changes(hearing: Hearing) -> str:
    """Whether Microsoft tells us, of what, or why not; and how often we look."""
    looks = _("looks every {n} min").format(n=hearing.looks_every) if hearing.looks_every else _("looks by hand only")
    if hearing.deaf is not None or not hearing.open:
        return _("not told of changes ({why}), {looks}").format(why=_why_not(hearing), looks=looks)
    last = hearing.heard_at.strftime("%Y-%m-%d %H:%M:%S UTC") if hearing.heard_at else _("never")
    resources = ", ".join(one.resource for one in hearing.open)
    return _("told of changes of {resources}, last {last}, {looks}").format(resources=resources, last=last, looks=looks)


def hearing_document(hearing: Hearing) -> dict[str, object]:
    """The same for scripts. `off` is null where notices are asked for."""
    return {
        "off": hearing.deaf.value if hearing.deaf else None,
        "subscriptions": [
            {
                "resource": one.resource,
                "open": one.microsoft_id is not None,
                "expires": one.expires_at.isoformat() if one.expires_at else None,
                "error": one.error[0] if one.error else None,
            }
            for one in hearing.subscriptions
        ],
        "last": hearing.heard_at.isoformat() if hearing.heard_at else None,
        "heard": hearing.heard,
        "ignored": hearing.ignored,
    }


def _why_not(hearing: Hearing) -> str:
    if hearing.deaf is not None:
        return _(WHY_DEAF[hearing.deaf])
    return next((one.error[0] for one in hearing.failing if one.error), _("not yet"))
