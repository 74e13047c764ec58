"""`{% load rights %}`: what the viewer may do, so that a page offers nothing that would be refused."""

from typing import Any

from django import template
from django.http import HttpRequest

from chamberlain.model.tenant import Tenant
from chamberlain.policy.authority import Deed
from chamberlain.policy.authority import may as is_allowed
from chamberlain.web.identity import viewer_of

register = template.Library()


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], deed: str, tenant: Tenant | str = "") -> bool:
    """Whether the viewer may do it in the tenant; without one, beyond tenants. `{% may "sync" tenant as can %}`"""
    request = context.get("request")
    if not isinstance(request, HttpRequest) or not request.user.is_authenticated:
        return False
    where = tenant.id if isinstance(tenant, Tenant) else None
    return is_allowed(viewer_of(request), Deed(deed), tenant_id=where)
