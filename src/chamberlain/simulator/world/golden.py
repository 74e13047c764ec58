"""The golden tenant: twelve people, written by hand so that every path to a permission occurs once and can be checked
by eye."""

from chamberlain.simulator.login.registration import registrations
from chamberlain.simulator.world.application import (
    APPLICATION,
    DEFAULT_ACCESS,
    MICROSOFT_TENANT,
    USER,
    AppAssignment,
    AppRole,
    DelegatedGrant,
    Device,
    ServicePrincipal,
)
from chamberlain.simulator.world.base import Tenant
from chamberlain.simulator.world.builtin_roles import GLOBAL_ADMINISTRATOR, builtin_roles
from chamberlain.simulator.world.group import Group, GroupKind, GroupLicence
from chamberlain.simulator.world.licence import LicenceState, Sku, State, Subscription, catalogue
from chamberlain.simulator.world.person import AccountUse, Office, Person
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.role import RoleAssignment
from chamberlain.simulator.world.written import Written, WrittenBase, graph_service_principal

SINCE = "2024-02-01T09:00:00Z"
DOMAIN = "golden.example"
INITIAL_DOMAIN = "golden.onmicrosoft.com"
TENANT_ID = "60de0000-0000-4000-8000-000000000000"
ADMINISTRATIVE_UNIT = "/administrativeUnits/60de0000-0000-4000-8000-0000000000a0"
BERLIN = Office("Berlin", "Berlin", None, "Germany", "DE", "de-DE")

GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
HELPDESK_ADMINISTRATOR = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"

ANNA, BEN, CHLOE, DMITRI, EMRE, FATIMA, GRETA, HIRO, INES, JONAS, INVOICES, BACKUP = range(12)
ENGINEERING, BUILDERS, PLATFORM, SALES, ATLAS, APPROVERS, NEWS, LICENSING, HELPDESK, LEGACY, EMPTY = range(11)
GRAPH, SALESFORCE, TIMESHEETS, WIKI, VM_BACKUP = range(5)


def guid(family: str, number: int) -> str:
    """Ids that can be read: a1 people, b2 groups, c3 service principals, d4 devices, e5 app roles, f6 app ids."""
    return f"60de{family}00-0000-4000-8000-{number:012x}"


def _person(serial: int, given: str, surname: str, job: str, *, department: str, enabled: bool = True) -> Person:
    name = f"{given.lower().replace('é', 'e')}@{DOMAIN}"
    use = AccountUse.EMPLOYEE if enabled else AccountUse.LEAVER
    return Person(
        serial,
        guid("a1", serial),
        use,
        f"{given} {surname}",
        name,
        name.partition("@")[0],
        SINCE,
        name,
        enabled,
        given,
        surname,
        job,
        department,
        BERLIN,
        f"E{serial:04d}",
        usage_location="DE",
    )


def _other(serial: int, use: AccountUse, name: str, principal: str, mail: str | None) -> Person:
    return Person(
        serial,
        guid("a1", serial),
        use,
        name,
        principal,
        principal.partition("@")[0],
        SINCE,
        mail,
        use is not AccountUse.SHARED_MAILBOX,
        external_state="Accepted" if use is AccountUse.GUEST else None,
        usage_location="DE" if use is AccountUse.SHARED_MAILBOX else None,
    )


def _group(
    serial: int, name: str, kind: GroupKind, *, rule: str | None = None, licences: tuple[GroupLicence, ...] = ()
) -> Group:
    nickname = name.lower().replace(" ", "-")
    mail = None if kind is GroupKind.SECURITY else f"{nickname}@{DOMAIN}"
    unified = kind is GroupKind.MICROSOFT_365
    return Group(
        serial, guid("b2", serial), kind, name, None, nickname, mail, rule, role_assignable=serial == HELPDESK,
        synced=serial == LEGACY, visibility="Private" if unified or serial == HELPDESK else None, team=unified,
        licences=licences, created=SINCE,
    )  # fmt: skip


