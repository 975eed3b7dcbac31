"""The schema of badge templates, for whoever writes one with an editor or a program."""

import json

from flask import Response

from eventapp.accounts.permissions import Access, requires
from eventapp.badges import template_json
from eventapp.badges.views import badges


@badges.get("/api/v1/badge-template.schema.json")
@requires(Access.PUBLIC)
def schema() -> Response:
    """The schema (draft 2020-12); docs/badge-templates.md explains what it says."""
    answer = Response(
        json.dumps(template_json.schema(), ensure_ascii=False, indent=2) + "\n",
        content_type="application/schema+json",
    )
    answer.headers["Cache-Control"] = "public, max-age=3600"
    # Editors in browsers read it from elsewhere.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
