"""Answers that are files, as answers to a browser."""

from flask import Response

from eventapp.media import PDF
from eventapp.questions.models import AnswerFile
from eventapp.web import downloads


def answer(file: AnswerFile) -> Response:
    """The file under its own name: a paper to be saved, a picture to be looked at."""
    return downloads.answer(
        file.content, file.name, file.media_type, is_inline=file.media_type != PDF
    )