def _application(
    serial: int, name: str, *, required: bool = True, roles: tuple[AppRole, ...] = (), owner: str = TENANT_ID
) -> ServicePrincipal:
    identity = serial == VM_BACKUP
    enterprise = owner == TENANT_ID and not identity
    return ServicePrincipal(
        serial,
        guid("c3", serial),
        guid("f6", serial),
        name,
        "ManagedIdentity" if identity else "Application",
        SINCE,
        None if identity else owner,
        ("WindowsAzureActiveDirectoryIntegratedApp",) if enterprise else (),
        required,
        roles=roles,
    )


def _user(serial: int) -> Ref:
    return Ref(Kind.USER, serial)


def _in_group(serial: int) -> Ref:
    return Ref(Kind.GROUP, serial)


PEOPLE = (
    _person(ANNA, "Anna", "Weber", "Chief Executive Officer", department="Executive"),
    _person(BEN, "Ben", "Okafor", "Engineering Manager", department="Engineering"),
    _person(CHLOE, "Chloé", "Dubois", "Software Engineer", department="Engineering"),
    _person(DMITRI, "Dmitri", "Ivanov", "Account Executive", department="Sales"),
    _person(EMRE, "Emre", "Yılmaz", "Technician", department="Operations"),
    _person(FATIMA, "Fatima", "al-Hassan", "Controller", department="Finance", enabled=False),
    _other(
        GRETA, AccountUse.GUEST, "Greta Holm", f"greta_adatum.example#EXT#@{INITIAL_DOMAIN}", "greta@adatum.example"
    ),
    _person(HIRO, "Hiro", "Sato", "Quality Engineer", department="Engineering"),
    _other(INES, AccountUse.ADMIN, "Inês Pereira (Admin)", f"adm-ines@{INITIAL_DOMAIN}", None),
    _person(JONAS, "Jonas", "Berg", "Counsel", department="Legal"),
    _other(INVOICES, AccountUse.SHARED_MAILBOX, "Invoices", f"invoices@{DOMAIN}", f"invoices@{DOMAIN}"),
    _other(BACKUP, AccountUse.SERVICE, "svc-backup", f"svc-backup@{DOMAIN}", None),
)
MANAGERS = {BEN: ANNA, CHLOE: BEN, DMITRI: ANNA, FATIMA: ANNA, HIRO: BEN, JONAS: ANNA}
MEMBERS = {
    ENGINEERING: (_user(BEN), _user(CHLOE)),
    BUILDERS: (_in_group(ENGINEERING), _user(EMRE)),
    PLATFORM: (_in_group(BUILDERS),),
    SALES: (_user(DMITRI),),
    ATLAS: (_user(ANNA), _user(CHLOE), _user(GRETA)),
    APPROVERS: (_user(ANNA), _user(DMITRI)),
    NEWS: (_in_group(APPROVERS), _user(JONAS), _user(INVOICES)),
    LICENSING: (_user(CHLOE), _user(HIRO), _in_group(ENGINEERING)),
    HELPDESK: (_user(INES),),
    LEGACY: (_user(EMRE), Ref(Kind.DEVICE, 0), Ref(Kind.SERVICE_PRINCIPAL, VM_BACKUP)),
}
OWNERS = {ENGINEERING: (_user(BEN),), ATLAS: (_user(ANNA), _user(CHLOE))}
SALESFORCE_ROLES = (
    AppRole(guid("e5", 1), "user", "User", (USER,)),
    AppRole(guid("e5", 2), "administrator", "Administrator", (USER,)),
    AppRole(guid("e5", 3), "integration", "Integration", (USER, APPLICATION)),
)
ROLE_ASSIGNMENTS = (
    RoleAssignment(GLOBAL_ADMINISTRATOR, _user(INES), "/"),
    RoleAssignment(GLOBAL_READER, _user(ANNA), "/"),
    RoleAssignment(REPORTS_READER, _user(FATIMA), "/"),
    RoleAssignment(USER_ADMINISTRATOR, _user(BEN), ADMINISTRATIVE_UNIT),
    RoleAssignment(HELPDESK_ADMINISTRATOR, _in_group(HELPDESK), "/"),
    RoleAssignment(DIRECTORY_READERS, Ref(Kind.SERVICE_PRINCIPAL, VM_BACKUP), "/"),
)
ELIGIBLE_ASSIGNMENTS = (RoleAssignment(USER_ADMINISTRATOR, _user(HIRO), "/"),)
DELEGATED_GRANTS = (
    DelegatedGrant(SALESFORCE, GRAPH, None, "User.Read"),
    DelegatedGrant(WIKI, GRAPH, _user(DMITRI), " User.Read Mail.Read"),
)
APP_ASSIGNMENTS = (
    AppAssignment(SALESFORCE, SALESFORCE_ROLES[0].id, _user(DMITRI), SINCE),
    AppAssignment(SALESFORCE, SALESFORCE_ROLES[1].id, _in_group(BUILDERS), SINCE),
    AppAssignment(SALESFORCE, SALESFORCE_ROLES[2].id, Ref(Kind.SERVICE_PRINCIPAL, VM_BACKUP), SINCE),
    AppAssignment(TIMESHEETS, DEFAULT_ACCESS, _user(JONAS), SINCE),
)


