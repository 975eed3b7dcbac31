"""Every feature's tables, views and commands, in the order in which they build on one another."""

from flask import Flask

from eventapp.accounts.views import accounts
from eventapp.api.views import api
from eventapp.badges.views import badges
from eventapp.certificates import papers as papers_of_certificates
from eventapp.certificates import service as certificates_service
from eventapp.certificates import sheets
from eventapp.certificates.verifying import verifying
from eventapp.certificates.views import certificates
from eventapp.checkin.views import checkin
from eventapp.delegations import letter_facts as lead_letter_facts
from eventapp.delegations import table_views as _table_views  # noqa: F401
from eventapp.delegations.views import delegations
from eventapp.delegations.workspace import workspace
from eventapp.documents import invitations, lists, paper
from eventapp.documents import kinds as papers_of_documents
from eventapp.documents.pages import papers
from eventapp.documents.views import documents
from eventapp.duplicates import merging
from eventapp.duplicates.views import duplicates
from eventapp.events import guard
from eventapp.events.team_views import team
from eventapp.events.views import events
from eventapp.mail import composing, worker
from eventapp.portal import agenda_views as _my_agenda  # noqa: F401
from eventapp.portal import data_views as _data  # noqa: F401
from eventapp.portal.views import portal
from eventapp.privacy.erasing import close_out_due
from eventapp.privacy.views import privacy
from eventapp.programme import published
from eventapp.programme import versions_views as _versions  # noqa: F401
from eventapp.programme.agenda_views import agenda
from eventapp.programme.views import programme
from eventapp.questions.files import forget_unclaimed
from eventapp.questions.views import questions
from eventapp.registration import letter_facts, programme_letters, substitution
from eventapp.registration import service as registration
from eventapp.registration.delegate_views import delegates
from eventapp.registration.expiry import expire_offers
from eventapp.registration.import_views import imports
from eventapp.registration.places_views import places
from eventapp.registration.settings_views import settings
from eventapp.registration.views import registration as public_registration

# Pages that read delegates with what later features know of them join their blueprint.
from eventapp.reports import delegate_list as _list  # noqa: F401
from eventapp.reports import delegate_page as _page  # noqa: F401
from eventapp.reports import letters_views as _letters  # noqa: F401
from eventapp.reports.audit_views import audit
from eventapp.reports.mailbox import mailbox
from eventapp.reports.views import reports
from eventapp.visits.service import hand_over_seat, leave_group
from eventapp.visits.views import visits
from eventapp.web.health import health

BLUEPRINTS = (
    health,
    accounts,
    events,
    programme,
    agenda,
    visits,
    delegates,
    duplicates,
    delegations,
    imports,
    questions,
    places,
    workspace,
    reports,
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

# Attendance and certificates of two registrations of one person become those of the one kept.
merging.on_merging.append(certificates_service.take_over)

# Whoever must know of a new version of the programme is written to in the transaction of it.
published.on_publishing.append(programme_letters.tell_concerned)

# What can be printed.
paper.register(
    papers_of_documents.AGENDA,
    invitations.INVITATION,
    lists.LIST,
    papers_of_documents.ROSTERS,
    papers_of_certificates.CERTIFICATES,
    sheets.ATTENDANCE_SHEETS,
)

# Who puts which letters into words.
composing.kinds.update(letter_facts.KINDS)
composing.kinds.update(programme_letters.KINDS)
composing.kinds.update(lead_letter_facts.KINDS)
# What comes round every half minute.
worker.chores.append(expire_offers)
worker.chores.append(forget_unclaimed)
worker.chores.append(close_out_due)


def init_app(app: Flask) -> None:
    """Register every blueprint, behind the guard."""
    guard.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
