"""Words for the values of the model, in one place, ready for translation."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chamberlain.model.activity import WhyUnknown
from chamberlain.model.actor import Role
from chamberlain.model.change import Section
from chamberlain.model.cloud import Cloud
from chamberlain.model.kind import AccountType, Kind, Relation
from chamberlain.model.notice import Deaf
from chamberlain.model.origin import Channel
from chamberlain.model.path import Reason
from chamberlain.model.quota import Whose, Workload
from chamberlain.model.run import Mode, PhaseName, PhaseState, RunState, Trigger, Why
from chamberlain.model.tenant import CredentialKind
from chamberlain.policy.health import Verdict
from chamberlain.queries import words

Word = str | Promise

KIND: dict[Kind, Word] = {
    Kind.ROLE: _("Role"),
    Kind.SECURITY_GROUP: _("Security group"),
    Kind.M365_GROUP: _("Microsoft 365 group"),
    Kind.MAIL_SECURITY_GROUP: _("Mail-enabled security group"),
    Kind.DISTRIBUTION_GROUP: _("Distribution group"),
    Kind.PRODUCT: _("Product"),
    Kind.LICENCE: _("Licence"),
}

ROLE: dict[Role, Word] = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.READ_ONLY_ADMINISTRATOR: _("Read-only administrator"),
    Role.AUDITOR: _("Auditor"),
    Role.APP_ADMIN: _("App admin"),
    Role.REVIEWER: _("Reviewer"),
    Role.USER: _("User"),
}

ROLE_MEANING: dict[Role, Word] = {
    Role.ADMINISTRATOR: _("Sees and changes everything, and gives roles."),
    Role.READ_ONLY_ADMINISTRATOR: _("Sees everything, also connections; changes nothing but views of their own."),
    Role.AUDITOR: _("Sees the directory, its history and the audit trail, and takes lists away; changes nothing."),
    Role.APP_ADMIN: _("Sees one named permission and who holds it."),
    Role.REVIEWER: _("Decides what is assigned to them."),
    Role.USER: _("Sees what they have themselves."),
}

KINDS: dict[Kind, Word] = {
    Kind.ROLE: _("Roles"),
    Kind.SECURITY_GROUP: _("Groups"),
    Kind.M365_GROUP: _("Microsoft 365 groups"),
    Kind.MAIL_SECURITY_GROUP: _("Mail-enabled security groups"),
    Kind.DISTRIBUTION_GROUP: _("Distribution groups"),
    Kind.PRODUCT: _("Products"),
    Kind.LICENCE: _("Licences"),
}

KINDS_SHORT: dict[Kind, Word] = {
    Kind.M365_GROUP: _("Microsoft 365"),
    Kind.MAIL_SECURITY_GROUP: _("Mail-enabled"),
    Kind.DISTRIBUTION_GROUP: _("Distribution"),
}

KIND_MEANING: dict[Kind, Word] = {
    Kind.ROLE: _("Rights to administer the directory and its services."),
    Kind.SECURITY_GROUP: _("Security groups: they open applications, files and sites to their members."),
    Kind.M365_GROUP: _("Groups with a mailbox, a site and often a team."),
    Kind.MAIL_SECURITY_GROUP: _("Security groups that receive mail as well; managed in Exchange."),
    Kind.DISTRIBUTION_GROUP: _("Addresses that forward mail to their members; managed in Exchange."),
    Kind.PRODUCT: _("Enterprise applications a person is assigned to, by app role, and services inside licences."),
    Kind.LICENCE: _("Microsoft 365 subscriptions that people hold a seat of."),
}

KIND_ICON: dict[Kind, str] = {
    Kind.ROLE: "shield",
    Kind.SECURITY_GROUP: "lock",
    Kind.M365_GROUP: "users-round",
    Kind.MAIL_SECURITY_GROUP: "mail-check",
    Kind.DISTRIBUTION_GROUP: "mails",
    Kind.PRODUCT: "app-window",
    Kind.LICENCE: "badge-check",
}

ACCOUNT_TYPE: dict[AccountType, Word] = {
    AccountType.MEMBER: _("Member"),
    AccountType.GUEST: _("Guest"),
    AccountType.SERVICE_PRINCIPAL: _("Application"),
    AccountType.DEVICE: _("Device"),
    AccountType.CONTACT: _("Contact"),
    AccountType.OTHER: _("Other"),
}

ACCOUNT_ICON: dict[AccountType, str] = {
    AccountType.MEMBER: "user-round",
    AccountType.GUEST: "globe",
    AccountType.SERVICE_PRINCIPAL: "bot",
    AccountType.DEVICE: "laptop",
    AccountType.CONTACT: "contact",
    AccountType.OTHER: "circle-dashed",
}

REASON: dict[Reason, Word] = {
    Reason.DIRECT: _("direct"),
    Reason.RULE: _("by rule"),
    Reason.NESTED: _("nested"),
    Reason.GROUP: _("through a group"),
    Reason.LICENCE: _("in a licence"),
    Reason.ELIGIBLE: _("eligible"),
}

RELATION: dict[Relation, Word] = {
    Relation.MEMBER: _("member"),
    Relation.OWNER: _("owner"),
    Relation.ASSIGNED: _("assigned"),
    Relation.ELIGIBLE: _("eligible"),
}

SECTION: dict[Section, Word] = {
    Section.ACCOUNTS_ADDED: _("People who came"),
    Section.ACCOUNTS_GONE: _("People who are gone"),
    Section.ACCOUNTS_CHANGED: _("People who changed"),
    Section.PERMISSIONS_ADDED: _("New permissions"),
    Section.PERMISSIONS_GONE: _("Permissions that are gone"),
    Section.PERMISSIONS_CHANGED: _("Permissions that changed"),
    Section.GRANTS_OPENED: _("Given"),
    Section.GRANTS_CLOSED: _("Taken"),
    Section.GRANTS_CHANGED: _("Held otherwise"),
}

PHASE: dict[PhaseName, Word] = {
    PhaseName.ORGANISATION: _("Organisation"),
    PhaseName.PEOPLE: _("People"),
    PhaseName.GROUPS: _("Groups and members"),
    PhaseName.LICENCES: _("Licences"),
    PhaseName.ROLES: _("Roles"),
    PhaseName.PRODUCTS: _("Products"),
    PhaseName.CONSENTS: _("Consents"),
    PhaseName.CHANGES: _("What changed meanwhile"),
    PhaseName.MERGE: _("Merging"),
    PhaseName.PROOF: _("Proof"),
}

MODE: dict[Mode, Word] = {
    Mode.FULL: _("Everything"),
    Mode.CHANGES: _("Changes"),
}

WHY: dict[Why, Word] = {why: _(text) for why, text in words.WHY.items()}
HOW: dict[str, Word] = {way: _(text) for way, text in words.HOW.items()}

PHASE_STATE: dict[PhaseState, Word] = {
    PhaseState.WAITING: _("Waiting"),
    PhaseState.RUNNING: _("Running"),
    PhaseState.DONE: _("Done"),
    PhaseState.FAILED: _("Failed"),
}

RUN_STATE: dict[RunState, Word] = {
    RunState.QUEUED: _("Waiting to start"),
    RunState.RUNNING: _("Running"),
    RunState.SUCCEEDED: _("Succeeded"),
    RunState.FAILED: _("Failed"),
}

RUN_TONE: dict[RunState, str] = {
    RunState.QUEUED: "info",
    RunState.RUNNING: "info",
    RunState.SUCCEEDED: "good",
    RunState.FAILED: "bad",
}

TRIGGER: dict[Trigger, Word] = {
    Trigger.CONNECT: _("after connecting"),
    Trigger.PERSON: _("by a person"),
    Trigger.TERMINAL: _("from the terminal"),
    Trigger.SCHEDULE: _("on schedule"),
    Trigger.NOTICE: _("on Microsoft's notice"),
}

CREDENTIAL: dict[CredentialKind, Word] = {
    CredentialKind.INSTALLATION_APP: _("This installation's app registration"),
    CredentialKind.OWN_SECRET: _("Your own app registration, with a client secret"),
    CredentialKind.OWN_CERTIFICATE: _("Your own app registration, with a certificate"),
    CredentialKind.OWN_FEDERATION: _("Your own app registration, which trusts this platform"),
}

VERDICT: dict[Verdict, Word] = {
    Verdict.FINE: _("fine"),
    Verdict.WATCH: _("watch"),
    Verdict.BAD: _("not fine"),
}
VERDICT_TAG: dict[Verdict, str] = {
    Verdict.FINE: "tag-good",
    Verdict.WATCH: "tag-warn",
    Verdict.BAD: "tag-bad",
}

CHANNEL: dict[str, Word] = {
    Channel.WEB.value: _("Browser"),
    Channel.API.value: _("API"),
    Channel.CLI.value: _("Terminal"),
    Channel.SYSTEM.value: _("Chamberlain itself"),
}

# Names of events that say too little, or the wrong thing, when they are only spelled out.
HAPPENING: dict[str, Word] = {
    "sign_in_link:issued": _("Sign-in link made"),
    "person:signed_in": _("Signed in"),
    "sign_in:refused": _("Sign-in refused"),
    "sign_in_method:added": _("Way to sign in added"),
    "sign_in_method:changed": _("Password changed"),
    "sign_in_method:removed": _("Way to sign in removed"),
    "role:granted": _("Role given"),
    "role:revoked": _("Role taken away"),
    "connection:created": _("Tenant connected"),
    "connection:ended": _("Tenant disconnected"),
    "report_names:intended": _("About to switch names in usage reports"),
    "report_names:switched": _("Names in usage reports switched"),
    "report_names:failed": _("Names in usage reports not switched"),
    "credential:rotated": _("Credential replaced"),
    "credential:expiring": _("Credential ends soon"),
    "subscription:created": _("Notices from Microsoft ordered"),
    "subscription:ended": _("Notices from Microsoft ended"),
    "mail:tried": _("Test mail sent"),
    "mail:chosen": _("Mail settings chosen"),
    "quota:slowed": _("Syncs slowed down"),
    "person:viewed": _("Looked at a person"),
    "holders:viewed": _("Looked at who holds a permission"),
    "audit:viewed": _("Looked at the audit trail"),
    "audit:exported": _("Took the audit trail away"),
    "list:exported": _("Took a list away"),
    "events:removed": _("Entries removed with their tenant"),
    "events:adopted": _("Entries of an older version taken over"),
    "keys:rotated": _("Encryption key replaced"),
    "key:forgotten": _("Encryption key removed"),
    "token:made": _("API token made"),
    "token:revoked": _("API token revoked"),
}

CLOUD: dict[str, Word] = {
    Cloud.GLOBAL.value: _("Worldwide, also GCC"),
    Cloud.GCC_HIGH.value: _("US government, GCC High"),
    Cloud.DOD.value: _("US government, DoD"),
    Cloud.CHINA.value: _("China, operated by 21Vianet"),
}

DEAF: dict[Deaf, Word] = {
    Deaf.NO_ADDRESS: _("This installation has no public address that Microsoft could call."),
    Deaf.NOT_HTTPS: _("Microsoft calls public addresses over https only."),
    Deaf.NOT_REACHABLE: _("The public address is one of this machine, which Microsoft cannot call."),
    Deaf.BY_HAND: _("Syncs are started by hand only."),
    Deaf.NOT_CHOSEN: _("Nobody chose it for this connection."),
}

WORKLOAD: dict[Workload, Word] = {
    Workload.DIRECTORY: _("Directory: people, groups, roles, applications"),
    Workload.DIRECTORY_WRITES: _("Changes of the directory"),
    Workload.IDENTITY_REPORTS: _("Audit and sign-in logs"),
    Workload.SIGN_IN_ACTIVITY: _("Last sign-in of people"),
    Workload.IDENTITY_PROTECTION: _("Identity protection and Conditional Access"),
    Workload.USAGE_REPORTS: _("Usage reports"),
    Workload.MAILBOX: _("Mailbox"),
    Workload.EXCHANGE_ADMIN: _("Exchange administration"),
    Workload.SUBSCRIPTIONS: _("Subscriptions to changes"),
    Workload.OTHER: _("Everything else"),
}

WHOSE: dict[Whose, Word] = {
    Whose.OURS: _("ours alone: no other application takes from it"),
    Whose.TENANT: _("shared by every application of the tenant"),
}

DATA: dict[str, Word] = {what: _(text) for what, text in words.DATA.items()}

WHY_UNKNOWN: dict[WhyUnknown, Word] = {why: _(text) for why, text in words.WHY_UNKNOWN.items()}
LICENCE_ERROR: dict[str, Word] = {
    "CountViolation": _("No seat was left when Microsoft tried to assign it."),
    "MutuallyExclusiveViolation": _("It contains a service that clashes with another licence of this person."),
    "DependencyViolation": _("It contains a service that needs another one, which this person does not have."),
    "ProhibitedInUsageLocationViolation": _(
        "It is not offered in this person's country, or the usage location is unset."
    ),
    "UniquenessViolation": _("The same service is already assigned by another licence."),
    "Other": _("Microsoft could not assign it and gave no exact reason."),
}

FACT: dict[str, Word] = {
    "object_id": _("Object ID"),
    "user_name": _("User name"),
    "mail": _("Mail"),
    "phone": _("Phone"),
    "mobile": _("Mobile"),
    "job_title": _("Job title"),
    "department": _("Department"),
    "company": _("Company"),
    "office": _("Office"),
    "city": _("City"),
    "country": _("Country"),
    "usage_location": _("Usage location"),
    "employee_id": _("Employee ID"),
    "employee_type": _("Employee type"),
    "on_premises": _("Synced from on-premises"),
    "created": _("Created"),
    "visibility": _("Visibility"),
    "team": _("Has a team"),
    "dynamic": _("Membership by rule"),
    "role_assignable": _("Can carry roles"),
    "built_in": _("Built in"),
    "privileged": _("Privileged"),
    "part_number": _("Part number"),
    "status": _("Status"),
    "enabled": _("Seats enabled"),
    "warning": _("Seats in grace"),
    "suspended": _("Seats suspended"),
    "consumed": _("Seats assigned"),
    "free": _("Free of charge"),
    "everyone": _("Everyone may sign in"),
    "value": _("Value"),
    "app_blocked": _("Sign-in to the application is blocked"),
    "first_party": _("Made by Microsoft"),
}


def fact_word(code: str) -> Word:
    """The label of a fact; for a code without a word of its own, the code itself, readable."""
    return FACT.get(code) or code.replace("_", " ").capitalize()


def licence_error_word(code: str) -> Word:
    """What a licence's error code means; an unknown one is shown as it is."""
    return LICENCE_ERROR.get(code) or code
