"""Every address of the browser wing. They are stable: people bookmark them."""

from django.urls import include, path, register_converter

from chamberlain.model.kind import Kind
from chamberlain.model.view import ListName
from chamberlain.web.views import (
    audit,
    capabilities,
    changes,
    connect,
    connection,
    consents,
    credentials,
    disconnect,
    entry,
    guards,
    health,
    holders,
    lists,
    machine,
    made,
    messages,
    mine,
    new_plan,
    notices,
    overview,
    own_registration,
    own_sign_in,
    people,
    permission,
    permissions,
    person,
    plan_rehearsal,
    plan_run,
    plan_undo,
    plans,
    problem_list,
    report_names,
    roles,
    runs,
    search,
    sign_in,
    tasks,
    tenants,
    tokens,
)


class KindConverter:
    """A kind of permission in an address."""

    regex = "|".join(kind.value for kind in Kind)

    def to_python(self, value: str) -> Kind:
        """The kind with this value."""
        return Kind(value)

    def to_url(self, kind: Kind | str) -> str:
        """The value that stands in the address."""
        return kind.value if isinstance(kind, Kind) else kind


class ListConverter:
    """A list in an address."""

    regex = "|".join(name.value for name in ListName)

    def to_python(self, value: str) -> ListName:
        """The list with this value."""
        return ListName(value)

    def to_url(self, name: ListName | str) -> str:
        """The value that stands in the address."""
        return name.value if isinstance(name, ListName) else name


register_converter(KindConverter, "kind")
register_converter(ListConverter, "list")

