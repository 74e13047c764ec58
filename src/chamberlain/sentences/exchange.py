"""What Exchange Online says no to, and the ways that lead there."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
    "exchange_off": Sentence(
        "This installation does not reach Exchange Online.",
        "CHAMBERLAIN_EXCHANGE is off: Microsoft does not support either way of reaching it for programs like this one.",
        "Read what that means, and set it to invoke or powershell; or change the group in the Exchange admin centre.",
    ),
    "exchange_not_allowed": Sentence(
        "Exchange Online does not let us in ({path}).",
        "The application lacks Exchange.ManageAsApp, or the role Exchange Recipient Administrator (status {status}, "
        "{of}, request {request_id}).",
        "Grant both; a new role takes up to an hour until Exchange knows of it.",
    ),
    "exchange_not_found": Sentence(
        "Exchange Online does not know this group, person or mailbox.",
        "It answered {path} with {of}: deleted, without an address, or not yet known to Exchange.",
        "Look it up in the Exchange admin centre; what was made just now is known after some minutes.",
    ),
    "exchange_ambiguous": Sentence(
        "Exchange Online knows several by this name.",
        "It answered {path} with {of}; nothing was changed.",
        "Look them up in the Exchange admin centre, and give them different names.",
    ),
    "exchange_already_so": Sentence(
        "It is so already.",
        "Exchange Online answered {path} with {of}.",
        "Nothing to do.",
    ),
    "exchange_refused": Sentence(
        "Exchange Online refused.",
        "It answered {path} with {of} (code {exchange_code}, status {status}, request {request_id}).",
        "A group that is synced from on-premises is changed there; otherwise look the error up in the Exchange admin "
        "centre.",
    ),
    "powershell_missing": Sentence(
        "PowerShell cannot be used on this machine.",
        "{path}: {reason}",
        "Install PowerShell 7 and the module ExchangeOnlineManagement, and name it in CHAMBERLAIN_PWSH.",
    ),
    "powershell_failed": Sentence(
        "PowerShell ended, or did not answer in time ({path}).",
        "{reason}. Whether Exchange did anything is not known; it is read before anything is tried again.",
        "Try again; if it stays, connect with the module by hand on this machine and look for its message.",
    ),
}
