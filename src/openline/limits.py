"""Every bound, with its unit in its name, and the relations between bounds asserted.

Sizes are bytes, spans are milliseconds unless the name says otherwise. A parser checks a bound
before it loops or allocates.
"""

from __future__ import annotations

from typing import Final

# --- parties and logs
PARTIES_MAX: Final = 8
GENERATION_BYTES: Final = 12  # 6 bytes of time in ms, 6 random: a name, not a clock
NAME_CHARS_MAX: Final = 64

# --- entries
BODY_BYTES_MAX: Final = 256 * 1024
FLASH_BYTES_MAX: Final = 2_000  # of such a body, where the terms say nothing else: a minute at 300 bit/s
IMMEDIATE_BYTES_MAX: Final = 8_000
REFERENCES_MAX: Final = 32
HEADER_BYTES_MAX: Final = 4096
SUBJECT_CHARS_MAX: Final = 256
TEXT_CHARS_MAX: Final = 60_000
OFFICES_MAX: Final = 64
OFFICE_CHARS_MAX: Final = 64
ATTACHMENTS_MAX: Final = 16
FILE_NAME_CHARS_MAX: Final = 120
MEDIA_TYPE_CHARS_MAX: Final = 120
LANGUAGE_CHARS_MAX: Final = 35  # RFC 5646 4.4.1
REMARK_CHARS_MAX: Final = 2_000  # what an officer adds to an acknowledgement, a dispute, a closing
OPERATING_CHARS_MAX: Final = 4_000  # operators about the line; what is longer is a message
LOG_ENTRIES_MAX: Final = 2**40
DICTIONARY_BYTES_MAX: Final = 32_506  # deflate's window less what it looks ahead: no byte beyond can be pointed at
BROTLI_BATCH_BYTES_MAX: Final = 64 * 1024  # of bodies in one batch: 0.1 s of a core, and half an hour at 300 bit/s
WRITTEN_AT_MS_MAX: Final = 2**48 - 1  # six bytes, as in the name of a generation

# --- commits: what one signature and one fsync may cover
COMMIT_ENTRIES_MAX: Final = 1024
COMMIT_BYTES_MAX: Final = 4 * 1024 * 1024

# --- frames
FRAME_BODY_BYTES_MIN: Final = 12 + 16  # tag, start, counter; seal tag of an empty payload
FRAME_BODY_BYTES_MAX: Final = 1024 * 1024
PAYLOAD_BYTES_MAX: Final = FRAME_BODY_BYTES_MAX - FRAME_BODY_BYTES_MIN
FRAME_COUNTER_MAX: Final = 2**32 - 1
ITEMS_PER_FRAME_MAX: Final = 4096
PADDED_BYTES_MIN: Final = 256  # a hail, a receipt and a few words look alike
HAIL_LOGS_MAX: Final = 1024
FRAGMENTED_BYTES_MAX: Final = COMMIT_BYTES_MAX + 64 * 1024
FRAGMENT_SETS_MAX: Final = 8
FRAGMENT_GAPS_MAX: Final = 4096  # separate stretches of one set
GAPS_TOLD_MAX: Final = 48  # of one set at a time; what lies behind is told as one
CERTIFICATE_BYTES_MAX: Final = 16 * 1024
REVOCATION_BYTES_MAX: Final = 128 * 1024  # a root's two signatures, and 1,024 logs with size and root
REASON_CHARS_MAX: Final = 400  # of a revocation
STATEMENTS_A_LOG_MAX: Final = 1024  # of one log: proposals, answers, certificates and revocations that count
CERTIFICATES_A_PARTY_MAX: Final = 128  # of its stations, in force or not: monthly renewals for ten years
GRANT_BYTES_MAX: Final = 4096

# --- notes (C2SP signed note)
NOTE_BYTES_MAX: Final = 64 * 1024  # sixteen signatures, half of them ML-DSA-44 (3.3 kB a line)
NOTE_SIGNATURES_MAX: Final = 16
EXHIBIT_BYTES_MAX: Final = 2 * NOTE_BYTES_MAX + 8 * 1024  # two notes and a consistency proof

# --- attachments
BLOB_BYTES_MAX: Final = 16 * 1024 * 1024
BLOB_CHUNK_BYTES: Final = 64 * 1024

