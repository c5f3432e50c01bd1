"""Bodies of the entries about contact: link test (32), its answer (33), what one station observed (34).

Deterministic CBOR, read strictly, bounded; as short as can be, because a slow line carries one each hour.
"""

from __future__ import annotations

from enum import IntEnum
from hashlib import sha256
from typing import Final, NamedTuple

from openline.errors import Malformed
from openline.limits import LANGUAGE_CHARS_MAX, LOG_ENTRIES_MAX, PARTIES_MAX, WRITTEN_AT_MS_MAX
from openline.record.fields import dump_map, load_map, octets, octets_up_to, row, rows, same, text, whole

CHALLENGE_BYTES: Final = 16
NONCE_BYTES: Final = 8
READ_BYTES: Final = 8
BEARER_CHARS_MAX: Final = 32
TEXTS_MAX: Final = 256
OBSERVED_ROWS_MAX: Final = 64
_BODY_BYTES_MAX: Final = 8 * 1024


class LinkTest(NamedTuple):
    """One side's test of the line. (R-250)

    `number` and `language` name a neutral text that both sides have. `challenge` is unpredictable: for the line as a
    whole random bytes that the answer gives back; for one bearer the beginning of the SHA-256 of a nonce that went over
    that bearer only. `given` and `received` are the sizes, by party, at which the author gave and holds receipts, and
    `receipts` the hash over them (`receipts_hash`). `bearer` is the author's name for the one that is tested, empty for
    whichever the line takes; `to` the parties that should answer, empty for all others.
    """

    number: int
    language: str
    challenge: bytes
    given: tuple[tuple[int, int], ...]
    received: tuple[tuple[int, int], ...]
    receipts: bytes
    bearer: str = ""
    to: tuple[int, ...] = ()


class LinkAnswer(NamedTuple):
    """The other side's answer, by reference. (R-251)

    `echo` opens the challenge; `read` begins the SHA-256 of the named text as the answerer has it, empty where it has
    none of that number; `bearer` is the answerer's own name for the one over which the test, or the nonce, came;
    `came_at_ms` when, by its clock; `nonce` is unpredictable in its turn: the tester's receipt for it proves the
    tester alive.
    """

    echo: bytes
    read: bytes
    bearer: str
    came_at_ms: int
    nonce: bytes


class Seen(IntEnum):
    """What a station observed of one bearer to one party."""

    UP = 0  # our nonce came back in time
    SILENT = 1  # bytes may move, and nothing that proves life came for as long as the alarm waits
    DOWN = 2  # our end of it moves no bytes


class Transition(NamedTuple):
    """From this instant of the author's clock on, a bearer to a party looked so."""

    at_ms: int
    party: int
    bearer: str
    seen: Seen


class Observed(NamedTuple):
    """What the author saw change since it last said so; `left_out` more did not fit. One side's word. (R-252)"""

    transitions: tuple[Transition, ...]
    left_out: int = 0


def receipts_hash(rows_of: list[tuple[int, bytes, int, int, int, bytes]]) -> bytes:
    """Over receipts in ascending order: author's place (1), generation, witness (1), size (8), seconds (8), signature.
    (R-250)"""
    spelled = [
        bytes([party]) + generation + bytes([witness]) + size.to_bytes(8, "big") + at_s.to_bytes(8, "big") + signature
        for party, generation, witness, size, at_s, signature in sorted(rows_of)
    ]
    return sha256(b"openline/receipts/v1\n" + b"".join(spelled)).digest()


def challenge_of(nonce: bytes) -> bytes:
    """The challenge that only a party over whose bearer `nonce` came can open. (R-250)"""
    return sha256(b"openline/bearer-test/v1\n" + nonce).digest()[:CHALLENGE_BYTES]


def read_of(words: str) -> bytes:
    """What an answer states of a neutral text."""
    return sha256(words.encode()).digest()[:READ_BYTES]


def opens(test: LinkTest, answer: LinkAnswer) -> bool:
    """Whether an answer opens a test's challenge. (R-251)"""
    return challenge_of(answer.echo) == test.challenge if test.bearer else answer.echo == test.challenge


