"""Lists that people work with, and the views of them that they keep."""

from dataclasses import dataclass
from enum import Enum

from chamberlain.model.kind import Kind

LONGEST_NAME = 80
MOST_VIEWS = 50  # of one person and list: more are no longer found in a row of tabs


class ListName(Enum):
    """Which list. Values are stable: they stand in URLs and in saved views."""

    PEOPLE = "people"
    PERMISSIONS = "permissions"
    ROLE = "role"
    SECURITY_GROUP = "security_group"
    M365_GROUP = "m365_group"
    MAIL_SECURITY_GROUP = "mail_security_group"
    DISTRIBUTION_GROUP = "distribution_group"
    PRODUCT = "product"
    LICENCE = "licence"
    LICENCES = "licences"
    RUNS = "runs"
    HOLDERS = "holders"
    MADE_CHANGES = "made_changes"
    PLAN = "plan"

    @staticmethod
    def of(kind: Kind | None) -> "ListName":
        """The list of permissions of a kind, or of all of them."""
        return ListName(kind.value) if kind else ListName.PERMISSIONS

    @property
    def kind(self) -> Kind | None:
        """The kind of permission that is listed; None for any other list."""
        return next((kind for kind in Kind if kind.value == self.value), None)

    @property
    def keeps_views(self) -> bool:
        """Whether it has filters that are worth keeping."""
        return self not in (ListName.LICENCES, ListName.RUNS, ListName.HOLDERS, ListName.MADE_CHANGES, ListName.PLAN)


@dataclass(frozen=True, slots=True)
class View:
    """A list as somebody keeps it.

    query    filters, sort and columns as they stand in the list's URL
    shared   everybody who may see the list may see the view
    mine     whether it belongs to the one who asks; default: whether the list opens with it for them
    """

    id: int
    list: ListName
    name: str
    query: str
    shared: bool
    mine: bool
    default: bool
    owner_name: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """What somebody keeps for one list. `columns` are those they chose last, in their order; empty: never chosen."""

    views: tuple[View, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def default(self) -> View | None:
        """The view that the list opens with."""
        return next((view for view in self.views if view.default), None)

    def find(self, view_id: str) -> View | None:
        """The view with this id, as an address carries it."""
        return next((view for view in self.views if str(view.id) == view_id), None)
