"""What everybody says of a plan. These literals are message ids; braces are filled after the translation."""

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from chamberlain.language import gettext
from chamberlain.model.effect import Consequence, Effect
from chamberlain.model.guard import UTC_ZONE, Eyes, Guard, Objection
from chamberlain.model.obstacle import Help, Hindrance, Obstacle
from chamberlain.model.plan import Because, Change, PlanState, Reason, Restorable, StepState
from chamberlain.model.verb import Verb
from chamberlain.policy.planning import mailbox_words
from chamberlain.policy.planning.windows import zones

VERB = {
    Verb.ADD_MEMBER: "{who} joins {what}",
    Verb.REMOVE_MEMBER: "{who} leaves {what}",
    Verb.ADD_OWNER: "{who} becomes an owner of {what}",
    Verb.REMOVE_OWNER: "{who} no longer owns {what}",
    Verb.ASSIGN_ROLE: "{who} gets the role {what}",
    Verb.REMOVE_ROLE: "{who} loses the role {what}",
    Verb.MAKE_ELIGIBLE: "{who} may activate the role {what}",
    Verb.END_ELIGIBLE: "{who} may no longer activate the role {what}",
    Verb.ASSIGN_APP_ROLE: "{who} gets {what}",
    Verb.REMOVE_APP_ROLE: "{who} loses {what}",
    Verb.ASSIGN_LICENCE: "{who} gets the licence {what}",
    Verb.REMOVE_LICENCE: "{who} loses the licence {what}",
    Verb.SWAP_LICENCE: "{who} gets the licence {what} in place of another",
    Verb.SET_PLANS: "{who} gets other services of the licence {what}",
    Verb.REPROCESS_LICENCES: "Microsoft looks at the licences of {who} again",
    Verb.CREATE_USER: "{who} is created",
    Verb.UPDATE_USER: "{who} is changed",
    Verb.ENABLE: "{who} may sign in",
    Verb.BLOCK: "{who} may no longer sign in",
    Verb.REVOKE_SESSIONS: "{who} is signed out everywhere",
    Verb.RESET_PASSWORD: "{who} gets a new password",
    Verb.DELETE_USER: "{who} is deleted",
    Verb.RESTORE_USER: "{who} is restored",
    **mailbox_words.VERB,
}

HINDRANCE = {
    Hindrance.UNKNOWN_SUBJECT: "{who} is not in the tenant, or was not when it was read last.",
    Hindrance.UNKNOWN_PERMISSION: "{what} is not in the tenant, or was not when it was read last.",
    Hindrance.DELETED: "{who} is deleted.",
    Hindrance.DYNAMIC: "{what} takes its members by a rule: {rule}",
    Hindrance.SYNCED_GROUP: "{what} comes from the on-premises directory, and is changed there only.",
    Hindrance.SYNCED_ACCOUNT: "{who} comes from the on-premises directory, and is changed there only.",
    Hindrance.INHERITED: "{what} is held through {through}, and cannot be taken alone.",
    Hindrance.NOT_HELD: "{who} does not hold {what}.",
    Hindrance.NAME_TAKEN: "{who} is there already with the user name {name}.",
    Hindrance.NOT_A_PERSON: "{who} is a group, and this is done to people only.",
    Hindrance.NEEDS_EXCHANGE: "Only Exchange changes who is in {what}, and it is not connected.",
    Hindrance.NOT_NESTABLE: "Microsoft does not let the group {who} hold {what}.",
    Hindrance.READ_ONLY: "The tenant is connected for reading only.",
    Hindrance.CAPABILITY_OFF: "Nobody has chosen the capability “{capability}”.",
    Hindrance.SCOPE_MISSING: "Microsoft has not granted {scope}, which “{capability}” needs.",
    Hindrance.DIRECTORY_ROLE_MISSING: "Microsoft lets only some roles do this to {who}, and we hold none of them.",
    Hindrance.NO_SEATS: "All {seats} seats of {what} are taken.",
    Hindrance.NO_USAGE_LOCATION: "{who} has no usage location, without which Microsoft licenses nobody.",
    Hindrance.PROTECTED_ACCOUNT: "{who} is protected.",
    Hindrance.PROTECTED_PERMISSION: "{what} is protected.",
    Hindrance.LAST_GLOBAL_ADMINISTRATOR: "Nobody would be left who is Global Administrator and may sign in.",
    Hindrance.LAST_OWNER: "{what} would be left without an owner, which Microsoft refuses.",
    Hindrance.OURSELVES: "It is the application that Chamberlain connects with.",
    Hindrance.NO_PREMIUM: "The tenant has no Entra ID P2, so nobody can be made eligible for a role.",
    Hindrance.UNSEEN: "Who is in it cannot be read, so nothing could prove the change.",
    Hindrance.CONTRADICTION: "The plan asks for this and for its opposite.",
    Hindrance.OWNED_IN_EXCHANGE: "Who owns {what} is changed in Exchange only.",
    **mailbox_words.HINDRANCE,
}

