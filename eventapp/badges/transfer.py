"""Templates as files: written with the images that they show, read within bounds."""

import msgspec

from eventapp.badges import faults, images, template_json, templates
from eventapp.badges.template import Template
from eventapp.badges.template_json import NotATemplate, Wrong
from eventapp.badges.templates import TemplateFaulty
from eventapp.database import transaction
from eventapp.events.models import Event


def exported(event: Event, content: Template) -> bytes:
    """A template as a file, with the images that it shows and the event still keeps."""
    return template_json.written(images.brought_along(event.id, content))


def imported(event: Event, content: bytes, *, user_id: int | None = None) -> int:
    """Add the template of a file, and the images that it shows; its id. All of it or nothing.

    Raises NotATemplate, images.ImageRefused, and what `templates.add` raises.
    """
    event_id, found = event.id, _read(content)
    if wrong := faults.problems(found, images=templates.digests_of(event_id)):
        raise TemplateFaulty(wrong, found)
    # What the file brings along and does not show is not kept.
    shown = {it: found.images[it] for it in found.image_digests() & found.images.keys()}
    brought = msgspec.structs.replace(found, images=shown)
    made = images.brought_ready(event_id, brought)
    with transaction():
        kept = images.take_in(event_id, brought, made)
        return templates.added(event_id, kept, user_id=user_id)


def _read(content: bytes) -> Template:
    found = template_json.read(content, max_bytes=template_json.MAX_FILE_BYTES)
    # Without its images it is as large as any other.
    rest = msgspec.structs.replace(found, images={})
    if len(msgspec.json.encode(rest)) > template_json.MAX_BYTES:
        raise NotATemplate(Wrong.TOO_LARGE, wanted=str(template_json.MAX_BYTES // 1024))
    return found
