"""One's own photo for the badge, behind the secret of a personal link."""

from flask import Response, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import image_words, images
from eventapp.badges.images import ImageRefused
from eventapp.badges.photo_form import PhotoForm
from eventapp.media import JPEG
from eventapp.portal.views import _delegate, _guessing, _page, may_add_photo, portal
from eventapp.registration.errors import RegistrationOver
from eventapp.web import downloads


@portal.route("/<secret>/photo", methods=["GET", "POST"])
@requires(Access.SECRET)
@_guessing
def photo(secret: str) -> ResponseReturnValue:
    """The photo, and another in its place, where badges show one."""
    delegate = _delegate(secret)
    if not (may_add_photo(delegate) and images.wants_photos(delegate.event)):
        return redirect(url_for(".show", secret=secret))
    form = PhotoForm()
    if form.validate_on_submit():
        try:
            images.set_photo(delegate.event, delegate.id, form.photo.data.read())
        except ImageRefused as error:
            form.photo.errors = [image_words.refused(error)]
        except RegistrationOver:
            abort(404)
        else:
            flash(_("The photo is saved."), "success")
            return redirect(url_for(".show", secret=secret), 303)
    page = _page(
        "portal/photo.html", secret, delegate, form=form, photo=images.photo_of(delegate.id)
    )
    return _kept_by_nobody(page), 422 if form.errors else 200


@portal.post("/<secret>/photo/remove")
@requires(Access.SECRET)
@_guessing
def remove_photo(secret: str) -> ResponseReturnValue:
    """Forget the photo: at any time, for it is theirs."""
    delegate = _delegate(secret)
    images.remove_photo(delegate.event, delegate.id)
    flash(_("The photo is removed."), "success")
    return redirect(url_for(".show", secret=secret), 303)


@portal.get("/<secret>/photo.jpg")
@requires(Access.SECRET)
@_guessing
def photo_file(secret: str) -> ResponseReturnValue:
    """The picture itself."""
    found = images.photo_of(_delegate(secret).id) or abort(404)
    return downloads.answer(found.content, "photo.jpg", JPEG, is_inline=True)


def _kept_by_nobody(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