HELP = {
    Help.EDIT_RULE: "Edit the rule in Entra, or what it reads of the person.",
    Help.EDIT_FILTER: "Edit the filter in Exchange, or what it reads of the person. Exchange looks once a day.",
    Help.CHANGE_IN_EXCHANGE: "Change it in the Exchange admin centre.",
    Help.RUN_COMMAND: "Have this run in the on-premises directory:",
    Help.LEAVE_GROUP: "Plan to leave {group} instead.",
    Help.CONNECT_EXCHANGE: "Choose “Change members of mail groups” on the connection's page.",
    Help.CHOOSE_CAPABILITY: "Choose it on the connection's page.",
    Help.GRANT_SCOPE: "Grant {scope} in Entra, and sync.",
    Help.GRANT_ROLE: "Give Chamberlain's service principal the role {role} in Entra, and sync.",
    Help.ASSIGN_INSTEAD: "Plan to give it instead.",
    Help.LEAVE_READ_ONLY: "Choose on the connection's page what may be changed.",
    Help.FREE_SEAT: "Take one back first, or buy one. Of nobody who has one is it known that they do not use it.",
    Help.RECLAIM_SEAT: "Take one back first. Who seems not to use theirs: {who}.",
    Help.SET_USAGE_LOCATION: "Set a usage location in the same plan, or before it.",
    Help.NAME_ANOTHER: "Name another one in the same plan, or before it.",
    Help.NAME_ONE: "Leave one of the two out.",
    Help.RESTORE_FIRST: "Restore them in the same plan, or before it.",
    Help.SYNC_AGAIN: "Sync, and plan again.",
    Help.NOTHING: "No plan does this.",
    **mailbox_words.HELP,
}

CONSEQUENCE = {
    Consequence.GAINS: "also gets {link}",
    Consequence.LOSES: "also loses {link}",
    Consequence.KEEPS: "keeps {link} all the same",
    Consequence.ENTERS_BY_RULE: "enters {link} by its rule",
    Consequence.LEAVES_BY_RULE: "leaves {link} by its rule",
    Consequence.MAY_MOVE_BY_RULE: "may enter or leave {link}: its rule reads what changes",
    Consequence.LAST_OWNER_LEAVES: "{link} is left without an owner who can act",
    Consequence.FIRST_OWNER: "{link} has no owner now: Microsoft lets the first one be replaced, but not taken away",
    Consequence.GROUP_WITHOUT_MEMBERS: "{link} is left without members",
    Consequence.DATA_AT_RISK: "mail and files are kept for 30 days, then deleted",
    **mailbox_words.CONSEQUENCE,
    Consequence.SEATS_USED_UP: "takes the last seat of {link}",
    Consequence.SEATS_SHORT: "{link} has too few seats for all who would get it",
    Consequence.SYNC_MAY_REVERT: "the on-premises directory may set it back: change it there as well",
    Consequence.ENDS_BY_US: "Chamberlain takes it away in time, because the tenant cannot end it by itself",
    Consequence.NOT_RESTORABLE: "cannot be put back",
    Consequence.ENDS_ANYWAY: "would end on {time} anyway",
    Consequence.PLANS_EXCLUDE: "Microsoft may refuse it: {services} exclude each other, and {link} has one of them",
    Consequence.PLAN_NEEDS: "Microsoft may refuse it: {service} in {link} works only with {needed}",
    Consequence.CLASHED_BEFORE: "Microsoft may refuse it: somebody who has {link} could not get it",
    Consequence.REFUSED_BEFORE: "Microsoft refused it last time: “{said}”",
    Consequence.ALREADY_SO: "is so already: nothing is sent",
}
PEOPLE = "{people} people in {through}: "
THROUGH = " (through {through})"

GUARD = {
    Guard.STOPPED: "Somebody stopped everything that writes.",
    Guard.BREAKER: "Too much went wrong lately: Chamberlain stopped writing by itself.",
    Guard.SIMULATION: "The connection only simulates: it plans everything and writes nothing.",
    Guard.PROTECTED: "Step {step} touches {what}, which is protected.",
    Guard.TOO_MANY_IN_PLAN: "The plan has {changes} changes; {most} are allowed in one.",
    Guard.TOO_MUCH_OF_TENANT: "The plan touches {people} of {of} people; {most} % are allowed.",
    Guard.TOO_MANY_IN_HOUR: "{changes} changes were made within the hour, and these are {more}; {most} are allowed.",
    Guard.TOO_MUCH_IN_HOUR: "With this plan {people} of {of} people are touched within the hour; {most} % are allowed.",
    Guard.OUTSIDE_WINDOW: "Changes are made within maintenance windows only.",
    Guard.NEEDS_SECOND_PERSON: "It takes a second person ({what}): somebody else has to approve it.",
    Guard.APPROVED_BY_MAKER: "Whoever made the plan approved it; it has to be somebody else.",
    Guard.NEEDS_DELAY: "It takes a second person ({what}), and nobody else could approve it: it waits instead.",
}

