"""The door of exported records: read, judged, every signature verified."""

from __future__ import annotations

from typing import Any, Final

from openline.record.evidence.export import read_export
from openline.record.evidence.findings import Findings, LogFinding
from openline.record.evidence.judge import judge_at_once


def exported(given: dict[str, Any]) -> object:
    """An export, judged to its end."""
    findings: Findings = judge_at_once(read_export([bytes.fromhex(given["bytes"])]))
    return {
        "kind": findings.head.kind,
        "line_id": findings.head.line_id,
        "logs": [_log(log) for log in findings.logs],
        "accused": [[one.log, one.size] for one in findings.accusations],
        "unproven_exhibits": len(findings.unproven),
        "missing": [[one.what, one.log, one.first, one.end] for one in findings.missing],
        "doubts": [[one.code, one.log, one.index] for one in findings.doubts],
        "signatures": findings.signatures,
    }


def _log(log: LogFinding) -> object:
    return {
        "log": log.log,
        "size": log.size,
        "entries": [[one.header.index, one.header.kind, one.body] for one in log.entries],
        "held": [[one.header.index, [row.witness for row in log.held(one.header.index)]] for one in log.entries],
        "checkpoints": log.checkpoints,
        "receipts": [[one.witness, one.size, one.at_s, one.interval] for row in log.receipts for one in row],
        "pq_sizes": log.pq_sizes,
        "withheld": log.withheld,
        "disputed_from": log.disputed_from,
    }


DOORS: Final = {"export": exported}
