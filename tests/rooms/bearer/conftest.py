"""Bearers are tested on the event loop that stations run (0057)."""

from __future__ import annotations

import asyncio

import pytest
import uvloop


@pytest.fixture(autouse=True)
def on_the_stations_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `asyncio.run` makes."""
    monkeypatch.setattr(asyncio.events, "new_event_loop", uvloop.new_event_loop)
