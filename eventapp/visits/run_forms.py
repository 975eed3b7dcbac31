"""The form of what an allocation is to be good at."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from eventapp.visits.allocation.problem import Aim
from eventapp.visits.run_settings import MOST_SECONDS, RunSettings
from eventapp.web.forms import PageForm

_DELEGATIONS = "delegations"
_NONE = ""
_CHOICES = (
    (_NONE, _l("– Nothing –")),
    (Aim.WISHES.value, _l("Wishes met, the first wishes most")),
    (Aim.BELOW.value, _l("As few as possible far down their wishes")),
    (_DELEGATIONS, _l("Delegations together, or mixed (below)")),
    (Aim.BALANCED.value, _l("Groups equally full")),
    (Aim.OFFICES.value, _l("People of the same office in different groups")),
)
_PLACES = 5


class SettingsForm(PageForm):
    """What matters, the first first; selects in order, so that it works by keyboard and without
    scripts."""

    aim_1 = SelectField(_l("First objective"))
    aim_2 = SelectField(_l("Second objective"))
    aim_3 = SelectField(_l("Third objective"))
    aim_4 = SelectField(_l("Fourth objective"))
    aim_5 = SelectField(_l("Fifth objective"))
    delegations = RadioField(_l("Delegations"))
    worst = IntegerField(
        _l("How far down the wishes nobody should be"),
        [
            InputRequired(_l("Enter the number of a wish.")),
            NumberRange(1, 20, _l("Enter a number from 1 to 20.")),
        ],
        description=_l(
            "3: nobody who has wishes gets less than the third, where that is possible."
        ),
        render_kw={"inputmode": "numeric", "min": 1, "max": 20},
    )
    seconds = IntegerField(
        _l("For how many seconds at most"),
        [
            InputRequired(_l("Enter a number of seconds.")),
            NumberRange(1, MOST_SECONDS, _l("Enter a number from 1 to 1800.")),
        ],
        description=_l("It ends earlier once it is proven that nothing is better."),
        render_kw={"inputmode": "numeric", "min": 1, "max": MOST_SECONDS},
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, settings: RunSettings) -> None:
        """Filled with the settings as they are."""
        is_mixed = Aim.MIXED in settings.aims
        data = {"worst": settings.worst, "seconds": settings.seconds}
        data["delegations"] = "mixed" if is_mixed else "together"  # type: ignore[assignment]
        for place in range(_PLACES):
            aim = settings.aims[place] if place < len(settings.aims) else None
            value = _DELEGATIONS if aim in (Aim.TOGETHER, Aim.MIXED) else aim.value if aim else ""
            data[f"aim_{place + 1}"] = value  # type: ignore[assignment]
        super().__init__(data=data)
        for field in self.order:
            field.choices = list(_CHOICES)
        self.delegations.choices = [
            ("together", _("Kept together")),
            ("mixed", _("Mixed on purpose, so that people meet others")),
        ]

    @property
    def order(self) -> list[SelectField]:
        """The fields of what matters, the first first."""
        return [getattr(self, f"aim_{place}") for place in range(1, _PLACES + 1)]

    def _check(self, field: SelectField) -> None:
        if field.data and field.data in [it.data for it in self.order[: self.order.index(field)]]:
            raise ValidationError(_("This stands further up already. Choose another, or nothing."))

    def validate_aim_1(self, field: SelectField) -> None:
        """Something has to matter."""
        if not any(it.data for it in self.order):
            raise ValidationError(_("Choose at least one thing that matters."))

    def validate_aim_2(self, field: SelectField) -> None:
        """Not what stands further up."""
        self._check(field)

    def validate_aim_3(self, field: SelectField) -> None:
        """Not what stands further up."""
        self._check(field)

    def validate_aim_4(self, field: SelectField) -> None:
        """Not what stands further up."""
        self._check(field)

    def validate_aim_5(self, field: SelectField) -> None:
        """Not what stands further up."""
        self._check(field)

    def aims(self) -> tuple[Aim, ...]:
        """What matters, the first first. Call it on a valid form."""
        delegations = Aim.MIXED if self.delegations.data == "mixed" else Aim.TOGETHER
        chosen: Sequence[str] = [it.data for it in self.order if it.data]
        return tuple(delegations if it == _DELEGATIONS else Aim(it) for it in chosen)