# --- the line
HAIL_EVERY_MS: Final = 3_000
COURIER_HAIL_EVERY_MS: Final = 3_600_000  # where only couriers go, while something is not known to be held
CLOCK_TOLERANCE_MS: Final = 5_000  # two honest clocks may differ by this before their times are called disputed
SILENCE_ALARM_AFTER_MS: Final = 60_000
RESEND_AFTER_MS: Final = 4_000
COURIER_ALARM_AFTER_MS: Final = 3 * 86_400_000  # unheard for so long by a courier
COURIER_LATENCY_MS: Final = 60_000  # from here on nobody waits for an answer before sending
IN_FLIGHT_BYTES_MAX: Final = 2 * COMMIT_BYTES_MAX
IN_FLIGHT_ENTRIES_MAX: Final = 8192
PENDING_BYTES_MAX: Final = 2 * COMMIT_BYTES_MAX  # received, not yet covered by a checked checkpoint
PENDING_ENTRIES_MAX: Final = 2 * COMMIT_ENTRIES_MAX  # of one log, likewise
PENDING_LOGS_MAX: Final = 16  # of one peer: with entries that wait for their signature
RECENT_ROOTS: Final = 1024  # sizes whose root we remember, so that it need not be sent
CONTACT_LOST_AFTER_MS: Final = 15_000  # unheard for so long, over a bearer that is up
RELAY_AGAIN_AFTER_MS: Final = 30_000  # between repetitions of a receipt through a third party
WASTE_A_FRAME_MAX: Final = 256  # work for nothing that one frame may cause; a signature that does not check is 1
OPENED_A_STEP_MAX: Final = 4 * PENDING_BYTES_MAX  # that bodies of one peer may grow by on being opened, in one step
ANSWER_BYTES_MAX: Final = 16 * 1024 * 1024  # read from the store for peers before others have their turn
LIVES_UNPROVED_MAX: Final = 4  # new lives of a peer taken without an answer to our nonce, within CONTACT_LOST_AFTER_MS
BLOBS_WANTED_MAX: Final = 1024  # attachments that one party's messages name, on their way at once
BLOBS_ASKED_MAX: Final = 4  # of them, asked for anew in one tick
BLOB_SIZES_MAX: Final = 4  # that messages give for one attachment
BLOBS_A_STEP_MAX: Final = 4  # pieces of attachments for one peer
DIFFERS_MAX: Final = 64  # logs about which a peer is told so within RESEND_AFTER_MS
OPENED_LOGS_MAX: Final = 256  # of one peer: opened, and nothing held yet
LOGS_OF_A_PARTY_MAX: Final = 65_536  # lives that it began: ten a day for eighteen years. Each takes memory for good
ENTRIES_A_MINUTE_MAX: Final = 10_000_000  # that a charter may allow a party
RATE_RESERVE_MIN: Final = 16  # entries beyond a minute's worth, for FLASH and for what the line itself says
INTAKE_SAID_EVERY_MS: Final = 600_000  # at most, that intake from a party pauses
STATED_OF_LINE_MAX: Final = 64  # of one party and kind, about the line: each is weighed against all others
AHEAD_ENTRIES_MAX: Final = 32  # of one party, held ahead of its logs
AHEAD_BYTES_MAX: Final = 512 * 1024  # of one party, likewise
URGENT_MAX: Final = 64  # entries of ours that may overtake, remembered until all hold them
OVERTAKE_FROM_MS: Final = 2_000  # that what is less urgent in the same commit would take
OVERTAKE_TRIES_MAX: Final = 6  # to send one entry ahead to one peer, each time after twice as long
SERVE_OTHERS_AFTER_MS: Final = 10_000  # before we serve a third party's log

