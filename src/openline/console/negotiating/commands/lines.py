"""Texts under negotiation as lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from openline.console.dtg import dtg
from openline.console.negotiating import asking
from openline.visible import visible


def version_line(one: asking.TextRow) -> str:
    """A version, as lists have it."""
    brackets = f"; brackets in {', '.join(one.brackets)}" if one.brackets else ""
    over = f"; counters {one.over}" if one.over else ""
    crossed = f"; CROSSED with {', '.join(one.crossing)}" if one.crossing else ""
    lapses = f"; lapses {dtg(one.lapses_ms)}" if one.lapses_ms is not None else ""
    drill = "EXERCISE " if one.exercise else ""
    head = f"{drill}{one.draft}  {one.place}  {one.state.upper()}, tabled by {visible(one.name)} {dtg(one.at_ms)}"
    return f"{head}{brackets}{over}{crossed}{lapses}"


def version_text(whole: asking.TextWhole) -> str:
    """A version with its texts side by side, one language after the other in each article."""
    return "\n".join([*_head(whole.row), *(line for one in whole.articles for line in _article(one))])


def _head(row: asking.TextRow) -> Iterator[str]:
    yield version_line(row)
    for language, title in row.titles.items():
        yield f"{language}: {visible(title)}"
    for one in row.languages:
        state = f"  {one.fault}" if one.here else "  NOT HERE YET"
        yield f"  text {one.language}: {one.bytes} bytes, SHA-256 {one.sha256}{state}".rstrip()
    for flaw in row.flaws:
        yield f"! {flaw}"
    for why in row.hindered:
        yield f"cannot be signed: {why}"
    if row.note:
        yield f"note: {visible(row.note)}"
    for closure in row.closures:
        no_effect = f" (no effect: {closure.why_not})" if closure.why_not else ""
        reason = f": {visible(closure.reason)}" if closure.reason else ""
        yield f"{closure.how} by {visible(closure.name)}{no_effect}{reason}"
    for signature in row.signatures:
        late = " TOO LATE: it had lapsed" if signature.late else ""
        yield f"signed by {visible(signature.name)}, {signature.place}{late}"
    for name in row.yet if row.signatures else ():
        yield f"not signed by {visible(name)}"
    for other in row.others_signed:
        yield f"! {visible(other.name)} signed over different bytes, {other.place}: {other.digest[:16]}"


def _article(one: asking.ArticleRow) -> Iterator[str]:
    yield ""
    yield f"ARTICLE {one.number}" if one.number else "TITLE AND PREAMBLE"
    for language, lines in one.texts.items():
        for line in lines:
            text = visible("".join(_piece(piece) for piece in line))
            if text:
                yield f"  {language}  {text}"
    for said in (*one.positions, *one.comments):
        words = f": {visible(said.words)}" if said.words else ""
        yield f"  {visible(said.name)} {said.stand or 'has said nothing'}{words}"
    for each in one.differences:
        yield f"  ! {', '.join(each.languages)} differ, {each.kind}: {visible(each.what)}"


def _piece(piece: asking.PieceRow) -> str:
    return f"[{', '.join(piece.by)}: {piece.words}]" if piece.by else piece.words


def compared_text(found: asking.Compared, *, everything: bool) -> str:
    """Two versions: `[-taken out-]` and `{+put in+}`; what is the same only where everything is asked for."""
    lines = [f"{found.changed} of {len(found.articles)} parts differ"]
    for one in found.articles:
        if one.same and not everything and one.before == one.after:
            continue
        lines += ["", _number(one)]
        for line in one.lines:
            same = all(run.sign == "=" for run in line.runs)
            if line.runs and (everything or not same):
                lines.append("  " + visible("".join(_run(run) for run in line.runs)))
    return "\n".join(lines)


def _number(one: asking.ComparedRow) -> str:
    if one.before is None:
        return f"ARTICLE {one.after}, put in"
    if one.after is None:
        return f"ARTICLE {one.before}, taken out"
    if not one.after:
        return "TITLE AND PREAMBLE"
    return f"ARTICLE {one.after}" + (f", was {one.before}" if one.before != one.after else "")


def _run(run: asking.RunRow) -> str:
    return {"-": f"[-{run.words}-]", "+": f"{{+{run.words}+}}"}.get(run.sign, run.words)
