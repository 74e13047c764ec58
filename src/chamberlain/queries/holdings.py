"""From direct edges to what people hold and why: the same rules for a person's page and for a permission's."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chamberlain.model.holding import Holding, ServicePlan
from chamberlain.model.kind import GROUP_FAMILIES, Family, Kind, Relation
from chamberlain.model.observed import family_of
from chamberlain.model.path import Link, Path, Reason
from chamberlain.policy.path import Chain, chains
from chamberlain.policy.planning.facts import read_moment
from chamberlain.queries.terms import ends_of
from chamberlain.queries.unread import unread_since
from chamberlain.store.reads import holdings, permissions

GIVEN_STATES = frozenset({"Active", "ActiveWithError"})
WHOLE_TENANT = "/"
ASSIGNED = (Relation.ASSIGNED, Relation.ELIGIBLE)
Row = dict[str, Any]


def label(row: Mapping[str, Any]) -> str:
    """The name of a permission where its application is not told beside it."""
    return f"{row['app']}: {row['name']}" if row["app"] else str(row["name"])


def holdings_of(*, tenant_id: int, account_id: int, at: datetime | None = None) -> tuple[Holding, ...]:
    """Everything that an account holds, or held at a time, by kind and name."""
    return _from(
        holdings.direct(tenant_id=tenant_id, holders=[account_id], at=at),
        tenant_id=tenant_id,
        account_id=account_id,
        at=at,
    )


def first_holdings_of(
    *, tenant_id: int, account_id: int, most: int
) -> tuple[tuple[Holding, ...], dict[tuple[Kind, bool], int]]:
    """The first of what an account holds now, by kind and name, each as `holdings_of` tells it.

    most     so many of each kind, held and owned; of licences all
    returns  also how many there are of each kind, held (False) and owned (True)
    """
    first = holdings.first(tenant_id=tenant_id, holder=account_id, most=most)
    leading = {id_ for row in first for id_ in (row["id"], *row["through"])}
    direct = holdings.direct(tenant_id=tenant_id, holders=[account_id], permissions=list(leading))
    wanted = {(row["key"], row["owner"]) for row in first}
    found = _from(direct, tenant_id=tenant_id, account_id=account_id, at=None)
    return (
        tuple(one for one in found if (one.key, one.owner) in wanted),
        {(Kind(row["kind"]), row["owner"]): row["number"] for row in first},
    )


def _from(direct: list[Row], *, tenant_id: int, account_id: int, at: datetime | None) -> tuple[Holding, ...]:
    """What follows from direct edges of an account."""
    member_of = {row["permission_id"]: row["opened_at"] for row in direct if row["relation"] == Relation.MEMBER}
    ways = chains(direct=member_of, outer=holdings.outer(tenant_id=tenant_id, groups=list(member_of), at=at))
    through = holdings.held_by_groups(tenant_id=tenant_id, groups=list(member_of), at=at)
    ids = {row["permission_id"] for row in (*direct, *through)} | set(ways) | {row["via_id"] for row in direct}
    known = holdings.permissions(tenant_id=tenant_id, ids=list(ids), at=at)

    paths: dict[int, list[Path]] = {}
    for group, found in ways.items():
        paths[group] = [_group_path(chain, known) for chain in found]
    for row in direct:
        if row["relation"] in ASSIGNED:
            paths.setdefault(row["permission_id"], []).append(_assigned_path(row, known))
    for row in through:
        paths.setdefault(row["permission_id"], []).append(
            _through_group(row, known, since=max(row["opened_at"], member_of[row["holder_id"]]))
        )
    plans = holdings.plans(
        tenant_id=tenant_id, skus=[known[id_]["guid"] for id_ in paths if known[id_]["family"] == Family.LICENCE], at=at
    )
    disabled = _disabled_by_sku(direct)
    ends = ends_of(tenant_id=tenant_id, accounts=[account_id], at=at)
    for id_ in paths:
        paths[id_] = [ends.on(path, account=account_id, permission=known[id_]) for path in paths[id_]]
    unread = unread_since(tenant_id=tenant_id, rows=known.values()) if at is None else {}
    held = [
        _holding(known[id_], found, plans=_plans(known[id_], plans, disabled.get(id_)), owner=False)
        for id_, found in paths.items()
    ]
    owned = [
        _holding(group, [ends.on(_direct(since), account=account_id, permission=group, owner=True)], owner=True)
        for row in direct
        if row["relation"] == Relation.OWNER
        for group, since in ((known[row["permission_id"]], row["opened_at"]),)
    ]
    order = list(Kind)
    told = [replace(one, unread=unread.get(family_of(one.key) or 0)) for one in (*held, *owned)]
    return tuple(sorted(told, key=lambda one: (order.index(one.kind), one.owner, one.name.lower(), one.key)))


def paths_to(
    *, tenant_id: int, permission: Row, accounts: list[int], at: datetime | None = None
) -> dict[int, tuple[Path, ...]]:
    """Every way in which these accounts hold a permission, or held it at a time, by account."""
    if not accounts:
        return {}
    direct = holdings.direct(tenant_id=tenant_id, holders=accounts, at=at)
    into = dict.fromkeys(GROUP_FAMILIES, _paths_into_group)
    ways = {**into, Family.SERVICE_PLAN: _paths_to_plan}
    way = ways.get(Family(permission["family"]), _paths_to_assignment)
    ends = ends_of(tenant_id=tenant_id, accounts=accounts, at=at)
    return {
        account: tuple(ends.on(path, account=account, permission=permission) for path in found)
        for account, found in way(tenant_id, permission, direct, at).items()
    }


def _paths_into_group(
    tenant_id: int, permission: Row, direct: list[Row], at: datetime | None
) -> dict[int, tuple[Path, ...]]:
    inside = {permission["id"], *permissions.inner_groups(tenant_id=tenant_id, permission_id=permission["id"], at=at)}
    outer = {
        group: [wider for wider in wider_groups if wider in inside]
        for group, wider_groups in holdings.outer(tenant_id=tenant_id, groups=list(inside), at=at).items()
        if group in inside
    }
    known = holdings.permissions(tenant_id=tenant_id, ids=list(inside), at=at)
    members: dict[int, dict[int, datetime]] = {}
    for row in direct:
        if row["relation"] == Relation.MEMBER and row["permission_id"] in inside:
            members.setdefault(row["holder_id"], {})[row["permission_id"]] = row["opened_at"]
    return {
        account: tuple(
            _group_path(chain, known) for chain in chains(direct=groups, outer=outer).get(permission["id"], ())
        )
        for account, groups in members.items()
    }


def _paths_to_assignment(
    tenant_id: int, permission: Row, direct: list[Row], at: datetime | None
) -> dict[int, tuple[Path, ...]]:
    groups = permissions.group_holders(tenant_id=tenant_id, permission_id=permission["id"], at=at)
    held = [
        row
        for row in holdings.held_by_groups(tenant_id=tenant_id, groups=groups, at=at)
        if row["permission_id"] == permission["id"]
    ]
    known = holdings.permissions(tenant_id=tenant_id, ids=[*groups, *(row["via_id"] for row in direct)], at=at)
    paths: dict[int, list[Path]] = {}
    for row in direct:
        own = paths.setdefault(row["holder_id"], [])
        if row["permission_id"] == permission["id"] and row["relation"] in ASSIGNED:
            own.append(_assigned_path(row, known))
        if row["relation"] == Relation.MEMBER:
            own.extend(
                _through_group(by_group, known, since=max(by_group["opened_at"], row["opened_at"]))
                for by_group in held
                if by_group["holder_id"] == row["permission_id"]
            )
    return {account: tuple(found) for account, found in paths.items()}


def _paths_to_plan(tenant_id: int, plan: Row, direct: list[Row], at: datetime | None) -> dict[int, tuple[Path, ...]]:
    known = holdings.permissions(
        tenant_id=tenant_id, ids=[id_ for row in direct for id_ in (row["permission_id"], row["via_id"])], at=at
    )
    paths: dict[int, list[Path]] = {}
    for row in direct:
        licence = known.get(row["permission_id"])
        if licence is None or licence["family"] != Family.LICENCE or licence["guid"] != plan["parent"]:
            continue
        if _given(row) and plan["guid"] not in row["detail"]["disabled"]:
            by_group = _links([row["via_id"]], known)
            paths.setdefault(row["holder_id"], []).append(
                Path(Reason.LICENCE, (*by_group, *_links([row["permission_id"]], known)), row["opened_at"])
            )
    return {account: tuple(found) for account, found in paths.items()}


def _group_path(chain: Chain, known: Mapping[int, Row]) -> Path:
    if len(chain.groups) > 1:
        return Path(Reason.NESTED, _links(chain.groups[:-1], known), chain.since)
    by_rule = bool(known[chain.groups[0]]["facts"].get("dynamic"))
    return Path(Reason.RULE if by_rule else Reason.DIRECT, (), chain.since)


def _assigned_path(row: Row, known: Mapping[int, Row]) -> Path:
    detail = row["detail"] or {}
    scope = detail.get("scope", WHOLE_TENANT)
    error = detail.get("error", "None")
    by_group = Reason.GROUP if row["via_id"] else Reason.DIRECT
    return Path(
        Reason.ELIGIBLE if row["relation"] == Relation.ELIGIBLE else by_group,
        _links([row["via_id"]], known),
        row["opened_at"],
        state=detail.get("state", ""),
        error="" if error == "None" else error,
        scope="" if scope == WHOLE_TENANT else scope,
        until=_ends(detail),
    )


def _through_group(row: Row, known: Mapping[int, Row], *, since: datetime) -> Path:
    detail = row["detail"] or {}
    scope = detail.get("scope", WHOLE_TENANT)
    reason = Reason.ELIGIBLE if row["relation"] == Relation.ELIGIBLE else Reason.GROUP
    links = _links([row["holder_id"]], known)
    return Path(reason, links, since, scope="" if scope == WHOLE_TENANT else scope, until=_ends(detail))


def _ends(detail: Mapping[str, Any]) -> datetime | None:
    """When Microsoft ends it by itself."""
    return read_moment(detail.get("ends"))


def _direct(since: datetime) -> Path:
    return Path(Reason.DIRECT, (), since)


def _links(ids: Iterable[int], known: Mapping[int, Row]) -> tuple[Link, ...]:
    return tuple(Link(known[id_]["key"], Kind(known[id_]["kind"]), label(known[id_])) for id_ in ids if id_ in known)


def _given(row: Row) -> bool:
    return (row["detail"] or {}).get("state") in GIVEN_STATES


def _disabled_by_sku(direct: Iterable[Row]) -> dict[int, set[str]]:
    """For each licence that Microsoft gave: the plans that are switched off in every one of its states."""
    found: dict[int, set[str]] = {}
    for row in direct:
        if row["relation"] == Relation.ASSIGNED and _given(row):
            off = set(row["detail"]["disabled"])
            id_ = row["permission_id"]
            found[id_] = found[id_] & off if id_ in found else off
    return found


def _plans(permission: Row, plans: Mapping[str, list[Row]], disabled: set[str] | None) -> tuple[ServicePlan, ...]:
    if permission["family"] != Family.LICENCE:
        return ()
    return tuple(
        ServicePlan(plan["key"], plan["name"], disabled is not None and plan["guid"] not in disabled)
        for plan in plans.get(permission["guid"], ())
    )


def _reaches(path: Path) -> bool:
    """Whether a path gives what it leads to: not for the eligible, nor where Microsoft could not give a licence."""
    return path.reason is not Reason.ELIGIBLE and (not path.state or path.state in GIVEN_STATES)


def _holding(permission: Row, paths: list[Path], *, owner: bool, plans: tuple[ServicePlan, ...] = ()) -> Holding:
    return Holding(
        key=permission["key"],
        kind=Kind(permission["kind"]),
        name=permission["name"],
        description=permission["description"],
        app=permission["app"],
        since=min(path.since for path in paths),
        owner=owner,
        effective=any(_reaches(path) for path in paths),
        paths=tuple(paths),
        plans=plans,
    )
