"""Messages to people, and the mail server."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "mail_not_set_up": Sentence(
        "Messages are not sent yet.",
        "No mail server is set.",
        "Set CHAMBERLAIN_SMTP_HOST and CHAMBERLAIN_SMTP_FROM, then start again.",
    ),
    "mail_address_malformed": Sentence(
        "This is not a mail address.",
        "{text} cannot be written to.",
        "Write it as name@example.com, without a name in front.",
    ),
    "mail_server_unreachable": Sentence(
        "The mail server {host} does not take messages.",
        "It was asked at port {port}: {reason}.",
        "Check CHAMBERLAIN_SMTP_HOST, CHAMBERLAIN_SMTP_PORT and the firewall; sending is tried again by itself.",
    ),
    "mail_server_untrusted": Sentence(
        "The mail server {host} does not prove that it is the one.",
        "Its certificate was refused: {reason}.",
        "Use the name that stands in the certificate, or give its authority's with CHAMBERLAIN_SMTP_CA_FILE.",
    ),
    "mail_unprotected": Sentence(
        "The mail server {host} offers no encryption.",
        "STARTTLS is asked for and it does not know it, or somebody on the way hides it.",
        "Set CHAMBERLAIN_SMTP_SECURITY to tls and its port, or to none for a server on this machine.",
    ),
    "mail_sign_in_refused": Sentence(
        "The mail server {host} refuses the account.",
        "It said: {status} {said}.",
        "Check CHAMBERLAIN_SMTP_USER and CHAMBERLAIN_SMTP_PASSWORD, and that the account may send by SMTP.",
    ),
    "mail_sender_refused": Sentence(
        "The mail server does not let us send as {sender}.",
        "It said: {status} {said}.",
        "Set CHAMBERLAIN_SMTP_FROM to an address that the account may use.",
    ),
    "mail_postponed": Sentence(
        "The mail server does not take this message now.",
        "It said: {status} {said}.",
        "Nothing has to be done: it is tried again.",
    ),
    "mail_refused": Sentence(
        "The mail server refuses this message for good.",
        "It said: {status} {said}.",
        "Correct the address, then send it again on the page of messages.",
    ),
    "message_outdated": Sentence(
        "The message was not sent in time.",
        "After {days} days it would tell nothing new.",
        "Set up the mail server, or repair what kept it from sending.",
    ),
    "message_not_found": Sentence(
        "There is no such message to send again.",
        "It was sent meanwhile, is removed, or is not yours to send.",
        "Look at the page of messages.",
    ),
}
