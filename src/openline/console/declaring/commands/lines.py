"""Declarations as people read them at a terminal. What a peer wrote is shown so that it cannot act on it."""

from __future__ import annotations

from collections.abc import Iterable

from openline.console.accords.asking import FaultRow
from openline.console.accords.commands.drafting import in_a_line
from openline.console.declaring import asking
from openline.visible import visible


def layout_text(one: asking.LayoutWhole) -> str:
    """A layout, whole."""
    lines = [in_a_line(one.row)]
    for table in one.tables:
        lines.append(f"  table {table.name}: {visible(table.label.get('en', ''))}")
        for column in table.columns:
            need = " (key)" if column.key else "" if column.required else " (may be left out)"
            lines.append(f"    {column.name:<24} {visible(column.label.get('en', ''))}: {column.type}{need}")
    lines += [f"  figure    {name}: {visible(label.get('en', ''))}" for name, label in one.figures.items()]
    lines += [f"  rule      {visible(rule)}" for rule in one.rules]
    return "\n".join([*lines, *(f"  source    {visible(line)}" for line in one.sources)])


def fault_lines(faults: Iterable[FaultRow]) -> list[str]:
    """Faults, a line each."""
    return [f"{one.severity}  {visible(one.place)}: {visible(one.what)}; {visible(one.remedy)}" for one in faults]


def finding_line(one: asking.FindingRow) -> str:
    """A rule that was asked."""
    severity = one.severity if one.verdict == "is broken" else ""
    return f"{severity:<6} {one.rule:<4} {one.verdict}: {visible(one.place)}: {visible(one.what)}"


def checked_text(one: asking.DeclarationChecked) -> str:
    """What came of reading a declaration that is not sent."""
    lines = fault_lines(one.faults) + [finding_line(finding) for finding in one.findings]
    size = f"{one.bytes} bytes in {one.parts} {'entry' if one.parts == 1 else 'entries'}"
    rows = ", ".join(f"{name}: {count} rows" for name, count in one.rows.items())
    if not one.faults:
        return "\n".join([*lines, f"{rows}; {size}"])
    more = "it could leave --with-faults, marked" if one.may_leave else "what is given here has no spelling"
    return "\n".join([*lines, f"not sent as it is; {more}"])


def declaration_line(one: asking.DeclarationRow) -> str:
    """A declaration in a line."""
    rows = ", ".join(f"{name} {count}" for name, count in one.rows.items())
    states = [f"{one.broken} BROKEN"] * bool(one.broken) + [f"{one.open} cannot be told"] * bool(one.open)
    states += [f"PARTS LACK: {', '.join(map(str, one.missing))} of {one.parts + len(one.missing)}"] * bool(one.missing)
    states += ["layout not known here"] * (not one.known) + ["layout not agreed"] * (one.known and not one.agreed)
    states += ["EXERCISE"] * one.exercise + [f"replaced by {', '.join(one.replaced_by)}"] * bool(one.replaced_by)
    said = "; ".join(states)
    said = f"  {said}" if said else ""
    return f"{one.as_of}  {visible(one.name):<12} {visible(one.number):<32} {one.place}  {rows}{said}"


def declaration_text(one: asking.DeclarationWhole, most: int) -> str:
    """A declaration with its figures, findings and rows."""
    lines = [declaration_line(one.row)]
    for figure in one.figures:
        declared = figure.why.upper() if figure.declared is None else str(figure.declared)
        lines.append(f"  {figure.name:<28} {declared:>12}  {visible(figure.label.get('en', ''))}")
        for counted in figure.counted:
            apart = f" ({counted.number - figure.declared:+d})" if figure.declared is not None else ""
            since = f", reservation open since {counted.since}, {counted.updates} updates" if counted.open else ""
            reason = f": {visible(counted.reason)}" if counted.reason else ""
            lines.append(f"    {visible(counted.name)} counts {counted.number}{apart}{since}{reason}")
    lines += [finding_line(finding) for finding in one.findings]
    for name, rows in one.tables.items():
        lines.append(f"{name}: {len(rows)} rows")
        for row in rows[:most]:
            lines.append("  " + visible(", ".join(f"{column}: {cell}" for column, cell in row.items())))
        lines += [f"  ... {len(rows) - most} more: `openline declare export`"] * (len(rows) > most)
    if one.raw:
        lines.append(f"raw: {visible(one.raw[:4_000])}{' ...' if len(one.raw) > 4_000 else ''}")
    return "\n".join(lines)


def unit_text(one: asking.UnitRow | None) -> str:
    """A unit in words."""
    return "not there" if one is None else visible(f"{one.type or '?'} at {one.place or '?'}, {one.state or '?'}")


def life_line(one: asking.LifeRow) -> str:
    """One moment of a unit."""
    differs = f"  DIFFERS: {visible(one.differs)}" if one.differs else ""
    return f"{one.day}  {visible(one.name)}  {visible(one.what)}: {unit_text(one.unit)}  {one.place}{differs}"


def reconciliation_text(one: asking.ReconciliationRow, language: str) -> str:
    """A pair of declarations and what came of comparing them."""
    head = f"{visible(one.name)} {one.layout}: {one.before_as_of} to {one.after_as_of}"
    if not one.units:
        return "\n".join([f"{head}: one of the two lists no units", *map(finding_line, one.findings)])
    lines = [f"{head}: {one.unchanged} unchanged, {one.explained} as notices say, "
             f"{len(one.differences)} WITHOUT EXPLANATION"]  # fmt: skip
    for difference in one.differences:
        lines.append(f"  {visible(difference.unit)}  {', '.join(difference.kinds)}: expected "
                     f"{unit_text(difference.expected)}; declared {unit_text(difference.declared)}")  # fmt: skip
        lines += [f"    notice that speaks of it: {place}" for place in difference.notices]
        lines += [f"    {visible(text)}" for said, text in difference.question.items() if said == (language or "en")]
        lines += [f"    to be asked for: {asked.format} {visible(str(asked.fields))}" for asked in difference.ask]
    lines += [f"  kept back: {visible(unit)}" for unit in one.kept_back]
    return "\n".join([*lines, *map(finding_line, one.findings)])


def ceilings_text(found: asking.Ceilings) -> str:
    """Ceilings and what was declared under them, as a table."""
    lines = []
    for one in found.ceilings:
        until = f" until {one.until}" if one.until else ""
        begins = f" from {one.begins}" if one.begins else ""
        lines.append(f"{one.id}: at most {one.most}{begins}{until}: {visible(one.counting.get('en', ''))}")
        for point in found.points:
            if point.ceiling == one.id:
                value = str(point.value) if point.value is not None else point.why.upper()
                apart = f"{point.value - one.most:+d}" if point.value is not None else ""
                counted = "".join(f"  {visible(name)} counts {number}" for name, number in point.counted.items())
                head = f"  {point.as_of}  {visible(point.name):<12} {value:>12} {apart:>6}"
                lines.append(f"{head}  {point.verdict}{counted}")
    return "\n".join(lines) or "nothing stands under a ceiling"
