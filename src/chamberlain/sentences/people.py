"""Who is asking: people, their sign-in, their roles."""

from chamberlain.sentences.sentence import Sentence

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
    "sign_in_context_missing": Sentence(
        "Microsoft does not confirm that this sign-in was as strong as this installation asks for.",
        "The token does not name the authentication context {context}.",
        "Begin again on the sign-in page; if it happens again, tell the administrator of this installation.",
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
        "No password and no codes are set up.",
        "They were removed meanwhile.",
        "Load the page again.",
    ),
    "password_wrong": Sentence(
        "The present password is wrong.",
        "A password is changed or removed by whoever knows it; an open browser is not enough.",
        "Type the one that signs you in; if it is forgotten, make a link in the terminal with: chamberlain sign-in",
    ),
    "password_short": Sentence(
        "The password is too short or too long.",
        "It needs {least} to {most} characters.",
        "Choose another one; a few words are good.",
    ),
    "password_common": Sentence(
        "This password is easy to guess.",
        "It is one of the most used, a pattern, or made of words that others would try here, such as your name.",
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
}
