"""Changing a tenant, and leaving it."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "write_refused": Sentence(
        "Chamberlain does not change a tenant without a permit.",
        "A {method} request to {path} was about to be sent. It was not.",
        "This is a defect: please report it.",
    ),
    "writing_not_chosen": Sentence(
        "This tenant is connected for reading only.",
        "Changing it like this takes the capability {capability}, which nobody has chosen.",
        "Choose it on the connection's page, grant its scope in Entra, and try again.",
    ),
    "write_scope_missing": Sentence(
        "Microsoft has not let Chamberlain change this yet.",
        "The permission {scope} is missing, or no sync has seen it so far.",
        "Grant it in Entra, start a sync, and try again after it.",
    ),
    "write_denied": Sentence(
        "Microsoft does not let Chamberlain change this.",
        "{path} was refused ({graph_code}, request {request_id}): a permission was taken back, who is concerned has a "
        "role or is in a group that has one, or the group fills itself by a rule.",
        "Look at the connection's page for missing scopes; administrators are changed only by who has a role for it.",
    ),
    "write_not_taken": Sentence(
        "Microsoft did not take the change.",
        "It answered {status} to {path}: {said} (request {request_id})",
        "Put right what it names, and try again; nothing was changed by it.",
    ),
    "not_an_id": Sentence(
        "This does not name anything that Microsoft knows.",
        "{text} is no id of a person, a group, a role, a licence or an application.",
        "Choose the person and the permission from their pages, and plan again; nothing was sent.",
    ),
    "property_not_settable": Sentence(
        "Chamberlain does not set this property.",
        "{name} has a way of its own, or is not written through Microsoft Graph.",
        "Leave it out of the plan; docs/reference/capabilities.md names what is set.",
    ),
    "disconnect_unconfirmed": Sentence(
        "The tenant was not disconnected.",
        "What was typed is not its name in addresses, {slug}.",
        "Type {slug} to confirm; nothing was changed.",
    ),
    "tenant_leaving": Sentence(
        "This tenant is being forgotten.",
        "Everything known of it is being removed, which cannot be stopped any more.",
        "Wait until it is gone from the list of tenants; then it can be connected anew.",
    ),
    "run_over": Sentence(
        "The run was ended before it was done.",
        "The tenant was disconnected, or the run was given up, while it was read.",
        "Nothing to do: nothing of it was merged.",
    ),
    "disconnected": Sentence(
        "The tenant was disconnected.",
        "Its credentials were removed while this run was waiting or reading.",
        "Connect the tenant again to read it.",
    ),
}
