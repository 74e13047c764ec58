"""`{% load chamberlain %}`: words, numbers, moments and addresses for templates."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from itertools import chain
from math import floor
from pathlib import Path
from urllib.parse import quote_plus
from uuid import UUID

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from chamberlain import clock
from chamberlain.model.activity import WhyUnknown
from chamberlain.model.kind import AccountType, Kind
from chamberlain.model.matrix import PEOPLE
from chamberlain.model.page import Page
from chamberlain.model.run import RunState
from chamberlain.model.view import View
from chamberlain.queries.lists import Line
from chamberlain.queries.overview import LicenceRow
from chamberlain.queries.people import ServicePlan
from chamberlain.sentences import Sentence
from chamberlain.web import agents, cells, moments, theme, words
from chamberlain.web.address import Address
from chamberlain.web.columns import Column
from chamberlain.web.drawing import LicenceDrawing, draw_licence
from chamberlain.web.lists import OpenList, view_url
from chamberlain.web.problems import sentence_of

register = template.Library()

DEPARTMENT_ITEM = (
    '<li><a class="menu-item" href="{}" hx-get="{}" hx-target="#results" hx-swap="outerHTML" hx-push-url="true">'
    '<bdi class="min-w-0 flex-1 truncate" title="{}">{}</bdi>'
    '<span class="quiet text-xs tabular-nums">{}</span></a></li>'
)
WORDS: Mapping[object, words.Word] = dict(
    chain(
        words.KIND.items(),
        words.ROLE.items(),
        words.ACCOUNT_TYPE.items(),
        words.REASON.items(),
        words.RELATION.items(),
        words.SECTION.items(),
        words.MODE.items(),
        words.WHY.items(),
        words.PHASE.items(),
        words.PHASE_STATE.items(),
        words.RUN_STATE.items(),
        words.TRIGGER.items(),
        words.CREDENTIAL.items(),
        words.DEAF.items(),
        words.WORKLOAD.items(),
        words.WHOSE.items(),
    )
)


@register.filter
def word(value: object) -> words.Word:
    """What a member of one of the model's enums is called."""
    return WORDS[value]


@register.filter
def plural(kind: Kind) -> words.Word:
    """What many of a kind are called."""
    return words.KINDS[kind]


@register.filter
def short(kind: Kind) -> words.Word:
    """The same, where there is little room."""
    return words.KINDS_SHORT.get(kind) or words.KINDS[kind]


@register.filter
def icon_of(value: Kind | AccountType) -> str:
    """The icon of a kind of permission or of a type of account."""
    return words.KIND_ICON[value] if isinstance(value, Kind) else words.ACCOUNT_ICON[value]


@register.filter
def theme_of(request: HttpRequest) -> str:
    """Light, dark, or "" for what the system has."""
    return theme.chosen(request)


@register.filter
def percent(share: float) -> str:
    """A share in percent, rounded down, so that nothing sounds surer than it is: 0.99987 is 99.98 %."""
    return f"{floor(share * 10_000) / 100:.2f} %"


@register.filter
def tone(state: RunState) -> str:
    """How a run's state feels: good, bad or info."""
    return words.RUN_TONE[state]


@register.filter
def fact(code: str) -> words.Word:
    """The label of a fact."""
    return words.fact_word(code)


@register.filter
def way_word(way: str) -> words.Word:
    """How a plan reads a kind."""
    return words.HOW.get(way, way)  # an earlier version may have called it otherwise


@register.filter
def why_unknown(why: WhyUnknown) -> words.Word:
    """Why nobody knows when an account was last used."""
    return words.WHY_UNKNOWN[why]


@register.filter
def fact_value(value: str) -> str:
    """A fact's value: yes and no instead of true and false, moments as people write them."""
    with suppress(ValueError):
        return moments.exact(datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))
    return {"true": _("Yes"), "false": _("No"), "True": _("Yes"), "False": _("No")}.get(value, value)


@register.filter
def licence_error(code: str) -> words.Word:
    """What a licence's error code means."""
    return words.licence_error_word(code)


@register.filter
def channel_word(channel: str) -> words.Word:
    """The way in by which somebody acted."""
    return words.CHANNEL.get(channel, channel)


@register.filter
def browser_word(agent: str) -> str:
    """What people call the browser that says this of itself, with its system; the whole where neither is known."""
    return agents.called(agent)


@register.filter
def happening(event: str) -> words.Word:
    """The name of an event as people say it: "sync:started" is "Sync started"."""
    if event in words.HAPPENING:
        return words.HAPPENING[event]
    said = event.replace(":", " ").replace("_", " ").strip()
    return said[:1].upper() + said[1:]


@register.filter
def named(name: str) -> str:
    """A name that can be seen: directory names may be empty or nothing but blanks."""
    return name if name.strip() else _("(no name)")


@register.filter
def initials(name: str) -> str:
    """One or two letters for the disc beside a name."""
    found = [part[0] for part in name.split() if part[0].isalpha()]
    return "".join(found[:1] + found[-1:] if len(found) > 1 else found) or "·"


@register.filter
def disc(guid: UUID) -> int:
    """Which of the six tints a disc has; the same person keeps theirs."""
    return guid.int % 6