# --- bearers
HANDSHAKES_MAX: Final = 64  # strangers at the door at once
UNGREETED_MAX: Final = 4  # links of one party that are past the handshake and have not greeted
HANDSHAKE_MS: Final = 10_000  # from the first byte to a settled link
DIAL_AGAIN_FIRST_MS: Final = 250
DIAL_AGAIN_MAX_MS: Final = 10_000
TCP_GIVE_UP_AFTER_MS: Final = 20_000  # bytes unanswered by the other machine's kernel
SEND_BUFFER_BYTES: Final = 1024 * 1024  # more than this waiting: no room
SEND_BUFFER_BYTES_MAX: Final = 32 * 1024 * 1024  # more than this waiting: refused
BEARER_WAITING_MS: Final = 2_000  # of a bearer's declared rate: more than this waiting in it, and it has no room
BEARER_REFUSED_MS: Final = 30_000  # likewise: more than this, and what is given is refused
BEARER_FRAMES_WAITING: Final = 8  # so many of the longest frames are taken however slow a bearer is
BEARERS_MAX: Final = 16  # of one line, that its settings name
BEARER_COST_MAX: Final = 1_000_000
SERIAL_FRAME_BYTES: Final = 1024  # of a body: a second at 9,600 bit/s; one message fits
SLOW_FRAME_BYTES_MIN: Final = 160  # room for an item in fragments beside what sealing takes
UDP_FRAME_BYTES: Final = 1_200  # with its heads below the 1,280 bytes that every path of IPv6 takes (RFC 8200 5)
UDP_FRAME_BYTES_MAX: Final = 65_000  # below the most that a datagram takes
NARROW_BELOW_BYTES_PER_SECOND: Final = 16_000  # slower than this: bodies are pressed, frames are given one by one
NARROW_FRAME_MS: Final = 4_000  # of a narrow bearer's declared rate: what is urgent waits for no longer frame
NARROW_FRAME_BYTES_MIN: Final = 160  # nor is one cut shorter than this: its own head would outweigh it
NARROW_WHOLE_BYTES: Final = 512  # frame body of one item that is not cut, however slow the bearer: a lone message
NARROW_LEAD_MS: Final = 1_000  # before its last frame is out a narrow bearer is given the next
NARROW_SHARE_FRAMES: Final = 8  # while others wait, every eighth frame is of what has waited longest
SHORTENED_FROM_BYTES_MAX: Final = 65_536  # bearers of longer frames are streams
SHORTENED_AFTER_TIMES: Final = 4  # the time of a repetition, nothing proved and the peer heard
LENGTHENED_AFTER_MS: Final = 3_600_000
NARROW_QUIET_MS: Final = 2 * NARROW_FRAME_MS  # no fragment of a set for so long and a round trip: what lacks is told
NARROW_TOLD_TIMES_MAX: Final = 6  # each after twice as long, until something more of the set has come
NARROW_WINDOW_MS: Final = 60_000  # of the declared rate: so much is under way to a peer before it proves what it holds
NARROW_WINDOW_BYTES_MIN: Final = 4_096
ROAD_SILENT_HALF_PERIODS: Final = 5  # no hail over a bearer for so many halves of its hail period: it carries nothing
OUTBOX_BYTES_MAX: Final = 6 * 1024 * 1024  # that wait for one narrow bearer to one peer: the rest stays in the record
COURIER_COST: Final = 1_000  # a courier is taken where nothing else is up
CARRY_FILE_BYTES: Final = 8 * 1024 * 1024  # a carried file is ended at the frame that reaches this
CARRY_FILE_BYTES_MAX: Final = 256 * 1024 * 1024
CARRY_FILES_MAX: Final = 100_000
PAGE_SYMBOL_BYTES: Final = 700  # in one printed code as we print it: QR version 22 at level M with its head
PAGE_SYMBOL_BYTES_MAX: Final = 2048  # in one code of anybody's
PAGE_SYMBOLS_MAX: Final = 252  # of a set as we print it: 42 sheets of six
PAGE_SET_BYTES_MAX: Final = 168 * PAGE_SYMBOL_BYTES  # of anybody; as we print it, two thirds are enough
PAGE_SETS_AT_ONCE_MAX: Final = 4  # printed by one command; more is for a stick
PAGE_SETS_KEPT_MAX: Final = 32  # of codes read in, not complete yet or lately taken
PAGE_IMAGES_MAX: Final = 500  # of one command
PAGE_IMAGE_BYTES_MAX: Final = 64 * 1024 * 1024
PAGE_IMAGE_PIXELS_MAX: Final = 64_000_000
PAGE_FRAME_BYTES_MAX: Final = 16 * 1024
ALOUD_CHARS_MAX: Final = 1_000  # of subject and text together, of a message that is read aloud
ALOUD_LINE_CHARS: Final = 48
ALOUD_LINES_MAX: Final = 60
ALOUD_TYPED_CHARS_MAX: Final = 160  # of a line as somebody typed it

# --- keys and epochs
EPOCH_EVERY_MS: Final = 6 * 3_600_000
EPOCHS_AHEAD_MAX: Final = 366 * 4
EPOCH_ZERO_KEEP_MS: Final = 60_000  # of what all parties of a line know, once both have proved a granted epoch
COURIER_KEEP_MS: Final = 30 * 86_400_000
PQ_CHECKPOINT_EVERY_MS: Final = 3_600_000
RENEW_WARN_BEFORE_MS: Final = 30 * 86_400_000
TRANSCRIPT_DIGITS: Final = 35  # seven groups of five; a chance match is below 2^-115