def encode_test(test: LinkTest) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_test` would refuse."""
    data = dump_map(_plain_test(test))
    parse_test(data)
    return data


def _plain_test(test: LinkTest) -> tuple[object, ...]:
    given, received = [list(one) for one in test.given], [list(one) for one in test.received]
    return (*test[:3], given, received, test.receipts, test.bearer, list(test.to))


def parse_test(data: bytes) -> LinkTest:
    """From the body of a LINK_TEST entry. Raises Malformed naming the field. (R-250)"""
    fields = load_map(data, 8, "link test", _BODY_BYTES_MAX)
    number, language, challenge, given, received, receipts, bearer, to = fields.values()
    read = LinkTest(
        whole(number, TEXTS_MAX - 1, "link test: number", data),
        _language(language, data),
        octets(challenge, CHALLENGE_BYTES, "link test: challenge", data),
        _sizes(given, "link test: given", data),
        _sizes(received, "link test: received", data),
        octets(receipts, 32, "link test: receipts", data),
        text(bearer, BEARER_CHARS_MAX, "link test: bearer", data),
        _parties(to, data),
    )
    same(dump_map(_plain_test(read)), data, "link test")
    return read


def encode_answer(answer: LinkAnswer) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_answer` would refuse."""
    data = dump_map(answer)
    parse_answer(data)
    return data


def parse_answer(data: bytes) -> LinkAnswer:
    """From the body of a LINK_ANSWER entry. Raises Malformed naming the field. (R-251)"""
    echo, read, bearer, came_at, nonce = load_map(data, 5, "link answer", _BODY_BYTES_MAX).values()
    if read not in (b"", None):
        octets(read, READ_BYTES, "link answer: read", data)
    answer = LinkAnswer(
        octets_up_to(echo, CHALLENGE_BYTES, "link answer: echo", data),
        octets_up_to(read, READ_BYTES, "link answer: read", data),
        text(bearer, BEARER_CHARS_MAX, "link answer: bearer", data),
        whole(came_at, WRITTEN_AT_MS_MAX, "link answer: came at", data),
        octets(nonce, NONCE_BYTES, "link answer: nonce", data),
    )
    if len(answer.echo) not in (NONCE_BYTES, CHALLENGE_BYTES):
        raise Malformed(f"link answer: echo is neither {NONCE_BYTES} nor {CHALLENGE_BYTES} bytes", data)
    same(dump_map(answer), data, "link answer")
    return answer


def encode_observed(observed: Observed) -> bytes:
    """The one spelling. Raises Malformed for one that `parse_observed` would refuse."""
    data = dump_map(_plain_observed(observed))
    parse_observed(data)
    return data


def _plain_observed(observed: Observed) -> tuple[object, ...]:
    return [[at, party, bearer, int(seen)] for at, party, bearer, seen in observed.transitions], observed.left_out


def parse_observed(data: bytes) -> Observed:
    """From the body of an OBSERVED entry. Raises Malformed naming the field. (R-252)"""
    changes, left_out = load_map(data, 2, "observed", _BODY_BYTES_MAX).values()
    read = Observed(
        tuple([_transition(one, data) for one in rows(changes, OBSERVED_ROWS_MAX, "observed: transitions", data)]),
        whole(left_out, LOG_ENTRIES_MAX, "observed: left out", data),
    )
    if not read.transitions and not read.left_out:
        raise Malformed("observed: nothing", data)
    same(dump_map(_plain_observed(read)), data, "observed")
    return read


def _transition(value: object, data: bytes) -> Transition:
    at_ms, party, bearer, seen = row(value, 4, "observed: transition", data)
    return Transition(
        whole(at_ms, WRITTEN_AT_MS_MAX, "observed: at", data),
        whole(party, PARTIES_MAX - 1, "observed: party", data),
        text(bearer, BEARER_CHARS_MAX, "observed: bearer", data),
        Seen(whole(seen, max(Seen), "observed: seen", data)),
    )


def _language(value: object, data: bytes) -> str:
    tag = text(value, LANGUAGE_CHARS_MAX, "link test: language", data)
    if not tag or not tag.isascii() or not tag.replace("-", "").isalnum():
        raise Malformed("link test: language is not a tag such as en, ru or ar", data)
    return tag


def _sizes(value: object, name: str, data: bytes) -> tuple[tuple[int, int], ...]:
    pairs = [row(one, 2, name, data) for one in rows(value, PARTIES_MAX, name, data)]
    parties = _ascending([party for party, _ in pairs], name, data)
    return tuple(zip(parties, [whole(size, LOG_ENTRIES_MAX, name, data) for _, size in pairs], strict=True))


def _parties(value: object, data: bytes) -> tuple[int, ...]:
    return _ascending(rows(value, PARTIES_MAX, "link test: to", data), "link test: to", data)


def _ascending(values: list[object], name: str, data: bytes) -> tuple[int, ...]:
    read = [whole(one, PARTIES_MAX - 1, name, data) for one in values]
    if read != sorted(set(read)):
        raise Malformed(f"{name} does not ascend by party, each once", data)
    return tuple(read)
