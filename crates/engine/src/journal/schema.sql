-- The journal. `record` is business << 40 | index in the business's tree (event/ids.rs): it says whose a row is and when it came.
-- Times are microseconds since 1970 UTC. Proved: entries, blobs, acts. Primary too, and free of personal data: seen, openings, links,
-- chains, epochs. What is derived and can be rebuilt from these: the rest (decision 007).

-- Destructions whose old pages may still be found in the file: wiped after the commit, also by the next start.
CREATE TABLE remnants (
  record INTEGER PRIMARY KEY              -- of the decision
);

-- The commitments: 82 bytes each, for ever.
CREATE TABLE entries (
  record INTEGER PRIMARY KEY,
  entry BLOB NOT NULL
);

-- Those of acts, which are no record: the second byte is the kind.
CREATE INDEX entries_of_acts ON entries (record) WHERE substr(entry, 2, 1) <> x'00';

-- The records, sealed. A row goes when its record is erased or expires; its entry stays.
CREATE TABLE blobs (
  record INTEGER PRIMARY KEY,
  data_key INTEGER NOT NULL,
  blob BLOB NOT NULL
);
-- Which records a data key opens: all of one identity, and whether any is left.
CREATE INDEX blobs_by_key ON blobs (data_key);

-- What was destroyed lawfully. `record` is the act's own entry in the tree, which commits to list and particulars.
CREATE TABLE acts (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  kind TEXT NOT NULL,                  -- erase, expire
  made_us INTEGER NOT NULL,
  salt BLOB NOT NULL,
  list TEXT NOT NULL,                  -- record indexes: 0-41,44,50-52
  particulars TEXT                     -- JSON; kept three years
);
CREATE INDEX acts_by_time ON acts (business, made_us);

-- Keyed digest of the event id (16 bytes) and of the client's bytes (8): knows a retry, even of an erased event.
CREATE TABLE seen (
  digest BLOB PRIMARY KEY,
  record INTEGER NOT NULL
) WITHOUT ROWID;

-- Keyed digest of a given session id → the record that first opened a conversation under it: that conversation bears the plain id, also
-- in a rebuild after earlier parts of it are gone.
CREATE TABLE openings (
  business INTEGER NOT NULL,
  digest BLOB NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (business, digest)
) WITHOUT ROWID;

-- Where calls of models stand that name no conversation, and spans of traces: keyed digests of what was said, and the conversation that was found (`chains`).
-- A row goes with its record; what later ones found stays.
CREATE TABLE chains (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  exchange BLOB NOT NULL,              -- what was told by one exchange belongs together
  asked BLOB,                          -- everything that was sent
  follows BLOB,                        -- what it goes on from: the tip or reply of another
  tip BLOB,                            -- what goes on from it will follow
  reply BLOB,                          -- the same, by the provider's own id of the answer
  pair BLOB,                           -- the last question and its answer
  after BLOB,                          -- the last pair before it
  given TEXT,                          -- the session id it is given
  who BLOB,                            -- keyed name of the identity whose conversation it is
  channel TEXT                         -- of that conversation
);
CREATE INDEX chains_by_exchange ON chains (business, exchange);
CREATE INDEX chains_by_asked ON chains (business, asked) WHERE asked IS NOT NULL;
CREATE INDEX chains_unanswered ON chains (business, asked) WHERE follows IS NULL AND tip IS NULL AND asked IS NOT NULL;
CREATE INDEX chains_by_follows ON chains (business, follows) WHERE follows IS NOT NULL;
CREATE INDEX chains_by_tip ON chains (business, tip) WHERE tip IS NOT NULL;
CREATE INDEX chains_by_reply ON chains (business, reply) WHERE reply IS NOT NULL;
CREATE INDEX chains_by_pair ON chains (business, pair) WHERE pair IS NOT NULL;
CREATE INDEX chains_by_after ON chains (business, after) WHERE after IS NOT NULL;

-- Keyed pseudonym of an identity → public id of its client, while the client lives: a rebuild gives a client its own id again, also when
-- the records that made it are gone.
CREATE TABLE links (
  business INTEGER NOT NULL,
  pseudonym BLOB NOT NULL,
  pid TEXT NOT NULL,
  PRIMARY KEY (business, pseudonym)
) WITHOUT ROWID;
CREATE INDEX links_by_pid ON links (business, pid);

-- Logs that ended, when a restored folder went on under another name; `record` is the entry that names the last known checkpoint.
CREATE TABLE epochs (
  business INTEGER NOT NULL,
  number INTEGER NOT NULL,
  record INTEGER NOT NULL,
  vkey TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (business, number)
) WITHOUT ROWID;

