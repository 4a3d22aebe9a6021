"""Owns the tables of the ledger, with triggers that refuse wrong changes by any program, as the last check.

A released step is never changed. A change of the tables is a new step at the end.
"""

from __future__ import annotations

from refund_tui.store.sqlite.chain_migration import chain_existing
from refund_tui.store.sqlite.migrations import Schema

_FIRST = """
CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

CREATE TABLE refund (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  endpoint TEXT NOT NULL,
  store_id TEXT NOT NULL,
  trip_id TEXT NOT NULL,
  minor INTEGER NOT NULL CHECK (minor > 0),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  reason TEXT NOT NULL,
  note TEXT NOT NULL,
  captured INTEGER,
  window_closes TEXT,
  clerk TEXT NOT NULL,
  body BLOB NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('QUEUED', 'SENDING', 'WAITING', 'ACCEPTED', 'REJECTED', 'BLOCKED', 'UNKNOWN',
    'CANCELLED', 'SETTLED_PAID', 'SETTLED_UNPAID')),
  maybe_executed INTEGER NOT NULL CHECK (maybe_executed IN (0, 1)),
  wait_at TEXT, wait_boot TEXT, wait_ticks REAL, wait_seconds REAL, not_before TEXT,
  sent_at TEXT, sent_boot TEXT, sent_ticks REAL,
  tries INTEGER NOT NULL CHECK (tries >= 0), doubts INTEGER NOT NULL CHECK (doubts >= 0),
  asked INTEGER NOT NULL CHECK (asked IN (0, 1)), alarm INTEGER NOT NULL CHECK (alarm IN (0, 1)),
  reconciliation_id TEXT,
  why TEXT NOT NULL
) STRICT;
CREATE INDEX refund_trip ON refund (store_id, trip_id);
CREATE INDEX refund_state ON refund (state, id);
CREATE INDEX refund_clerk ON refund (clerk, id);
CREATE INDEX refund_reason ON refund (reason, id);
CREATE INDEX refund_minor ON refund (minor, id);
CREATE INDEX refund_created ON refund (created_at, id);
CREATE INDEX refund_trip_id ON refund (trip_id COLLATE NOCASE);
CREATE INDEX refund_reconciliation ON refund (reconciliation_id) WHERE reconciliation_id IS NOT NULL;
CREATE INDEX refund_alarm ON refund (id) WHERE alarm = 1;

CREATE TABLE attempt (
  key TEXT NOT NULL REFERENCES refund (key),
  number INTEGER NOT NULL CHECK (number > 0),
  started_at TEXT NOT NULL, started_boot TEXT NOT NULL, started_ticks REAL NOT NULL,
  host TEXT NOT NULL, boot TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,
  ended_at TEXT, outcome TEXT, http_status INTEGER,
  detail TEXT NOT NULL DEFAULT '', raw TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempt_open ON attempt (key) WHERE ended_at IS NULL;

CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  key TEXT NOT NULL REFERENCES refund (key),
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  kind TEXT NOT NULL,
  before TEXT,
  after TEXT NOT NULL,
  why TEXT NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX event_key ON event (key, seq);

CREATE TABLE gate (
  endpoint TEXT PRIMARY KEY,
  wait_at TEXT NOT NULL, wait_boot TEXT NOT NULL, wait_ticks REAL NOT NULL, wait_seconds REAL NOT NULL,
  not_before TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (
  clerk TEXT NOT NULL, store_id TEXT NOT NULL, trip_id TEXT NOT NULL,
  amount TEXT NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, saved_at TEXT NOT NULL,
  PRIMARY KEY (clerk, store_id, trip_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event is never altered'); END;
CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
CREATE TRIGGER attempt_kept BEFORE DELETE ON attempt BEGIN SELECT RAISE(ABORT, 'an attempt is never deleted'); END;
CREATE TRIGGER attempt_closed_once BEFORE UPDATE ON attempt
  WHEN old.ended_at IS NOT NULL OR new.ended_at IS NULL OR new.outcome IS NULL
    OR (new.key, new.number, new.started_at, new.started_boot, new.started_ticks, new.host, new.boot, new.pid,
      new.started)
    IS NOT (old.key, old.number, old.started_at, old.started_boot, old.started_ticks, old.host, old.boot, old.pid,
      old.started)
  BEGIN SELECT RAISE(ABORT, 'an attempt is closed once and otherwise never altered'); END;
CREATE TRIGGER attempt_of_sending BEFORE INSERT ON attempt
  WHEN (SELECT state FROM refund WHERE key = new.key) IS NOT 'SENDING' OR new.ended_at IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'an attempt begins open, with its refund being sent'); END;
CREATE TRIGGER refund_kept BEFORE DELETE ON refund BEGIN SELECT RAISE(ABORT, 'a refund is never deleted'); END;
CREATE TRIGGER refund_intent_stays BEFORE UPDATE ON refund
  WHEN (new.id, new.key, new.endpoint, new.store_id, new.trip_id, new.minor, new.currency, new.reason, new.note,
      new.captured, new.window_closes, new.clerk, new.body, new.created_at)
    IS NOT (old.id, old.key, old.endpoint, old.store_id, old.trip_id, old.minor, old.currency, old.reason, old.note,
      old.captured, old.window_closes, old.clerk, old.body, old.created_at)
  BEGIN SELECT RAISE(ABORT, 'what was asked for never changes'); END;
CREATE TRIGGER refund_version_rises BEFORE UPDATE ON refund WHEN new.version < old.version
  BEGIN SELECT RAISE(ABORT, 'a version never falls'); END;
CREATE TRIGGER refund_end_is_final BEFORE UPDATE ON refund
  WHEN old.state IN ('ACCEPTED', 'REJECTED', 'CANCELLED', 'SETTLED_PAID', 'SETTLED_UNPAID') AND new.state <> old.state
  BEGIN SELECT RAISE(ABORT, 'a terminal state never changes'); END;
CREATE TRIGGER refund_doubt_stays BEFORE UPDATE ON refund
  WHEN old.maybe_executed = 1 AND new.maybe_executed = 0
    AND new.state NOT IN ('ACCEPTED', 'SETTLED_PAID', 'SETTLED_UNPAID')
  BEGIN SELECT RAISE(ABORT, 'a doubt about the money never falls silently'); END;
CREATE TRIGGER refund_doubt_is_no_no BEFORE UPDATE ON refund
  WHEN old.maybe_executed = 1 AND new.state IN ('REJECTED', 'CANCELLED')
  BEGIN SELECT RAISE(ABORT, 'what may have been executed is neither rejected nor cancelled'); END;
"""

