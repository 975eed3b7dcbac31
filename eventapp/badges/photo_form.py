"""The form by which a delegate's photo is handed in."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SubmitField

from eventapp.badges.images import ACCEPT_PHOTO
from eventapp.web.forms import PageForm


class PhotoForm(PageForm):
    """A portrait."""

    photo = FileField(
        _l("Photo"),
        description=_l(
            "A portrait like that of an identity card, upright, as JPEG, PNG or WebP. It is made "
            "smaller, and the place and time that a camera notes in it are removed."
        ),
        validators=[FileRequired(_l("Choose a file."))],
        render_kw={"accept": ACCEPT_PHOTO},
    )
    submit = SubmitField(_l("Save the photo"))