-- One row an event, written once. Columns up to `error` are computed from R; `session`, `identity` and `flags` are derived.
CREATE TABLE events (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  ts_us INTEGER NOT NULL,
  offset_min INTEGER NOT NULL,
  received_us INTEGER NOT NULL,
  session INTEGER,
  identity INTEGER,
  flags INTEGER NOT NULL,              -- bits: 1 masked phone, 2 conflict of ids, 4 clock skew
  facets INTEGER NOT NULL,             -- bits of event::Facets
  type TEXT NOT NULL,
  channel TEXT NOT NULL,
  event_id TEXT NOT NULL,
  said TEXT,                           -- what the client or the operator wrote
  reply TEXT,                          -- what the assistant answered
  intent TEXT,
  confidence REAL,
  action TEXT,
  crm TEXT,
  client_name TEXT,
  operator TEXT,
  model TEXT,
  scenario TEXT,
  variant TEXT,
  latency_ms INTEGER,
  error TEXT
);
CREATE INDEX events_by_time ON events (business, ts_us);
CREATE INDEX events_by_variant ON events (business, variant) WHERE variant IS NOT NULL;
CREATE INDEX events_by_type ON events (business, type, ts_us);
CREATE INDEX events_spoken ON events (business, ts_us) WHERE type = 'message_in' AND identity IS NOT NULL;
CREATE INDEX events_by_session ON events (session, ts_us) WHERE session IS NOT NULL;
-- 384: facets LEAD and LEAD_CLAIMED (journal/crm/differences).
CREATE INDEX events_claiming ON events (business, ts_us) WHERE facets & 384 <> 0;
CREATE INDEX events_outside_sessions ON events (identity, ts_us) WHERE session IS NULL;

-- What events tell of messages that left; how one is faring is asked of all rows with its number (journal/deliveries.rs).
CREATE TABLE deliveries (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  provider TEXT NOT NULL,
  message_id TEXT NOT NULL,            -- the provider's
  status TEXT NOT NULL,
  told_by TEXT NOT NULL                -- sending, echo, status
);
CREATE INDEX deliveries_by_message ON deliveries (business, provider, message_id);

-- What calls of models tell of their price (journal/model_calls.rs).
CREATE TABLE model_calls (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  connection TEXT,                     -- public id
  ts_us INTEGER NOT NULL,
  tokens_in INTEGER,
  tokens_out INTEGER,
  cost REAL,                           -- NULL: nobody gave a price
  currency TEXT,
  sent_to TEXT,                        -- the provider in another country that personal data went to,
  sent_country TEXT,                   -- where that is: US, CN, reseller, unknown,
  sent TEXT                            -- and which: email,phone,snils
);
CREATE INDEX model_calls_abroad ON model_calls (business, ts_us) WHERE sent IS NOT NULL;
CREATE INDEX model_calls_by_connection ON model_calls (business, connection, ts_us);

-- What events tell of visits, money, sources, prompts (journal/details.rs).
CREATE TABLE details (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  booking TEXT,                        -- its number in the booking system
  starts_us INTEGER,
  service TEXT,
  staff TEXT,
  paid_minor INTEGER,
  currency TEXT,
  utm_source TEXT,
  utm_campaign TEXT,
  prompt TEXT,
  left_out TEXT                        -- test, spam, staff: its conversation is in no number
);

-- What the assistant said that was done (done) or will be (promised), by kind: event::PromiseKind. Whether it was kept is asked of events.
CREATE TABLE promises (
  record INTEGER NOT NULL,
  kind TEXT NOT NULL,
  modality TEXT NOT NULL,
  business INTEGER NOT NULL,
  ts_us INTEGER NOT NULL,
  hour_min INTEGER,                    -- of a visit, as said: minutes after midnight
  PRIMARY KEY (record, kind, modality)
) WITHOUT ROWID;
CREATE INDEX promises_by_time ON promises (business, ts_us, record);

-- What people are to look at: events with an intent, conversations (by their first record), answers against the facts. Goes with the record.
CREATE TABLE review_items (
  business INTEGER NOT NULL,
  queue TEXT NOT NULL,                 -- low, random, facts, complaint
  record INTEGER NOT NULL,
  draw INTEGER NOT NULL,               -- the decision that brought it
  position INTEGER NOT NULL,           -- in that draw
  cluster INTEGER,                     -- first record of the drawn conversation
  second INTEGER NOT NULL,             -- 1: another person is to look at it too
  assignee TEXT,                       -- login
  PRIMARY KEY (business, queue, record)
) WITHOUT ROWID;
CREATE INDEX review_items_by_record ON review_items (record);

-- What they found. The last row of a person counts. A person's is a decision and stays; a program's is an event and goes with it.
CREATE TABLE reviews (
  record INTEGER PRIMARY KEY,          -- of the decision or event that says it
  business INTEGER NOT NULL,
  item INTEGER NOT NULL,               -- the record it speaks of
  queue TEXT,                          -- none: told by a program
  reviewer TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  assigned TEXT,                       -- what the assistant took it for; of an event as its row says
  is_right INTEGER,
  truth TEXT,
  faults INTEGER NOT NULL,             -- bits of event::review::Fault
  note TEXT                            -- sealed under the key of the item's record, in hex
);
CREATE INDEX reviews_by_item ON reviews (business, item);

