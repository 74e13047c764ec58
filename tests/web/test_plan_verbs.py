"""Every change that the engine knows is asked for in the browser, by a form of exactly what it takes."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from plan_asking import LATER, SOMEBODY, UNIT, asked, crowded, drafted, first, gone, holding, lent, planned, told
from plannable import WRITING, choose, group, person, plannable, pointing
from visitors import use_link

import stories
from chamberlain.actions.sign_in import issue_sign_in_link
from chamberlain.bench.simulated import Simulated
from chamberlain.bootstrap import World
from chamberlain.model.plan import Change, Options, Subject, SubjectType
from chamberlain.model.tenant import Tenant
from chamberlain.model.verb import ACCESS_GIVING, ACCESS_TAKING, OF_MAILBOX, Verb
from chamberlain.queries.composing import MOST_HELD
from chamberlain.settings import Settings
from chamberlain.store.connection import rows
from chamberlain.web.plan_asks import ASKS, without_form
from chamberlain.web.plan_draft import carried


@pytest.fixture(scope="module")
def settings(world: World, start_tenant: Callable[..., Simulated]) -> Iterator[Settings]:
    with pointing(plannable(start_tenant).simulator) as found:
        yield found


@pytest.fixture
def tenant(settings: Settings, start_tenant: Callable[..., Simulated]) -> Tenant:
    found = plannable(start_tenant).tenant
    choose(found, *WRITING)
    return found


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    visitor = Client(SERVER_NAME="localhost")
    link = issue_sign_in_link(actor=stories.ADMIN, root="http://localhost", name="Verb asker")
    assert use_link(visitor, link).status_code == 302
    return visitor


def test_every_verb_has_a_form() -> None:
    assert without_form() == (), "give it a form in web/plan_asks.py"
    assert {*ASKS} == set(Verb)


@pytest.mark.parametrize("verb", [Verb.ADD_MEMBER, Verb.ADD_OWNER])
def test_somebody_is_put_into_a_group_for_a_time(client: Client, tenant: Tenant, verb: Verb) -> None:
    found = group(tenant)
    guid = person(tenant, outside=found["members"])["guid"]
    looked = asked(client, tenant, who=guid, verb=verb.value, find_what=found["name"], do="look")
    assert f'name="what" value="{found["key"]}"' in looked.content.decode()
    made = drafted(asked(client, tenant, who=guid, verb=verb.value, what=found["key"], ends="2099-01-01", do="add"))
    assert made == (Change(verb, Subject(guid), found["key"], Options(ends=LATER)),)
    assert planned(client, tenant, made) == made


@pytest.mark.parametrize(
    ("verb", "where", "scope"),
    [
        (Verb.ASSIGN_ROLE, {}, "/"),
        (Verb.ASSIGN_ROLE, {"scope": "unit", "scope_id": UNIT.upper()}, f"/administrativeUnits/{UNIT}"),
        (Verb.ASSIGN_ROLE, {"scope": "object", "scope_id": UNIT}, f"/{UNIT}"),
        (Verb.MAKE_ELIGIBLE, {"scope": f"/administrativeUnits/{UNIT}"}, f"/administrativeUnits/{UNIT}"),
    ],
)
def test_a_role_is_given_where_it_is_to_hold(
    client: Client, tenant: Tenant, verb: Verb, where: dict[str, str], scope: str
) -> None:
    role = first(tenant, "p.family = 2 AND p.name = 'User Administrator'")
    guid = person(tenant, outside=[])["guid"]
    form = {"who": guid, "verb": verb.value, "what": role["key"], "ends": "2099-01-01", "ends_at": "12:00", **where}
    answer = asked(client, tenant, **form, do="add")
    options = Options(scope=scope, ends=datetime(2099, 1, 1, 12, tzinfo=UTC))
    assert drafted(answer) == (Change(verb, Subject(guid), role["key"], options),)
    if scope != "/":
        assert UNIT in told(answer).split("To be planned")[1], "the draft says where it holds"
    assert planned(client, tenant, drafted(answer)) == drafted(answer)


def test_a_role_in_a_part_of_the_directory_is_taken_there(client: Client, tenant: Tenant) -> None:
    scope = f"/administrativeUnits/{UNIT}"
    with lent(tenant, "p.family = 2 AND p.name = 'Groups Administrator'", scope=scope) as held:
        value = f"{held['key']} {scope}"
        shown = asked(client, tenant, who=held["guid"], verb="remove_role", do="look").content.decode()
        assert f'name="what" value="{value}"' in shown
        made = drafted(asked(client, tenant, who=held["guid"], verb="remove_role", what=value, do="add"))
        assert made == (Change(Verb.REMOVE_ROLE, Subject(held["guid"]), held["key"], Options(scope=scope)),)
        assert planned(client, tenant, made) == made
        ticked = html.unescape(client.get(f"/t/{tenant.slug}/people/{held['guid']}").content.decode())
        assert f'value="{carried(made[0])}"' in ticked, "it can be ticked at the person, too"
        offered = asked(client, tenant, who=held["guid"], verb="assign_role", do="look").content.decode()
        assert f'<option value="{scope}"' in offered, "where somebody has a role, another can be given"


@pytest.mark.parametrize(
    ("verb", "where"),
    [
        (Verb.REMOVE_MEMBER, "p.family = 1 AND g.relation = 1 AND NOT coalesce((p.facts ->> 'dynamic')::bool, false)"),
        (Verb.REMOVE_OWNER, "p.family = 1 AND g.relation = 2"),
        (Verb.REMOVE_ROLE, "p.family = 2 AND g.relation = 3 AND q.content ->> 'scope' = '/'"),
        (Verb.REMOVE_LICENCE, "p.family = 3 AND g.relation = 3"),
    ],
)
def test_what_is_held_directly_is_offered_to_be_taken(client: Client, tenant: Tenant, verb: Verb, where: str) -> None:
    held = holding(tenant, where)
    shown = asked(client, tenant, who=held["guid"], verb=verb.value, do="look").content.decode()
    assert f'name="what" value="{held["key"]}"' in shown
    made = drafted(asked(client, tenant, who=held["guid"], verb=verb.value, what=held["key"], do="add"))
    assert made == (Change(verb, Subject(held["guid"]), held["key"]),)
    assert planned(client, tenant, made) == made


def test_an_application_that_is_held_directly_is_taken(client: Client, tenant: Tenant) -> None:
    with lent(tenant, "p.family = 4") as held:
        shown = asked(client, tenant, who=held["guid"], verb="remove_app_role", do="look").content.decode()
        assert f'name="what" value="{held["key"]}"' in shown
        made = drafted(asked(client, tenant, who=held["guid"], verb="remove_app_role", what=held["key"], do="add"))
        assert made == (Change(Verb.REMOVE_APP_ROLE, Subject(held["guid"]), held["key"]),)


def test_of_much_that_is_held_the_first_is_offered_and_the_page_says_that_there_is_more(
    client: Client, tenant: Tenant
) -> None:
    who = person(tenant, outside=[], place=4)["guid"]
    with (
        crowded(tenant, who, name="! a rule", count=MOST_HELD + 1, dynamic=True),
        crowded(tenant, who, name="! by hand", count=MOST_HELD + 1, dynamic=False) as names,
    ):
        answer = asked(client, tenant, who=who, verb="remove_member", do="look")
        shown = told(answer)
        assert answer.content.decode().count('name="what" value="') == MOST_HELD
        assert [name for name in names if name in shown] == names[:MOST_HELD]
        assert "! a rule" not in shown, "what a rule put them in is not taken by hand, and takes no place"
        assert f"These are the first {MOST_HELD} by name, and there are more." in shown
    after = asked(client, tenant, who=who, verb="remove_member", do="look")
    assert "and there are more" not in told(after)


def test_services_are_those_of_the_licence_however_many_others_are_held(client: Client, tenant: Tenant) -> None:
    held = holding(tenant, "p.family = 3 AND g.relation = 3 AND jsonb_array_length(q.content -> 'disabled') > 0")
    with crowded(tenant, held["guid"], name="! licence", count=MOST_HELD, family=3, relation=3):
        form = {"who": held["guid"], "verb": "set_plans", "what": held["key"]}
        shown = asked(client, tenant, **form, do="look").content.decode()
    boxes = re.findall(r'name="on" value="([^"]+)"( checked)?', shown)
    assert {guid for guid, checked in boxes if not checked} == set(held["detail"]["disabled"])


def test_eligibility_that_nobody_holds_says_so(client: Client, tenant: Tenant) -> None:
    guid = person(tenant, outside=[])["guid"]
    shown = told(asked(client, tenant, who=guid, verb="end_eligible", do="look"))
    assert "Nothing of this is held directly." in shown
    role = first(tenant, "p.family = 2")["key"]
    made = drafted(asked(client, tenant, who=guid, verb="end_eligible", what=f"{role} /", do="add"))
    assert made == (Change(Verb.END_ELIGIBLE, Subject(guid), role),)


def test_a_licence_is_given_with_some_services_off(client: Client, tenant: Tenant) -> None:
    licence = first(tenant, "p.family = 3")
    services = rows(
        "SELECT guid::text AS guid, name FROM permission WHERE tenant_id = %(tenant)s AND family = 5 "
        "AND parent = %(sku)s::uuid AND gone_at IS NULL ORDER BY guid",
        {"tenant": tenant.id, "sku": licence["guid"]},
    )
    guid = person(tenant, outside=[])["guid"]
    form = {"who": guid, "verb": "assign_licence", "what": licence["key"]}
    shown = asked(client, tenant, **form, do="look").content.decode()
    assert shown.count('name="on"') == len(services)
    on = [one["guid"] for one in services[1:]]
    answer = asked(client, tenant, **form, services_of=licence["key"], on=on, do="add")
    off = (services[0]["guid"],)
    assert drafted(answer) == (Change(Verb.ASSIGN_LICENCE, Subject(guid), licence["key"], Options(disabled_plans=off)),)
    assert f"with these services off: {services[0]['name']}" in told(answer)
    assert planned(client, tenant, drafted(answer)) == drafted(answer)
    everything = drafted(asked(client, tenant, **form, do="add"))
    assert everything[0].options.disabled_plans is None


def test_services_of_a_licence_are_switched_from_what_is_on_now(client: Client, tenant: Tenant) -> None:
    held = holding(tenant, "p.family = 3 AND g.relation = 3 AND (SELECT count(*) FROM permission s "
                           "WHERE s.tenant_id = p.tenant_id AND s.parent = p.guid AND s.family = 5) > 1")  # fmt: skip
    form = {"who": held["guid"], "verb": "set_plans", "what": held["key"]}
    unseen = asked(client, tenant, **form, do="add")
    assert unseen.status_code == 400
    assert "choose which are on, and add it again" in told(unseen)
    boxes = re.findall(r'name="on" value="([^"]+)"( checked)?', unseen.content.decode())
    now_off = set(held["detail"]["disabled"])
    assert {guid for guid, checked in boxes if not checked} == now_off & {guid for guid, _ in boxes}
    answer = asked(client, tenant, **form, services_of=held["key"], on=[boxes[0][0]], do="add")
    off = tuple(sorted(guid for guid, _ in boxes[1:]))
    expected = Change(Verb.SET_PLANS, Subject(held["guid"]), held["key"], Options(disabled_plans=off))
    assert drafted(answer) == (expected,)
    assert planned(client, tenant, drafted(answer)) == drafted(answer)
    preview = told(answer).split("What would happen")[1]
    assert re.search(r"in \S.* (on becomes off|off becomes on)", preview), "each service by itself"


def test_a_licence_is_swapped_for_another(client: Client, tenant: Tenant) -> None:
    held = holding(tenant, "p.family = 3 AND g.relation = 3")
    other = first(tenant, f"p.family = 3 AND p.key <> '{held['key']}'")
    form = {"who": held["guid"], "verb": "swap_licence", "what": other["key"]}
    missing = asked(client, tenant, **form, do="add")
    assert missing.status_code == 400
    assert "Choose the licence that goes." in told(missing)
    assert f'name="instead_of" value="{held["key"]}"' in missing.content.decode()
    same = asked(client, tenant, **{**form, "what": held["key"]}, instead_of=held["key"], do="add")
    assert "This is the licence that goes" in told(same)
    answer = asked(client, tenant, **form, instead_of=held["key"], do="add")
    options = Options(instead_of=held["key"])
    assert drafted(answer) == (Change(Verb.SWAP_LICENCE, Subject(held["guid"]), other["key"], options),)
    assert f"in place of {held['name']}" in told(answer)
    assert planned(client, tenant, drafted(answer)) == drafted(answer)


@pytest.mark.parametrize(
    "verb",
    [Verb.BLOCK, Verb.ENABLE, Verb.REVOKE_SESSIONS, Verb.RESET_PASSWORD, Verb.DELETE_USER, Verb.REPROCESS_LICENCES],
)
def test_what_is_done_to_the_account_itself_asks_for_nothing_more(client: Client, tenant: Tenant, verb: Verb) -> None:
    guids = [person(tenant, outside=[], place=place)["guid"] for place in (0, 1)]
    shown = asked(client, tenant, who=guids, verb=verb.value, do="look").content.decode()
    assert 'type="password"' not in shown
    made = drafted(asked(client, tenant, who=guids, verb=verb.value, do="add"))
    assert made == tuple(Change(verb, Subject(guid)) for guid in guids)
    assert set(map(str, planned(client, tenant, made))) == set(map(str, made))


def test_a_password_is_never_typed_and_the_page_says_what_becomes_of_it(client: Client, tenant: Tenant) -> None:
    guid = person(tenant, outside=[])["guid"]
    for verb in ("reset_password", "create_user"):
        answer = asked(client, tenant, who=guid, verb=verb, do="look")
        assert "nobody types it, and nobody sees it" in told(answer)
        assert "Temporary Access Pass" in told(answer)
        assert "password" not in re.findall(r'<input[^>]*type="(\w+)"', answer.content.decode())


def test_only_what_was_changed_of_somebody_is_sent(client: Client, tenant: Tenant) -> None:
    someone = person(tenant, outside=[])
    boss = person(tenant, outside=[someone["guid"]], place=3)
    form: dict[str, Any] = {"who": someone["guid"], "verb": "update_user"}
    shown = asked(client, tenant, **form, do="look").content.decode()
    values = {name: html.unescape(value) for name, value in re.findall(r'name="(p-\w+)"[^>]* value="([^"]*)"', shown)}
    assert values["p-displayName"] == someone["name"]
    unchanged = asked(client, tenant, **form, **values, shown_of=someone["guid"], do="add")
    assert unchanged.status_code == 400
    assert "Change at least one field." in told(unchanged)
    wanted = {**values, "p-jobTitle": "Head of Tests", "p-manager": boss["user_name"], "p-givenName": "Ada"}
    answer = asked(client, tenant, **form, **wanted, shown_of=someone["guid"], empty="state", do="add")
    properties = {"givenName": "Ada", "jobTitle": "Head of Tests", "manager": boss["guid"], "state": None}
    (made,) = drafted(answer)
    assert (made.verb, made.subject, dict(made.options.properties)) == (
        Verb.UPDATE_USER, Subject(someone["guid"]), properties,
    )  # fmt: skip
    assert f"Manager: {boss['name']}" in told(answer)
    preview = told(answer).split("What would happen")[1]
    assert re.search(r"Job title .* becomes Head of Tests", preview)
    assert planned(client, tenant, (made,)) == (made,)


def test_a_field_is_set_for_many_at_once_and_nobody_is_renamed_so(client: Client, tenant: Tenant) -> None:
    guids = [person(tenant, outside=[], place=place)["guid"] for place in (0, 1)]
    shown = asked(client, tenant, who=guids, verb="update_user", do="look").content.decode()
    assert 'name="p-department"' in shown
    assert 'name="p-displayName"' not in shown
    form = {"p-department": "Tests", "p-displayName": "All Alike"}
    made = drafted(asked(client, tenant, who=guids, verb="update_user", **form, do="add"))
    assert [dict(one.options.properties) for one in made] == [{"department": "Tests"}] * 2


def test_somebody_is_created_and_what_is_wrong_is_said_at_its_field(client: Client, tenant: Tenant) -> None:
    form = {"verb": "create_user", "p-displayName": "Nadia New", "p-userPrincipalName": "nadia new",
            "p-usageLocation": "germany", "p-manager": "nobody at all"}  # fmt: skip
    wrong = asked(client, tenant, **form, do="add")
    assert wrong.status_code == 400
    text = told(wrong)
    for sentence in (
        "A user name looks like ada@contoso.com.",
        "A usage location is two capital letters, such as DE or US.",
        "There is no such person in this tenant.",
    ):
        assert sentence in text, sentence
    for name, value in form.items():
        assert name == "verb" or f'value="{value}"' in wrong.content.decode(), f"{name} is still there"
    right = {**form, "p-userPrincipalName": f"nadia.new@{tenant.domain}", "p-usageLocation": "DE", "p-manager": ""}
    answer = asked(client, tenant, **right, do="add")
    (made,) = drafted(answer)
    assert made.subject == Subject("")
    assert dict(made.options.properties) == {
        "displayName": "Nadia New",
        "userPrincipalName": f"nadia.new@{tenant.domain}",
        "mailNickname": "nadia.new",
        "usageLocation": "DE",
    }
    assert planned(client, tenant, (made,)) == (made,)


def test_who_was_deleted_is_listed_and_restored(client: Client, tenant: Tenant) -> None:
    someone = person(tenant, outside=[], place=2)
    with gone(tenant, someone["guid"]):
        for find in ("", someone["name"], someone["guid"]):
            shown = asked(client, tenant, verb="restore_user", find_gone=find, do="look").content.decode()
            assert f'name="gone" value="{someone["guid"]}"' in shown
        nobody = told(asked(client, tenant, verb="restore_user", find_gone=SOMEBODY, do="look"))
        assert "was seen here and left within the last 30 days" in nobody
        answer = asked(client, tenant, verb="restore_user", gone=someone["guid"], do="add")
        assert drafted(answer) == (Change(Verb.RESTORE_USER, Subject(someone["guid"])),)
        assert f"{someone['name']} is restored" in told(answer)
        assert planned(client, tenant, drafted(answer)) == drafted(answer)
        page = client.get(f"/t/{tenant.slug}/people/{someone['guid']}").content.decode()
        assert f"verb=restore_user&amp;gone={someone['guid']}" in page


@pytest.mark.parametrize(
    ("verb", "where"),
    [
        (Verb.ASSIGN_LICENCE, "p.family = 3"),
        (Verb.ASSIGN_APP_ROLE, "p.family = 4"),
        (Verb.ADD_MEMBER, "p.kind = 'security_group'"),
        (Verb.ASSIGN_ROLE, "p.family = 2"),
    ],
)
def test_a_group_holds_like_a_person(client: Client, tenant: Tenant, verb: Verb, where: str) -> None:
    holder = group(tenant, 1)
    thing = first(tenant, f"{where} AND p.key <> '{holder['key']}'")
    looked = asked(client, tenant, verb=verb.value, find_who=holder["name"], do="look").content.decode()
    assert f'name="who" value="{holder["key"]}"' in looked
    made = drafted(asked(client, tenant, who=holder["key"], verb=verb.value, what=thing["key"], do="add"))
    subject = Subject(holder["key"].partition(":")[2], SubjectType.GROUP)
    assert made == (Change(verb, subject, thing["key"]),)
    assert planned(client, tenant, made) == made


@pytest.mark.parametrize("verb", sorted(OF_MAILBOX - {Verb.SET_REPLIES, Verb.SET_FORWARDING}))
def test_a_mailbox_is_changed_for_whom_it_says(client: Client, tenant: Tenant, verb: Verb) -> None:
    owner, other = (person(tenant, outside=[], place=place) for place in (0, 3))
    form: dict[str, Any] = {"who": owner["guid"], "verb": verb.value, "do": "add"}
    if verb not in ACCESS_GIVING | ACCESS_TAKING:
        assert drafted(asked(client, tenant, **form)) == (Change(verb, Subject(owner["guid"])),)
        return
    nobody = asked(client, tenant, **form)
    assert nobody.status_code == 400
    assert "Name who it is." in told(nobody)
    answer = asked(client, tenant, **form, **{"m-delegate": other["user_name"]})
    options = Options(properties={"delegate": other["guid"]})
    assert drafted(answer) == (Change(verb, Subject(owner["guid"]), "", options),)
    assert other["name"] in told(answer).split("To be planned")[1]
    if verb is Verb.GIVE_SEND_AS:
        assert planned(client, tenant, drafted(answer)) == drafted(answer)


def test_automatic_replies_keep_their_lines_and_times(client: Client, tenant: Tenant) -> None:
    guid = person(tenant, outside=[])["guid"]
    form: dict[str, Any] = {
        "who": guid,
        "verb": "set_replies",
        "do": "add",
        "m-internalReplyMessage": "Gone.\nAsk Ada.",
    }
    half = asked(client, tenant, **form, **{"m-scheduledStart": "2099-01-01T08:00"})
    assert half.status_code == 400
    assert "Enter both" in told(half)
    assert "Gone.\nAsk Ada.</textarea>" in half.content.decode()
    passed = {"m-scheduledStart": "2001-01-01T08:00", "m-scheduledEnd": "2001-02-01T08:00"}
    assert "The end has to be later" in told(asked(client, tenant, **form, **passed))
    times = {"m-scheduledStart": "2099-01-01T08:00", "m-scheduledEnd": "2099-02-01T08:00"}
    outside = {"m-externalReplyMessage": "Left.", "m-externalAudience": "contactsOnly"}
    (made,) = drafted(asked(client, tenant, **form, **times, **outside))
    assert dict(made.options.properties) == {
        "internalReplyMessage": "Gone.\nAsk Ada.",
        "externalReplyMessage": "Left.",
        "externalAudience": "contactsOnly",
        "scheduledStart": "2099-01-01T08:00:00Z",
        "scheduledEnd": "2099-02-01T08:00:00Z",
    }
    (plain,) = drafted(asked(client, tenant, **form, **{"m-externalAudience": "all"}))
    assert dict(plain.options.properties) == {"internalReplyMessage": "Gone.\nAsk Ada."}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "one of the two"),
        ({"m-forwardTo": "x", "m-forwardOutside": "a@b.example"}, "one of the two"),
        ({"m-forwardOutside": "not an address"}, "An address looks like"),
        ({"m-forwardOutside": "ada@partner.example", "m-keepCopy": "yes"}, ""),
    ],
)
def test_mail_goes_on_to_one_of_two(client: Client, tenant: Tenant, typed: dict[str, str], sentence: str) -> None:
    guid = person(tenant, outside=[])["guid"]
    answer = asked(client, tenant, who=guid, verb="set_forwarding", do="add", **typed)
    if sentence:
        assert answer.status_code == 400
        assert sentence in told(answer)
        return
    (made,) = drafted(answer)
    assert dict(made.options.properties) == {"forwardOutside": "ada@partner.example", "keepCopy": True}
    assert "goes on to ada@partner.example" in told(answer)
