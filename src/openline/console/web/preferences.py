"""What each browser chose for itself: language, colours, single keys. A cookie, nothing secret, one spelling."""

from __future__ import annotations

from typing import Final, NamedTuple

LANGUAGES: Final = {"en": "English", "ru": "Русский", "ar": "العربية"}
RIGHT_TO_LEFT: Final = frozenset(("ar",))
COLOURS: Final = ("night", "light", "contrast")


class Preferences(NamedTuple):
    """`keys`: whether single letters act."""

    language: str = "en"
    colours: str = "night"
    keys: bool = True

    @property
    def direction(self) -> str:
        """rtl or ltr."""
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    def __str__(self) -> str:
        return f"{self.language}.{self.colours}.{'keys' if self.keys else 'nokeys'}"

    def changed(self, given: dict[str, str]) -> Preferences:
        """With what a form says of them; what it says wrongly is left as it was."""
        language, colours = given.get("language", ""), given.get("colours", "")
        keys = given.get("keys", "")
        return Preferences(
            language if language in LANGUAGES else self.language,
            colours if colours in COLOURS else self.colours,
            keys == "on" if keys in ("on", "off") else self.keys,
        )


def read(cookie: str, accepted: str) -> Preferences:
    """From the cookie; without one the language is the first that the browser accepts and we have."""
    parts = cookie.split(".")
    if len(parts) == 3 and parts[0] in LANGUAGES and parts[1] in COLOURS and parts[2] in ("keys", "nokeys"):
        return Preferences(parts[0], parts[1], parts[2] == "keys")
    for one in accepted.split(",")[:16]:
        code = one.split(";")[0].strip().lower().split("-")[0]
        if code in LANGUAGES:
            return Preferences(code)
    return Preferences()