-- One person, as far as we know.
CREATE TABLE clients (
  id INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  pid TEXT NOT NULL,                   -- public id, a keyed pseudonym
  merged_into INTEGER,                 -- by a person's decision
  root INTEGER NOT NULL,               -- who it is shown as: itself, or where its merges lead
  name TEXT,
  name_folded TEXT,                    -- lower case, ё = е: SQLite lowers only ASCII
  first_record INTEGER NOT NULL,
  UNIQUE (business, pid)
);
CREATE INDEX clients_by_root ON clients (root);
-- A search for part of a name walks this instead of the rows.
CREATE INDEX clients_by_name ON clients (business, name_folded) WHERE name_folded IS NOT NULL;

-- Who is shown under whom by people's decisions, also while one of the two has no record: by public ids.
CREATE TABLE merges (
  business INTEGER NOT NULL,
  pid TEXT NOT NULL,
  into_pid TEXT NOT NULL,
  PRIMARY KEY (business, pid)
) WITHOUT ROWID;
CREATE INDEX merges_by_into ON merges (business, into_pid);

-- What a client is known by.
CREATE TABLE identities (
  id INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  pseudonym BLOB NOT NULL,
  kind TEXT NOT NULL,                  -- channel, id, phone, email, crm
  channel TEXT,                        -- for kind channel
  value TEXT NOT NULL,
  tail TEXT,                           -- last four digits of a phone
  client INTEGER NOT NULL,
  reminded_us INTEGER,                 -- last reminder: an answer within 48 hours opens a session of kind reminder_reply
  UNIQUE (business, pseudonym)
);
CREATE INDEX identities_by_client ON identities (client);
CREATE INDEX identities_by_card ON identities (business, value) WHERE kind = 'crm';
CREATE INDEX identities_by_tail ON identities (business, tail) WHERE tail IS NOT NULL;

-- Two clients that appeared in one event: a person decides whether they are one.
CREATE TABLE likenesses (
  one INTEGER NOT NULL,
  other INTEGER NOT NULL,
  record INTEGER NOT NULL,
  PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX likenesses_by_other ON likenesses (other);

-- One conversation.
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  pid TEXT NOT NULL,                   -- public id: the given one, or a keyed pseudonym
  given TEXT,                          -- as the bot sent it; NULL where the gap rule made the session
  channel TEXT NOT NULL,
  identity INTEGER,
  client INTEGER,
  kind TEXT NOT NULL,                  -- dialogue, reminder_reply
  started_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  first_record INTEGER NOT NULL,
  first_in_us INTEGER,
  first_out_us INTEGER,
  events INTEGER NOT NULL,
  inbound INTEGER NOT NULL,
  replies INTEGER NOT NULL,
  facets INTEGER NOT NULL,             -- all facets of its events together
  outcome TEXT NOT NULL,
  confidence REAL,                     -- the lowest of its events
  intent TEXT, intent_us INTEGER, intent_record INTEGER,
  name TEXT, name_us INTEGER, name_record INTEGER,
  snippet TEXT, snippet_us INTEGER, snippet_record INTEGER,
  booking TEXT, booking_us INTEGER, booking_record INTEGER,   -- booked or cancelled, whichever came last
  UNIQUE (business, pid)
);
CREATE INDEX sessions_by_given ON sessions (business, given, started_us) WHERE given IS NOT NULL;
CREATE INDEX sessions_by_identity ON sessions (identity, channel, started_us) WHERE given IS NULL;
CREATE INDEX sessions_by_client ON sessions (client);
-- Covers every filter of the journal page, so that a filter never touches the rows it leaves out.
CREATE INDEX sessions_by_time ON sessions (business, last_us, channel, outcome, intent, facets, confidence);

-- A session that turned out to be part of an earlier one keeps its public id as another name of it.
CREATE TABLE session_names (
  business INTEGER NOT NULL,
  pid TEXT NOT NULL,
  session INTEGER NOT NULL,
  PRIMARY KEY (business, pid)
) WITHOUT ROWID;
CREATE INDEX session_names_by_session ON session_names (session);

-- What was said, by stems. The text itself stays in `events`; the view gives its stems again when a row is removed.
CREATE VIEW spoken (record, stems) AS
  SELECT record, stems(coalesce(said, '') || ' ' || coalesce(reply, '')) FROM events;
