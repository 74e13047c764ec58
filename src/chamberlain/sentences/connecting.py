"""How a tenant is reached: consent, credentials, permissions."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
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
}
