"""Texts under negotiation, over the line. Each command but `check` asks the running station one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from openline.accord.drafting.comparing import differences_of_build
from openline.accord.drafting.text import NotAText, brackets_of, parse_text, text_digest
from openline.console.accords.commands.drafting import AS_DRAFT, TOKEN, read, written
from openline.console.channel.asking import PRECEDENCES, Nothing
from openline.console.codes import Told
from openline.console.commands.message import full_name
from openline.console.dtg import parse_iso
from openline.console.negotiating import asking
from openline.console.negotiating.commands.lines import compared_text, version_line, version_text
from openline.console.terminal import F, Session, room_options
from openline.limits import DRAFT_TEXT_BYTES_MAX

_Paper = asking.TableText | asking.SayOfText | asking.CloseText | asking.SignText


@click.group()
def text() -> None:
    """Texts under negotiation: versions tabled and countered, articles accepted or reserved, the same bytes signed."""


# ------------------------------------------------------------------ tabling
def _text_options(command: F) -> F:
    for option in reversed((
        click.option("--text", "texts", multiple=True, required=True, metavar="LANGUAGE=FILE",
                     help="A text, as `text check` takes it; again for each language."),
        click.option("--title", "titles", multiple=True, metavar="LANGUAGE=TITLE",
                     help="Of a language whose text is still missing: nothing is signed without it."),
        click.option("--lapses", metavar="INSTANT", help="When it is off the table, like 2026-12-31T18:00:00Z."),
        click.option("--from", "begins", metavar="INSTANT", help="In force from; left out: as the text says."),
        click.option("--until", metavar="INSTANT", help="Ends at; left out: no end is agreed."),
        click.option("--periods-from", "periods", metavar="INSTANT", help="Begin of the periods of its duties."),
        click.option("--format", "formats", multiple=True, metavar="NAME", help="A format of notices that serves it."),
        click.option("--note", default="", help="Words beside it."),
        click.option("--language", default="", help="Language of the note."),
        click.option("--precedence", type=click.Choice(PRECEDENCES, case_sensitive=False), default="ROUTINE"),
        click.option("--exercise", is_flag=True, help="Marked EXERCISE for ever; it cannot be signed."),
        AS_DRAFT, TOKEN,
    )):
        command = option(command)
    return command  # fmt: skip


def _tabled(draft: str, over: str | None, given: dict[str, Any]) -> asking.TableText:
    texts = {language: _file(Path(path)) for language, path in (_pair(one, "--text") for one in given["texts"])}
    lapses, begins, until, periods = (
        parse_iso(given[name]) if given[name] else None for name in ("lapses", "begins", "until", "periods")
    )
    language = given["language"] or ("en" if given["note"] else "")
    anew = any(given[name] for name in ("begins", "until", "periods", "formats"))
    return asking.TableText(
        draft=draft, texts=texts, titles=dict(_pair(one, "--title") for one in given["titles"]), over=over, anew=anew,
        lapses_ms=lapses, from_ms=begins, until_ms=until, periods_from_ms=periods, formats=list(given["formats"]),
        note=given["note"], language=language, precedence=given["precedence"], exercise=given["exercise"],
        token=given["token"],
    )  # fmt: skip


def _pair(said: str, option: str) -> tuple[str, str]:
    name, between, value = said.partition("=")
    if not between or not name or not value:
        raise Told("OL-204", f"{option} {said!r:.60}: write LANGUAGE=...")
    return name, value


def _file(path: Path) -> str:
    try:
        return read(path, DRAFT_TEXT_BYTES_MAX).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise Told("OL-202", f"{path}: byte {wrong.start} is not UTF-8") from wrong
    except OSError as error:
        raise Told("OL-303", f"{path}: {error.strerror}") from error


@text.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@room_options
@click.pass_obj
def check(session: Session, files: tuple[Path, ...]) -> int:
    """Read texts and tell every fault at once, by file and line; of several, whether they are built alike."""
    found, faults = [], []
    for path in files:
        data = _file(path).encode()
        try:
            one = parse_text(data)
        except NotAText as refused:
            faults += [f"{path}: {fault.in_a_line()}" for fault in refused.faults]
            continue
        found.append((path, one, data))
    for path, one, _ in found[1:]:
        for each in differences_of_build(found[0][1], one):
            faults.append(f"{path}: article {each.article}: {each.what}")
    rows = [{"file": str(path), "title": one.title, "articles": len(one.articles) - 1,
             "sha256": text_digest(data).hex(), "brackets": {str(n): names for n, names in brackets_of(one)}}
            for path, one, data in found]  # fmt: skip
    said = [f"{row['file']}: {row['articles']} articles, brackets in {len(row['brackets'])}, SHA-256 {row['sha256']}"  # type: ignore[arg-type]
            for row in rows]  # fmt: skip
    session.answer({"texts": rows, "faults": faults}, lambda: "\n".join(faults or said))
    return 1 if faults else 0


@text.command("table")
@click.argument("draft")
@_text_options
@room_options
@click.pass_obj
def table(session: Session, /, draft: str, as_draft: bool, **given: Any) -> None:
    """Put the first version of the draft DRAFT, an id, on the table."""
    _written(session, _tabled(draft, None, given), as_draft, "on the table once they hold it; nobody agrees by silence")


@text.command("counter")
@click.argument("entry")
@_text_options
@room_options
@click.pass_obj
def counter(session: Session, /, entry: str, as_draft: bool, **given: Any) -> None:
    """Put another version beside the version ENTRY, over which it is written. Both stay on the table."""
    place = full_name(session, entry)
    with session.link() as link:
        row = link.ask(asking.AskText(place=place), asking.TextWhole).row
    _written(session, _tabled(row.draft, place, given), as_draft, "a counter; what it is over stays on the table")


def _written(session: Session, ask: _Paper, as_draft: bool, then: str) -> None:
    draft = (lambda one: asking.DraftNegotiating(paper=one)) if as_draft else None
    written(session, ask, draft, then, "here as")


# ------------------------------------------------------------------ positions
def _stand_command(name: asking.StandWord, about: str) -> None:
    @text.command(name, help=about)
    @click.argument("entry")
    @click.argument("articles", nargs=-1, type=click.IntRange(0), metavar="ARTICLE...")
    @click.option("--words", default="", help="In our words; a comment needs them.")
    @click.option("--language", default="", help="Language of the words.")
    @AS_DRAFT
    @TOKEN
    @room_options
    @click.pass_obj
    def command(session: Session, /, entry: str, articles: tuple[int, ...], **given: Any) -> None:
        everything = name == "accept" and not articles
        if not articles and not everything:
            raise Told("OL-204", f"say which articles: `openline text {name} ENTRY 2 5`; 0 is title and preamble")
        said = [asking.StandGiven(article=one, stand=name, words=given["words"]) for one in articles]
        language = given["language"] or ("en" if given["words"] else "")
        ask = asking.SayOfText(place=full_name(session, entry), said=said, accept_all=everything, language=language,
                               token=given["token"])  # fmt: skip
        _written(session, ask, given["as_draft"], "it stands beside the article; it is no signature")


_stand_command("accept", "Accept articles of their version ENTRY; all of them where none is named. No signature.")
_stand_command("reserve", "Reserve articles of the version ENTRY: it cannot be signed until they are accepted.")
_stand_command("comment", "Comment articles of the version ENTRY: words beside them, and nothing else.")


def _closing_command(how: Literal["refuse", "withdraw"], about: str) -> None:
    @text.command(how, help=about)
    @click.argument("entry")
    @click.option("--reason", default="", required=how == "refuse", help="Why.")
    @click.option("--language", default="", help="Language of the reason.")
    @AS_DRAFT
    @TOKEN
    @room_options
    @click.pass_obj
    def command(session: Session, /, entry: str, reason: str, language: str, as_draft: bool, token: str | None) -> None:
        ask = asking.CloseText(place=full_name(session, entry), how=how, reason=reason,
                               language=language or ("en" if reason else ""), token=token)  # fmt: skip
        _written(session, ask, as_draft, "the version is closed; another can be tabled over it")


_closing_command("refuse", "Refuse their version ENTRY, and say why.")
_closing_command("withdraw", "Withdraw our version ENTRY.")


@text.command("sign")
@click.argument("entry")
@AS_DRAFT
@TOKEN
@room_options
@click.pass_obj
def sign(session: Session, entry: str, as_draft: bool, token: str | None) -> None:
    """Sign the version ENTRY: the bytes of its text in every language. Signed once every party has."""
    _written(session, asking.SignText(place=full_name(session, entry), token=token), as_draft,
             "our signature; signed once every party has recorded the same bytes")  # fmt: skip


# ------------------------------------------------------------------ reading
@text.command("list")
@click.option("--draft", default="", help="Only the versions of this draft.")
@room_options
@click.pass_obj
def list_texts(session: Session, draft: str) -> None:
    """List every version on the record, and how it stands."""
    with session.link() as link:
        found = link.ask(asking.AskTexts(draft=draft), list[asking.TextRow])
    session.answer(found, lambda: "\n".join(map(version_line, found)) or "no text is under negotiation")


@text.command("show")
@click.argument("entry")
@click.option("--file", "language", default="", metavar="LANGUAGE", help="The file that is signed, and nothing else.")
@room_options
@click.pass_obj
def show(session: Session, entry: str, language: str) -> None:
    """Show the version ENTRY: texts, brackets, what each party says of each article, where the languages differ."""
    place = full_name(session, entry)
    with session.link() as link:
        if language:
            file = link.ask(asking.AskTextFile(place=place, language=language), asking.TextFile)
            session.answer(file, lambda: file.text.rstrip("\n"))
            return
        found = link.ask(asking.AskText(place=place), asking.TextWhole)
    session.answer(found, lambda: version_text(found))


@text.command("compare")
@click.argument("before")
@click.argument("after")
@click.option("--in", "language", required=True, metavar="LANGUAGE", help="Which of their texts.")
@click.option("--all", "everything", is_flag=True, help="Also what is the same.")
@room_options
@click.pass_obj
def compare(session: Session, before: str, after: str, language: str, everything: bool) -> None:
    """Compare the versions BEFORE and AFTER word by word, articles aligned first."""
    ask = asking.CompareTexts(before=full_name(session, before), after=full_name(session, after), language=language)
    with session.link() as link:
        found = link.ask(ask, asking.Compared)
    session.answer(found, lambda: compared_text(found, everything=everything))


@text.command("fetch")
@click.argument("entry")
@room_options
@click.pass_obj
def fetch(session: Session, entry: str) -> None:
    """Have texts of the version ENTRY that are not here asked for, over slow bearers too."""
    with session.link() as link:
        done = link.ask(asking.FetchText(place=full_name(session, entry)), Nothing)
    session.answer(done, "asked for; `openline text show` says when they are here")