CREATE VIRTUAL TABLE search USING fts5 (
  stems, content = 'spoken', content_rowid = 'record', tokenize = "unicode61 remove_diacritics 0"
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
-- The index itself, term by term, for verify. It holds nothing.
CREATE VIRTUAL TABLE indexed USING fts5vocab (search, instance);

-- People's decisions, in the order in which they were sealed.
CREATE TABLE decisions (
  record INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  made_us INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL
);

CREATE INDEX decisions_by_kind ON decisions (business, kind, record);

-- What went wrong: opened by a rule or a person, seen, resolved. Computed from decisions alone (journal/incidents).
CREATE TABLE incidents (
  record INTEGER PRIMARY KEY,          -- of the decision that opened it
  business INTEGER NOT NULL,
  rule TEXT NOT NULL,                  -- A1 to A18, hand
  dedupe TEXT NOT NULL,                -- of one only one is open
  severity TEXT NOT NULL,              -- info, warning, critical
  began_us INTEGER NOT NULL,           -- the first bad event
  opened_us INTEGER NOT NULL,
  opened_by TEXT NOT NULL,
  grew_us INTEGER NOT NULL,            -- when evidence joined it last
  acknowledged_us INTEGER,
  acknowledged_by TEXT,
  resolved_us INTEGER,
  resolved_by TEXT,
  ending TEXT,                         -- fix, rollback, false_alarm, passed
  recovered_us INTEGER,                -- the first good event
  records TEXT NOT NULL,               -- record indexes: 3,5-7
  count INTEGER NOT NULL,
  facts TEXT NOT NULL                  -- JSON
);
CREATE UNIQUE INDEX incidents_open ON incidents (business, dedupe) WHERE resolved_us IS NULL;
CREATE INDEX incidents_by_time ON incidents (business, opened_us);

-- Who was told of incidents. Not rebuilt: what is older than a day is not told again.
CREATE TABLE incident_tellings (
  record INTEGER NOT NULL,             -- the incident
  what TEXT NOT NULL,                  -- opened, resolved
  told_us INTEGER NOT NULL,
  PRIMARY KEY (record, what)
) WITHOUT ROWID;

-- Items that capture refused, with the reason, until a person corrects or drops them. Sealed, each under a data key of its own.
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  received_us INTEGER NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  data_key INTEGER,                    -- none: a frame of a business that has no keys here, kept as it came
  rid BLOB NOT NULL,                   -- what the seal is bound to
  item BLOB NOT NULL,
  closed_us INTEGER,
  replaced_by TEXT
);
CREATE INDEX quarantine_open ON quarantine (business, id) WHERE closed_us IS NULL;

-- Deliveries of platforms that a bot did not take in time: tried again in order, given up after a day. Sealed under the business key.
CREATE TABLE forwards (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  connection TEXT NOT NULL,
  exchange TEXT NOT NULL UNIQUE,
  chat BLOB,                           -- keyed pseudonym; none: the kind knows no chat, or there are several in it
  delivered_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,           -- tried until then
  attempts INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  problem TEXT NOT NULL,
  failed_us INTEGER,                   -- given up
  delivery BLOB NOT NULL
);
CREATE INDEX forwards_by_business ON forwards (business, id);
CREATE INDEX forwards_failed ON forwards (failed_us) WHERE failed_us IS NOT NULL;

-- Who cosigns a business's checkpoints. Name, key, address and quorum follow from decisions; the rest is how they fare.
CREATE TABLE witnesses (
  business INTEGER NOT NULL,
  name TEXT NOT NULL,
  vkey TEXT NOT NULL,
  url TEXT NOT NULL,
  joined_us INTEGER NOT NULL,
  size INTEGER NOT NULL DEFAULT 0,     -- what it saw last, so that the next proof starts there
  cosigned_us INTEGER,
  problem TEXT,                        -- since then
  problem_us INTEGER,
  alarm_us INTEGER,                    -- it saw another history
  PRIMARY KEY (business, name)
) WITHOUT ROWID;
CREATE TABLE quorums (
  business INTEGER PRIMARY KEY,
  quorum INTEGER NOT NULL,
  agreed_us INTEGER,                   -- when so many last agreed, and on which size
  agreed_size INTEGER NOT NULL DEFAULT 0
);

-- Copies of checkpoints given away: by file, mail, Telegram.
CREATE TABLE checkpoint_copies (
  business INTEGER NOT NULL,
  way TEXT NOT NULL,
  size INTEGER NOT NULL,               -- of the last copy
  sent_us INTEGER,
  problem TEXT,                        -- since then
  problem_us INTEGER,
  PRIMARY KEY (business, way)
) WITHOUT ROWID;

-- Where reports and alerts go: decided by people. What opens a bot stands apart, sealed.
CREATE TABLE report_routes (
  business INTEGER NOT NULL,
  id TEXT NOT NULL,
  route TEXT NOT NULL,                 -- JSON
  set_us INTEGER NOT NULL,
  record INTEGER NOT NULL,             -- the decision
  PRIMARY KEY (business, id)
) WITHOUT ROWID;
CREATE TABLE route_secrets (
  business INTEGER NOT NULL,
  id TEXT NOT NULL,
  sealed BLOB NOT NULL,
  changed_us INTEGER NOT NULL,
  PRIMARY KEY (business, id)
) WITHOUT ROWID;

