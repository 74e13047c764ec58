"""A list as somebody looks at it: its address, its columns, the view it is in."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from chamberlain.model.actor import Actor
from chamberlain.model.kind import GROUP_KINDS, Kind
from chamberlain.model.tenant import Tenant
from chamberlain.model.view import ListName, Shelf, View
from chamberlain.queries import views
from chamberlain.web import columns, filters
from chamberlain.web.address import Address, choice_in, text_in
from chamberlain.web.columns import NAME, Column

EVERYTHING = "all"  # the list itself, where it would otherwise open with a view
NO_FILTER = frozenset({"sort", "cols", "view"})


@dataclass(frozen=True, slots=True)
class Spec:
    """What a list can be asked for in its address, and what it can show.

    usual  the columns that it shows where nobody has chosen any
    """

    texts: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    columns: tuple[Column, ...]
    usual: tuple[str, ...]

    def read(self, given: QueryDict) -> dict[str, str]:
        """Filters, sort and columns of an address; what is not among the choices is left out."""
        texts = {name: text_in(given, name) for name in self.texts}
        choices = {name: choice_in(given, name, known) for name, known in self.choices.items()}
        return {**texts, **choices, "cols": ",".join(self.known(given.get("cols", "").split(",")))}

    def known(self, wanted: list[str] | tuple[str, ...]) -> tuple[str, ...]:
        """Those of the wanted columns that exist, each once, the name among them; none where none exists."""
        offered = {column.id for column in self.columns}
        found = tuple(dict.fromkeys(column for column in wanted if column in offered))
        return found if not found or NAME in found else (NAME, *found)


@dataclass(frozen=True, slots=True)
class OpenList:
    """A list with everything that its page needs beside the rows.

    address   filters, sort, columns and view as they stand in the URL
    query     what a view would keep: filters, sort, and the columns in effect
    moved     the column that was just moved, so that the keyboard stays with it; choosing: the chooser is open
    """

    name: ListName
    slug: str
    spec: Spec
    address: Address
    shelf: Shelf
    view: View | None
    columns: tuple[Column, ...]
    query: str
    choosing: bool = False
    moved: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns in effect, as the query knows them."""
        return tuple(column.id for column in self.columns)

    @property
    def is_usual(self) -> bool:
        """Whether it shows what it shows to everybody: then small screens may leave something out."""
        return self.ids == self.spec.usual

    @property
    def offered(self) -> tuple[Column, ...]:
        """The columns that are not shown."""
        return tuple(column for column in self.spec.columns if column.id not in self.ids)

    @property
    def is_changed(self) -> bool:
        """Whether it no longer shows what its view keeps."""
        return self.view is not None and self.query != self.view.query

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set."""
        return any(value for name, value in self.address.params.items() if name not in NO_FILTER)

    @property
    def whole(self) -> str:
        """The URL without filters and view."""
        return self.address.path + (f"?view={EVERYTHING}" if self.shelf.default else "")

    @property
    def csv(self) -> str:
        """The URL of the same rows and columns as a file."""
        return f"{self.address.path}?{self.query}&format=csv"

    @property
    def elsewhere(self) -> str | None:
        """The view that the bare address opens with."""
        default = self.shelf.default
        return view_url(self.address.path, default) if default and not self._is_asked else None

    @property
    def _is_asked(self) -> bool:
        return any(self.address.params.values())


def open_list(request: HttpRequest, *, viewer: Actor, tenant: Tenant, name: ListName) -> OpenList:
    """The list that an address asks for."""
    spec = spec_of(name)
    shelf = views.show_shelf(viewer=viewer, tenant=tenant, list_name=name)
    asked = spec.read(request.GET)
    view = shelf.find(request.GET.get("view", ""))
    stays = str(view.id) if view else EVERYTHING if shelf.default and request.GET else ""
    ids = tuple(filter(None, asked["cols"].split(","))) or spec.known(shelf.columns) or spec.usual
    return OpenList(
        name=name,
        slug=tenant.slug,
        spec=spec,
        address=Address(request.path, {**asked, "view": stays}),
        shelf=shelf,
        view=view,
        columns=_columns(spec, ids),
        query=canonical({**asked, "cols": ",".join(ids)}),
        choosing=request.GET.get("open") == "columns",
        moved=request.GET.get("moved", ""),
    )


def canonical(params: Mapping[str, str]) -> str:
    """The one way in which filters, sort and columns are written, so that two queries can be compared."""
    return urlencode({name: value for name, value in params.items() if value and name != "view"}, safe=",")


def reread(name: ListName, query: str, *, usual: bool = True) -> str:
    """A query that somebody sent, as this list would write it; with its usual columns where it names none."""
    spec = spec_of(name)
    params = spec.read(QueryDict(query))
    return canonical({**params, "cols": params["cols"] or (",".join(spec.usual) if usual else "")})


def view_url(path: str, view: View) -> str:
    """The address of a view."""
    return f"{path}?{view.query}&view={view.id}" if view.query else f"{path}?view={view.id}"


def path_of(name: ListName, slug: str) -> str:
    """Where a list is."""
    kind = name.kind
    if kind is not None:
        return reverse("permissions_of_kind", kwargs={"slug": slug, "kind": kind})
    return reverse(name.value, kwargs={"slug": slug})


def spec_of(name: ListName) -> Spec:
    """What can be asked of a list.

    raises  Http404 for one that shows what it shows
    """
    if name not in SPECS:
        raise Http404
    return SPECS[name]


def _columns(spec: Spec, ids: tuple[str, ...]) -> tuple[Column, ...]:
    by_id = {column.id: column for column in spec.columns}
    return tuple(by_id[column] for column in ids)


def _permissions(kind: Kind | None) -> Spec:
    grouped = kind is None or kind in GROUP_KINDS
    without = set() if grouped else set(columns.OF_GROUPS)
    without |= set() if kind in (None, Kind.PRODUCT) else {"app"}
    without |= set() if kind in (None, Kind.ROLE) else {"privileged"}
    without |= {"kind"} if kind else set()
    usual = (NAME, "kind", "mail", "members", "people", "owners")
    return Spec(
        filters.PERMISSION_TEXTS,
        filters.PERMISSION_CHOICES,
        tuple(column for column in columns.PERMISSIONS if column.id not in without),
        tuple(column for column in usual if column not in without),
    )


SPECS: dict[ListName, Spec] = {
    ListName.PEOPLE: Spec(filters.PEOPLE_TEXTS, filters.PEOPLE_CHOICES, columns.PEOPLE, columns.PEOPLE_USUAL),
    ListName.PERMISSIONS: _permissions(None),
    **{ListName.of(kind): _permissions(kind) for kind in Kind},
}