@register.filter
def number(value: int | None) -> str:
    """A count with its thousands set apart; a dash for what is unknown."""
    return "–" if value is None else number_format(value, decimal_pos=0, use_l10n=True, force_grouping=True)


@register.filter
def counted(page: Page[object]) -> str:
    """How many rows a list has; honest about the end of counting."""
    return _("more than %(number)s") % {"number": number(page.total)} if page.more else number(page.total)


@register.filter
def ago(moment: datetime) -> str:
    """How long ago it was."""
    return moments.ago(moment, now=clock.now())


@register.filter
def when(moment: datetime) -> SafeString:
    """The same as <c-when>, for what a page has by the hundred: a component takes twenty times as long."""
    return format_html(
        '<time datetime="{}" title="{}" class="whitespace-nowrap">{}</time>',
        moment.isoformat(),
        exact(moment),
        ago(moment),
    )


@register.filter
def minute(moment: datetime) -> SafeString:
    """The moment to the minute, in UTC, where a heading says so; to the second where somebody points at it."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), f"{moment:%Y-%m-%d %H:%M}"
    )


@register.filter
def exact(moment: datetime) -> str:
    """The moment itself."""
    return moments.exact(moment)


@register.filter
def ahead(moment: datetime) -> str:
    """How far ahead it is."""
    return moments.ahead(moment, now=clock.now())


@register.filter
def data_word(what: str) -> words.Word:
    """What a kind of data is called."""
    return words.DATA[what]


@register.filter
def whole_percent(share: float) -> int:
    """A share of 0 to 1 in whole percent."""
    return round(share * 100)


@register.filter
def lasted(seconds: float | None) -> str:
    """A duration in words."""
    return moments.lasted(seconds)


@register.filter
def minus(value: int) -> int:
    """The amount below zero, as a positive number."""
    return abs(value)


@register.simple_tag
def warning_sentence(warning: tuple[str, dict[str, str]]) -> Sentence:
    """What a run's warning says."""
    code, data = warning
    return sentence_of(code, data)


@register.simple_tag
def error_sentence(code: str, data: Mapping[str, object] | None = None) -> Sentence:
    """What a stored error code says."""
    return sentence_of(code, data or {})


@register.simple_tag
def idle_minutes() -> int:
    """After how long without its person a session ends; an open page asks then whether it has."""
    minutes: int = settings.SESSION_IDLE_MINUTES
    return minutes


@register.simple_tag
def asset(path: str) -> str:
    """The address of a static file, with a mark that changes when the file does."""
    return f"{static(path)}?v={_mark(path)}"


@register.simple_tag
def icon(name: str, size: str = "size-4", **more: str) -> SafeString:
    """The same as <c-icon>, for what a page has by the hundred."""
    return _icon(name, size, more.get("class", ""))


@lru_cache(maxsize=1000)
def _icon(name: str, size: str, classes: str) -> SafeString:
    return format_html(
        '<svg class="icon {} {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        size,
        classes,
        asset("built/icons.svg"),
        name,
    )


@cache
def _mark(path: str) -> str:
    found = finders.find(path)
    return sha256(Path(found).read_bytes()).hexdigest()[:10] if isinstance(found, str) else "0"


@register.simple_tag
def turn(address: Address, cursor: str) -> str:
    """The URL of a neighbouring page of a list."""
    return address.with_(cursor=cursor)


@register.simple_tag
def changed(address: Address, name: str, value: str) -> str:
    """The URL with one filter changed."""
    return address.with_(**{name: value})


@register.simple_tag
def department_items(departments: Sequence[tuple[str, int]], address: Address) -> SafeString:
    """The menu of departments; every list of people has its two hundred lines."""
    return format_html_join("", DEPARTMENT_ITEM, _department_values(departments, address))


def _department_values(
    departments: Sequence[tuple[str, int]], address: Address
) -> Iterator[tuple[str, str, str, str, str]]:
    before, chosen, after = address.with_(department="?").partition("department=%3F")
    for name, people in departments:
        if name:
            url = f"{before}{chosen[:-3]}{quote_plus(name, safe=',')}{after}"
            yield url, url, name, name, number(people)


@register.simple_tag
def cell(opened: OpenList, column: Column, line: Line[object]) -> SafeString:
    """The cell of a row of a list below a column."""
    return cells.shown(column, line.cells.get(column.id), everywhere=not opened.is_usual)


@register.simple_tag
def view_address(opened: OpenList, view: View) -> str:
    """The URL of a saved view of this list."""
    return view_url(opened.address.path, view)


@register.simple_tag
def licence_drawing(licence: LicenceRow) -> LicenceDrawing:
    """The bar of a licence, with the sentence that says its message."""
    return draw_licence(licence)


@register.simple_tag
def plans_summary(plans: Sequence[ServicePlan]) -> str:
    """How many of a licence's service plans are switched on."""
    enabled = sum(plan.enabled for plan in plans)
    return _("%(enabled)d of %(all)d services on") % {"enabled": enabled, "all": len(plans)}


@register.filter
def subject_word(subject: str) -> str:
    """A row of the capability matrix: people, or a kind of permission."""
    return str(words.KINDS[Kind(subject)]) if subject != PEOPLE else _("People")
