"""One authenticated request to Graph, with everything a resource needs to answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from chamberlain.simulator.graph.ordered import Orders
from chamberlain.simulator.graph.query import Options
from chamberlain.simulator.graph.refusal import GraphError, not_found, unknown_property, unsupported_query
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.message import Request
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.view import View

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """The application behind a token."""

    client_id: str
    roles: frozenset[str]

    def may(self, any_of: Sequence[str]) -> bool:
        """Whether one of the permissions was granted."""
        return not self.roles.isdisjoint(any_of)


@dataclass(frozen=True, slots=True)
class Call:
    """A request at a position of the tenant's log. `keys` are the variable segments of the path, `orders` serve
    ranges."""

    request: Request
    view: View
    options: Options
    keys: tuple[str, ...]
    caller: Caller
    offset: int
    page: int
    orders: Orders

    @property
    def root(self) -> str:
        """Absolute address of the version that was asked, for links and contexts."""
        return f"{self.request.origin}/{self.request.segments[0]}"

    def context(self, what: str) -> str:
        """The @odata.context of an answer."""
        return f"{self.root}/$metadata#{what}"

    def names(self, shape: Shape[T], *, in_list: bool = False) -> tuple[str, ...]:
        """Properties to answer with.

        raises  GraphError for unknown ones, and for those that need a permission of their own
        """
        names = shape.names(self.options.select, in_list=in_list)
        for name in names:
            role = shape.guarded.get(name)
            if role is not None and not self.caller.may((role,)):
                raise GraphError(
                    403,
                    "Authentication_MSGraphPermissionMissing",
                    f"The principal does not have required Microsoft Graph permission(s): {role}",
                )
        return names

    def check_expand(self, shape: Shape[T]) -> str | None:
        """The relation to expand.

        raises  GraphError when the type has none of that name
        """
        if self.options.expand is None:
            return None
        if self.options.expand.name not in shape.expandable:
            raise unknown_property(self.options.expand.name, shape.name)
        return self.options.expand.name

    def refuse_paging(self) -> None:
        """Collections that come whole take no $top."""
        if self.options.top is not None:
            raise unsupported_query("The query option '$top' is not supported for this resource.")

    def user(self, key: str) -> int:
        """Index of the user named by id or sign-in name."""
        if "@" in key:
            index = self.view.find_user(key)
            if index is not None:
                return index
            raise not_found(key)
        return self.object(key, Kind.USER).serial

    def object(self, key: str, *kinds: Kind) -> Ref:
        """The object of one of these kinds with this id."""
        ref = self.view.find(key.lower())
        if ref is None or ref.kind not in kinds:
            raise not_found(key)
        return ref
