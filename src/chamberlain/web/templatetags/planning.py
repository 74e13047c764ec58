"""`{% load planning %}`: what of somebody's access can be ticked to be changed."""

from uuid import UUID

from django import template

from chamberlain.model.kind import Kind
from chamberlain.model.path import Path, Reason
from chamberlain.model.plan import Change, Options, Subject
from chamberlain.model.verb import Verb
from chamberlain.queries.changing import Changing
from chamberlain.queries.people import Holding
from chamberlain.queries.permissions import MemberRow
from chamberlain.web.plan_draft import can_take, carried, verb_for, written

register = template.Library()


@register.simple_tag
def taking(changing: Changing | str | None, guid: UUID, holding: Holding) -> str:
    """What a tick beside a holding sends; "" where it is not held directly, or may not be taken."""
    if not isinstance(changing, Changing) or not can_take(changing, holding.kind, owner=holding.owner):
        return ""
    if holding.owner:
        return written(Verb.REMOVE_OWNER, guid, holding.key)
    return _written(holding.kind, guid, holding.key, holding.paths)


@register.simple_tag
def dropping(changing: Changing | str | None, kind: Kind, key: str, member: MemberRow) -> str:
    """What a tick beside a holder sends; "" where they do not hold it directly, or it may not be taken."""
    if not isinstance(changing, Changing) or not can_take(changing, kind) or not member.type.is_person:
        return ""
    return _written(kind, member.guid, key, member.paths)


def _written(kind: Kind, guid: UUID, key: str, paths: tuple[Path, ...]) -> str:
    """What is held directly, in its part of the directory; where there are several, a tick does not say which."""
    for reason, verb in ((Reason.DIRECT, verb_for(kind, gives=False)), (Reason.ELIGIBLE, Verb.END_ELIGIBLE)):
        found = [path for path in paths if not path.through and path.reason is reason]
        whole = [path for path in found if not path.scope]
        if found and (reason is Reason.DIRECT or kind is Kind.ROLE):
            if whole or len(found) > 1:
                return written(verb, guid, key) if whole else ""
            return carried(Change(verb, Subject(str(guid)), key, Options(scope=found[0].scope)))
    return ""
