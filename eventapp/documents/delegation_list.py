"""The official list of a delegation as a paper for its lead, behind the delegation's link."""

from io import BytesIO

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.delegations.workspace import delegation_of, guessing, workspace
from eventapp.documents import lists
from eventapp.documents.paper import NothingToPrint, Order
from eventapp.documents.people import Arrangement
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
    stream = BytesIO()
    try:
        lists.write(Order(delegation.event, options, current_language()), stream)
    except NothingToPrint as error:
        flash(str(error), "warning")
        return redirect(url_for("workspace.show", secret=secret), 303)
    answer = Response(stream.getvalue(), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'inline; filename="danh-sach-doan.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
