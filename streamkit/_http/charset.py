"""In which encoding a body is read: the one that its media type names, if that is one of text."""

from __future__ import annotations

import codecs
import re

__all__ = ["charset"]

# Python knows more encodings than texts come in: some make bytes of bytes (base64, zlib), some know
# names of hosts (idna) or fail by design (undefined), and httpx believes in all of them. Those in
# which plain letters mean others (utf-7, hz) are read by no browser, and would hide what is quoted.
_is_of_text = re.compile("ascii|big5|cp[0-9]|euc|gb|iso|koi8|mac|shift|tis|utf-(?:8|16|32)").match


def charset(content_type: str, content: bytes) -> str:
    """The encoding that a ``content-type`` names; UTF-8 where it names none that texts have."""
    from email.message import Message

    header = Message()
    header["content-type"] = content_type
    try:
        named = codecs.lookup(header.get_content_charset() or "").name
    except (LookupError, ValueError):
        return "utf-8"
    if named in _BYTE_ORDER_MARKS and not content.startswith(_BYTE_ORDER_MARKS[named]):
        return f"{named}-le"  # as it is on the web; httpx would read no byte of it
    return named if _is_of_text(named) else "utf-8"


_BYTE_ORDER_MARKS = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
