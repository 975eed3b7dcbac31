"""Site visits: sites, groups, and who sits in them. Group leaders see, organisers change."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from eventapp.accounts.permissions import Access, allows, requires
from eventapp.events.models import Event
from eventapp.registration.search import Selection
from eventapp.visits import bus_moves, plans, service, sites
from eventapp.visits.colours import next_unused
from eventapp.visits.group_form import GroupForm
from eventapp.visits.models import VisitGroup

visits = Blueprint("visits", __name__)

_NAMED = 3  # how many names a message gives before it says "and others"


@visits.get("/manage/<event:event>/visits")
@requires(Access.VIEW_GROUPS)
def index(event: Event) -> ResponseReturnValue:
    """Sites and their groups."""
    return render_template(
        "visits/index.html",
        event=event,
        places=sites.sites_with_groups(event.id),
        crowded=plans.crowded(event),
        without_group=service.without_group(event),
        may_organise=_may_organise(),
    )


@visits.get("/manage/<event:event>/visits/groups/<int:group_id>")
@requires(Access.VIEW_GROUPS)
def group(event: Event, group_id: int) -> ResponseReturnValue:
    """A group and one page of its members; organisers search here for more."""
    page = max(1, request.args.get("page", default=1, type=int))
    return _group_page(event, _group(event, group_id), page=page)


@visits.post("/manage/<event:event>/visits/groups/<int:group_id>/find")
@requires(Access.ORGANISE)
def find(event: Event, group_id: int) -> ResponseReturnValue:
    """The group's page with people to add. Names are sent, so that no address holds them."""
    return _group_page(event, _group(event, group_id), typed=request.form.get("q", "")[:200])


@visits.post("/manage/<event:event>/visits/assign")
@requires(Access.ORGANISE)
def assign(event: Event) -> ResponseReturnValue:
    """Put a selection of delegates into the group ``to``, all or nobody."""
    to = request.form.get("to", type=int)
    if to is None:
        flash(_("Choose a group first."), "danger")
        return redirect(url_for(".index", event=event))
    target = _group(event, to)
    try:
        seated = service.assign(event, to, Selection.parse(request.form))
    except sites.VisitError as error:
        flash(_why_not(error, target), "danger")
    else:
        flash(
            _(
                "Group %(letter)s: %(added)s added, %(already)s were in it already.",
                letter=target.letter,
                added=seated.added,
                already=seated.already,
            ),
            "success",
        )
    return redirect(url_for(".group", event=event, group_id=to))


@visits.post("/manage/<event:event>/visits/groups/<int:group_id>/remove")
@requires(Access.ORGANISE)
def remove(event: Event, group_id: int) -> ResponseReturnValue:
    """Take people out of the group."""
    target = _group(event, group_id)
    try:
        removed = service.remove(event, request.form.getlist("ids", type=int))
    except sites.VisitError as error:
        flash(_why_not(error, target), "danger")
    else:
        flash(_("Taken out of the group: %(n)s.", n=removed), "success")
    return redirect(url_for(".group", event=event, group_id=group_id))