# --- the desk
OFFICERS_MAX: Final = 1024  # of one desk, dismissed ones included
DRAFTS_OPEN_MAX: Final = 1024  # neither recorded nor withdrawn
DRAFT_VERSIONS_MAX: Final = 1000
DESK_LOG_ENTRIES_MAX: Final = 2**31
DESK_ENTRY_BYTES_MAX: Final = BODY_BYTES_MAX + 16 * 1024
SITTINGS_MAX: Final = 256  # officers signed in at once
SITTING_IDLE_MS: Final = 30 * 60_000
SITTING_MS_MAX: Final = 12 * 3_600_000  # one shift, with its hand-over
SIGN_INS_REFUSED_MAX: Final = 5  # of one officer within the span below, then none is looked at
SIGN_IN_REST_MS: Final = 15 * 60_000
RELEASE_BYTES_MAX: Final = 16 * 1024  # of a release record, evidence included
ALARMS_MAX: Final = 512  # on one board, the most urgent first; the last says how many more there are
MESSAGES_NAMED_MAX: Final = 256  # that ring by name, the most urgent first and of these the oldest
RELAYED_MAX: Final = 4_096  # messages of ours of which a desk has at hand when bearers took them; its log has all
ALERTED_MAX: Final = 4_096  # messages of which a desk has at hand when they rang; its log has all
ALARM_NAME_CHARS_MAX: Final = 256
ALARM_LEVEL_MAX: Final = 3  # so often does what nobody acknowledges rise
ALARM_SHELVED_MS_MIN: Final = 60_000
ALARM_SHELVED_MS_MAX: Final = 12 * 3_600_000  # one shift
ALARMS_COUNTED_MAX: Final = 4_096  # of the last day
ALARM_TEST_MS: Final = 30_000  # that a test alarm stays where nobody acknowledges it
EARS_MAX: Final = 8  # annunciators of one station
EAR_SILENT_AFTER_MS: Final = 10_000  # an annunciator that asks every second
STATION_LOST_AFTER_MS: Final = 10_000  # without an answer, or without a tick of it: the annunciator rings by itself
DUTIES_RISEN_MAX: Final = 1024  # that are overdue and written down, of one desk; the rest follows as these end
DUTY_CHARS_MAX: Final = 64  # of what names a duty's subject
OPEN_WITHIN_MS: Final = (8 * 3_600_000, 60 * 60_000, 15 * 60_000, 5 * 60_000)  # ROUTINE to FLASH, from receipt here
UNDERSTOOD_CHARS_MAX: Final = 4_000  # of an officer's own words of what was understood
HOW_CHARS_MAX: Final = 256  # of how a message was passed on
OFFICE_NAME_CHARS_MAX: Final = 256  # of an office's full name, and of a form of address
OFFICE_CARD_CHARS_MAX: Final = 1_000  # of its hours of work, and of its telephone card
ADDRESSES_MAX: Final = 8  # forms of address of one office, each in a language
SIGN_INS_REFUSED_BY_SOURCE_MAX: Final = 20  # of all officers together, from one address, within that span
SIGN_INS_REFUSED_IN_ALL_MAX: Final = 50  # of one officer from everywhere: who guesses elsewhere locks out late
EVENT_STREAMS_MAX: Final = 512  # of pages and programs together
EVENT_STREAMS_BY_SITTING_MAX: Final = 16  # of one sitting or token; one more ends its oldest
OFFICER_KEYS_MAX: Final = 8  # security keys of one officer that are good at once
OFFICER_KEY_BYTES_MAX: Final = 65  # an uncompressed point of P-256
CREDENTIAL_BYTES_MAX: Final = 1023  # WebAuthn level 2, 6.5.1
BROWSER_DATA_BYTES_MAX: Final = 1024  # what a browser writes is about 150
RP_ID_CHARS_MAX: Final = 253
CHALLENGE_MS_MAX: Final = 5 * 60_000  # a challenge is answered within it, once
INVITATION_MS_MAX: Final = 60 * 60_000  # an officer who was invited registers a security key within it
CHALLENGES_MAX: Final = 1024  # open at once, of one desk
CHALLENGES_BY_SOURCE_MAX: Final = 32  # so that nobody's flood closes those of others
ONCE_KEY_CHARS_MAX: Final = 128
TAG_CHARS_MAX: Final = 1024  # of all states of a draft that one If-Match names
ONCE_KEPT_MS: Final = 86_400_000  # so long a key makes asking twice harmless
ONCE_KEPT_MAX: Final = 100_000
PRECLEARED_BYTES_MAX: Final = 8 * 1024  # of a notice that was released beforehand; it stands in each release of it
TRANSLATIONS_MAX: Final = 64  # of one text
PROGRAM_CHARS_MAX: Final = 64  # of the name of a program that translates
TRANSLATE_MS_MAX: Final = 60_000  # that it may take
DRAFTS_CLOSED_KEPT_MAX: Final = 2048  # recorded or withdrawn drafts that a desk has at hand; its log has all
CHECKLIST_MAX: Final = 32  # points of a draft
TEMPLATE_BYTES_MAX: Final = 64 * 1024  # the file of a template of messages
TEMPLATES_MAX: Final = 256  # files of them that are read of one home
REPLY_MINUTES_MAX: Final = 366 * 24 * 60  # that a template may give for the reply
FIELDS_MAX: Final = 32  # of such a notice, and of the choices in one
FIELD_CHARS_MAX: Final = 64  # of what is filled in
DIFFERENCES_MAX: Final = 200  # between two texts, that are listed

