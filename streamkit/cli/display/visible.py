"""Text that was made by a model, fit for a terminal."""

from __future__ import annotations

__all__ = ["visible"]


def visible(text: str) -> str:
    """``text`` with its control characters made visible: a terminal would obey them."""
    return text.translate(_PICTURES)


_PICTURES: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20)},
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    0x7F: 0x2421,
    ord("\n"): "\n",
    ord("\t"): "    ",
    ord("\r"): "",
}
