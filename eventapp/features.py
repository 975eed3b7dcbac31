"""Every feature's tables, views and commands, in the order in which they build on one another."""

from flask import Flask

from eventapp.accounts.views import accounts
from eventapp.api import device_views as _device_views  # noqa: F401
from eventapp.api import log_views as _log  # noqa: F401
from eventapp.api.express import ExpressLane
from eventapp.api.views import api
from eventapp.badges import designer_views as _designer  # noqa: F401
from eventapp.badges import desk_views as _desk  # noqa: F401
from eventapp.badges import images as badge_images
from eventapp.badges import photo_views as _photos  # noqa: F401
from eventapp.badges import reprinting
from eventapp.badges import run_views as _runs  # noqa: F401
from eventapp.badges import schema_views as _schema  # noqa: F401
from eventapp.badges import template_views as _templates  # noqa: F401
from eventapp.badges.views import badges
from eventapp.certificates import papers as papers_of_certificates
from eventapp.certificates import service as certificates_service
from eventapp.certificates import sheets
from eventapp.certificates.verifying import verifying
from eventapp.certificates.views import certificates
from eventapp.checkin import arrival_views as _arrivals  # noqa: F401
from eventapp.checkin import checkpoint_views as _checkpoints  # noqa: F401
from eventapp.checkin import closing_report
from eventapp.checkin import closing_views as _closings  # noqa: F401
from eventapp.checkin import control_views as _control  # noqa: F401
from eventapp.checkin import device_pages as _device_pages  # noqa: F401
from eventapp.checkin import discrepancy_views as _discrepancies  # noqa: F401
from eventapp.checkin import roll_views as _rolls  # noqa: F401
from eventapp.checkin import shell_views as _shell  # noqa: F401
from eventapp.checkin.live_lane import LiveLane
from eventapp.checkin.views import checkin
from eventapp.delegations import letter_facts as lead_letter_facts
from eventapp.delegations import table_views as _table_views  # noqa: F401
from eventapp.delegations import wish_views as _wishes_of_delegation  # noqa: F401
from eventapp.delegations.views import delegations
from eventapp.delegations.workspace import workspace
from eventapp.documents import delegation_list as _list_of_delegation  # noqa: F401
from eventapp.documents import heads, invitations, lists, paper
from eventapp.documents import kinds as papers_of_documents
from eventapp.documents import tents_view as _tents  # noqa: F401
from eventapp.documents.bus_rosters import BUS_ROSTERS
from eventapp.documents.pages import papers
from eventapp.documents.signs import BUS_SIGNS
from eventapp.documents.site_rosters import SITE_ROSTERS
from eventapp.documents.tags import VISIT_TAGS
from eventapp.documents.tents import NAME_TENTS
from eventapp.documents.views import documents
from eventapp.documents.visit_notices import VISIT_NOTICES
from eventapp.duplicates import merging
from eventapp.duplicates.views import duplicates
from eventapp.events import guard
from eventapp.events.team_views import team
from eventapp.events.views import events
from eventapp.feedback import letters as feedback_letters
from eventapp.feedback import service as feedback_service
from eventapp.feedback.views import feedback
from eventapp.introductions.kinds import INTRODUCTIONS
from eventapp.introductions.views import introductions
from eventapp.mail import composing, worker
from eventapp.portal import agenda_views as _my_agenda  # noqa: F401
from eventapp.portal import data_views as _data  # noqa: F401
from eventapp.portal import material_views as _own_materials  # noqa: F401
from eventapp.portal import photo_views as _own_photo  # noqa: F401
from eventapp.portal import seat_views as _own_seat  # noqa: F401
from eventapp.portal import visit_views as _own_visit  # noqa: F401
from eventapp.portal import wish_views as _own_wishes  # noqa: F401
from eventapp.portal.views import portal
from eventapp.privacy.erasing import close_out_due
from eventapp.privacy.views import privacy
from eventapp.programme import attendance, published
from eventapp.programme import builder_views as _builder  # noqa: F401
from eventapp.programme import day_views as _days  # noqa: F401
from eventapp.programme import material_views as _materials  # noqa: F401
from eventapp.programme import service as programme_service
from eventapp.programme import versions_views as _versions  # noqa: F401
from eventapp.programme.agenda_views import agenda
from eventapp.programme.views import programme
from eventapp.questions.files import forget_unclaimed
from eventapp.questions.views import questions
from eventapp.registration import (
    enrolling,
    letter_facts,
    programme_letters,
    substitution,
    wishing,
)
from eventapp.registration import service as registration
from eventapp.registration.delegate_views import delegates
from eventapp.registration.expiry import expire_offers
from eventapp.registration.import_views import imports
from eventapp.registration.places_views import places
from eventapp.registration.protocol_views import protocol
from eventapp.registration.settings_views import settings
from eventapp.registration.views import registration as public_registration

