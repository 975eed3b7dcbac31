"""Sites: pages for everybody, and the forms of organisers."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp import media
from eventapp.accounts.permissions import Access, requires
from eventapp.events.colours import ink, is_colour
from eventapp.events.models import Event, Site
from eventapp.media import JPEG, pictures
from eventapp.visits import site_pictures, sites
from eventapp.visits.forms import SiteForm
from eventapp.visits.views import visits
from eventapp.web import downloads

_YEAR = 365 * 24 * 3600
_MEGABYTE = 1024 * 1024


@visits.get("/e/<event:event>/sites")
@requires(Access.PUBLIC)
def public_sites(event: Event) -> ResponseReturnValue:
    """The places that can be visited."""
    return render_template(
        "visits/public_sites.html", event=event, pictures=site_pictures.pictures_of(event.id)
    )


@visits.get("/e/<event:event>/sites/<int:site_id>")
@requires(Access.PUBLIC)
def public_site(event: Event, site_id: int) -> ResponseReturnValue:
    """One place: what there is to see, and when groups go there; of people it says nothing."""
    site = _site(event, site_id)
    groups = [it for it in sites.groups_of(event.id) if it.site_id == site_id]
    return render_template(
        "visits/public_site.html",
        event=event,
        site=site,
        groups=groups,
        picture=site_pictures.picture_of(site_id),
    )


@visits.get("/e/<event:event>/sites/<int:site_id>/<digest>.jpg")
@requires(Access.PUBLIC)
def picture(event: Event, site_id: int, digest: str) -> ResponseReturnValue:
    """A site's picture. What has this address never changes."""
    content = site_pictures.content_of(event.id, site_id, digest) or abort(404)
    answer = downloads.answer(content, "picture.jpg", JPEG, is_inline=True)
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    answer.set_etag(digest)
    return answer.make_conditional(request)


@visits.get("/e/<event:event>/groups.css")
@requires(Access.PUBLIC)
def group_colours(event: Event) -> ResponseReturnValue:
    """The groups' colours as classes: the content policy forbids styles in tags."""
    rules = [
        f".visit-group-{it.id} {{ --group: {it.colour}; --group-ink: {ink(it.colour)} }}\n"
        for it in sites.groups_of(event.id)
        if is_colour(it.colour)
    ]
    answer = Response("".join(rules), mimetype="text/css")
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@visits.route("/manage/<event:event>/visits/sites/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def add_site(event: Event) -> ResponseReturnValue:
    """A form for a new site."""
    form = SiteForm()
    if form.validate_on_submit() and _save(event, form, None):
        flash(_("The site has been added."), "success")
        return redirect(url_for(".index", event=event))
    page = render_template("visits/site_form.html", event=event, form=form, site=None)
    return page, 422 if form.errors else 200


@visits.route("/manage/<event:event>/visits/sites/<int:site_id>", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit_site(event: Event, site_id: int) -> ResponseReturnValue:
    """A form for a site that exists."""
    form = SiteForm(_site(event, site_id), site_pictures.picture_of(site_id))
    if form.validate_on_submit() and _save(event, form, site_id):
        flash(_("The site has been changed."), "success")
        return redirect(url_for(".index", event=event))
    page = render_template(
        "visits/site_form.html",
        event=event,
        form=form,
        site=_site(event, site_id),
        picture=site_pictures.picture_of(site_id),
    )
    return page, 422 if form.errors else 200


@visits.post("/manage/<event:event>/visits/sites/<int:site_id>/delete")
@requires(Access.ORGANISE)
def delete_site(event: Event, site_id: int) -> ResponseReturnValue:
    """Remove a site that nobody goes to."""
    try:
        sites.delete_site(event.id, site_id)
    except sites.SiteNotFound:
        abort(404)
    except sites.SiteInUse:
        flash(
            _("Groups go to this site or delegates have wished for it; it was not deleted."),
            "danger",
        )
        return redirect(url_for(".edit_site", event=event, site_id=site_id))
    flash(_("The site has been deleted."), "success")
    return redirect(url_for(".index", event=event))


def _save(event: Event, form: SiteForm, site_id: int | None) -> bool:
    """Add or change a site with its picture; False leaves what is wrong beside its field."""
    uploaded, picture = form.uploaded(), None
    try:
        if uploaded is not None:
            picture = site_pictures.ready(uploaded)
        if site_id is None:
            site_id = sites.add_site(event.id, form.site())
        else:
            sites.change_site(event.id, site_id, form.site())
    except site_pictures.PictureRefused as error:
        form.picture.errors = [_refused(error)]
        return False
    except sites.SiteNameTaken:
        form.name.errors = [_("Another site has this name.")]
        return False
    if form.removes_picture.data and picture is None:
        site_pictures.remove_picture(event.id, site_id)
    else:
        site_pictures.set_picture(event.id, site_id, picture, form.picture_text.data or "")
    return True


def _site(event: Event, site_id: int) -> Site:
    try:
        return sites.site(event.id, site_id)
    except sites.SiteNotFound:
        abort(404)


def _refused(error: site_pictures.PictureRefused) -> str:
    """Why a picture is not taken, and what to do."""
    match error.reason:
        case media.Refusal.EMPTY:
            text = _("This file is empty. Choose another.")
        case media.Refusal.TOO_LARGE:
            text = _(
                "This file is too large. Choose one of at most %(size)s MB.",
                size=site_pictures.MAX_BYTES // _MEGABYTE,
            )
        case media.Refusal.TOO_MANY_PIXELS:
            text = _(
                "This picture has more than %(number)s million pixels. Make it smaller.",
                number=pictures.MAX_PIXELS // 1_000_000,
            )
        case media.Refusal.BROKEN:
            text = _("This file is damaged or incomplete. Choose another.")
        case _:
            text = _("This is no picture of a kind that can be shown: PNG, JPEG, WebP.")
    return str(text)
