"""Made-up words that fit the name of a field: a city for ``city``, a date for ``due_date``."""

# Strategy: a few tables instead of a fake-data library, which takes 25 MB and a quarter of a second
# to import, and whose next release would change every answer. The tables do not change, so a seed
# always gives the same answer.

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Draw = Callable[[Random], str]


def text_for(name: str, random: Random) -> str:
    """Return a short text that a field of this name could hold."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", name).lower().split()
    for word in reversed(words):
        if draw := _BY_NAME.get(word) or _BY_NAME.get(word.removesuffix("s")):
            return draw(random)
    return phrase(random)


def text_of_format(name: str, random: Random) -> str | None:
    """Return a text of a string format of JSON Schema; None when the format is not supported."""
    draw = _BY_FORMAT.get(name)
    return draw(random) if draw else None


def phrase(random: Random) -> str:
    """Return two to four words."""
    count = random.randint(1, 3)
    return " ".join((random.choice(_ADJECTIVES), *random.sample(_NOUNS, count)))


def word(random: Random) -> str:
    """Return one word, which also suits as a key."""
    return random.choice(_NOUNS)


def sentence(random: Random) -> str:
    """Return one sentence, with a verb."""
    subject, thing = random.sample(_NOUNS, 2)
    first, second = random.sample(_ADJECTIVES, 2)
    return f"The {first} {subject} {random.choice(_VERBS)} the {second} {thing}."


def _person(random: Random) -> str:
    return f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)}"


def _email(random: Random) -> str:
    return f"{random.choice(_FIRST_NAMES)}.{random.choice(_LAST_NAMES)}@example.com".lower()


def _host(random: Random) -> str:
    return f"{random.choice(_NOUNS)}.example.com"


def _url(random: Random) -> str:
    return f"https://{_host(random)}/{random.choice(_NOUNS)}"


def _date(random: Random) -> str:
    return str(date(2020, 1, 1) + timedelta(days=random.randrange(3650)))


def _time(random: Random) -> str:
    return f"{random.randrange(24):02}:{random.randrange(60):02}:{random.randrange(60):02}Z"


def _moment(random: Random) -> str:
    return f"{_date(random)}T{_time(random)}"


def _duration(random: Random) -> str:
    return f"P{random.randint(1, 30)}DT{random.randint(1, 23)}H{random.randint(1, 59)}M"


def _phone(random: Random) -> str:
    return f"+1 555 01{random.randrange(100):02}"


def _ipv4(random: Random) -> str:
    return f"192.0.2.{random.randint(1, 254)}"


def _ipv6(random: Random) -> str:
    return f"2001:db8::{random.randint(1, 0xFFFF):x}"


def _uuid(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


def _one_of(*texts: str) -> Draw:
    return lambda random: random.choice(texts)


_FIRST_NAMES = ("Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "Katherine", "Niklaus")
_LAST_NAMES = ("Allen", "Dijkstra", "Hopper", "Johnson", "Liskov", "Lovelace", "Turing", "Wirth")
_ADJECTIVES = (
    "amber", "brisk", "calm", "early", "faint", "gentle", "hidden", "keen",
    "lively", "mellow", "narrow", "patient", "quiet", "rapid", "steady", "warm",
)  # fmt: skip
_NOUNS = (
    "anchor", "basket", "bridge", "candle", "engine", "forest", "garden", "harbour",
    "island", "ladder", "lantern", "meadow", "mirror", "orchard", "pebble", "river",
    "signal", "spiral", "stream", "summit", "thread", "valley", "window", "winter",
)  # fmt: skip
_VERBS = ("answers", "carries", "crosses", "feeds", "follows", "guards", "meets", "shapes")

_BY_FORMAT: dict[str, Draw] = {
    "date": _date,
    "date-time": _moment,
    "duration": _duration,
    "email": _email,
    "hostname": _host,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "time": _time,
    "uri": _url,
    "uuid": _uuid,
}

_BY_NAME: dict[str, Draw] = {
    "address": lambda random: f"{random.randint(1, 99)} {random.choice(_NOUNS).title()} Street",
    "answer": sentence,
    "author": _person,
    "city": _one_of("Cairo", "Lagos", "Lima", "Oslo", "Paris", "Rome", "Seoul", "Toronto"),
    "color": _one_of("blue", "green", "orange", "red", "violet", "yellow"),
    "colour": _one_of("blue", "green", "orange", "red", "violet", "yellow"),
    "country": _one_of("Brazil", "Canada", "Egypt", "France", "Japan", "Kenya", "Norway"),
    "currency": _one_of("CHF", "EUR", "GBP", "JPY", "USD"),
    "date": _date,
    "day": _one_of("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "description": sentence,
    "email": _email,
    "explanation": sentence,
    "host": _host,
    "id": lambda random: f"{random.choice(_NOUNS)}-{random.randint(100, 999)}",
    "language": _one_of("Arabic", "English", "French", "Hindi", "Spanish", "Swahili"),
    "location": _one_of("Cairo", "Lagos", "Lima", "Oslo", "Paris", "Rome", "Seoul", "Toronto"),
    "name": _person,
    "note": sentence,
    "participant": _person,
    "phone": _phone,
    "question": lambda random: f"Where does the {random.choice(_NOUNS)} lead?",
    "reason": sentence,
    "summary": sentence,
    "text": sentence,
    "time": _time,
    "title": lambda random: phrase(random).title(),
    "unit": _one_of("celsius", "fahrenheit"),
    "uri": _url,
    "url": _url,
    "user": _person,
}
