"""Who carries which verb to Graph. Groups that Exchange manages, and mailboxes, are carried by Exchange: see
mail_groups and mailboxes.
"""

from chamberlain.kinds.writing.app_roles import AppRoles
from chamberlain.kinds.writing.carrying import Carrier
from chamberlain.kinds.writing.groups import Members, Owners
from chamberlain.kinds.writing.licences import Licences
from chamberlain.kinds.writing.replies import Replies
from chamberlain.kinds.writing.roles import Eligibilities, Roles
from chamberlain.kinds.writing.users import Newcomers, Presence, Users
from chamberlain.model.verb import Verb

_MEMBERS, _OWNERS, _ROLES, _ELIGIBILITIES = Members(), Owners(), Roles(), Eligibilities()
_APP_ROLES, _LICENCES, _USERS, _PRESENCE = AppRoles(), Licences(), Users(), Presence()
_REPLIES = Replies()

CARRIERS: dict[Verb, Carrier] = {
    Verb.ADD_MEMBER: _MEMBERS,
    Verb.REMOVE_MEMBER: _MEMBERS,
    Verb.ADD_OWNER: _OWNERS,
    Verb.REMOVE_OWNER: _OWNERS,
    Verb.ASSIGN_ROLE: _ROLES,
    Verb.REMOVE_ROLE: _ROLES,
    Verb.MAKE_ELIGIBLE: _ELIGIBILITIES,
    Verb.END_ELIGIBLE: _ELIGIBILITIES,
    Verb.ASSIGN_APP_ROLE: _APP_ROLES,
    Verb.REMOVE_APP_ROLE: _APP_ROLES,
    Verb.ASSIGN_LICENCE: _LICENCES,
    Verb.REMOVE_LICENCE: _LICENCES,
    Verb.SWAP_LICENCE: _LICENCES,
    Verb.SET_PLANS: _LICENCES,
    Verb.REPROCESS_LICENCES: _LICENCES,
    Verb.CREATE_USER: Newcomers(),
    Verb.UPDATE_USER: _USERS,
    Verb.ENABLE: _USERS,
    Verb.BLOCK: _USERS,
    Verb.REVOKE_SESSIONS: _USERS,
    Verb.RESET_PASSWORD: _USERS,
    Verb.DELETE_USER: _PRESENCE,
    Verb.RESTORE_USER: _PRESENCE,
    Verb.SET_REPLIES: _REPLIES,
    Verb.END_REPLIES: _REPLIES,
}
