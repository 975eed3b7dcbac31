"""What the master of ceremonies says, in the language of the page or the paper."""

from flask_babel import gettext as _

from eventapp.introductions.speech import Part, Rest


def heading(part: Part) -> str:
    """What is said before a part."""
    if part.body:
        text = _("On the side of %(body)s", body=part.body.full_name)
    elif part.named or any(it.body.is_central for it in part.rest):
        text = _("On the side of the central authorities")
    else:
        text = _("Also present are the delegates of")
    return str(text)


def addressed(name: str) -> str:
    """Somebody's name as it is read out."""
    return str(_("Mr or Ms %(name)s", name=name))


def summed_up(part: Part, rest: Rest) -> str:
    """Those of a body who are not named, in words."""
    if part.body:
        return str(_("and further delegates: %(count)s", count=rest.people))
    number = _("delegates: %(count)s", count=rest.people)
    return f"{rest.body.full_name}: {number}"
