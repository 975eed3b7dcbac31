"""The rules of an allocation: who is fixed where, kept out, together, or apart."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from eventapp import text
from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.visits import fault_words, rules, service, sites
from eventapp.visits.models import RuleKind
from eventapp.visits.naming import names_of
from eventapp.visits.views import visits
from eventapp.visits.working_out import fault_data

KINDS = {
    RuleKind.PIN: _l("Fixed in a group"),
    RuleKind.NEVER: _l("Never in a group"),
    RuleKind.TOGETHER: _l("Together in one group"),
    RuleKind.APART: _l("Apart: no two in one group"),
}


@visits.get("/manage/<event:event>/visits/rules")
@requires(Access.ORGANISE)
def rule_list(event: Event) -> ResponseReturnValue:
    """The rules, what is wrong with each, and a search for people to make another."""
    return _page(event)


@visits.post("/manage/<event:event>/visits/rules/find")
@requires(Access.ORGANISE)
def find_for_rule(event: Event) -> ResponseReturnValue:
    """The page with people to tick. Names are sent, so that no address holds them."""
    return _page(event, typed=request.form.get("q", "")[:200])


@visits.post("/manage/<event:event>/visits/rules")
@requires(Access.ORGANISE)
def add_rule(event: Event) -> ResponseReturnValue:
    """Lay something down about the people ticked."""
    kind = request.form.get("kind", "")
    if kind not in set(RuleKind):
        return _page(event, problem=_("Choose what the rule says.")), 422
    try:
        rules.add_rule(
            event.id,
            RuleKind(kind),
            _ticked(),
            group_id=request.form.get("group", type=int),
            note=text.clean(request.form.get("note", ""))[:300],
            user_id=current_user.id,
        )
    except sites.VisitError as error:
        return _page(event, problem=_why_not(error)), 422
    flash(_("The rule has been added."), "success")
    return redirect(url_for(".rule_list", event=event), 303)


@visits.post("/manage/<event:event>/visits/rules/<int:rule_id>/delete")
@requires(Access.ORGANISE)
def delete_rule(event: Event, rule_id: int) -> ResponseReturnValue:
    """Lay it down no more."""
    try:
        rules.remove_rule(event.id, rule_id)
    except rules.RuleNotFound:
        abort(404)
    flash(_("The rule has been removed."), "success")
    return redirect(url_for(".rule_list", event=event), 303)


def _page(event: Event, *, typed: str = "", problem: str = "") -> str:
    chosen = _ticked()
    listed, faults = rules.rules_of(event.id), rules.faults_of(event, with_everybody=True)
    wrong = rules.by_rule(listed, faults)
    data = [fault_data(it) for it in faults if not it.harmless]
    names = names_of(event.id, fault_words.people_in({"faults": data}))
    said = {
        rule_id: [fault_words.fault_said(it, names).text for it in some]
        for rule_id, some in wrong.items()
    }
    told = {it for some in said.values() for it in some}
    others = [fault_words.fault_said(it, names) for it in data]
    others = [it for it in others if it.where == "rules" and it.text not in told]
    return render_template(
        "visits/rules.html",
        event=event,
        rules=listed,
        kinds=KINDS,
        wrong=said,
        others=others,
        groups=sites.groups_of(event.id),
        chosen=rules.people_of(event.id, chosen),
        found=rules.find_people(event, typed, chosen),
        typed=typed,
        problem=problem,
        kind=request.form.get("kind", ""),
        group_id=request.form.get("group", type=int),
        note=request.form.get("note", "")[:300],
    )


def _ticked() -> list[int]:
    return sorted(set(request.form.getlist("ids", type=int)[: rules.MOST_PEOPLE * 2]))


def _why_not(error: sites.VisitError) -> str:
    """What a refusal means to the organiser who asked, and what to do."""
    match error:
        case rules.TwoNeeded():
            return _("Choose two or more people: one alone is neither together nor apart.")
        case rules.GroupNeeded() | sites.GroupNotFound():
            return _("Choose the group that the rule is about.")
        case rules.TooManyPeople():
            return _("A rule of this kind is about at most %(most)s people.", most=error.most)
        case service.NobodyChosen():
            return _("Search for people and tick them first.")
        case _:
            return _("Somebody chosen is no longer in the list. Search again.")
