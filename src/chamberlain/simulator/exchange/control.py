"""Controls of Exchange: letting an application in, what Exchange has, and letting the directory hear of it at once."""

from collections.abc import Callable
from typing import Any, Literal

import msgspec

from chamberlain.simulator.exchange.call import Call
from chamberlain.simulator.exchange.front import CMDLETS
from chamberlain.simulator.exchange.mail import Mail
from chamberlain.simulator.exchange.mailboxes import size_of
from chamberlain.simulator.exchange.recipients import has_mailbox, is_exchanges
from chamberlain.simulator.message import Request, Response, json_response
from chamberlain.simulator.world.application import EXCHANGE_APP_ID, EXCHANGE_ROLES
from chamberlain.simulator.world.dynamic_group import DynamicGroup
from chamberlain.simulator.world.fact import Shelf
from chamberlain.simulator.world.mutation import MutationRefusedError
from chamberlain.simulator.world.mutation.applications import AssignApp
from chamberlain.simulator.world.mutation.exchange import FULL_ACCESS, SEND_AS, SEND_ON_BEHALF
from chamberlain.simulator.world.mutation.replies import OFF
from chamberlain.simulator.world.mutation.roles import AssignRole
from chamberlain.simulator.world.reference import Kind, Ref
from chamberlain.simulator.world.tenant import World

RECIPIENT_ADMINISTRATOR = "31392ffb-586c-42d1-9346-e59415a2cc4e"


class _LetIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which application gets which permission, and whether a role in the directory as well."""

    client_id: str
    permission: Literal["Exchange.ManageAsApp", "Exchange.ManageAsAppV2"] = "Exchange.ManageAsApp"
    role: bool = True


class _Refuse(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which cmdlet is refused, on which identity, and how often."""

    cmdlet: str
    identity: str = ""
    times: int = 1


class ExchangeControl:
    """Routes below /_simulator/exchange."""

    def __init__(self, world: World, mail: Mail) -> None:
        self._world = world
        self._mail = mail

    def routes(self) -> dict[tuple[str, str], Callable[[Request], Response]]:
        """By method and path."""
        return {
            ("GET", "exchange"): self._tell,
            ("POST", "exchange/settle"): self._settle,
            ("POST", "exchange/let_in"): self._let_in,
            ("POST", "exchange/refuse"): self._refuse,
        }

    def _settle(self, _request: Request) -> Response:
        self._mail.settle()
        return Response(204)

    def _tell(self, _request: Request) -> Response:
        view = self._mail.view
        groups = [ref.serial for ref in view.everything(Kind.GROUP) if is_exchanges(view.group(ref.serial))]
        people = [ref.serial for ref in view.everything(Kind.USER) if has_mailbox(view.person(ref.serial))]
        return json_response(
            200,
            {
                "waiting": self._mail.waits,
                "groups": [self._group(serial) for serial in groups],
                "mailboxes": [self._mailbox(serial) for serial in people],
                "dynamic_groups": [self._dynamic_group(one) for one in view.dynamic_groups()],
            },
        )

    def _group(self, serial: int) -> dict[str, Any]:
        view = self._mail.view
        return {
            "id": view.group(serial).id,
            "synced": view.group(serial).synced,
            "managers": sorted(view.base.guid(ref) for ref in self._mail.managers(serial)),
            "members": sorted(view.base.guid(ref) for ref in self._mail.members(serial)),
        }

    def _dynamic_group(self, group: DynamicGroup) -> dict[str, Any]:
        base = self._mail.view.base
        return {
            "id": group.guid,
            "name": group.name,
            "filter": group.filter,
            "managers": sorted(base.guid(ref) for ref in self._mail.dynamic_managers(group)),
            "members": sorted(base.guid(ref) for ref in self._mail.dynamic_members(group)),
        }

    def _mailbox(self, serial: int) -> dict[str, Any]:
        view = self._mail.view
        call = Call("Get-Mailbox", {"identity": view.person(serial).id}, self._mail, "")
        shown = CMDLETS["get-mailbox"].run(call)[0]
        access = view.entries_of(Shelf.MAILBOX_ACCESS, Ref(Kind.USER, serial)).values()
        replies = view.entry(Shelf.MAILBOX, (serial, "replies"), None)

        def who(right: str) -> list[str]:
            return sorted(view.base.guid(ref) for ref, held in access if held == right)

        return {
            "id": shown["ExternalDirectoryObjectId"],
            "type": shown["RecipientTypeDetails"],
            "forwarding_address": shown["ForwardingAddress"],
            "forwards_to": self._mail.recipients.setting(serial, "forwarding_address", otherwise=None),
            "forwarding_smtp_address": shown["ForwardingSmtpAddress"],
            "deliver_and_forward": shown["DeliverToMailboxAndForward"],
            "hidden": shown["HiddenFromAddressListsEnabled"],
            "held": shown["LitigationHoldEnabled"] or bool(shown["InPlaceHolds"]),
            "bytes": size_of(self._mail.recipients, serial),
            "synced": shown["IsDirSynced"],
            "full_access": who(FULL_ACCESS),
            "send_as": who(SEND_AS),
            "send_on_behalf": who(SEND_ON_BEHALF),
            "replies": (OFF if replies is None else replies[0]).shown(),
        }

    def _refuse(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(request.body, type=_Refuse)
        except msgspec.MsgspecError as problem:
            return json_response(400, {"error": {"code": "refused", "message": f"This is no order: {problem}"}})
        self._mail.refuse(order.cmdlet, order.identity, times=order.times)
        return Response(204)

    def _let_in(self, request: Request) -> Response:
        try:
            order = msgspec.json.decode(request.body, type=_LetIn)
            self._carry_out(order)
        except (msgspec.MsgspecError, MutationRefusedError) as problem:
            return json_response(400, {"error": {"code": "refused", "message": f"This is no order: {problem}"}})
        return Response(204)

    def _carry_out(self, order: _LetIn) -> None:
        view = self._world.view()
        known = {view.service_principal(ref.serial).app_id: ref for ref in view.everything(Kind.SERVICE_PRINCIPAL)}
        if order.client_id not in known or EXCHANGE_APP_ID not in known:
            raise MutationRefusedError("The application, or Exchange, is not in the tenant.")
        app, exchange = (view.base.guid(known[one]) for one in (order.client_id, EXCHANGE_APP_ID))
        role = next(id_ for id_, (value, _) in EXCHANGE_ROLES.items() if value == order.permission)
        self._world.change(AssignApp(app, exchange, role))
        if order.role:
            self._world.change(AssignRole(app, RECIPIENT_ADMINISTRATOR))