# Pages that read delegates with what later features know of them join their blueprint.
from eventapp.reports import clash_page as _clashes  # noqa: F401
from eventapp.reports import delegate_list as _list  # noqa: F401
from eventapp.reports import delegate_page as _page  # noqa: F401
from eventapp.reports import letters_views as _letters  # noqa: F401
from eventapp.reports.audit_views import audit
from eventapp.reports.mailbox import mailbox
from eventapp.reports.views import reports
from eventapp.seating.kinds import SEATING
from eventapp.seating.service import hand_over as hand_over_seats_of_halls
from eventapp.seating.views import seating
from eventapp.visits import board_views as _board  # noqa: F401
from eventapp.visits import change_views as _changes  # noqa: F401
from eventapp.visits import letters as visit_letters
from eventapp.visits import rule_views as _rules  # noqa: F401
from eventapp.visits import run_views as _allocations  # noqa: F401
from eventapp.visits import site_views as _sites  # noqa: F401
from eventapp.visits import swap_letters, swap_rounds, waiting
from eventapp.visits import wish_views as _wishes  # noqa: F401
from eventapp.visits.departures import add_departures
from eventapp.visits.service import hand_over_seat, leave_group
from eventapp.visits.unsettled import take_over_wait
from eventapp.visits.views import visits
from eventapp.visits.wishes import rules_for as wish_rules_for
from eventapp.web.health import health

BLUEPRINTS = (
    health,
    accounts,
    events,
    programme,
    agenda,
    visits,
    feedback,
    delegates,
    duplicates,
    delegations,
    imports,
    questions,
    places,
    protocol,
    workspace,
    reports,
    introductions,
    seating,
    audit,
    public_registration,
    portal,
    privacy,
    badges,
    documents,
    papers,
    certificates,
    verifying,
    mailbox,
    checkin,
    api,
    settings,
    team,
)

# A seat on a bus is given back in the transaction that cancels its holder.
registration.on_cancelling.append(leave_group)
# … and goes over to whoever comes instead.
substitution.on_substituting.append(hand_over_seat)
substitution.on_substituting.append(hand_over_seats_of_halls)

# Until when wishes are asked for, and how many.
wishing.rules_of.append(wish_rules_for)

# Attendance and certificates of two registrations of one person become those of the one kept.
merging.on_merging.append(certificates_service.take_over)
merging.on_merging.append(badge_images.take_over)
merging.on_merging.append(feedback_service.take_over)
# … and so does what was waited for; swaps of either are void.
merging.on_merging.append(take_over_wait)

# A badge that was printed is printed again once what it says is corrected.
registration.on_correcting.append(reprinting.mark_corrected)

# Badges show the logo of the papers.
badge_images.logo_of.append(heads.logo_of)

# The report of a checkpoint has the head and the signature of the papers.
closing_report.head_of.append(heads.head_of)
closing_report.signature_of.append(heads.signature_of)

# Whoever must know of a new version of the programme is written to in the transaction of it.
published.on_publishing.append(programme_letters.tell_concerned)

# Who attends what, for the programme to find clashes; and for how many a class is open.
attendance.sources.append(enrolling.add_enrolments)
attendance.sources.append(add_departures)
programme_service.on_setting_places.append(enrolling.set_places)

# What can be printed.
paper.register(
    papers_of_documents.AGENDA,
    invitations.INVITATION,
    lists.LIST,
    papers_of_documents.ROSTERS,
    BUS_ROSTERS,
    SITE_ROSTERS,
    BUS_SIGNS,
    VISIT_TAGS,
    VISIT_NOTICES,
    NAME_TENTS,
    SEATING,
    INTRODUCTIONS,
    papers_of_certificates.CERTIFICATES,
    sheets.ATTENDANCE_SHEETS,
)

# Who puts which letters into words.
composing.kinds.update(letter_facts.KINDS)
composing.kinds.update(programme_letters.KINDS)
composing.kinds.update(lead_letter_facts.KINDS)
composing.kinds.update(visit_letters.KINDS)
composing.kinds.update(feedback_letters.KINDS)
composing.kinds.update(swap_letters.KINDS)
# What comes round every half minute.
worker.chores.append(expire_offers)
worker.chores.append(forget_unclaimed)
worker.chores.append(close_out_due)
worker.chores.append(waiting.do_chores)
worker.chores.append(swap_rounds.do_chores)


def init_app(app: Flask) -> None:
    """Register every blueprint, behind the guard."""
    guard.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = ExpressLane(app)  # type: ignore[method-assign]
    app.wsgi_app = LiveLane(app)  # type: ignore[method-assign]
