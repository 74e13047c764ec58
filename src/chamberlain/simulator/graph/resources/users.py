"""/users: list, get, count, manager, memberOf, licenceDetails and app role assignments of a person."""

from base64 import urlsafe_b64encode
from typing import Any

from chamberlain.simulator.graph.answer import collection, entity, mixed_collection, number, related, selected
from chamberlain.simulator.graph.call import Call
from chamberlain.simulator.graph.family import wants_sign_in_activity
from chamberlain.simulator.graph.listing import Source, Whole, page
from chamberlain.simulator.graph.matching import matcher, ranged
from chamberlain.simulator.graph.mixed import DirectoryObject
from chamberlain.simulator.graph.refusal import GraphError, not_found
from chamberlain.simulator.graph.shapes.application import APP_ROLE_ASSIGNMENT
from chamberlain.simulator.graph.shapes.licence import service_plans
from chamberlain.simulator.graph.shapes.user import USER
from chamberlain.simulator.message import Response
from chamberlain.simulator.world.person import Person
from chamberlain.simulator.world.reference import Kind, Ref

MAX_EXPANDED = 20


def _source(call: Call) -> Source[Person]:
    """All users, or the few that the filter names by key, so that a look-up needs no search."""
    wanted = call.options.filter
    if wanted is None or wanted.key not in {"id", "userPrincipalName"}:
        return ranged(call, USER, Kind.USER, read=call.view.person, then=call.view.base.person)
    if wanted.key == "id":
        refs = [call.view.find(value) for value in wanted.key_values]
        found = [ref.serial for ref in refs if ref is not None and ref.kind is Kind.USER]
    else:
        found = [index for value in wanted.key_values if (index := call.view.find_user(value)) is not None]
    return Whole([call.view.person(index) for index in dict.fromkeys(found)])


def _member_of(call: Call, user: int) -> list[DirectoryObject]:
    holder = Ref(Kind.USER, user)
    definitions = {role.id: role for role in call.view.base.role_definitions() if role.built_in}
    roles = [
        definitions[held.role_id]
        for held in call.view.roles_of(holder)
        if held.scope == "/" and held.role_id in definitions
    ]
    return [*(Ref(Kind.GROUP, group) for group in call.view.groups_of(holder)), *roles]


def _expanded(call: Call, user: int) -> dict[str, Any]:
    """The expanded relation of one user."""
    wanted = call.check_expand(USER)
    if wanted is None or call.options.expand is None:
        return {}
    if wanted == "manager":
        manager = call.view.manager(user)
        found = related(call, [] if manager is None else [Ref(Kind.USER, manager)], call.options.expand.select)
        return {"manager": found[0]} if found else {}
    return {"memberOf": related(call, _member_of(call, user)[:MAX_EXPANDED], call.options.expand.select)}


def _check_sign_in_activity(call: Call) -> None:
    """Last sign-ins are for tenants with P1 or P2, and of one person only by object id.

    raises  GraphError
    """
    if not wants_sign_in_activity(call.request):
        return
    if not call.view.knobs.premium:
        raise GraphError(
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Tenant is not a B2C tenant and doesn't have premium license",
        )
    if call.keys and "@" in call.keys[0]:
        raise GraphError(400, "BadRequest", "Sign-in activity of a user is only available by object id.")


def list_users(call: Call) -> dict[str, Any]:
    """GET /users"""
    _check_sign_in_activity(call)
    if call.check_expand(USER) is None:
        return collection(call, USER, _source(call), context="users")
    names = call.names(USER, in_list=True)
    return page(
        call,
        _source(call),
        lambda person: USER.render(call.view, person, names) | _expanded(call, person.serial),
        context=f"users{selected(call)}",
        matches=matcher(call, USER),
    )


def count_users(call: Call) -> Response:
    """GET /users/$count"""
    return number(call, _source(call), USER)


def get_user(call: Call) -> dict[str, Any]:
    """GET /users/{id or userPrincipalName}"""
    _check_sign_in_activity(call)
    index = call.user(call.keys[0])
    return entity(call, USER, call.view.person(index), context="users", extra=_expanded(call, index))


def get_manager(call: Call) -> dict[str, Any]:
    """GET /users/{id}/manager"""
    manager = call.view.manager(call.user(call.keys[0]))
    if manager is None:
        raise not_found("manager")
    document = related(call, [Ref(Kind.USER, manager)], call.options.select)[0]
    return {"@odata.context": call.context("directoryObjects/$entity"), **document}


def list_member_of(call: Call) -> dict[str, Any]:
    """GET /users/{id}/memberOf, also cast to one type"""
    source = Whole(_member_of(call, call.user(call.keys[0])))
    return mixed_collection(call, source, cast_to=call.keys[1] if len(call.keys) > 1 else None)


def list_owned_objects(call: Call) -> dict[str, Any]:
    """GET /users/{id}/ownedObjects: groups, which is all that people own here"""
    holder = Ref(Kind.USER, call.user(call.keys[0]))
    owned: list[DirectoryObject] = [Ref(Kind.GROUP, group) for group in call.view.owned_by(holder)]
    return mixed_collection(call, Whole(owned))


def list_direct_reports(call: Call) -> dict[str, Any]:
    """GET /users/{id}/directReports; asked of the other end, so it takes time in proportion to the tenant"""
    view, manager = call.view, call.user(call.keys[0])
    people = (Ref(Kind.USER, index) for index in range(view.size(Kind.USER)))
    reports: list[DirectoryObject] = [
        ref for ref in people if view.present(ref) and view.manager(ref.serial) == manager
    ]
    return mixed_collection(call, Whole(reports))


def list_licence_details(call: Call) -> dict[str, Any]:
    """GET /users/{id}/licenseDetails"""
    call.refuse_paging()
    index = call.user(call.keys[0])
    skus = {sku.id: sku for sku in call.view.base.skus()}
    value = [
        {
            "id": urlsafe_b64encode(f"{index}.{sku_id}".encode()).rstrip(b"=").decode(),
            "skuId": sku_id,
            "skuPartNumber": skus[sku_id].part_number,
            "servicePlans": service_plans(skus[sku_id], disabled),
        }
        for sku_id, disabled in call.view.held_licences(index).items()
    ]
    return {"@odata.context": call.context(f"users('{call.keys[0]}')/licenseDetails"), "value": value}


def list_app_role_assignments(call: Call) -> dict[str, Any]:
    """GET /users/{id}/appRoleAssignments: the person's own, and those of groups that it is directly in."""
    holder = Ref(Kind.USER, call.user(call.keys[0]))
    found = list(call.view.app_assignments_of(holder))
    for group in call.view.groups_of(holder):
        found.extend(call.view.app_assignments_of(Ref(Kind.GROUP, group)))
    return collection(call, APP_ROLE_ASSIGNMENT, Whole(found), context="appRoleAssignments")
