"""What stands in a cell of a list: as words, and as HTML."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from chamberlain import clock
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.path import Path
from chamberlain.model.run import RunState, Trigger
from chamberlain.web import moments, words
from chamberlain.web.columns import Column

ENUMS: Mapping[type[Enum], Mapping[Any, words.Word]] = {
    AccountType: words.ACCOUNT_TYPE,
    Kind: words.KIND,
    RunState: words.RUN_STATE,
    Trigger: words.TRIGGER,
}


def said(column: Column, value: object) -> str:
    """A value in words; nothing for what has no value, and a word for what nobody knows."""
    if column.words:
        return str(column.words.get(value, ""))
    if isinstance(value, Enum):
        return str(ENUMS[type(value)].get(value, value.value))
    if isinstance(value, tuple):
        return "; ".join(way(path) for path in value)
    if value is None:
        return str(column.unknown[0]) if column.unknown else ""
    return str(value)


def way(path: Path) -> str:
    """A path in words, from the holder to the permission: "nested: Sales Berlin > Sales"."""
    names = " > ".join(link.name for link in path.through)
    told = [f"{words.REASON[path.reason]}: {names}" if names else str(words.REASON[path.reason])]
    told += [_("only in %(scope)s") % {"scope": path.scope}] if path.scope else []
    told += [_("until %(time)s") % {"time": f"{path.until:%Y-%m-%d %H:%M}"}] if path.until else []
    told += [str(_("end unknown"))] if path.untold else []
    told += [path.error or path.state] if path.error or path.state not in ("", "Active") else []
    return ", ".join(told)


def shown(column: Column, value: object, *, everywhere: bool) -> SafeString:
    """The cell of a table.

    everywhere  also on small screens, which leave out some of a list's usual columns
    """
    classes = " ".join(filter(None, ("number" if column.number else "", "" if everywhere else column.narrow)))
    return format_html('<td class="{}">{}</td>', classes, _content(column, value))


def _content(column: Column, value: object) -> SafeString:
    if isinstance(value, datetime):
        return format_html(
            '<time datetime="{}" title="{}" class="whitespace-nowrap">{}</time>',
            value.isoformat(),
            moments.exact(value),
            moments.ago(value, now=clock.now()),
        )
    if value is None and column.unknown:
        return format_html('<span class="quiet" title="{}">{}</span>', column.unknown[1], column.unknown[0])
    if value == 0 and column.zero:
        return format_html('<span class="tag tag-warn">{}</span>', column.zero)
    if isinstance(value, int) and not isinstance(value, bool):
        text = number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)
        return format_html("{}", text) if value else format_html('<span class="quiet">{}</span>', text)
    text = said(column, value)
    return format_html('<bdi class="block truncate" title="{}">{}</bdi>', text, text)
