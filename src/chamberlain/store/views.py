"""Saved views, the views that lists open with, and chosen columns."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic

from chamberlain.errors import Conflict, NotFound
from chamberlain.model.view import MOST_VIEWS, ListName, Shelf, View
from chamberlain.store.connection import rows
from chamberlain.store.models import ColumnsRow, DefaultViewRow, ViewRow

# One question for everything that a page needs: it is asked on every page of a list.
SHELF = """
    SELECT v.id, v.name, v.query, v.shared, v.owner_id = %(user)s AS mine, u.name AS owner_name,
           d.id IS NOT NULL AS default, NULL::jsonb AS columns
    FROM list_view v
    JOIN app_user u ON u.id = v.owner_id
    LEFT JOIN list_default d ON d.view_id = v.id AND d.user_id = %(user)s AND d.tenant_id = v.tenant_id
    WHERE v.tenant_id = %(tenant)s AND v.list = %(list)s AND (v.shared OR v.owner_id = %(user)s)
    UNION ALL
    SELECT NULL, '', '', false, true, '', false, c.columns FROM list_columns c
    WHERE c.user_id = %(user)s AND c.list = %(list)s
"""


def shelf(*, tenant_id: int, user_id: UUID, list_name: ListName) -> Shelf:
    """What one person keeps for a list: their own views by name, then those that others share."""
    found = rows(SHELF, {"tenant": tenant_id, "user": user_id, "list": list_name.value})
    views = [_view(row, list_name) for row in found if row["id"] is not None]
    columns: list[str] = next((row["columns"] for row in found if row["id"] is None), [])
    return Shelf(tuple(sorted(views, key=lambda view: (not view.mine, view.name.lower(), view.id))), tuple(columns))


def find(*, tenant_id: int, user_id: UUID, view_id: int) -> View:
    """A view that this person may see.

    raises  NotFound("view_not_found")
    """
    row = ViewRow.objects.select_related("owner").filter(tenant_id=tenant_id, id=view_id).first()
    if row is None or (row.owner_id != user_id and not row.shared):
        raise NotFound("view_not_found")
    return View(
        id=row.id,
        list=ListName(row.list),
        name=row.name,
        query=row.query,
        shared=row.shared,
        mine=row.owner_id == user_id,
        default=DefaultViewRow.objects.filter(user_id=user_id, view_id=row.id).exists(),
        owner_name=row.owner.name,
    )


def create(
    *, tenant_id: int, user_id: UUID, list_name: ListName, name: str, query: str, shared: bool, now: datetime
) -> int:
    """The id of a new view.

    raises  Conflict("view_name_taken"), Conflict("views_too_many")
    """
    kept = ViewRow.objects.filter(tenant_id=tenant_id, owner_id=user_id, list=list_name.value)
    if kept.count() >= MOST_VIEWS:
        raise Conflict("views_too_many", most=MOST_VIEWS)
    return _written(
        ViewRow(
            tenant_id=tenant_id,
            owner_id=user_id,
            list=list_name.value,
            name=name,
            query=query,
            shared=shared,
            saved_at=now,
        )
    )


def change(*, tenant_id: int, view_id: int, now: datetime, **values: object) -> None:
    """Changes name, query or shared.

    raises  Conflict("view_name_taken"), NotFound("view_not_found") where it was deleted meanwhile
    """
    row = ViewRow.objects.select_for_update().filter(tenant_id=tenant_id, id=view_id).first()
    if row is None:
        raise NotFound("view_not_found")
    for name, value in {**values, "saved_at": now}.items():
        setattr(row, name, value)
    _written(row)
    if not row.shared:
        DefaultViewRow.objects.filter(view_id=row.id).exclude(user_id=row.owner_id).delete()


def delete(*, tenant_id: int, view_id: int) -> None:
    """Forgets a view; lists that opened with it open as they did before."""
    ViewRow.objects.filter(tenant_id=tenant_id, id=view_id).delete()


def set_default(*, tenant_id: int, user_id: UUID, list_name: ListName, view_id: int | None) -> None:
    """Lets a list open with a view; None: with everything."""
    mine: dict[str, Any] = {"tenant_id": tenant_id, "user_id": user_id, "list": list_name.value}
    if view_id is None:
        DefaultViewRow.objects.filter(**mine).delete()
    else:
        DefaultViewRow.objects.update_or_create(**mine, defaults={"view_id": view_id})


def set_columns(*, user_id: UUID, list_name: ListName, columns: tuple[str, ...]) -> None:
    """Remembers columns and their order; none: as if never chosen."""
    mine: dict[str, Any] = {"user_id": user_id, "list": list_name.value}
    if columns:
        ColumnsRow.objects.update_or_create(**mine, defaults={"columns": list(columns)})
    else:
        ColumnsRow.objects.filter(**mine).delete()


def _written(row: ViewRow) -> int:
    try:
        with atomic():
            row.save()
    except IntegrityError as error:
        if "list_view_name" not in str(error):
            raise
        raise Conflict("view_name_taken", name=row.name) from None
    return row.id


def _view(row: dict[str, Any], list_name: ListName) -> View:
    return View(
        id=row["id"],
        list=list_name,
        name=row["name"],
        query=row["query"],
        shared=row["shared"],
        mine=row["mine"],
        default=row["default"],
        owner_name=row["owner_name"],
    )
