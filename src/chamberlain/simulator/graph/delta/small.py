"""directoryRoles/delta and oauth2PermissionGrants/delta: collections so small that all is made at once."""

from typing import Any

from chamberlain.simulator.graph.delta.item import encoded, removed, shown
from chamberlain.simulator.graph.delta.stream import Part, Round, page_of
from chamberlain.simulator.graph.references import reference, references, removed_reference
from chamberlain.simulator.graph.refusal import unsupported_query
from chamberlain.simulator.graph.resources.roles import activated, role_holders
from chamberlain.simulator.graph.shape import Shape
from chamberlain.simulator.graph.shapes.consent import GRANT, grant_id
from chamberlain.simulator.graph.shapes.role import DIRECTORY_ROLE, directory_role_id
from chamberlain.simulator.world.application import DelegatedGrant
from chamberlain.simulator.world.fact import EntryFact, Shelf
from chamberlain.simulator.world.grown import runs_of
from chamberlain.simulator.world.role import RoleDefinition
from chamberlain.simulator.world.view import View

_PAGE = 200


class DirectoryRoles:
    """Activated roles and who holds them in the whole tenant: no eligibility, no administrative units."""

    function = "directoryRoles"
    shape: Shape[Any] = DIRECTORY_ROLE
    relations = ("members",)

    def serials(self, view: View, ids: tuple[str, ...]) -> tuple[int, ...]:
        """See `Stream`; so for all below."""
        definitions = view.base.role_definitions()
        return tuple(place for place, role in enumerate(definitions) if directory_role_id(view, role) in ids)

    def _wanted(self, asked: Round) -> list[RoleDefinition]:
        definitions = asked.view.base.role_definitions()
        return [role for place, role in enumerate(definitions) if asked.ids is None or place in asked.ids]

    def _properties(self, asked: Round) -> tuple[str, ...]:
        return (
            DIRECTORY_ROLE.default
            if asked.select is None
            else tuple(name for name in asked.select if name not in self.relations)
        )

    def _has_members(self, asked: Round) -> bool:
        return asked.select is None or "members" in asked.select

    def _whole(self, asked: Round, role: RoleDefinition) -> bytes:
        holders = role_holders(asked.view, role.id) if self._has_members(asked) else []
        arrays = [("members@delta", references(asked.view.base, runs_of(holders)))]
        return encoded(shown(asked.view, DIRECTORY_ROLE, role, self._properties(asked)), arrays)

    def first(self, asked: Round) -> Part:
        active = {role.id for role in activated(asked.view)}
        items = [self._whole(asked, role) for role in self._wanted(asked) if role.id in active]
        return page_of(items, asked.place, _PAGE)

    def changes(self, asked: Round, before: View) -> Part:
        view = asked.view
        said: dict[str, None] = {}
        for fact in view.facts_since(before.position):
            if isinstance(fact, EntryFact) and fact.shelf is Shelf.ROLE:
                said[fact.key[0]] = None
        new = {role.id for role in activated(view)} - {role.id for role in activated(before)}
        items = []
        for role in self._wanted(asked):
            if role.id in new:
                items.append(self._whole(asked, role))
            elif role.id in said and self._has_members(asked):
                items.extend(self._change(asked, before, role))
        return page_of(items, asked.place, _PAGE)

    def _change(self, asked: Round, before: View, role: RoleDefinition) -> list[bytes]:
        base = asked.view.base
        now, then = role_holders(asked.view, role.id), role_holders(before, role.id)
        entries = [reference(base, holder) for holder in now if holder not in then]
        entries += [removed_reference(base, holder) for holder in then if holder not in now]
        if not entries or not role.built_in:
            return []
        properties = () if asked.minimal else self._properties(asked)
        return [encoded(shown(asked.view, DIRECTORY_ROLE, role, properties), [("members@delta", b",".join(entries))])]


class Grants:
    """Delegated permission grants, known by client, resource and person."""

    function = "oauth2PermissionGrants"
    shape: Shape[Any] = GRANT
    relations = ()

    def serials(self, _view: View, _ids: tuple[str, ...], /) -> tuple[int, ...]:
        """See `Stream`; so for all below. Grants have no places by which a filter could be remembered."""
        raise unsupported_query("Delta queries of oauth2PermissionGrants take no filter here.")

    def _item(self, asked: Round, grant: DelegatedGrant) -> bytes:
        return encoded(shown(asked.view, GRANT, grant, GRANT.default if asked.select is None else asked.select))

    def first(self, asked: Round) -> Part:
        return page_of([self._item(asked, grant) for grant in asked.view.delegated_grants()], asked.place, _PAGE)

    def changes(self, asked: Round, before: View) -> Part:
        view = asked.view
        now, then = ({grant[:3]: grant for grant in one.delegated_grants()} for one in (view, before))
        items = [self._item(asked, grant) for key, grant in now.items() if then.get(key) != grant]
        gone = (grant for key, grant in then.items() if key not in now)
        items.extend(removed(grant_id(view, grant), for_good=True) for grant in gone)
        return page_of(items, asked.place, _PAGE)
