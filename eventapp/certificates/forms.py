"""The forms of certificates: the rule, issuing, correcting, looking one up."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, NumberRange

from eventapp.certificates.models import CertificateRule
from eventapp.certificates.service import RuleData
from eventapp.events.models import Event
from eventapp.registration.fields import Ticks, at_most, cleaned
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

PRESENT, ABSENT, SCANS = "present", "absent", "scans"
_SHARE = _l("Enter a number from 1 to 100.")
_WHY = _l("Say why.")


class RuleForm(PageForm):
    """Who gets a certificate, and what it says was completed."""

    threshold = IntegerField(
        _l("Least share of the training sessions (per cent)"),
        [DataRequired(_SHARE), NumberRange(1, 100, _SHARE)],
        description=_l(
            "Of parallel classes everybody's own counts, and every session that all attend."
        ),
        render_kw={"inputmode": "numeric", "min": 1, "max": 100},
    )
    excluded = Ticks(_l("Categories that get no certificate"), coerce=int)
    door_counts = BooleanField(
        _l("The main door counts for sessions without a checkpoint of their own"),
        description=_l("Whoever was scanned there on that day has attended them."),
    )
    visits_count = BooleanField(
        _l("A site visit counts as training"),
        description=_l(
            "For whoever has a seat on a bus: one more session to attend, as long as the visit "
            "takes."
        ),
    )
    names_visits = BooleanField(
        _l("Certificates name the sites that were visited"),
        description=_l("Whoever was on the bus at the roll call has visited its site."),
    )
    title = TextAreaField(
        _l("What was completed"),
        [at_most(500)],
        filters=[cleaned],
        description=_l("Empty: the title of the event."),
        render_kw={"rows": 3, "maxlength": 500},
    )
    title_en = TextAreaField(
        _l("The same in English"),
        [at_most(500)],
        filters=[cleaned],
        render_kw={"rows": 3, "maxlength": 500, "lang": "en"},
    )

    def __init__(self, event: Event, rule: CertificateRule) -> None:
        """Filled with the event's rule, or with what was sent."""
        super().__init__(
            data={
                "threshold": rule.threshold,
                "excluded": list(rule.excluded_category_ids),
                "door_counts": rule.door_counts,
                "visits_count": rule.visits_count,
                "names_visits": rule.names_visits,
                "title": rule.title,
                "title_en": rule.title_en,
            }
        )
        self.excluded.choices = [(it.id, it.name_in(current_language())) for it in event.categories]

    def rule(self) -> RuleData:
        """What was chosen."""
        return RuleData(
            threshold=self.threshold.data or 0,
            excluded_category_ids=tuple(self.excluded.data or ()),
            door_counts=bool(self.door_counts.data),
            names_visits=bool(self.names_visits.data),
            visits_count=bool(self.visits_count.data),
            title=self.title.data or "",
            title_en=self.title_en.data or "",
        )


class IssueForm(PageForm):
    """What new certificates are dated."""

    issued_on = DateField(_l("Dated"), [DataRequired(_l("Enter a date."))])


class CorrectionForm(PageForm):
    """Whether somebody attended a session, went on a visit or was there on a day, and why that is
    known."""

    session_id = HiddenField()
    day_id = HiddenField()
    group_id = HiddenField()
    present = SelectField(
        choices=[
            (PRESENT, _l("was there")),
            (ABSENT, _l("was not there")),
            (SCANS, _l("as scanned")),
        ]
    )
    reason = StringField(_l("Reason"), [DataRequired(_WHY), at_most(300)], filters=[cleaned])


class ReasonForm(PageForm):
    """Why a certificate is withdrawn, or issued anew."""

    reason = StringField(_l("Reason"), [DataRequired(_WHY), at_most(300)], filters=[cleaned])


class LookUpForm(PageForm):
    """What stands on a certificate, typed by whoever holds the paper."""

    number = StringField(
        _l("Register number"),
        [DataRequired(_l("Enter the number as it is on the certificate.")), at_most(150)],
        filters=[cleaned],
        render_kw={"autocomplete": "off"},
    )
    code = StringField(
        _l("Verification code"),
        [DataRequired(_l("Enter the code as it is on the certificate.")), at_most(40)],
        filters=[cleaned],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )
