"""Every write to the directory that is simulated, and who may make it.

source  permissions: Microsoft's permission data of 2026-08-07; each least one stands first
"""

from chamberlain.simulator.graph.routes import Route
from chamberlain.simulator.graph.writes.app_roles import AppRoleDesk
from chamberlain.simulator.graph.writes.groups import KEEPERS, GroupDesk
from chamberlain.simulator.graph.writes.licences import LicenceDesk
from chamberlain.simulator.graph.writes.mailboxes import MailboxDesk
from chamberlain.simulator.graph.writes.roles import RoleDesk
from chamberlain.simulator.graph.writes.users import (
    DELETERS,
    GROUP_KEEPERS,
    PASSWORD_KEEPERS,
    SWITCHERS,
    WRITERS,
    UserDesk,
)
from chamberlain.simulator.world.tenant import World

_LICENCES = ("LicenseAssignment.ReadWrite.All", *WRITERS)
_GROUP_LICENCES = ("LicenseAssignment.ReadWrite.All", *KEEPERS)
_ROLES = ("RoleManagement.ReadWrite.Directory",)
_ASSIGNERS = ("AppRoleAssignment.ReadWrite.All",)
_READERS = ("Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All")
_SETTERS = ("MailboxSettings.ReadWrite",)
_MEMBERS = ("GroupMember.ReadWrite.All", *KEEPERS)


def write_routes(world: World) -> tuple[Route, ...]:
    """The routes of a tenant."""
    return (
        *_group_routes(GroupDesk(world)),
        *_app_role_routes(AppRoleDesk(world)),
        *_role_routes(RoleDesk(world)),
        *_licence_routes(LicenceDesk(world)),
        *_user_routes(UserDesk(world)),
        *_mailbox_routes(MailboxDesk(world)),
    )


def _group_routes(desk: GroupDesk) -> tuple[Route, ...]:
    return (
        Route("PATCH", "groups/{}", desk.update, _MEMBERS),
        Route("POST", "groups/{}/members/$ref", desk.add_member, _MEMBERS),
        Route("DELETE", "groups/{}/members/{}/$ref", desk.remove_member, _MEMBERS),
        Route("POST", "groups/{}/owners/$ref", desk.add_owner, KEEPERS),
        Route("DELETE", "groups/{}/owners/{}/$ref", desk.remove_owner, KEEPERS),
    )


def _app_role_routes(desk: AppRoleDesk) -> tuple[Route, ...]:
    assigned_to = "servicePrincipals/{}/appRoleAssignedTo"
    ends = tuple(f"{kind}/{{}}/appRoleAssignments" for kind in ("users", "groups", "servicePrincipals"))
    return (
        Route("POST", assigned_to, desk.assign_to_application, _ASSIGNERS, also=_READERS),
        Route("DELETE", f"{assigned_to}/{{}}", desk.remove, _ASSIGNERS, also=_READERS),
        *(Route("POST", end, desk.assign_principal, _ASSIGNERS) for end in ends),
        *(Route("DELETE", f"{end}/{{}}", desk.remove, _ASSIGNERS) for end in ends),
    )


def _role_routes(desk: RoleDesk) -> tuple[Route, ...]:
    unified = "roleManagement/directory"
    active, eligible = (f"{unified}/role{kind}ScheduleRequests" for kind in ("Assignment", "Eligibility"))
    return (
        Route("POST", f"{unified}/roleAssignments", desk.assign, _ROLES),
        Route("DELETE", f"{unified}/roleAssignments/{{}}", desk.remove, _ROLES),
        Route("POST", active, desk.request_assignment, ("RoleAssignmentSchedule.ReadWrite.Directory", *_ROLES)),
        Route("POST", eligible, desk.request_eligibility, ("RoleEligibilitySchedule.ReadWrite.Directory", *_ROLES)),
    )


def _licence_routes(desk: LicenceDesk) -> tuple[Route, ...]:
    return (
        Route("POST", "users/{}/assignLicense", desk.assign_to_person, _LICENCES),
        Route("POST", "users/{}/reprocessLicenseAssignment", desk.reprocess, WRITERS),
        Route("POST", "groups/{}/assignLicense", desk.assign_to_group, _GROUP_LICENCES),
    )


def _user_routes(desk: UserDesk) -> tuple[Route, ...]:
    return (
        Route("POST", "users", desk.create, ("User.ReadWrite.All", "Directory.ReadWrite.All")),
        Route("PATCH", "users/{}", desk.update, (*SWITCHERS, *PASSWORD_KEEPERS)),
        Route("DELETE", "users/{}", desk.delete, DELETERS),
        Route("POST", "users/{}/revokeSignInSessions", desk.revoke, ("User.RevokeSessions.All", *WRITERS)),
        Route("PUT", "users/{}/manager/$ref", desk.set_manager, WRITERS),
        Route("DELETE", "users/{}/manager/$ref", desk.remove_manager, WRITERS),
        Route("POST", "directory/deletedItems/{}/restore", desk.restore, (*DELETERS, *GROUP_KEEPERS)),
        Route("DELETE", "groups/{}/members/{}", desk.delete, DELETERS),
    )


def _mailbox_routes(desk: MailboxDesk) -> tuple[Route, ...]:
    settings, readers = "users/{}/mailboxSettings", ("MailboxSettings.Read", *_SETTERS)
    return (
        Route("GET", settings, desk.show, readers, of_outlook=True),
        Route("GET", f"{settings}/automaticRepliesSetting", desk.show_replies, readers, of_outlook=True),
        Route("PATCH", settings, desk.update, _SETTERS, of_outlook=True),
    )
