"""Header fields as they travel: text that is not ASCII in encoded words (RFC 2047).

The email package of Python 3.11 loses the space between two words when it divides a long field
between them ("tổngkết"). Encoded as one text, spaces and all, nothing is lost wherever it is
divided.
"""

from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any

_UTF_8 = "utf-8"


class Whole(EmailPolicy):
    """As email.policy.SMTP, but for fields that are not ASCII."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"linesep": "\r\n", "raise_on_defect": False, **kwargs})

    def fold(self, name: str, value: Any) -> str:
        """The field in lines of at most 78 characters, where it can be divided so."""
        if str(value).isascii():
            return super().fold(name, value)
        encoded = self._encoded(name, value)
        return f"{name}: {encoded}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        return self.fold(name, value).encode("ascii")

    def _encoded(self, name: str, value: Any) -> str:
        addresses: tuple[Address, ...] = getattr(value, "addresses", ())
        if not addresses:
            return self._words(name, str(value))
        return f",{self.linesep} ".join(
            f"{self._words(name, it.display_name)}{self.linesep} <{it.addr_spec}>"
            if it.display_name
            else it.addr_spec
            for it in addresses
        )

    def _words(self, name: str, text: str) -> str:
        # A name in ASCII beside one that is not: quoting is not worth a second way of writing.
        return Header(text, _UTF_8, header_name=name).encode(linesep=self.linesep)


SMTP = Whole()
