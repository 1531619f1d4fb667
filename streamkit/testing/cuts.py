"""The assertion that the cuts of an input do not change what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["assert_any_cut"]

Text = TypeVar("Text", bytes, str)


def assert_any_cut(read: Callable[[list[Text]], Iterable[object]], whole: Text) -> None:
    r"""Assert that a function makes the same of an input in whatever pieces it comes.

        def events(pieces):
            return [event.to_dict(delta=True) for event in read(pieces)]

        assert_any_cut(events, b'data: {"choices": ...}\n\ndata: [DONE]\n\n')

    It is called with the input as a whole, cut in two at each place, cut into pieces of 2, 3, 5 and
    7, and in single bytes or characters. What it returns must be equal, in number as well: of a
    machine whose outputs grow with the pieces, compare what they add up to.

    Args:
        read: A function of the pieces, which returns an iterable of values that can be compared.
        whole: The input: bytes, or a text.
    """
    __tracebackhide__ = True  # pytest then shows the line of the test
    wanted = [*read([whole])]
    pieces: list[Text]
    for pieces in _cuts(whole):
        came = [*read(pieces)]
        if came != wanted:
            at = next((n for n, (a, b) in enumerate(zip(came, wanted, strict=False)) if a != b), -1)
            first = min(len(came), len(wanted)) if at < 0 else at
            raise AssertionError(
                f"cut into {_shown(pieces)}, value {first} is {_item(came, first)},"
                f" and of the whole it is {_item(wanted, first)}"
            )


def _cuts(whole: Text) -> Iterator[list[Text]]:
    for at in range(1, len(whole)):
        yield [whole[:at], whole[at:]]
    for size in (1, 2, 3, 5, 7):
        yield [whole[at : at + size] for at in range(0, len(whole), size)]


def _item(values: list[object], at: int) -> str:
    return repr(values[at]) if at < len(values) else "missing"


def _shown(pieces: list[Text]) -> str:
    return repr(pieces) if len(pieces) == 2 else f"pieces of {len(pieces[0])}"
