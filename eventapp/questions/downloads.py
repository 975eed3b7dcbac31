"""Files as answers to a browser: never run, never kept."""

from urllib.parse import quote

from flask import Response

from eventapp.questions.media import PDF, SUFFIXES
from eventapp.questions.models import AnswerFile


def answer(file: AnswerFile) -> Response:
    """The file under its own name: a paper to be saved, a picture to be looked at."""
    response = Response(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = (
        f"{'attachment' if file.media_type == PDF else 'inline'}; "
        f'filename="file{SUFFIXES[file.media_type]}"; '
        f"filename*=UTF-8''{quote(file.name, safe='')}"  # RFC 6266, 4.3
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