-- What was made, as it was sent: words sealed under the business key, no client in them. Kept for a year, alerts for a month.
CREATE TABLE report_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  kind TEXT NOT NULL,                  -- weekly, audit, digest, alert
  period TEXT NOT NULL,                -- dates of an interval, or what an alert is about
  language TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  UNIQUE (business, kind, period, language)
);

-- What is on its way, stored before it is sent; once for a route and a period.
CREATE TABLE report_deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  route TEXT NOT NULL,
  kind TEXT NOT NULL,
  period TEXT NOT NULL,
  letter INTEGER NOT NULL,
  made_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  until_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  sending_us INTEGER,                  -- an attempt is under way, or was when the program was killed
  unclear INTEGER NOT NULL DEFAULT 0,  -- attempts whose end nobody knows
  problem TEXT,
  sent_us INTEGER,
  failed_us INTEGER,                   -- given up
  UNIQUE (business, route, kind, period)
);
CREATE INDEX report_deliveries_open ON report_deliveries (due_us) WHERE sent_us IS NULL AND failed_us IS NULL;
CREATE INDEX report_deliveries_by_business ON report_deliveries (business, made_us);

-- Scheduled audits and what they found.
CREATE TABLE audits (
  id INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  started_us INTEGER NOT NULL,
  ended_us INTEGER NOT NULL,
  deep INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  wrong INTEGER NOT NULL,
  findings TEXT NOT NULL,              -- JSON, the first of them
  unsound TEXT NOT NULL DEFAULT '',    -- list of all records that could not be verified
  is_forged INTEGER NOT NULL DEFAULT 0 -- 1: the tree is not the one that was signed
);
CREATE INDEX audits_by_business ON audits (business, started_us);

-- How far the recorder has come in the queue: stored with the records themselves, so nothing is recorded twice.
CREATE TABLE recorded (
  lane INTEGER PRIMARY KEY,
  position INTEGER NOT NULL
);

-- The first record received on each day of the business's own clock: how many were accepted in the last days, also when their detail is gone.
CREATE TABLE record_days (
  business INTEGER NOT NULL,
  day INTEGER NOT NULL,                -- days since 1970
  first_record INTEGER NOT NULL,
  PRIMARY KEY (business, day)
) WITHOUT ROWID;

-- How long a business keeps what, as decided last. No row: the defaults.
CREATE TABLE retention (
  business INTEGER PRIMARY KEY,
  detail_days INTEGER NOT NULL,
  aggregates_days INTEGER NOT NULL,
  after_detail TEXT NOT NULL,          -- expire, anonymise
  record INTEGER NOT NULL              -- the decision
);

-- What a business has settled about what exchanges say: prices, intents. JSON, as decided last.
CREATE TABLE known (
  business INTEGER NOT NULL,
  what TEXT NOT NULL,
  value TEXT NOT NULL,
  record INTEGER NOT NULL,             -- the decision
  PRIMARY KEY (business, what)
) WITHOUT ROWID;

-- What must not expire. Open while it is not lifted and its end has not come.
CREATE TABLE holds (
  record INTEGER PRIMARY KEY,          -- the decision that placed it
  business INTEGER NOT NULL,
  kind TEXT NOT NULL,                  -- client, session
  pid TEXT NOT NULL,
  reason TEXT NOT NULL,
  placed_us INTEGER NOT NULL,
  placed_by TEXT NOT NULL,
  until_us INTEGER,
  lifted_us INTEGER,
  lifted_by TEXT
);
CREATE INDEX holds_open ON holds (business, pid) WHERE lifted_us IS NULL;

-- Sums of a day that can no longer be computed, because some of its detail went: frozen just before, and never changed.
CREATE TABLE frozen_days (
  business INTEGER NOT NULL,
  day INTEGER NOT NULL,                -- the business's own day, as days since 1970
  frozen_us INTEGER NOT NULL,
  PRIMARY KEY (business, day)
) WITHOUT ROWID;
CREATE TABLE days (
  business INTEGER NOT NULL,
  day INTEGER NOT NULL,
  channel TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- dialogue, reminder_reply; outside: events of no conversation
  intent TEXT NOT NULL,
  outcome TEXT NOT NULL,
  conversations INTEGER NOT NULL,
  events INTEGER NOT NULL,
  inbound INTEGER NOT NULL,
  replies INTEGER NOT NULL,
  answered INTEGER NOT NULL,           -- conversations with a first answer after a first word
  answer_us INTEGER NOT NULL,          -- how long those took together
  bookings INTEGER NOT NULL,           -- conversations in which a visit was booked, and so on
  cancellations INTEGER NOT NULL,
  refusals INTEGER NOT NULL,
  leads INTEGER NOT NULL,
  handoffs INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  PRIMARY KEY (business, day, channel, kind, intent, outcome)
) WITHOUT ROWID;