@visits.route("/manage/<event:event>/visits/groups/new", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def add_group(event: Event) -> ResponseReturnValue:
    """A form for a new group."""
    suggested = next_unused(it.colour for it in sites.groups_of(event.id))
    form = GroupForm(event, list(event.sites), None, suggested)
    if not form.is_submitted():
        form.site.data = request.args.get("site", type=int)
    if form.is_to_save and form.validate():
        try:
            group_id = sites.add_group(event.id, form.group())
        except sites.VisitError as error:
            _put(error, form)
        else:
            flash(_("The group has been added."), "success")
            return redirect(url_for(".group", event=event, group_id=group_id))
    return _form_page(event, form, None)


@visits.route("/manage/<event:event>/visits/groups/<int:group_id>/edit", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit_group(event: Event, group_id: int) -> ResponseReturnValue:
    """A form for a group that exists."""
    form = GroupForm(event, list(event.sites), _group(event, group_id), "")
    if form.is_to_save and form.validate():
        try:
            sites.change_group(event.id, group_id, form.group())
        except sites.VisitError as error:
            _put(error, form)
        else:
            flash(_("The group has been changed."), "success")
            return redirect(url_for(".group", event=event, group_id=group_id))
    return _form_page(event, form, _group(event, group_id))


@visits.post("/manage/<event:event>/visits/groups/<int:group_id>/delete")
@requires(Access.ORGANISE)
def delete_group(event: Event, group_id: int) -> ResponseReturnValue:
    """Remove an empty group."""
    try:
        sites.delete_group(event.id, group_id)
    except sites.GroupNotFound:
        abort(404)
    except sites.GroupInUse:
        flash(_("The group has members or was used at check-in; it was not deleted."), "danger")
        return redirect(url_for(".group", event=event, group_id=group_id))
    flash(_("The group has been deleted."), "success")
    return redirect(url_for(".index", event=event))


@visits.post("/manage/<event:event>/visits/groups/<int:group_id>/bus")
@requires(Access.ORGANISE)
def move_to_bus(event: Event, group_id: int) -> ResponseReturnValue:
    """Put members into another bus of the group."""
    target = _group(event, group_id)
    bus_id = request.form.get("bus", default=0, type=int)
    try:
        if not (chosen := request.form.getlist("ids", type=int)):
            raise service.NobodyChosen
        moved = bus_moves.move_to_bus(event.id, group_id, bus_id, chosen)
    except sites.VisitError as error:
        flash(_why_not(error, target), "danger")
    else:
        flash(_("Put into another bus: %(n)s.", n=moved), "success")
    return redirect(url_for(".group", event=event, group_id=group_id) + "#members")


def _form_page(event: Event, form: GroupForm, group: VisitGroup | None) -> ResponseReturnValue:
    page = render_template("visits/group_form.html", event=event, form=form, group=group)
    return page, 422 if form.errors else 200


def _group_page(
    event: Event, group: VisitGroup, *, page: int = 1, typed: str = ""
) -> ResponseReturnValue:
    return render_template(
        "visits/group.html",
        event=event,
        group=group,
        others=[other for other in sites.groups_of(event.id) if other.id != group.id],
        members=service.members(group.id, page),
        in_bus=bus_moves.taken_in(group.id),
        missing_seats=plans.missing_seats(group),
        crowd=plans.crowded(event).get(group.site_id),
        typed=typed,
        found=service.find_people(event, group.id, typed),
        may_organise=_may_organise(),
    )


def _may_organise() -> bool:
    """Whether the page offers changes; their own views check it again."""
    administrator = current_user.is_administrator
    return allows(Access.ORGANISE, is_administrator=administrator, role=g.role)


def _group(event: Event, group_id: int) -> VisitGroup:
    try:
        return sites.group(event.id, group_id)
    except sites.GroupNotFound:
        abort(404)


def _why_not(error: sites.VisitError, group: VisitGroup) -> str:
    """What a refusal means to the organiser who asked, and what to do."""
    match error:
        case service.GroupFull():
            text = _(
                "Group %(letter)s: seats left %(left)s, asked for %(asked)s. Nobody was put into "
                "it. Choose fewer people, or raise the number of seats.",
                letter=group.letter,
                left=error.left,
                asked=error.asked,
            )
        case service.DelegateCancelled():
            names = ", ".join(error.names[:_NAMED]) + (", …" if len(error.names) > _NAMED else "")
            text = _(
                "These people have cancelled: %(names)s. Nobody was put into the group.",
                names=names,
            )
        case bus_moves.BusFull():
            text = _(
                "%(bus)s: seats left %(left)s, asked for %(asked)s. Nobody was moved.",
                bus=error.label,
                left=error.left,
                asked=error.asked,
            )
        case bus_moves.BusNotFound():
            text = _("The group no longer has this bus. Choose another.")
        case service.NobodyChosen():
            text = _("Nobody was chosen.")
        case _:
            text = _("Somebody chosen is no longer in the list. Reload the page and choose again.")
    return str(text)


def _put(error: sites.VisitError, form: GroupForm) -> None:
    """Show a refusal beside the field that it concerns."""
    match error:
        case sites.CapacityBelowTaken():
            form.capacity.errors = [
                _(
                    "The group has %(taken)s members. Take some out first, or enter at least "
                    "that many seats.",
                    taken=error.taken,
                )
            ]
        case sites.LetterTaken():
            form.letter.errors = [_("Another group has this letter.")]
        case sites.LabelTaken():
            form.form_errors = [_("Two buses of the group have the same name.")]
        case sites.StopInUse():
            form.form_errors = [
                _(
                    "The roll was called at a stop that you have removed. Leave it in the plan: "
                    "%(names)s.",
                    names=", ".join(error.names),
                )
            ]
        case sites.SiteNotFound():
            form.site.errors = [_("This site no longer exists. Choose another.")]
        case _:
            raise error