# --- drafts across the border
DRAFT_TEXT_BYTES_MAX: Final = 4 * 1024 * 1024  # of one language: a thousand pages
DRAFT_INLINE_BYTES_MAX: Final = 96 * 1024  # of all languages together: more than this goes as attachments
DRAFT_ARTICLES_MAX: Final = 999
DRAFT_PARAGRAPHS_MAX: Final = 999  # of one article, and of a preamble
DRAFT_PARAGRAPH_CHARS_MAX: Final = 20_000
DRAFT_BRACKETS_MAX: Final = 4096  # of one text

# --- files
CARD_BYTES_MAX: Final = 64 * 1024
CEREMONY_BYTES_MAX: Final = 1024 * 1024
CONFIG_BYTES_MAX: Final = 64 * 1024
EXPORT_ITEM_BYTES_MAX: Final = BODY_BYTES_MAX + HEADER_BYTES_MAX + NOTE_BYTES_MAX
STATEMENT_FILE_BYTES_MAX: Final = 8 * 1024 * 1024  # of a published joint statement: its texts, and eight signatures
REPLAY_LINE_BYTES_MAX: Final = BODY_BYTES_MAX
REPLAY_LINES_MAX: Final = 100_000
STORY_BYTES_MAX: Final = 256 * 1024
STORY_LINES_MAX: Final = 200
STORY_SOURCES_MAX: Final = 16