urlpatterns = [
    path("", entry.front_door, name="front_door"),
    path("sign-in", entry.how_to_sign_in, name="sign_in"),
    path("sign-in/microsoft", sign_in.to_microsoft, name="sign_in_microsoft"),
    path("sign-in/microsoft/callback", sign_in.from_microsoft, name="sign_in_callback"),
    path("sign-in/passkey", sign_in.with_passkey, name="sign_in_passkey"),
    path("sign-in/passkey/options", sign_in.passkey_options, name="sign_in_passkey_options"),
    path("sign-in/code", sign_in.with_code, name="sign_in_code"),
    path("sign-in/link", entry.use_link, name="use_link"),
    path("your-sign-in", own_sign_in.show_own, name="own_sign_in"),
    path("your-sign-in/passkey", own_sign_in.passkey, name="own_passkey"),
    path("your-sign-in/passkey/options", own_sign_in.passkey_options, name="own_passkey_options"),
    path("your-sign-in/code", own_sign_in.code, name="own_code"),
    path("your-sign-in/password", own_sign_in.password, name="own_password"),
    path("your-sign-in/sessions", own_sign_in.sessions, name="own_sessions"),
    path("your-sign-in/messages", own_sign_in.messages_choice, name="own_messages"),
    path("sign-out", entry.sign_out, name="sign_out"),
    path("theme", entry.choose_theme, name="theme"),
    path("healthz", entry.healthz, name="healthz"),
    path("readyz", machine.readyz, name="readyz"),
    path("metrics", machine.metrics, name="metrics"),
    path("integrations", connect.list_integrations, name="integrations"),
    path("connect", connect.connect, name="connect"),
    path("connect/own", own_registration.connect_own, name="connect_own"),
    path("connect/certificate", own_registration.new_certificate, name="new_certificate"),
    path("connect/certificate/<uuid:credential_id>", own_registration.certificate_file, name="certificate_file"),
    path("connect/script", own_registration.script, name="connect_script"),
    path("problems", problem_list.problem_list, name="problem_list"),
    path("connect/callback", connect.callback, name="connect_callback"),
    path("graph/notify", notices.hear, name="notify"),
    path("graph/lifecycle", notices.hear, name="lifecycle"),
    path("api-tokens", tokens.tokens, name="tokens"),
    path("api/v1/", include(("chamberlain.api.urls", "api"))),  # by name: wings do not import each other
    path("messages", messages.messages, name="messages"),
    path("stop", guards.stop_all, name="stop_all"),
    path("tenants", tenants.list_tenants, name="tenants"),
    path("people-and-roles", roles.in_installation, name="all_roles"),
    path("audit", audit.of_installation, name="all_audit"),
    path("t/<slug:slug>/audit", audit.of_tenant, name="audit"),
    path("t/<slug:slug>/", overview.show_overview, name="overview"),
    path("t/<slug:slug>/mine", mine.show_mine, name="mine"),
    path("t/<slug:slug>/people-and-roles", roles.in_tenant, name="roles"),
    path("t/<slug:slug>/people", people.list_people, name="people"),
    path("t/<slug:slug>/people/<uuid:guid>", person.show_person, name="person"),
    path("t/<slug:slug>/permissions", permissions.list_permissions, name="permissions"),
    path("t/<slug:slug>/permissions/<kind:kind>", permissions.list_permissions, name="permissions_of_kind"),
    path("t/<slug:slug>/permission/<path:key>", permission.show_permission, name="permission"),
    path("t/<slug:slug>/holders/<path:key>", holders.holders, name="holders"),
    path("t/<slug:slug>/consents", consents.list_consents, name="consents"),
    path("t/<slug:slug>/licences", overview.show_licences, name="licences"),
    path("t/<slug:slug>/changes", changes.show_changes, name="changes"),
    path("t/<slug:slug>/connection", connection.connection, name="connection"),
    path("t/<slug:slug>/connection/credentials", credentials.credentials, name="credentials"),
    path("t/<slug:slug>/connection/capabilities", capabilities.capabilities, name="capabilities"),
    path("t/<slug:slug>/health", health.health, name="health"),
    path("t/<slug:slug>/connection/disconnect", disconnect.disconnect, name="disconnect"),
    path("t/<slug:slug>/connection/report-names", report_names.report_names, name="report_names"),
    path("t/<slug:slug>/runs", runs.runs, name="runs"),
    path("t/<slug:slug>/runs/<int:run_id>", runs.show_run, name="run"),
    path("t/<slug:slug>/plans", plans.list_of_plans, name="plans"),
    path("t/<slug:slug>/plans/new", new_plan.new_plan, name="new_plan"),
    path("t/<slug:slug>/plans/<int:plan_id>", plans.show_plan, name="plan"),
    path("t/<slug:slug>/plans/<int:plan_id>/run", plan_run.plan_run, name="plan_run"),
    path("t/<slug:slug>/plans/<int:plan_id>/rehearsal", plan_rehearsal.plan_rehearsal, name="plan_rehearsal"),
    path("t/<slug:slug>/plans/<int:plan_id>/undo", plan_undo.plan_undo, name="plan_undo"),
    path("t/<slug:slug>/tasks", tasks.tasks, name="tasks"),
    path("t/<slug:slug>/tasks/<int:task_id>", tasks.task, name="task"),
    path("t/<slug:slug>/tasks/<int:task_id>/evidence", tasks.evidence, name="task_evidence"),
    path("t/<slug:slug>/changes-made", made.made_changes, name="made_changes"),
    path("t/<slug:slug>/guards", guards.guards, name="guards"),
    path("t/<slug:slug>/lists/<list:name>/columns", lists.columns, name="columns"),
    path("t/<slug:slug>/lists/<list:name>/views", lists.views, name="views"),
    path("t/<slug:slug>/views/<int:view_id>", lists.view, name="view"),
    path("t/<slug:slug>/search", search.search, name="search"),
]

handler400 = "chamberlain.web.views.wrong.bad_request"
handler403 = "chamberlain.web.views.wrong.forbidden"
handler404 = "chamberlain.web.views.wrong.not_found"
handler500 = "chamberlain.web.views.wrong.defect"