def _direct(sku: Sku, *, disabled: tuple[str, ...] = ()) -> LicenceState:
    return LicenceState(sku.id, disabled, None, State.ACTIVE, "None", SINCE)


def _plan(sku: Sku, name: str) -> str:
    return next(plan.id for plan in sku.plans if plan.name == name)


def golden_base(seed: int) -> WrittenBase:
    """The golden tenant; the seed decides only the applications' ids and secrets."""
    skus = catalogue()
    e3, mailbox, reports, flow = (skus[name] for name in ("SPE_E3", "EXCHANGESTANDARD", "POWER_BI_PRO", "FLOW_FREE"))
    teams = _plan(e3, "TEAMS1")
    security, unified = GroupKind.SECURITY, GroupKind.MICROSOFT_365
    groups = (
        _group(ENGINEERING, "Engineering", security),
        _group(BUILDERS, "Builders", security),
        _group(PLATFORM, "Platform", security),
        _group(SALES, "Sales", security, rule='user.department -eq "Sales"'),
        _group(ATLAS, "Project Atlas", unified),
        _group(APPROVERS, "Approvers", GroupKind.MAIL_SECURITY),
        _group(NEWS, "News", GroupKind.DISTRIBUTION),
        _group(LICENSING, "Licensing", security, licences=(GroupLicence(e3.id, ()),)),
        _group(HELPDESK, "Helpdesk", security),
        _group(LEGACY, "Legacy share", security),
        _group(EMPTY, "Empty", unified),
    )
    service_principals = (
        graph_service_principal(_application(GRAPH, "Microsoft Graph", required=False, owner=MICROSOFT_TENANT)),
        _application(SALESFORCE, "Salesforce", roles=SALESFORCE_ROLES),
        _application(TIMESHEETS, "Timesheets"),
        _application(WIKI, "Wiki", required=False),
        _application(VM_BACKUP, "vm-backup", required=False),
    )
    written = Written(
        tenant=Tenant(TENANT_ID, "Golden", DOMAIN, INITIAL_DOMAIN, SINCE, f"the golden tenant, seed {seed}"),
        people=PEOPLE,
        managers=MANAGERS,
        groups=groups,
        members=MEMBERS,
        owners=OWNERS,
        devices=(Device(0, guid("d4", 0), "LAPTOP-EMRE", "Windows"),),
        subscriptions=(
            Subscription(e3, 10, 0),
            Subscription(mailbox, 1, 0),
            Subscription(reports, 0, 0),
            Subscription(flow, 1_000_000, 0),
        ),
        direct_licences={
            ANNA: (_direct(e3), _direct(reports)),
            CHLOE: (_direct(e3, disabled=(teams,)),),
            DMITRI: (_direct(flow),),
            FATIMA: (_direct(e3),),
            JONAS: (_direct(e3, disabled=(teams,)),),
            INVOICES: (_direct(mailbox),),
        },
        trouble={(HIRO, LICENSING): (State.ERROR, "CountViolation")},
        role_definitions=builtin_roles(),
        role_assignments=ROLE_ASSIGNMENTS,
        eligible_assignments=ELIGIBLE_ASSIGNMENTS,
        delegated_grants=DELEGATED_GRANTS,
        service_principals=service_principals,
        app_assignments=APP_ASSIGNMENTS,
        since=SINCE,
    )
    return WrittenBase(written, registrations(seed), (guid("c3", 100), guid("c3", 101)))
