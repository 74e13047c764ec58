"""What somebody can ask for while they put a plan together: one `Ask` for each verb, and what its form asks."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chamberlain.model.kind import GROUP_KINDS, Family, Kind, Relation
from chamberlain.model.verb import Verb
from chamberlain.policy.planning.reach import RELATIONS
from chamberlain.policy.planning.terms import can_end
from chamberlain.queries.changing import Changing
from chamberlain.web.words import Word


class Who(StrEnum):
    """Whom something can be done to."""

    PEOPLE = "people"
    HOLDERS = "holders"  # people, and groups that hold it for their members
    NOBODY = "nobody"  # who is to be created has no name yet
    GONE = "gone"


class What(StrEnum):
    """What a form asks besides whom."""

    NOTHING = "nothing"
    THING = "thing"  # looked for among everything of its kind
    HELD = "held"  # one of what they hold directly
    LICENCE = "licence"  # one of the tenant's licences
    PROPERTIES = "properties"
    MAILBOX = "mailbox"


@dataclass(frozen=True, slots=True)
class Ask:
    """One verb as people ask for it. `note`: what to know before; `missing`: what is said without a choice."""

    verb: Verb
    heading: Word
    label: Word
    who: Who
    what: What = What.NOTHING
    note: Word = ""
    missing: Word = ""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Kinds of permission that it is about."""
        return KINDS.get(self.verb.family, ()) if self.verb.family else ()

    @property
    def relation(self) -> Relation:
        """How somebody holds what it takes."""
        return RELATIONS.get(self.verb, Relation.ASSIGNED)

    @property
    def has_scope(self) -> bool:
        """Whether it can be for a part of the directory only."""
        return self.verb in (Verb.ASSIGN_ROLE, Verb.MAKE_ELIGIBLE)

    @property
    def has_end(self) -> bool:
        """Whether it can be for a time."""
        return can_end(self.verb)

    @property
    def has_services(self) -> bool:
        """Whether services of a licence are chosen."""
        return self.verb in (Verb.ASSIGN_LICENCE, Verb.SWAP_LICENCE, Verb.SET_PLANS)


KINDS: dict[Family, tuple[Kind, ...]] = {
    Family.GROUP: tuple(kind for kind in Kind if kind in GROUP_KINDS),
    Family.ROLE: (Kind.ROLE,),
    Family.APP_ROLE: (Kind.PRODUCT,),
    Family.LICENCE: (Kind.LICENCE,),
}
_GROUPS, _ROLES, _APPS = _("Groups"), _("Roles"), _("Applications")
_LICENCES, _ACCOUNT, _ABSENT = _("Licences"), _("The account itself"), _("Who is not there")
_MAILBOX, _FILL = _("The mailbox"), _("Fill in what it takes.")
_GROUP, _ROLE, _APP = _("Choose at least one group."), _("Choose at least one role."), _("Choose at least one.")
_LICENCE, _HELD = _("Choose a licence."), _("Choose what is to be taken.")
_PEOPLE, _HOLDERS = Who.PEOPLE, Who.HOLDERS