-- What numbers say of each conversation, judged from everything its client did (metrics/judge, room tally). Without a session its detail is
-- gone: it counts, and leads nowhere. Clustered by time, because numbers are asked by period.
CREATE TABLE cases (
  business INTEGER NOT NULL,
  started_us INTEGER NOT NULL,
  id INTEGER NOT NULL,                 -- drawn
  person INTEGER NOT NULL,             -- drawn; one for all conversations of a client
  session INTEGER,
  channel TEXT NOT NULL,
  intent TEXT,
  left_out TEXT,                       -- why it is in no number: reminder_reply, silent, test, spam, staff
  marks INTEGER NOT NULL,              -- bits of metrics::judge::marks
  told INTEGER NOT NULL,               -- steps of the funnel that were told, a bit each
  booked_us INTEGER,                   -- of the booking that counts for it
  paid_minor INTEGER NOT NULL,
  currency TEXT,
  first_answer_ms INTEGER,
  person_answer_ms INTEGER,            -- from the first hand-over to a person's word, in working hours; 4294967295: nobody came
  answers BLOB,                        -- milliseconds that the bot took, 4 bytes each, the lowest first; all ones: no answer
  lost TEXT,                           -- R1 to R12: the first reason
  lost_all TEXT,                       -- every reason: R3,R2
  lost_since_us INTEGER,
  lost_us INTEGER,
  evidence TEXT,                       -- record indexes
  recovered_us INTEGER,                -- booked after it counted as lost
  model TEXT,
  prompt TEXT,
  scenario TEXT,
  variant TEXT,
  utm_source TEXT,
  utm_campaign TEXT,
  operator TEXT,
  replies INTEGER NOT NULL,
  worded INTEGER NOT NULL DEFAULT 0,   -- answers whose words are told
  reply_chars INTEGER NOT NULL DEFAULT 0, -- of those together
  calls INTEGER NOT NULL DEFAULT 0,    -- of models
  unpriced INTEGER NOT NULL DEFAULT 0, -- of them without a price, or in another currency
  cost REAL,                           -- of the others; NULL: not one has a price
  cost_currency TEXT,
  digest INTEGER,                      -- of what was judged: what says the same is not written again
  PRIMARY KEY (business, started_us, id)
) WITHOUT ROWID;
CREATE INDEX cases_by_session ON cases (session) WHERE session IS NOT NULL;
CREATE INDEX cases_by_person ON cases (person);
CREATE INDEX cases_lost ON cases (business, lost_us, session, person, told) WHERE lost IS NOT NULL AND recovered_us IS NULL AND session IS NOT NULL;
-- A day (by UTC, since 1970) is drawn a new stamp whenever one of its cases changes: what is held of it in memory is as good as its stamp
-- (metrics/sheets).
CREATE TABLE case_days (
  business INTEGER NOT NULL,
  day INTEGER NOT NULL,
  stamp INTEGER NOT NULL,
  PRIMARY KEY (business, day)
) WITHOUT ROWID;
CREATE TRIGGER cases_come AFTER INSERT ON cases BEGIN
  INSERT INTO case_days VALUES (new.business, new.started_us / 86400000000, random())
    ON CONFLICT DO UPDATE SET stamp = excluded.stamp;
END;
CREATE TRIGGER cases_go AFTER DELETE ON cases BEGIN
  UPDATE case_days SET stamp = random()
    WHERE business = old.business AND day = old.started_us / 86400000000;
END;
CREATE TRIGGER cases_change AFTER UPDATE ON cases BEGIN
  UPDATE case_days SET stamp = random()
    WHERE business = old.business AND day = old.started_us / 86400000000;
  INSERT INTO case_days VALUES (new.business, new.started_us / 86400000000, random())
    ON CONFLICT DO UPDATE SET stamp = excluded.stamp;
END;

-- Visits, put together from what bot, CRM and reminders tell of them; detached like cases.
CREATE TABLE visits (
  business INTEGER NOT NULL,
  at_us INTEGER NOT NULL,              -- the day that it counts in: when it begins, or ended, or was made
  id INTEGER NOT NULL,                 -- drawn
  person INTEGER NOT NULL,
  session INTEGER,                     -- the conversation that its booking counts for
  channel TEXT,
  made_us INTEGER NOT NULL,
  starts_us INTEGER,
  booking TEXT,
  outcome TEXT NOT NULL,               -- planned, arrived, no_show, cancelled, cancelled_late, unknown
  ended_us INTEGER,
  reminded INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  answer TEXT,                         -- to a reminder: confirmed, cancelled, rescheduled
  service TEXT,
  detached INTEGER NOT NULL,
  PRIMARY KEY (business, at_us, id)
) WITHOUT ROWID;
CREATE INDEX visits_by_session ON visits (session) WHERE session IS NOT NULL;
CREATE INDEX visits_by_person ON visits (person);
CREATE INDEX visits_fallen_through ON visits (business, ended_us) WHERE detached = 0 AND outcome IN ('cancelled', 'cancelled_late', 'no_show');