# What takes a second person. Power over the tenant always does.
POWER = "power"
EYES: dict[str, str] = {
    POWER: "power over the tenant",
    Eyes.ACCOUNTS: "accounts of people",
    Eyes.PASSWORDS: "passwords",
    Eyes.DELETIONS: "deleting people",
    Eyes.MAILBOXES: "letting others at somebody's mail",
    Eyes.GROUPS: "members and owners of groups",
    Eyes.LICENCES: "licences",
    Eyes.PRODUCTS: "roles of applications",
    Eyes.MASS: "many changes at once",
}

RESTORABLE = {
    Restorable.WHOLLY: "can be put back",
    Restorable.IN_PART: "can be put back in part",
    Restorable.NOT: "cannot be put back",
    Restorable.NOTHING: "nothing to put back",
}

REASON = {
    Reason.ASKED: "asked for",
    Reason.WAITS: "waits for what has to come first",
    Reason.RESTORES: "puts back what was before",
}

STEP_STATE = {
    StepState.WAITING: "waiting",
    StepState.INTENDED: "about to be sent",
    StepState.CALLED: "sent, not seen yet",
    StepState.PROVED: "done and proved",
    StepState.NOT_PROVABLE: "done, not provable",
    StepState.NEEDS_PERSON: "needs a person",
    StepState.SKIPPED: "left out",
}

PLAN_STATE = {
    PlanState.PLANNED: "planned",
    PlanState.APPROVED: "approved",
    PlanState.RUNNING: "running",
    PlanState.PAUSED: "paused",
    PlanState.DONE: "done",
    PlanState.FAILED: "ended, not all done",
    PlanState.REFUSED: "refused",
    PlanState.STALE: "overtaken: the tenant moved",
    PlanState.UNDONE: "undone",
}


def say_change(change: Change, *, who: str, what: str) -> str:
    """What a change does, as a clause."""
    return _filled(VERB[change.verb], {"who": who, "what": what})


def say_obstacle(obstacle: Obstacle) -> tuple[str, str]:
    """What is in the way, and what would help. The command to run, where there is one, stands in `obstacle.command`."""
    values = {"who": "–", **obstacle.values}
    return _filled(HINDRANCE[obstacle.hindrance], values), _filled(HELP[obstacle.help], values)


def say_effect(effect: Effect) -> str:
    """What happens besides, as a clause about whoever is changed, or about the people in a group."""
    link = effect.link.name if effect.link else ""
    through = " › ".join(one.name for one in effect.through)
    values = {**effect.values, "link": link, "through": through}
    told = _filled(CONSEQUENCE[effect.consequence], values)
    if "people" in effect.values and through:
        return _filled(PEOPLE, values) + told
    return told + (_filled(THROUGH, values) if through else "")


def say_objection(objection: Objection) -> str:
    """Why a plan is held back."""
    sorts = [one for one in objection.values.get("sorts", "").split(",") if one in EYES]
    told = {"what": ", ".join(gettext(EYES[one]) for one in sorts)} if sorts else {}
    return _filled(GUARD[objection.guard], {**objection.values, **told})


def say_until(objection: Objection) -> str:
    """When that which holds a plan back ends by itself; "" where somebody has to do something."""
    return say_moment(objection.until, zone=objection.zone) if objection.until else ""


def say_held_back(objection: Objection) -> str:
    """Why a plan is held back, and until when, in one line."""
    until = say_until(objection)
    return f"{say_objection(objection)} ({until})" if until else say_objection(objection)


def say_moment(moment: datetime, *, zone: str) -> str:
    """A moment as the clocks of a time zone show it, with the zone, and their distance from UTC where it has one."""
    if zone == UTC_ZONE or zone not in zones():
        return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    shown = moment.astimezone(ZoneInfo(zone))
    return f"{shown:%Y-%m-%d %H:%M} {zone} (UTC{shown.isoformat()[-6:]})"


def say_reason(because: Because) -> str:
    """Why a step is in a plan."""
    return _filled(REASON[because.reason], because.values)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return gettext(template).format_map(_Known(values))


class _Known(dict[str, str]):
    """Leaves a dash where nothing is known for a placeholder."""

    def __missing__(self, key: str) -> str:
        return "–"
