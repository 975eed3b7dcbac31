"""What is stored beside a delegate's name so that it is found and stands in its order."""

from eventapp import text
from eventapp.registration.models import Delegate


def search_text(name: str, organisation: str, delegation: str, email: str) -> str:
    """What a search looks through: folded words, each after a space.

    ``LIKE '% term%'`` on it finds the words that begin with a folded term.
    """
    return " " + text.fold(f"{name} {organisation} {delegation} {email}")


def index_delegate(delegate: Delegate) -> None:
    """Clean the name and derive its key and the search text; after every change of these.

    The delegate's organisation and delegation must be loaded or loadable.
    """
    delegate.name = text.clean(delegate.name)
    delegate.name_key = text.sort_key(delegate.name)
    delegate.name_folded = text.fold(delegate.name)[:300]
    delegate.search_text = search_text(
        delegate.name,
        delegate.organisation.name,
        delegate.organisation.delegation.name,
        delegate.email or "",
    )
