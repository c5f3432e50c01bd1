"""What can be asked about templates of messages."""

from __future__ import annotations

import msgspec

from openline.console.channel.asking import _Request


class AskTemplates(_Request, tag="templates", tag_field="op"):
    """Every template of this station: its own, and those that come along."""


class TemplateRow(msgspec.Struct):
    """One template. With a `fault` it cannot be used: its file does not read, and says where and what to do."""

    name: str
    title: str = ""
    subject: str = ""
    text: str = ""
    language: str = "en"
    precedence: str = "ROUTINE"
    action: list[str] = []
    info: list[str] = []
    reply_within_minutes: int | None = None
    checklist: list[str] = []
    places: list[str] = []  # that are to be filled in, as `{place}` in subject or text
    own: bool = False  # a file of this home, and not one that comes along
    fault: str = ""


Request = AskTemplates