-- Whose number a person is, and when time alone changes what is said of them. Goes with the client.
CREATE TABLE case_people (
  person INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  client INTEGER UNIQUE,
  session INTEGER UNIQUE,              -- a conversation of nobody
  due_us INTEGER,
  upto INTEGER                         -- the last record of the business when they were judged: none before it has to be looked at again
);
CREATE INDEX case_people_due ON case_people (business, due_us) WHERE due_us IS NOT NULL;
CREATE TABLE case_cursors (
  business INTEGER PRIMARY KEY,
  record INTEGER NOT NULL              -- counted so far
);

-- What people do about lost leads, as decided last.
CREATE TABLE lead_work (
  business INTEGER NOT NULL,
  session TEXT NOT NULL,               -- public id
  record INTEGER NOT NULL,             -- the decision
  taken_us INTEGER,
  taken_by TEXT,
  ended_us INTEGER,
  ended_by TEXT,
  how TEXT,                            -- done, unreached, declined, no_lead
  PRIMARY KEY (business, session)
) WITHOUT ROWID;

-- What stays of expired detail where the business anonymises. Joined to nothing: no record, client or conversation is named.
CREATE TABLE anonymised (
  id INTEGER PRIMARY KEY,              -- drawn, so that the order says nothing
  business INTEGER NOT NULL,
  received_day INTEGER NOT NULL,       -- the business's own, days since 1970: for the share that is available
  hour_us INTEGER NOT NULL,            -- of the event, cut to the hour
  who BLOB,                            -- pseudonym under the key of its year
  phone_code TEXT,                     -- country and operator: +7921
  channel TEXT NOT NULL,
  type TEXT NOT NULL,
  intent TEXT,
  outcome TEXT,
  said TEXT,                           -- masked
  reply TEXT
);
CREATE INDEX anonymised_by_day ON anonymised (business, received_day);

-- How far a CRM's outbox has read the journal, and how far the CRM has been read back. Not rebuilt; after a restore both begin anew, now.
CREATE TABLE crm_cursors (
  connection TEXT PRIMARY KEY,
  business INTEGER NOT NULL,
  first_record INTEGER NOT NULL,       -- what came before is not told
  record INTEGER NOT NULL,
  halted TEXT,                         -- why nothing is asked until a person has looked
  halted_us INTEGER
) WITHOUT ROWID;

-- Whose card a client has in a CRM.
CREATE TABLE crm_cards (
  business INTEGER NOT NULL,
  connection TEXT NOT NULL,
  client TEXT NOT NULL,                -- public id
  state TEXT NOT NULL,                 -- sought, found, making, buried
  kind TEXT,                           -- lead, deal, contact, company
  card INTEGER,
  found_by TEXT,                       -- given, origin, line, phone, email, made, converted, person
  others TEXT,                         -- JSON: further cards that answered the same question
  asked_us INTEGER NOT NULL,           -- when it was first wanted
  due_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT,
  linked INTEGER NOT NULL DEFAULT 0,   -- 1: the journal knows whose card it is; 2: it does not know the client any more
  ordered INTEGER NOT NULL DEFAULT 0,  -- a person wants one made, whatever the settings say
  PRIMARY KEY (business, connection, client)
) WITHOUT ROWID;
CREATE INDEX crm_cards_unlinked ON crm_cards (connection) WHERE state = 'found' AND linked = 0;
CREATE INDEX crm_cards_due ON crm_cards (connection, due_us) WHERE state IN ('sought', 'making');
CREATE INDEX crm_cards_by_card ON crm_cards (connection, kind, card);

-- What a card lacks, and what it was told: a stretch of records of one conversation, or a task.
CREATE TABLE crm_entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  connection TEXT NOT NULL,
  client TEXT NOT NULL,                -- public ids
  session TEXT NOT NULL,
  what TEXT NOT NULL,                  -- steps, task
  first_record INTEGER NOT NULL,
  last_record INTEGER NOT NULL,
  reference TEXT NOT NULL UNIQUE,      -- by which it is found there
  state TEXT NOT NULL,                 -- waiting, sending, unclear, written, buried
  made_us INTEGER NOT NULL,
  due_us INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  sent_us INTEGER,
  written_us INTEGER,
  kind TEXT,                           -- the card it was sent to
  card INTEGER,
  entry INTEGER,                       -- the CRM's number of it
  problem TEXT
);
CREATE INDEX crm_entries_open ON crm_entries (connection, client, id) WHERE state IN ('waiting', 'sending', 'unclear');
CREATE INDEX crm_entries_by_session ON crm_entries (business, session, what);
CREATE INDEX crm_entries_by_client ON crm_entries (business, client);
CREATE INDEX crm_entries_buried ON crm_entries (connection, id) WHERE state = 'buried';

