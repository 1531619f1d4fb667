"""The encoding of a body: the one that its media type names, if that is an encoding of text."""

from __future__ import annotations

import codecs
import re

__all__ = ["charset"]

# Not all of Python's encodings are for texts: some turn bytes into bytes (base64, zlib), one is for
# names of hosts (idna), one fails by design (undefined), and httpx accepts all of them. Encodings
# in which ASCII letters stand for others (utf-7, hz) are read by no browser, and would hide quoted
# secrets.
_OF_TEXT = "ascii|big5|cp[0-9]|euc|gb|iso|koi8|mac|shift|tis|utf-(?:8|16|32)"


def charset(content_type: str, content: bytes) -> str:
    """Return the encoding that a ``content-type`` names; UTF-8 if it names none of text."""
    from email.message import Message

    header = Message()
    header["content-type"] = content_type
    try:
        named = codecs.lookup(header.get_content_charset() or "").name
    except (LookupError, ValueError):
        return "utf-8"
    if named in _BYTE_ORDER_MARKS and not content.startswith(_BYTE_ORDER_MARKS[named]):
        return f"{named}-le"  # as on the web; httpx would decode no byte of it
    return named if re.match(_OF_TEXT, named) else "utf-8"


_BYTE_ORDER_MARKS = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
