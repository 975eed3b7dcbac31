"""A delegate's photo for the badge, as organisers see and change it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import image_words, images
from eventapp.badges.images import ImageRefused
from eventapp.badges.photo_form import PhotoForm
from eventapp.badges.views import badges
from eventapp.events.models import Event
from eventapp.media import JPEG
from eventapp.registration.errors import RegistrationOver
from eventapp.registration.models import Delegate
from eventapp.registration.search import load
from eventapp.web import downloads


@badges.route("/manage/<event:event>/delegates/<int:delegate_id>/photo", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def photo(event: Event, delegate_id: int) -> ResponseReturnValue:
    """The photo, and another in its place."""
    delegate = _delegate(event, delegate_id)
    form = PhotoForm()
    if form.validate_on_submit():
        try:
            images.set_photo(event, delegate_id, form.photo.data.read())
        except ImageRefused as error:
            form.photo.errors = [image_words.refused(error)]
        except RegistrationOver:
            abort(404)
        else:
            flash(_("The photo is saved."), "success")
            return redirect(_page_of(event, delegate_id), 303)
    page = render_template(
        "badges/photo.html",
        event=event,
        delegate=delegate,
        form=form,
        photo=images.photo_of(delegate_id),
        wants_photos=images.wants_photos(event),
    )
    return page, 422 if form.errors else 200


@badges.post("/manage/<event:event>/delegates/<int:delegate_id>/photo/remove")
@requires(Access.ORGANISE)
def remove_photo(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Forget the photo."""
    _delegate(event, delegate_id)
    images.remove_photo(event, delegate_id)
    flash(_("The photo is removed."), "success")
    return redirect(_page_of(event, delegate_id), 303)


@badges.get("/manage/<event:event>/delegates/<int:delegate_id>/photo.jpg")
@requires(Access.ORGANISE)
def photo_file(event: Event, delegate_id: int) -> ResponseReturnValue:
    """The picture itself."""
    _delegate(event, delegate_id)
    found = images.photo_of(delegate_id) or abort(404)
    return downloads.answer(found.content, "photo.jpg", JPEG, is_inline=True)


def _delegate(event: Event, delegate_id: int) -> Delegate:
    delegate = load(event, delegate_id)
    if delegate is None or delegate.is_over:
        abort(404)
    return delegate


def _page_of(event: Event, delegate_id: int) -> str:
    return url_for("delegates.show", event=event, delegate_id=delegate_id)
