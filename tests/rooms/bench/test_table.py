"""The table of figures: the median counts, with the limit of its own run; a promise is kept or it is not."""

from __future__ import annotations

import json
from pathlib import Path

from bench.table import PROMISES, Part, Sample, as_parts, as_table, settle, write_results

ASKED = [
    "lone_p50_ratio", "lone_p50_ms", "sustained_msgs_per_s", "overhead_message_bytes", "overhead_receipt_bytes",
    "catchup_10k_s", "startup_1m_s", "rss_1m_mb", "proof_1m_ms", "append_1m_ratio", "verify_100k_s",
    "radio_300_en_ratio", "radio_300_ru_ratio", "radio_1200_en_ratio", "radio_1200_ru_ratio", "radio_2400_en_ratio",
    "radio_2400_ru_ratio", "radio_9600_en_ratio", "radio_9600_ru_ratio", "flash_overtake_extra_s",
    "failover_hail_periods", "idle_300_bps", "catchup_1k_s", "idle_100_lines_cpu_percent",
    "verify_statement_ms", "reconcile_5k_s",
    "escrow_65k_s", "escrow_open_ms", "compare_100p_s", "fold_1k_agreements_s",
    "card_p95_ms", "first_screen_100k_ms", "search_100k_ms", "card_p95_50_desks_ms", "page_kb",
    "fold_100k_s", "fold_next_ms", "validate_ms", "due_100k_ms",
]  # fmt: skip


def test_every_figure_that_was_promised_has_a_row() -> None:
    assert list(PROMISES) == ASKED


def test_the_median_run_counts_with_the_limit_of_that_run() -> None:
    samples = [Sample(4.0, 1.0), Sample(2.0, 0.5), Sample(3.0, 2.0)]
    figure = settle(PROMISES["catchup_10k_s"], samples)
    assert (figure.value, figure.limit, figure.ratio, figure.met) == (3.0, 2.0, 1.5, True)
    assert figure.runs == (4.0, 2.0, 3.0)


def test_at_least_and_at_most_are_not_confused() -> None:
    assert not settle(PROMISES["sustained_msgs_per_s"], [Sample(9_999, 50_000)]).met
    assert settle(PROMISES["sustained_msgs_per_s"], [Sample(10_000, 50_000)]).met
    assert not settle(PROMISES["overhead_receipt_bytes"], [Sample(111, 80)]).met


def test_a_lone_message_may_take_three_times_the_floor_of_its_run() -> None:
    figure = settle(PROMISES["lone_p50_ms"], [Sample(3.1, 1.0)])
    assert (figure.target, figure.met) == (3.0, False)


def test_results_are_one_object_a_line(tmp_path: Path) -> None:
    figures = [settle(promise, [Sample(1.0, 1.0)]) for promise in PROMISES.values()]
    write_results(tmp_path / "results.jsonl", figures)
    rows = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows] == ASKED
    assert {"name", "value", "unit", "limit", "ratio", "target", "met"} <= set(rows[0])


def test_what_a_person_reads_names_every_figure_and_part() -> None:
    text = as_table([settle(PROMISES["rss_1m_mb"], [Sample(310.0, 44.0)])])
    assert "rss_1m_mb" in text
    assert "NO" in text
    assert "fdatasync" in as_parts([Part("fdatasync", 130.0, "us", "4 KiB")])