_FOLDED_TRIP = """folded_trip TEXT GENERATED ALWAYS AS (lower(store_id) || ' ' ||
  CASE WHEN length(replace(trip_id, '-', '')) = 32 AND replace(trip_id, '-', '') NOT GLOB '*[^0-9a-fA-F]*'
    THEN lower(replace(trip_id, '-', '')) ELSE lower(trip_id) END) VIRTUAL"""
"""The one spelling of a trip's ids, as `core.trips.folded_trip` makes it. A part of the second step."""

_SECOND_STATES = """
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '(''QUEUED''', '(''AWAITING_APPROVAL'', ''QUEUED''')
  WHERE type = 'table' AND name = 'refund';
PRAGMA writable_schema = RESET;
"""
"""Allows one more state. This way to change a CHECK is from SQLite's manual; it copies no row, also no damaged one."""

_SECOND_TABLES = f"""
ALTER TABLE attempt ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN namespace TEXT NOT NULL DEFAULT '';
CREATE TABLE identity (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id TEXT NOT NULL,
  environment TEXT CHECK (environment IN ('DEMO', 'TEST', 'PRODUCTION')),
  host TEXT,
  made_at TEXT NOT NULL
) STRICT;
INSERT INTO identity (one, id, made_at)
  VALUES (1, lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
CREATE TABLE endpoint (endpoint TEXT PRIMARY KEY, named_at TEXT NOT NULL, who TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE ceiling (
  id INTEGER PRIMARY KEY,
  store_id TEXT NOT NULL, trip_id TEXT NOT NULL,
  minor INTEGER NOT NULL CHECK (minor >= 0),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  at TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
  {_FOLDED_TRIP}
) STRICT;
CREATE INDEX ceiling_trip ON ceiling (folded_trip, id);

ALTER TABLE refund ADD COLUMN {_FOLDED_TRIP};
DROP INDEX refund_trip;
CREATE INDEX refund_trip ON refund (folded_trip, id);
ALTER TABLE draft ADD COLUMN {_FOLDED_TRIP};
ALTER TABLE draft ADD COLUMN marks TEXT NOT NULL DEFAULT '';
ALTER TABLE refund ADD COLUMN articles TEXT NOT NULL DEFAULT '[]';
ALTER TABLE refund ADD COLUMN brand TEXT;
ALTER TABLE refund ADD COLUMN tail TEXT CHECK (length(tail) <= 4);
ALTER TABLE refund ADD COLUMN receipt TEXT;
ALTER TABLE refund ADD COLUMN salt TEXT;
ALTER TABLE refund ADD COLUMN redaction INTEGER;
ALTER TABLE refund ADD COLUMN redacted_at TEXT;
UPDATE refund SET salt = lower(hex(randomblob(16)));
DROP INDEX refund_state;
DROP INDEX refund_minor;
CREATE INDEX refund_state ON refund (state, id, minor, currency);
CREATE INDEX refund_minor ON refund (minor, id, currency);
CREATE INDEX refund_tail ON refund (tail, id) WHERE tail IS NOT NULL;
CREATE INDEX refund_receipt ON refund (receipt COLLATE NOCASE, id) WHERE receipt IS NOT NULL;

CREATE TABLE event_of_all (
  seq INTEGER PRIMARY KEY,
  key TEXT REFERENCES refund (key),
  at TEXT NOT NULL,
  who TEXT NOT NULL,
  kind TEXT NOT NULL,
  before TEXT,
  after TEXT CHECK (after IS NOT NULL OR key IS NULL),
  why TEXT NOT NULL,
  data TEXT NOT NULL,
  actor TEXT NOT NULL DEFAULT '',
  record TEXT,
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
"""

