"""A page that was read before a plan ran says so, and what the plan did."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from plannable import WRITING, choose, plannable, pointing
from planned import Wish, kept
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.plan import PlanState, StepState
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import Verb
from chamberlain.store.connection import rows
from chamberlain.store.models import PlanRow


@pytest.fixture
def tenant(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Tenant]:
    found = plannable(start_tenant)
    choose(found.tenant, *WRITING)
    with pointing(found.simulator):
        yield found.tenant
    PlanRow.objects.filter(tenant_id=found.tenant.id, reason="made since").delete()


def pair(tenant: Tenant) -> dict[str, Any]:
    """Somebody, and a group that they are not in."""
    (found,) = rows(
        """
        SELECT a.guid::text AS guid, p.key FROM account a, permission p
        WHERE a.tenant_id = %(tenant)s AND p.tenant_id = a.tenant_id AND p.kind = 'security_group'
          AND a.type = 'member' AND a.gone_at IS NULL AND p.gone_at IS NULL AND NOT EXISTS (
            SELECT FROM grants g WHERE g.tenant_id = a.tenant_id AND g.permission_id = p.id AND g.holder_id = a.id
              AND g.closed_at IS NULL)
        ORDER BY a.guid, p.key LIMIT 1
        """,
        {"tenant": tenant.id},
    )
    return found


def test_the_pages_of_whom_and_what_a_plan_changed_tell_of_it(tenant: Tenant) -> None:
    client = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Since")
    assert use_link(client, link).status_code == 302
    found = pair(tenant)
    pages = [
        reverse("person", kwargs={"slug": tenant.slug, "guid": found["guid"]}),
        reverse("permission", kwargs={"slug": tenant.slug, "key": found["key"]}),
    ]
    says = "Ada &lt;b&gt; joins Crew"
    assert all(says not in client.get(page).content.decode() for page in pages)
    wish = Wish(Verb.ADD_MEMBER, found["guid"], "Ada <b>", found["key"], "Crew", StepState.PROVED)
    plan_id = kept(tenant, [wish], state=PlanState.DONE, reason="made since")
    for page in pages:
        text = client.get(page).content.decode()
        assert says in text
        assert "Microsoft confirmed it" in text
        assert f"plan {plan_id}" in text
    then = client.get(f"{pages[0]}?at=2020-01-01")
    assert says not in then.content.decode()
