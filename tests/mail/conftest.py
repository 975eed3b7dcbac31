"""A mail server beside each test that wants one."""

import pytest

from tests.mail.receiver import receiving


@pytest.fixture
def receiver():
    """A mail server on a free port; (what it received, its MAIL_URL)."""
    with receiving() as made:
        yield made
