"""Files of sessions, behind the secret of a personal link."""

from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.portal.views import _delegate, _guessing, audiences_of, portal
from eventapp.programme.material_views import download


@portal.get("/<secret>/materials/<int:material_id>")
@requires(Access.SECRET)
@_guessing
def material(secret: str, material_id: int) -> ResponseReturnValue:
    """A file that the delegate may have."""
    delegate = _delegate(secret)
    return download(delegate.event_id, material_id, audiences_of(delegate))
