"""Plans, what holds them back, and what they leave to people."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "plan_empty": Sentence(
        "There is nothing to plan.",
        "No change was named.",
        "Name at least one person and what they are to get or lose.",
    ),
    "plan_reason_missing": Sentence(
        "A plan needs a reason.",
        "Whoever reads the audit trail later has to see why the tenant was changed.",
        "Say in a few words why, and plan again; nothing was changed.",
    ),
    "plan_malformed": Sentence(
        "This change cannot be read.",
        "{text}: {reason}",
        "Write PERSON=PERMISSION, or a file with the columns person, change and permission.",
    ),
    "plan_not_found": Sentence(
        "There is no such plan.",
        "Plan {plan_id} is not one of this tenant, or was forgotten with it.",
        "`chamberlain plans` lists those that there are.",
    ),
    "plan_edited": Sentence(
        "The plan is not what was planned.",
        "The changes of plan {plan_id} differ from those that it was made with: somebody edited it in the database.",
        "Make a new plan; nothing of this one was carried out.",
    ),
    "plan_move_illegal": Sentence(
        "The plan cannot do this now.",
        "Plan {plan_id} is {before}, and from there it cannot become {after}.",
        "Look at it again: somebody else may have started, stopped or refused it meanwhile.",
    ),
    "plan_nothing_to_do": Sentence(
        "Nothing in the plan can be done.",
        "Every change of plan {plan_id} has something in its way.",
        "Look at what stands beside each of them, and plan again.",
    ),
    "plan_read_only": Sentence(
        "Nothing was planned that could be done: the tenant is connected for reading only.",
        "Nobody has chosen a capability that changes it.",
        "Choose what Chamberlain may change on the connection's page, and plan again.",
    ),
    "plan_capability_off": Sentence(
        "Nothing was planned that could be done: what it takes has not been chosen.",
        "The connection is not for: {capability}.",
        "Choose it on the connection's page, and plan again.",
    ),
    "plan_scope_missing": Sentence(
        "Nothing was planned that could be done: Microsoft does not let Chamberlain.",
        "It has not granted {scope}, which “{capability}” needs.",
        "Have an administrator of the tenant grant it, sync, and plan again.",
    ),
    "plan_needs_exchange": Sentence(
        "Nothing was planned that could be done: only Exchange changes mail groups and mailboxes, and is not reached.",
        "The setting CHAMBERLAIN_EXCHANGE is off, or changing mail groups, or mailboxes, has not been chosen.",
        "Switch it on, choose the capability, and plan again.",
    ),
    "plan_needs_approval": Sentence(
        "The plan has to be approved by somebody else first.",
        "It touches what takes four eyes here.",
        "Ask another administrator to approve plan {plan_id}.",
    ),
    "plan_own_approval": Sentence(
        "Nobody approves a plan of their own.",
        "Plan {plan_id} was made by you.",
        "Ask another administrator.",
    ),
    "plan_not_undoable": Sentence(
        "There is nothing to put back.",
        "Plan {plan_id} changed nothing that can be restored, or is still running.",
        "Its page says of each step whether it can be put back.",
    ),
    "guard_unreadable": Sentence(
        "This guard rail cannot be set so.",
        "{name} is {text}, and may be {least} to {most}.",
        "Type a whole number within these bounds; nothing was changed.",
    ),
    "window_unreadable": Sentence(
        "This maintenance window cannot be read.",
        "It needs at least one day, and two times of day: {text}",
        "Choose the days and write times like 22:00; nothing was changed.",
    ),
    "zone_unknown": Sentence(
        "This time zone is not known.",
        "{text} is none of the IANA time zones.",
        "Write it like Europe/Berlin or UTC; nothing was changed.",
    ),
    "four_eyes_unknown": Sentence(
        "This cannot be made to take a second person.",
        "{text} is none of: {known}.",
        "Name one of these; nothing was changed.",
    ),
    "plan_left_to_person": Sentence(
        what="What was given for a time is over, and a person has to take it away.",
        why="Plan {plan_id} tried to, and Microsoft refused it or does not show it.",
        repair="Settle its task.",
    ),
    "plan_rehearsed": Sentence(
        what="What was given for a time is over, and was not taken away.",
        why="The connection only simulates: plan {plan_id} rehearsed it.",
        repair="Let the connection write, or take it away by hand.",
    ),
    "term_barred": Sentence(
        what="What was given for a time is over, and Chamberlain cannot take it away.",
        why="{why}",
        repair="Remove what is in the way, or take it away by hand and settle the task.",
    ),
    "plan_guarded": Sentence(
        "A guard rail holds the plan back.",
        "{reasons}",
        "Make the plan smaller, wait, or have an administrator change the guard rails.",
    ),
    "plan_barred": Sentence(
        "The plan cannot be carried out any more.",
        "Step {step} has something in its way that was not there when it was planned: {why}",
        "Plan again to see it beside the change; nothing more of this plan was carried out.",
    ),
    "writers_halted": Sentence(
        "Nothing is written at the moment.",
        "{by} stopped everything that writes: {reason}",
        "`chamberlain stop --release` lets it go on.",
    ),
    "breaker_tripped": Sentence(
        "Chamberlain stopped writing by itself.",
        "Too many steps in a row failed in this tenant: {failed} of {ended}.",
        "Look at what failed, then let it go on with `chamberlain stop --release`.",
    ),
    "step_move_illegal": Sentence(
        "The step cannot do this now.",
        "Step {number} is {before}, and from there it cannot become {after}.",
        "Look at the plan again: somebody else may have gone on with it meanwhile.",
    ),
    "step_unproved": Sentence(
        "Microsoft took the change and does not show it.",
        "It was sent several times, and the tenant still shows what was before.",
        "Look in Entra, and settle the task when it is so.",
    ),
    "step_overtaken": Sentence(
        "They were locked out after this plan was made, so it gives them nothing any more.",
        "An administrator blocked them, or ended their sessions, while the plan waited or ran.",
        "Make another plan if they are to have it all the same, and drop the task if not.",
    ),
    "user_name_taken": Sentence(
        "Somebody has this user name already.",
        "The user was there before Chamberlain sent anything, so it is not the one that was to be created.",
        "Plan with another user name, or change the user who is there.",
    ),
    "plan_stopped": Sentence(
        "The plan was stopped.",
        "{by} stopped it: {reason}",
        "`chamberlain apply {plan_id}` goes on with what is left.",
    ),
    "job_lost_plan": Sentence(
        "The plan was interrupted.",
        "The job that carried plan {plan_id} out has ended without ending it.",
        "`chamberlain apply {plan_id}` goes on with what is left; nothing is done twice.",
    ),
    "plan_taken_over": Sentence(
        "Another worker carries the plan out.",
        "A worker was taken for dead, for example because its database was out of reach, and another one went on with "
        "plan {plan_id}.",
        "Nothing has to be done: the one that came later ends the plan.",
    ),
    "permission_ambiguous": Sentence(
        "Several permissions are called that.",
        "{text} may be: {candidates}",
        "Name one of them by its key.",
    ),
    "task_not_found": Sentence(
        "There is no such task.",
        "Task {task_id} is not one of this tenant, or has no such file.",
        "`chamberlain tasks` lists those that there are.",
    ),
    "task_settled": Sentence(
        "The task is settled already.",
        "Somebody settled task {task_id} before you.",
        "Look at it again.",
    ),
    "evidence_unfit": Sentence(
        "This file cannot be kept.",
        "{reason}",
        "Send a file of at most {megabytes} MB that is one of: {kinds}.",
    ),
}