_SECOND_TRIGGERS = """
DROP TABLE event;
ALTER TABLE event_of_all RENAME TO event;
CREATE INDEX event_key ON event (key, seq);

CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'an event is never altered'); END;
CREATE TRIGGER event_kept BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
CREATE TRIGGER ceiling_stays BEFORE UPDATE ON ceiling
  BEGIN SELECT RAISE(ABORT, 'a word on what was captured is never altered'); END;
CREATE TRIGGER ceiling_kept BEFORE DELETE ON ceiling
  BEGIN SELECT RAISE(ABORT, 'a word on what was captured is never deleted'); END;
CREATE TRIGGER identity_stays BEFORE UPDATE OF one, id, made_at ON identity
  BEGIN SELECT RAISE(ABORT, 'the identity of a ledger never changes'); END;
CREATE TRIGGER identity_environment_once BEFORE UPDATE OF environment ON identity
  WHEN old.environment IS NOT NULL AND new.environment IS NOT old.environment
  BEGIN SELECT RAISE(ABORT, 'a ledger belongs to one environment'); END;
CREATE TRIGGER identity_kept BEFORE DELETE ON identity
  BEGIN SELECT RAISE(ABORT, 'the identity of a ledger is never deleted'); END;
CREATE TRIGGER refund_awaits_approval BEFORE UPDATE ON refund
  WHEN (old.state = 'AWAITING_APPROVAL' AND new.state IN ('SENDING', 'WAITING', 'REJECTED'))
    OR (new.state = 'AWAITING_APPROVAL' AND old.state <> 'AWAITING_APPROVAL')
  BEGIN SELECT RAISE(ABORT, 'a refund that awaits an approval is not sent'); END;
DROP TRIGGER refund_intent_stays;
CREATE TRIGGER refund_intent_stays BEFORE UPDATE ON refund
  WHEN (new.id, new.key, new.store_id, new.trip_id, new.minor, new.currency, new.reason,
      new.captured, new.window_closes, new.clerk, new.body, new.created_at)
    IS NOT (old.id, old.key, old.store_id, old.trip_id, old.minor, old.currency, old.reason,
      old.captured, old.window_closes, old.clerk, old.body, old.created_at)
  BEGIN SELECT RAISE(ABORT, 'what was asked for never changes'); END;
CREATE TRIGGER refund_personal_stays BEFORE UPDATE ON refund
  WHEN (new.note, new.articles, new.brand, new.tail, new.receipt, new.salt, new.redaction, new.redacted_at)
    IS NOT (old.note, old.articles, old.brand, old.tail, old.receipt, old.salt, old.redaction, old.redacted_at)
    AND (old.redaction IS NOT NULL
      OR (new.note, new.articles, new.brand, new.tail, new.receipt, new.salt, new.state, new.version)
        IS NOT ('', '[]', NULL, NULL, NULL, NULL, old.state, old.version)
      OR old.state NOT IN ('ACCEPTED', 'REJECTED', 'CANCELLED', 'SETTLED_PAID', 'SETTLED_UNPAID')
      OR NOT EXISTS (SELECT 1 FROM event WHERE seq = new.redaction AND at = new.redacted_at
        AND key IS NULL AND kind = 'redacted'
        AND substr(data, 1, 16) = '{"older_than": "' AND substr(data, 17, 24) > old.updated_at
        AND instr(record, '["personal",["' || old.key || '"],null]') > 0))
  BEGIN SELECT RAISE(ABORT, 'what was asked for is only redacted, with the event that says so'); END;
CREATE TRIGGER refund_endpoint_stays BEFORE UPDATE OF endpoint ON refund
  WHEN new.endpoint IS NOT old.endpoint
    AND (old.endpoint IN (SELECT endpoint FROM endpoint) OR new.endpoint NOT IN (SELECT endpoint FROM endpoint))
  BEGIN SELECT RAISE(ABORT, 'a refund belongs to one endpoint of its ledger'); END;
CREATE TRIGGER refund_endpoint_named BEFORE INSERT ON refund
  WHEN new.endpoint NOT IN (SELECT endpoint FROM endpoint)
  BEGIN SELECT RAISE(ABORT, 'a refund belongs to an endpoint of its ledger'); END;
CREATE TRIGGER endpoint_stays BEFORE UPDATE ON endpoint
  BEGIN SELECT RAISE(ABORT, 'an endpoint of the ledger is never altered'); END;
CREATE TRIGGER endpoint_kept BEFORE DELETE ON endpoint
  BEGIN SELECT RAISE(ABORT, 'an endpoint of the ledger is never taken away'); END;
DROP TRIGGER attempt_closed_once;
CREATE TRIGGER attempt_closed_once BEFORE UPDATE ON attempt
  WHEN old.ended_at IS NOT NULL OR new.ended_at IS NULL OR new.outcome IS NULL
    OR (new.key, new.number, new.started_at, new.started_boot, new.started_ticks, new.host, new.boot, new.namespace,
      new.pid, new.started, new.actor)
    IS NOT (old.key, old.number, old.started_at, old.started_boot, old.started_ticks, old.host, old.boot,
      old.namespace, old.pid, old.started, old.actor)
  BEGIN SELECT RAISE(ABORT, 'an attempt is closed once and otherwise never altered'); END;
"""

LEDGER = Schema(
    "ledger", 0x52464E44, ((_FIRST,), (_SECOND_STATES, _SECOND_TABLES, chain_existing, _SECOND_TRIGGERS)), events=True
)