-- How far a CRM was read back. Not rebuilt; after a restore it begins anew, now.
CREATE TABLE crm_reads (
  connection TEXT NOT NULL,
  what TEXT NOT NULL,                  -- lead_history, deal_history, leads, deals, bookings, night, look
  business INTEGER NOT NULL,
  first INTEGER NOT NULL,              -- what came before is not told
  position INTEGER NOT NULL,
  at_us INTEGER NOT NULL,
  problem TEXT,
  PRIMARY KEY (connection, what)
) WITHOUT ROWID;

-- What was last seen of cards and bookings: numbers, stages, sums and moments, no word of anybody.
CREATE TABLE crm_items (
  connection TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- lead, deal, contact, booking
  item INTEGER NOT NULL,
  business INTEGER NOT NULL,
  stage TEXT,
  semantics TEXT,                      -- P, S, F
  amount TEXT,
  currency TEXT,
  lead INTEGER,                        -- the cards that it belongs to
  contact INTEGER,
  deal INTEGER,
  no_show INTEGER NOT NULL DEFAULT 0,
  starts_us INTEGER,                   -- of a booking
  updated_us INTEGER,
  created_us INTEGER,                  -- NULL: never read
  source TEXT,                         -- where the client came from, as the CRM names it
  responsible INTEGER,                 -- the employee, by number
  seen_us INTEGER NOT NULL,
  untold INTEGER NOT NULL DEFAULT 0,   -- something happened to it when nobody knew whose it is
  gone_us INTEGER,
  PRIMARY KEY (connection, kind, item)
) WITHOUT ROWID;
CREATE INDEX crm_items_untold ON crm_items (connection) WHERE untold = 1;
CREATE INDEX crm_items_by_contact ON crm_items (connection, contact) WHERE contact IS NOT NULL;
CREATE INDEX crm_items_by_lead ON crm_items (connection, lead) WHERE lead IS NOT NULL;

-- Events on their way to the queue: stored with the position that they end, removed when they are durable there.
CREATE TABLE crm_tellings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  connection TEXT NOT NULL,
  client TEXT NOT NULL,                -- public id
  body TEXT NOT NULL
);
CREATE INDEX crm_tellings_by_client ON crm_tellings (business, client);

-- Texts that bots are told, as people put them and made them answer (journal/scenarios); the text stands in its decision.
CREATE TABLE scenario_versions (
  record INTEGER PRIMARY KEY,          -- of the decision
  business INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,                -- as a prompt without a name is known in traffic
  put_us INTEGER NOT NULL,
  put_by TEXT NOT NULL,
  UNIQUE (business, name, version)
);
CREATE TABLE scenario_activations (
  record INTEGER PRIMARY KEY,          -- of the decision
  business INTEGER NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  made_by TEXT NOT NULL
);
CREATE INDEX scenario_activations_by_name ON scenario_activations (business, name, record);

-- What persons ask about their data, by number and date as the business files it, with its deadline; and breaches with theirs (journal/duties).
CREATE TABLE requests (
  record INTEGER PRIMARY KEY,          -- of the decision
  business INTEGER NOT NULL,
  number TEXT NOT NULL,
  kind TEXT NOT NULL,                  -- access, correct, stop, withdraw
  received TEXT NOT NULL,              -- days: 2026-11-23
  due TEXT NOT NULL,
  made_us INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  closed_us INTEGER,
  closed_by TEXT
);
CREATE INDEX requests_open ON requests (business, due) WHERE closed_us IS NULL;
CREATE TABLE breaches (
  incident INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  record INTEGER NOT NULL,             -- of the decision
  known_us INTEGER NOT NULL,
  marked_by TEXT NOT NULL,
  first_us INTEGER,                    -- when the regulator was told
  results_us INTEGER
);

-- What is compared with what. Computed from decisions alone (journal/experiments).
CREATE TABLE experiments (
  record INTEGER PRIMARY KEY,          -- of the decision that added it
  business INTEGER NOT NULL,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,            -- JSON: event::experiment
  added_us INTEGER NOT NULL,
  added_by TEXT NOT NULL,
  started_us INTEGER,
  started_by TEXT,
  stopped_us INTEGER,
  stopped_by TEXT,
  keep TEXT,                           -- the variant that everybody is shown since
  UNIQUE (business, name)
);

-- Who was shown which variant first, and what they did then: judged and detached like cases.
CREATE TABLE exposures (
  business INTEGER NOT NULL,
  experiment INTEGER NOT NULL,         -- its record
  person INTEGER NOT NULL,             -- drawn; the same as in cases
  variant TEXT NOT NULL,
  seen_us INTEGER NOT NULL,
  flags INTEGER NOT NULL,              -- 1 served, 2 told, 4 more than one variant, 8 told another than served
  hit_us INTEGER,                      -- when they did what is counted
  marks INTEGER NOT NULL,              -- bits of metrics::judge::marks, since then
  left_out TEXT,                       -- test, spam, staff
  answers BLOB,                        -- as in cases
  detached INTEGER NOT NULL,
  PRIMARY KEY (business, experiment, person)
) WITHOUT ROWID;
CREATE INDEX exposures_by_person ON exposures (person);
