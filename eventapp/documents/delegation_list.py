"""Papers of a delegation for its lead, behind the delegation's link: the official list, and the
notice of its site visits."""

from io import BytesIO
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.delegations.workspace import delegation_of, guessing, workspace
from eventapp.documents import lists, visit_notices
from eventapp.documents.paper import NothingToPrint, Order, Write
from eventapp.documents.people import Arrangement
from eventapp.registration.models import Delegation
from eventapp.web.language import current_language


@workspace.get("/<secret>/list.pdf")
@requires(Access.SECRET)
@guessing
def official_list(secret: str) -> ResponseReturnValue:
    """Everybody of the delegation who comes, also those who are not approved yet."""
    delegation = delegation_of(secret)
    options = {
        "order": Arrangement.DELEGATION.value,
        "delegation": str(delegation.id),
        "signing": False,
        "pending": True,
    }
    return _paper(secret, delegation, lists.write, options, "danh-sach-doan.pdf")


@workspace.get("/<secret>/visits.pdf")
@requires(Access.SECRET)
@guessing
def visit_notice(secret: str) -> ResponseReturnValue:
    """Who of the delegation goes on which site visit."""
    delegation = delegation_of(secret)
    options = {"delegation": str(delegation.id)}
    return _paper(secret, delegation, visit_notices.write, options, "thong-bao-tham-quan.pdf")


def _paper(
    secret: str, delegation: Delegation, write: Write, options: dict[str, Any], name: str
) -> ResponseReturnValue:
    stream = BytesIO()
    try:
        write(Order(delegation.event, options, current_language()), stream)
    except NothingToPrint as error:
        flash(str(error), "warning")
        return redirect(url_for("workspace.show", secret=secret), 303)
    answer = Response(stream.getvalue(), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
