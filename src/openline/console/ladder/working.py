"""Working translations and checklists, as the desk keeps them: shown beside the original, never instead of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from openline.console.channel.showing import Reader
from openline.console.codes import Told
from openline.console.stating.running import Running
from openline.console.watch import asking
from openline.console.watch.drafts import Presenter
from openline.desk import acts
from openline.desk.facts import Translated
from openline.desk.people import Act, Actor
from openline.desk.state import Place
from openline.desk.texts.comparing import differences
from openline.desk.texts.translations import STAGES, STEPS, Translation, is_name


class Working:
    """`asking.Request`s about translations and checklists, over one desk and its record."""

    def __init__(self, running: Running, reader: Reader) -> None:
        self._running = running
        self._reader = reader
        self._presenter = Presenter(running.desk)

    def table(self) -> dict[type, Callable[[Any], Awaitable[object]]]:
        """Which request is answered by what."""
        return {
            asking.Translate: self.translate, asking.MarkTranslation: self.mark,
            asking.AskTranslations: self.translations, asking.SetChecklist: self.checklist, asking.Tick: self.tick,
        }  # fmt: skip

    async def translate(self, ask: asking.Translate) -> asking.TranslationRow:
        """Keep a translation. Raises Refused, Told OL-204, OL-301."""
        desk, actor = self._running.desk, self._actor(ask.sitting)
        original = self._original(ask.of, actor)
        done = acts.Translate(ask.of, STAGES.index(ask.stage), ask.language, ask.text, ask.program)
        (fact,) = desk.act(done, actor)
        assert isinstance(fact, Translated)
        return self._row(desk.state.translations[ask.of][-1], original)

    async def mark(self, ask: asking.MarkTranslation) -> asking.TranslationRow:
        """Reviewed, or certified, by another officer than who did it. Raises Refused."""
        desk, actor = self._running.desk, self._actor(ask.sitting)
        original = self._original(ask.of, actor)
        desk.act(acts.MarkTranslation(ask.of, ask.number, STEPS.index(ask.step)), actor)
        return self._row(desk.state.translations[ask.of][ask.number - 1], original)

    async def translations(self, ask: asking.AskTranslations) -> list[asking.TranslationRow]:
        """Those of a text, oldest first, each with what differs from the original in numbers, dates and places."""
        desk, actor = self._running.desk, self._actor(ask.sitting)
        acts.allow(desk.state, Act.SEE_DRAFTS, actor)
        original = self._original(ask.of, actor)
        closed = desk.state.closed.values()
        drafts = [f"D-{one.number}" for one in closed if one.place is not None and _name_of(one.place) == ask.of]
        names = [*drafts, ask.of]  # what stood beside the draft stands beside what was recorded
        return [self._row(one, original) for name in names for one in desk.state.translations.get(name, ())]

    async def checklist(self, ask: asking.SetChecklist) -> asking.DraftRow:
        """What is to be looked at before a draft is released."""
        desk, actor = self._running.desk, self._actor(ask.sitting)
        desk.act(acts.SetChecklist(ask.draft, tuple(ask.items)), actor)
        return self._presenter.row(desk.state.drafts[ask.draft], actor)

    async def tick(self, ask: asking.Tick) -> asking.DraftRow:
        """A point of it, counted from 1, was looked at."""
        desk, actor = self._running.desk, self._actor(ask.sitting)
        desk.act(acts.Tick(ask.draft, ask.version, ask.item - 1), actor)
        return self._presenter.row(desk.state.drafts[ask.draft], actor)

    def _actor(self, token: str) -> Actor:
        return self._running.desk.sitting(token).actor

    def _original(self, of: str, actor: Actor) -> str:
        """The text that is translated, subject first. Raises Told OL-204, OL-301."""
        if not is_name(of):
            raise Told("OL-204", f"{of!r} names no text: a draft like D-12, or an entry's full name")
        if of.startswith("D-"):
            draft = self._running.desk.state.drafts.get(int(of.removeprefix("D-")))
            if draft is None:
                raise Told("OL-301", f"there is no draft {of}")
            row = self._presenter.row(draft, actor)
            return f"{row.subject}\n{row.text}"
        shown = self._reader.bare_at(of, self._running.state)
        return f"{shown.subject}\n{shown.text}"

    def _row(self, one: Translation, original: str) -> asking.TranslationRow:
        desk = self._running.desk
        fact = next(desk.entries(one.entry, 1)).fact
        assert isinstance(fact, Translated)

        def name(actor: Actor | None) -> str:
            return desk.officer(actor).name if actor is not None else ""

        stage = STAGES[one.stage] + (f", by program {one.program}" if one.program else "")
        return asking.TranslationRow(
            of=fact.of, number=one.number, at_ms=one.at_ms, version=one.version, stage=stage, language=one.language,
            text=fact.words, program=one.program, done_by=name(one.by), reviewed_by=name(one.reviewed_by),
            certified_by=name(one.certified_by),
            differences=[asking.DifferenceRow(*each) for each in differences(original, fact.words)],
        )  # fmt: skip


def _name_of(place: Place) -> str:
    """An entry's full name."""
    return f"{place.party}/{place.generation.hex()}/{place.index}"
