"""What is asked, and how: tokens, requests, views, times."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "token_missing": Sentence(
        "This needs a token.",
        "The request carries no “Authorization: Bearer” header.",
        "Make a token under API tokens and send it with every request.",
    ),
    "token_invalid": Sentence(
        "This token is not accepted.",
        "It is unknown, has expired or was revoked, or its person may no longer sign in.",
        "Make a new one under API tokens.",
    ),
    "token_scope_missing": Sentence(
        "This token is not for that.",
        "It does not have the scope {scope}.",
        "Make a token with this scope.",
    ),
    "token_not_found": Sentence(
        "There is no such token.",
        "It never was, or it belongs to somebody else.",
        "Choose another one under API tokens.",
    ),
    "token_name_empty": Sentence(
        "The token has no name.",
        "By its name one knows later what would stop working without it.",
        "Give it one.",
    ),
    "token_name_long": Sentence(
        "The name is too long.",
        "A token's name has {longest} letters at most.",
        "Give it a shorter one.",
    ),
    "token_scopes_empty": Sentence(
        "The token would be good for nothing.",
        "No scope was chosen.",
        "Choose what it is for.",
    ),
    "token_scope_unknown": Sentence(
        "There is no scope “{text}”.",
        "The scopes are: {known}.",
        "Choose among them.",
    ),
    "token_lasts": Sentence(
        "A token cannot last that long.",
        "It lasts 1 to {most} days.",
        "Choose fewer days, and make a new one before it expires.",
    ),
    "token_beyond_rights": Sentence(
        "A token cannot do more than you.",
        "You may not do what these scopes are for: {scopes}.",
        "Leave them out, or ask an administrator.",
    ),
    "tokens_too_many": Sentence(
        "You have too many tokens.",
        "One person keeps {most} tokens that work at most.",
        "Revoke one that is no longer needed.",
    ),
    "route_not_found": Sentence(
        "There is nothing at this address.",
        "The API has no such route.",
        "Look it up in the OpenAPI document.",
    ),
    "method_not_allowed": Sentence(
        "This cannot be done at this address.",
        "It answers to: {allowed}.",
        "Look the route up in the OpenAPI document.",
    ),
    "not_acceptable": Sentence(
        "There is no answer of the wanted kind.",
        "The API answers with JSON, and the Accept header excludes it.",
        "Accept application/json.",
    ),
    "body_too_large": Sentence(
        "The request is too large.",
        "A body has {most} KB at most.",
        "Send less at once.",
    ),
    "body_unreadable": Sentence(
        "The body of the request cannot be read.",
        "It is not JSON, or was cut off.",
        "Send one JSON document in UTF-8.",
    ),
    "media_type_unsupported": Sentence(
        "The body is of a kind that is not read.",
        "The API reads JSON only.",
        "Send it as application/json.",
    ),
    "request_invalid": Sentence(
        "The request is not as the API's document says.",
        "A parameter or a field of the body is missing, unknown or out of range.",
        "Correct what “errors” names.",
    ),
    "idempotency_key_malformed": Sentence(
        "The Idempotency-Key cannot be used.",
        "It has to be 1 to 255 visible ASCII letters, without blanks.",
        "Use a random one, for example a UUID.",
    ),
    "idempotency_key_reused": Sentence(
        "This Idempotency-Key was used for another request.",
        "A key belongs to one request for a day; the same key with another request is a mistake.",
        "Use a new key for a new request.",
    ),
    "list_keeps_no_views": Sentence(
        "This list keeps no views.",
        "“{list}” has no filters that are worth keeping.",
        "Keep a view of another list.",
    ),
    "connection_not_found": Sentence(
        "This tenant is not connected.",
        "Its connection was removed; what was read before may still be there.",
        "Connect it again.",
    ),
    "view_query_malformed": Sentence(
        "The view's query cannot be kept.",
        "It has to be filters, sort and columns as they stand in the list's address, behind the question mark.",
        "Copy it from the address.",
    ),
    "view_not_found": Sentence(
        "There is no such view.",
        "It was deleted, is no longer shared, or belongs to somebody else.",
        "Choose another one above the list.",
    ),
    "view_name_empty": Sentence(
        "The view has no name.",
        "It is found by its name above the list.",
        "Give it one.",
    ),
    "view_name_long": Sentence(
        "The name is too long.",
        "A view's name has {longest} letters at most.",
        "Give it a shorter one.",
    ),
    "view_name_taken": Sentence(
        "You already have a view of this name.",
        "“{name}” exists for this list.",
        "Choose another name, or save the changes to that view.",
    ),
    "views_too_many": Sentence(
        "You have too many views of this list.",
        "One person keeps {most} views of a list at most.",
        "Delete one that is no longer needed.",
    ),
    "share_unreadable": Sentence(
        "“{text}” is not a share that can be set.",
        "It has to be a whole number of percent, {least} to {most}.",
        "Choose {most} to go as fast as Microsoft allows, {least} to go as slowly as possible.",
    ),
    "nothing_known_yet": Sentence(
        "Nothing is known about this tenant yet.",
        "No sync of it has been completed.",
        "Start a sync, or wait for the one that runs.",
    ),
    "nothing_known_then": Sentence(
        "Nothing is known about {at} UTC.",
        "This tenant was first looked at {since} UTC; Microsoft does not tell what was before.",
        "Ask about a later time.",
    ),
    "time_unreadable": Sentence(
        "This is no time that can be read: {text}",
        "A time is a date, or a date with hours and minutes.",
        "Write it like 2026-03-03 or 2026-03-03T14:00; it is UTC unless an offset like +01:00 follows.",
    ),
    "time_ahead": Sentence(
        "This time is still to come: {text}",
        "Only what was seen can be told.",
        "Choose an earlier one; times are UTC unless an offset like +01:00 follows.",
    ),
    "end_passed": Sentence(
        "This end has passed already: {text}",
        "What is given for a time has to end later than now.",
        "Choose a later one; times are UTC unless an offset like +01:00 follows, and a date alone is its end.",
    ),
    "period_reversed": Sentence(
        "The period ends before it begins.",
        "It is asked for from {begin} to {end} UTC.",
        "Put the earlier time first.",
    ),
    "tenant_not_found": Sentence(
        "There is no such tenant here.",
        "No connected tenant is called {slug}.",
        "Choose one under Integrations, or connect it.",
    ),
    "tenant_ambiguous": Sentence(
        "Several tenants are connected.",
        "The command needs to know which one is meant.",
        "Name it with --tenant; there are: {candidates}.",
    ),
    "no_tenant": Sentence(
        "No tenant is connected yet.",
        "There is nothing to show or to sync.",
        "Connect one in the browser under Integrations, or with: chamberlain connect",
    ),
    "run_not_found": Sentence(
        "There is no such sync run.",
        "This tenant has no run number {run_id}.",
        "See the list of sync runs.",
    ),
}
