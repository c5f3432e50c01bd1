"""What can be asked of a station about its alarms. Field names are those of `--json`."""

from __future__ import annotations

import msgspec

from openline.console.channel.asking import Count, _Request


class AskAlarms(_Request, tag="alarms", tag_field="op"):
    """The board as it is now."""


class Listen(_Request, tag="listen", tag_field="op"):
    """An annunciator says that it is there, and asks for the board. `ear` names one run of one annunciator.

    `armed`: it can make a sound; `how` says with what, or why not. `leaving`: it ends, and will not ask again.
    """

    ear: str
    armed: bool
    how: str
    leaving: bool = False


class AcknowledgeAlarm(_Request, tag="acknowledge-alarm", tag_field="op"):
    """Somebody has seen this alarm; with no name, every one that rings. The sound ends, the fact stays."""

    name: str | None = None


class ShelveAlarm(_Request, tag="shelve-alarm", tag_field="op"):
    """Keep an alarm silent for so many minutes, with a reason; 0 minutes takes it off the shelf."""

    name: str
    minutes: Count
    remark: str = ""


class TestAlarm(_Request, tag="test-alarm", tag_field="op"):
    """Ring for a test: on every screen, in every ear, on every lamp, until it is acknowledged or half a minute over."""

    __test__ = False


class TellSound(_Request, tag="tell-sound", tag_field="op"):
    """What a person says of the sound: `heard`, `not heard`, or `not used here`."""

    said: str


class AlarmRow(msgspec.Struct):
    """One alarm. Instants are UTC ms by this station's clock."""

    name: str
    kind: str
    priority: str
    standing: str
    text: str
    exercise: bool
    level: int
    raised_at_ms: int
    rang_at_ms: int
    by: str = ""
    shelved_until_ms: int | None = None
    remark: str = ""


class SoundRow(msgspec.Struct):
    """Whether anybody can hear an alarm. `state`: armed, lost, mute or none; `said` is what a person last said."""

    state: str
    how: str
    said: str
    said_at_ms: int
    said_by: str


class BoardRow(msgspec.Struct):
    """Every alarm, the most pressing first. `beat` counts as long as the station works; `sounding` is the name of
    what is to be heard now, empty where nothing is."""

    alarms: list[AlarmRow]
    sounding: str
    beat: int
    now_ms: int
    within_hour: int
    by_hour: list[int]
    sound: SoundRow


Request = AskAlarms | Listen | AcknowledgeAlarm | ShelveAlarm | TestAlarm | TellSound