assert COMMIT_ENTRIES_MAX >= 1
assert STATEMENT_FILE_BYTES_MAX > 3 * PARTIES_MAX * BODY_BYTES_MAX  # every party may send the bytes along, in base64
# what others show us and we put on the record never keeps us from answering
assert STATEMENTS_A_LOG_MAX > PARTIES_MAX * CERTIFICATES_A_PARTY_MAX // 2
assert FLASH_BYTES_MAX <= IMMEDIATE_BYTES_MAX <= BODY_BYTES_MAX
assert DICTIONARY_BYTES_MAX == 2**15 - 262  # RFC 1951's window; 262 as zlib counts
assert EXHIBIT_BYTES_MAX <= BODY_BYTES_MAX  # an exhibit fits into an entry
assert COMMIT_BYTES_MAX >= BODY_BYTES_MAX + HEADER_BYTES_MAX  # one entry always fits a commit
assert PENDING_BYTES_MAX >= COMMIT_BYTES_MAX  # a whole commit can wait for its signature
assert AHEAD_BYTES_MAX >= BODY_BYTES_MAX + HEADER_BYTES_MAX  # any one entry can be held ahead
assert PENDING_ENTRIES_MAX >= COMMIT_ENTRIES_MAX
assert FRAGMENTED_BYTES_MAX >= BODY_BYTES_MAX  # any one entry can travel in pieces
assert CONTACT_LOST_AFTER_MS >= 5 * HAIL_EVERY_MS
assert SILENCE_ALARM_AFTER_MS >= 5 * HAIL_EVERY_MS  # one lost hail must not wake anyone
assert RESEND_AFTER_MS > HAIL_EVERY_MS  # a hail can report progress before we repeat ourselves
assert SEND_BUFFER_BYTES_MAX >= IN_FLIGHT_BYTES_MAX + PENDING_BYTES_MAX  # a paced line is never refused
assert BEARER_REFUSED_MS > BEARER_WAITING_MS  # who asks for room is never refused
assert SLOW_FRAME_BYTES_MIN > FRAME_BODY_BYTES_MIN
assert UDP_FRAME_BYTES + 48 <= 1_280
assert COURIER_COST <= BEARER_COST_MAX
assert UDP_FRAME_BYTES < SHORTENED_FROM_BYTES_MAX < FRAME_BODY_BYTES_MAX
assert FRAME_BODY_BYTES_MIN + 64 < NARROW_FRAME_BYTES_MIN <= NARROW_WHOLE_BYTES  # a piece of something fits a frame
assert OUTBOX_BYTES_MAX > FRAGMENTED_BYTES_MAX + COMMIT_BYTES_MAX // 4  # any one item can wait, and others beside it
assert 16 + 8 * GAPS_TOLD_MAX < NARROW_WHOLE_BYTES - FRAME_BODY_BYTES_MIN  # what is lacking is told in one frame
assert NARROW_LEAD_MS + NARROW_FRAME_MS < 8_000  # what FLASH may wait for, latency apart
assert COURIER_ALARM_AFTER_MS > 2 * COURIER_LATENCY_MS
assert DIAL_AGAIN_MAX_MS < SILENCE_ALARM_AFTER_MS  # a cut mended at once need not wake anyone
assert CARRY_FILE_BYTES + FRAME_BODY_BYTES_MAX < CARRY_FILE_BYTES_MAX
assert ALOUD_LINES_MAX * ALOUD_LINE_CHARS > 2 * ALOUD_CHARS_MAX  # half-filled lines and paragraphs too
assert ALOUD_LINE_CHARS * 3 <= ALOUD_TYPED_CHARS_MAX  # a dash may be typed as three
assert PAGE_SYMBOL_BYTES <= PAGE_SYMBOL_BYTES_MAX
assert PAGE_FRAME_BYTES_MAX + 64 < PAGE_SET_BYTES_MAX  # every frame fits into a set
assert PAGE_SYMBOLS_MAX * 2 >= 3 * (PAGE_SET_BYTES_MAX // PAGE_SYMBOL_BYTES)
assert COURIER_LATENCY_MS > 10 * HAIL_EVERY_MS  # what answers hails is not carried by hand
assert TRANSCRIPT_DIGITS >= 34
assert SITTING_IDLE_MS < SITTING_MS_MAX
assert 2 * SITTINGS_MAX <= EVENT_STREAMS_MAX  # nobody who is signed in is shut out by what others have one of
assert RELEASE_BYTES_MAX <= BODY_BYTES_MAX
assert PRECLEARED_BYTES_MAX < RELEASE_BYTES_MAX
assert ALERTED_MAX >= 2 * ALARMS_MAX  # what rings now is among them
assert MESSAGES_NAMED_MAX < ALARMS_MAX  # messages alone never hide that the line is gone
assert ALARM_SHELVED_MS_MAX <= SITTING_MS_MAX  # what one shift put away, the next one hears
assert list(OPEN_WITHIN_MS) == sorted(OPEN_WITHIN_MS, reverse=True)
assert OPEN_WITHIN_MS[-1] > SILENCE_ALARM_AFTER_MS
assert SIGN_INS_REFUSED_MAX < SIGN_INS_REFUSED_BY_SOURCE_MAX < SIGN_INS_REFUSED_IN_ALL_MAX
assert CHALLENGE_MS_MAX < INVITATION_MS_MAX
assert CHALLENGES_BY_SOURCE_MAX < CHALLENGES_MAX
assert 2 * (BROWSER_DATA_BYTES_MAX + 1024) < RELEASE_BYTES_MAX  # evidence and two names fit
assert TEXT_CHARS_MAX * 4 < BODY_BYTES_MAX
assert DRAFT_TEXT_BYTES_MAX <= BLOB_BYTES_MAX  # every text can go as an attachment
assert DRAFT_INLINE_BYTES_MAX + 96 * 1024 < BODY_BYTES_MAX  # beside the agreement, its brackets and a note
assert DRAFT_PARAGRAPH_CHARS_MAX < TEXT_CHARS_MAX  # a paragraph's numbers can be compared
