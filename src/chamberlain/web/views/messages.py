"""Messages to administrators: whether they can be sent, those that wait, those that were given up."""

from uuid import UUID

from django.contrib import messages as flashes
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from chamberlain.actions.retry_message import retry_message
from chamberlain.actions.try_mail import try_mail
from chamberlain.errors import ChamberlainError, Misconfigured, NotFound
from chamberlain.model.actor import Actor
from chamberlain.model.message import Message, MessageState, Topic
from chamberlain.policy.authority import Deed, may
from chamberlain.queries.messages import list_messages, own_mail_box
from chamberlain.sentences import Sentence, explain
from chamberlain.web.address import text_in
from chamberlain.web.frame import show
from chamberlain.web.identity import viewer_of
from chamberlain.web.problems import quote_of, sentence_of, status_of

NAMES = {
    Topic.TEST: gettext_noop("Test"),
    Topic.CREDENTIAL_EXPIRING: gettext_noop("The credential expires"),
    Topic.CONNECTION_BROKEN: gettext_noop("The connection is broken"),
    Topic.CONNECTION_REPAIRED: gettext_noop("The connection works again"),
    Topic.SYNC_OVERDUE: gettext_noop("No sync has succeeded for a while"),
    Topic.SCOPES_REVOKED: gettext_noop("Microsoft took permissions away"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """The outbox; a POST sends a test, or lets a message that was given up be sent again."""
    viewer = viewer_of(request)
    if request.method != "POST":
        return _show(request, viewer)
    deeds = {"test": _test, "retry": _retry}
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        flashes.info(request, deed(request, viewer))
    except ChamberlainError as error:
        if error.code == "not_allowed":
            raise
        return _show(request, viewer, failure=error)
    return redirect("messages")


def _test(request: HttpRequest, viewer: Actor) -> str:
    to = try_mail(actor=viewer, address=text_in(request.POST, "address"))
    return _("The mail server took a test for %(address)s.") % {"address": to}


def _retry(request: HttpRequest, viewer: Actor) -> str:
    try:
        id_ = UUID(request.POST.get("message", ""))
    except ValueError:
        raise NotFound("message_not_found") from None
    message = retry_message(actor=viewer, message_id=id_)
    return _("The message to %(address)s will be sent again.") % {"address": message.to.address}


def _show(request: HttpRequest, viewer: Actor, *, failure: ChamberlainError | None = None) -> HttpResponse:
    found = list_messages(viewer=viewer)
    box = own_mail_box(viewer=viewer)
    context: dict[str, object] = {
        "found": found,
        "rows": [(one, _(NAMES[one.topic]), _error(one), _may_retry(viewer, one)) for one in found.messages],
        "unset": explain(Misconfigured("mail_not_set_up")) if found.server is None else None,
        "may_test": found.server is not None and may(viewer, Deed.TRY_MAIL),
        "address": text_in(request.POST, "address") or (box.address if box else ""),
        "failure": explain(failure) if failure else None,
        "code": failure.code if failure else "",
        "quote": quote_of(request),
    }
    response = show(request, "messages/messages.html", context)
    response.status_code = status_of(failure) if failure else 200
    return response


def _error(message: Message) -> Sentence | None:
    return sentence_of(*message.error) if message.error else None


def _may_retry(viewer: Actor, message: Message) -> bool:
    return message.state is MessageState.DEAD and may(viewer, Deed.RETRY_MESSAGE, tenant_id=message.tenant_id)
