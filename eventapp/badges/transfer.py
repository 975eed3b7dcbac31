"""Templates as files: written with the images that they show, read within bounds."""

import msgspec

from eventapp.badges import images, template, templates
from eventapp.badges.template import NotATemplate, Template, Wrong
from eventapp.badges.templates import TemplateFaulty
from eventapp.events.models import Event


def exported(event: Event, content: Template) -> bytes:
    """A template as a file, with the images that it shows and the event still keeps."""
    return template.written(images.brought_along(event.id, content))


def imported(event: Event, content: bytes, *, user_id: int | None = None) -> int:
    """Add the template of a file, and the images that it shows; its id.

    Raises NotATemplate, images.ImageRefused, and what `templates.add` raises.
    """
    found = _read(content)
    if faults := template.problems(found, images=templates.digests_of(event.id)):
        raise TemplateFaulty(faults, found)
    # What the file brings along and does not show is not kept.
    shown = {it: found.images[it] for it in found.image_digests() & found.images.keys()}
    kept = images.take_in(event, msgspec.structs.replace(found, images=shown))
    return templates.add(event, kept, user_id=user_id)


def _read(content: bytes) -> Template:
    found = template.read(content, max_bytes=template.MAX_FILE_BYTES)
    # Without its images it is as large as any other.
    rest = msgspec.structs.replace(found, images={})
    if len(msgspec.json.encode(rest)) > template.MAX_BYTES:
        raise NotATemplate(Wrong.TOO_LARGE, wanted=str(template.MAX_BYTES // 1024))
    return found
