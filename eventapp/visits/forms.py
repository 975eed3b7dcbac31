"""The form of a site."""

from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    StringField,
    SubmitField,
    TextAreaField,
    URLField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from eventapp import media
from eventapp.events.models import Site
from eventapp.media import pictures
from eventapp.visits.fields import line, lines
from eventapp.visits.models import SitePicture
from eventapp.visits.sites import SiteData
from eventapp.web.forms import PageForm


class SiteForm(PageForm):
    """A place to visit."""

    name = StringField(
        _l("Name of the site"),
        [DataRequired(_l("Enter the site's name.")), Length(max=200)],
        filters=[line],
    )
    address = StringField(_l("Address"), [Length(max=300)], filters=[line])
    map_url = URLField(
        _l("Link to a map"),
        [Length(max=500)],
        filters=[line],
        description=_l("An address that begins with https://, such as that of a place on a map."),
        render_kw={"inputmode": "url", "autocomplete": "off"},
    )
    description = TextAreaField(
        _l("What there is to see"), [Length(max=2000)], filters=[lines], render_kw={"rows": 4}
    )
    languages = StringField(
        _l("Languages of the visit"),
        [Length(max=200)],
        filters=[line],
        description=_l("In which visitors are shown round, for example Vietnamese, English."),
    )
    safety = TextAreaField(
        _l("Safety"),
        [Length(max=2000)],
        filters=[lines],
        description=_l("What visitors wear, bring, and must not do."),
        render_kw={"rows": 3},
    )
    capacity = IntegerField(
        _l("Visitors at one time"),
        [Optional(), NumberRange(0, 100_000, _l("Enter a number from 0 to 100,000."))],
        description=_l("At most; empty is no limit."),
        render_kw={"inputmode": "numeric", "min": 0, "max": 100_000},
    )
    is_step_free = BooleanField(_l("Everything is open to people who cannot climb steps"))
    picture = FileField(
        _l("Picture"),
        description=_l(
            "Of the place, as JPEG, PNG or WebP. It is made smaller, and the place and time that a "
            "camera notes in it are removed."
        ),
        render_kw={"accept": media.accept(pictures.KINDS)},
    )
    picture_text = StringField(
        _l("What the picture shows"),
        [Length(max=300)],
        filters=[line],
        description=_l("For people who do not see it."),
    )
    removes_picture = BooleanField(_l("Remove the picture"))
    submit = SubmitField(_l("Save"))

    def __init__(self, site: Site | None = None, picture: SitePicture | None = None) -> None:
        """For a new site, or filled with one that exists and its picture."""
        more: dict[str, Any] = {"picture_text": picture.description} if picture else {}
        super().__init__(obj=site, data=more)
        self._had_picture = picture is not None

    def validate_map_url(self, field: Field) -> None:
        """Only where a browser goes safely."""
        if not field.data:
            return
        try:
            parts = urlsplit(field.data)
            is_right = parts.scheme == "https" and bool(parts.hostname) and " " not in field.data
            is_right = is_right and parts.username is None
        except ValueError:
            is_right = False
        if not is_right:
            raise ValidationError(_("Enter an address that begins with https://."))

    def validate_picture_text(self, field: Field) -> None:
        """A picture says what it shows."""
        stays = self._had_picture and not self.removes_picture.data
        if (self.picture.data or stays) and not field.data:
            raise ValidationError(_("Say in a few words what the picture shows."))

    def site(self) -> SiteData:
        """What was typed. Call it on a valid form."""
        return SiteData(
            name=self.name.data or "",
            address=self.address.data or "",
            description=self.description.data or "",
            map_url=self.map_url.data or "",
            languages=self.languages.data or "",
            safety=self.safety.data or "",
            capacity=self.capacity.data,
            is_step_free=self.is_step_free.data,
        )

    def uploaded(self) -> bytes | None:
        """The picture that was chosen, if one was."""
        return self.picture.data.read() if self.picture.data else None