ASKS: dict[Verb, Ask] = {
    ask.verb: ask
    for ask in (
        Ask(Verb.ADD_MEMBER, _GROUPS, _("Put into a group"), _HOLDERS, What.THING, missing=_GROUP),
        Ask(Verb.REMOVE_MEMBER, _GROUPS, _("Take out of a group"), _HOLDERS, What.HELD, missing=_HELD),
        Ask(Verb.ADD_OWNER, _GROUPS, _("Make owner of a group"), _PEOPLE, What.THING, missing=_GROUP),
        Ask(Verb.REMOVE_OWNER, _GROUPS, _("End ownership of a group"), _PEOPLE, What.HELD, missing=_HELD),
        Ask(
            Verb.ASSIGN_ROLE, _ROLES, _("Give a role"), _HOLDERS, What.THING,
            _("Holds at once, in the whole tenant or in a part of it."), _ROLE,
        ),
        Ask(
            Verb.MAKE_ELIGIBLE, _ROLES, _("Make eligible for a role"), _HOLDERS, What.THING,
            _("They may activate the role when they need it. Takes Entra ID P2."), _ROLE,
        ),
        Ask(Verb.REMOVE_ROLE, _ROLES, _("Take a role"), _HOLDERS, What.HELD, missing=_HELD),
        Ask(Verb.END_ELIGIBLE, _ROLES, _("End eligibility for a role"), _HOLDERS, What.HELD, missing=_HELD),
        Ask(Verb.ASSIGN_APP_ROLE, _APPS, _("Give an application"), _HOLDERS, What.THING, missing=_APP),
        Ask(Verb.REMOVE_APP_ROLE, _APPS, _("Take an application"), _HOLDERS, What.HELD, missing=_HELD),
        Ask(Verb.ASSIGN_LICENCE, _LICENCES, _("Give a licence"), _HOLDERS, What.LICENCE, missing=_LICENCE),
        Ask(
            Verb.SWAP_LICENCE, _LICENCES, _("Swap a licence for another"), _HOLDERS, What.LICENCE,
            _("In one request, so that nobody is without either in between."), _("Choose the licence that comes."),
        ),
        Ask(
            Verb.SET_PLANS, _LICENCES, _("Switch services of a licence on or off"), _HOLDERS, What.HELD,
            missing=_LICENCE,
        ),
        Ask(Verb.REMOVE_LICENCE, _LICENCES, _("Take a licence"), _HOLDERS, What.HELD, missing=_HELD),
        Ask(
            Verb.REPROCESS_LICENCES, _LICENCES, _("Have Microsoft look at the licences again"), _PEOPLE,
            note=_("Helps where a licence through a group is not working although seats are free again."),
        ),
        Ask(
            Verb.BLOCK, _ACCOUNT, _("Block sign-in"), _PEOPLE,
            note=_("Who is signed in stays so for up to an hour. To end that too, sign them out everywhere."),
        ),
        Ask(Verb.ENABLE, _ACCOUNT, _("Let sign in again"), _PEOPLE),
        Ask(
            Verb.REVOKE_SESSIONS, _ACCOUNT, _("Sign out everywhere"), _PEOPLE,
            note=_("They sign in again wherever they were signed in. It cannot be put back."),
        ),
        Ask(
            Verb.RESET_PASSWORD, _ACCOUNT, _("Reset the password"), _PEOPLE,
            note=_(
                "Chamberlain makes up a long password, sends it to Microsoft and keeps it nowhere: nobody types it, "
                "and nobody sees it. It has to be changed at the next sign-in. Who is to come back in gets a Temporary "
                "Access Pass in Entra, or uses self-service reset. It cannot be put back."
            ),
        ),
        Ask(
            Verb.UPDATE_USER, _ACCOUNT, _("Change what is known of them"), _PEOPLE, What.PROPERTIES,
            _("Only what you change is sent."), _("Change at least one field."),
        ),
        Ask(
            Verb.DELETE_USER, _ACCOUNT, _("Delete"), _PEOPLE,
            note=_("For 30 days the account stays in the bin and can be restored; after that it is gone for good."),
        ),
        Ask(
            Verb.SET_REPLIES, _MAILBOX, _("Answer mail automatically"), _PEOPLE, What.MAILBOX, missing=_FILL,
        ),
        Ask(Verb.END_REPLIES, _MAILBOX, _("End automatic replies"), _PEOPLE),
        Ask(Verb.SET_FORWARDING, _MAILBOX, _("Forward mail"), _PEOPLE, What.MAILBOX, missing=_FILL),
        Ask(Verb.END_FORWARDING, _MAILBOX, _("End forwarding"), _PEOPLE),
        Ask(Verb.GIVE_FULL_ACCESS, _MAILBOX, _("Let somebody open it"), _PEOPLE, What.MAILBOX, missing=_FILL),
        Ask(Verb.TAKE_FULL_ACCESS, _MAILBOX, _("Let somebody no longer open it"), _PEOPLE, What.MAILBOX, "", _FILL),
        Ask(Verb.GIVE_SEND_AS, _MAILBOX, _("Let somebody send as them"), _PEOPLE, What.MAILBOX, missing=_FILL),
        Ask(Verb.TAKE_SEND_AS, _MAILBOX, _("Let somebody no longer send as them"), _PEOPLE, What.MAILBOX, "", _FILL),
        Ask(
            Verb.GIVE_SEND_ON_BEHALF, _MAILBOX, _("Let somebody send on their behalf"), _PEOPLE, What.MAILBOX, "",
            _FILL,
        ),
        Ask(
            Verb.TAKE_SEND_ON_BEHALF, _MAILBOX, _("Let somebody no longer send on their behalf"), _PEOPLE,
            What.MAILBOX, "", _FILL,
        ),
        Ask(Verb.HIDE_FROM_LISTS, _MAILBOX, _("Hide from address lists"), _PEOPLE),
        Ask(Verb.SHOW_IN_LISTS, _MAILBOX, _("Show in address lists"), _PEOPLE),
        Ask(
            Verb.MAKE_SHARED, _MAILBOX, _("Make the mailbox a shared one"), _PEOPLE,
            note=_("A shared mailbox needs no licence up to 50 GB. Take the licence after it, in the same plan."),
        ),
        Ask(Verb.MAKE_PERSONAL, _MAILBOX, _("Make a shared mailbox their own again"), _PEOPLE),
        Ask(
            Verb.CREATE_USER, _ABSENT, _("Create somebody"), Who.NOBODY, What.PROPERTIES,
            _(
                "The password is made up, sent to Microsoft and kept nowhere: nobody types it, and nobody sees it. "
                "Whoever comes gets in by a Temporary Access Pass that you make in Entra."
            ),
            _("Fill in the display name and the user name."),
        ),
        Ask(
            Verb.RESTORE_USER, _ABSENT, _("Restore somebody who was deleted"), Who.GONE,
            note=_(
                "Microsoft keeps deleted people for 30 days. Listed are those whom Chamberlain saw before they went; "
                "it does not read the bin itself."
            ),
            missing=_("Choose whom to restore."),
        ),
    )
}  # fmt: skip


def may(ask: Ask, changing: Changing) -> bool:
    """Whether the connection is for it, as far as that can be said before it is known which group it is."""
    if ask.verb.family is Family.GROUP:
        owner = ask.relation is Relation.OWNER
        return bool(changing.owner_kinds if owner else changing.kinds & GROUP_KINDS)
    return changing.may(ask.verb)


def without_form() -> tuple[Verb, ...]:
    """Verbs that only the terminal and the API know."""
    return tuple(verb for verb in Verb if verb not in ASKS)
