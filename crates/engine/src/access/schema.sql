-- Who may do what. Integers are 64-bit, times are microseconds since 1970 (UTC), hashes are SHA-256.
-- A change may be applied again, and late (a rebuild, a retry), so rows that can change hold the time of the change that made
-- them what they are, and an older one does nothing.
-- No secret is here in a form that could be used: keys, tokens, links and sign-ins are kept as hashes only.

CREATE TABLE businesses (
  id          BIGINT PRIMARY KEY,          -- below 2^23, so that a record number (business << 40 | index) fits
  slug        TEXT   NOT NULL UNIQUE,
  name        TEXT   NOT NULL,
  kind        TEXT   NOT NULL,
  timezone    TEXT   NOT NULL,
  created_us  BIGINT NOT NULL,
  changed_us  BIGINT NOT NULL
);

CREATE TABLE users (
  id            BIGINT PRIMARY KEY,
  login         TEXT   NOT NULL UNIQUE,    -- trimmed and lower-cased by us: SQL's lower() knows ASCII only
  name          TEXT   NOT NULL,
  password_hash TEXT,                      -- PHC string; NULL until the person has chosen one
  created_us    BIGINT NOT NULL,
  changed_us    BIGINT NOT NULL,           -- of login and name
  disabled_us   BIGINT,                    -- NULL: may sign in
  status_us     BIGINT NOT NULL            -- when that was last decided
);

-- No reference to users: a person is invited in one business's journal and may get a role in another's,
-- so a rebuild may meet the role first. Readers join, so such a row is silent until the person is there. A role taken away leaves
-- its row with NULL, or an older change applied late would give it back.
CREATE TABLE memberships (
  business_id BIGINT NOT NULL REFERENCES businesses (id),
  user_id     BIGINT NOT NULL,
  role        TEXT,
  since_us    BIGINT NOT NULL,
  PRIMARY KEY (business_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

CREATE TABLE api_keys (
  id           BIGINT PRIMARY KEY,
  business_id  BIGINT NOT NULL REFERENCES businesses (id),
  role         TEXT   NOT NULL,
  name         TEXT   NOT NULL,
  hash         BLOB   NOT NULL UNIQUE,
  created_us   BIGINT NOT NULL,
  last_used_us BIGINT,                     -- written in batches, so up to a minute late
  revoked_us   BIGINT
);
CREATE INDEX api_keys_by_business ON api_keys (business_id, created_us);

CREATE TABLE connections (
  id            BIGINT PRIMARY KEY,
  business_id   BIGINT NOT NULL REFERENCES businesses (id),
  name          TEXT   NOT NULL,
  kind          TEXT   NOT NULL,
  hash          BLOB   NOT NULL UNIQUE,
  settings      TEXT   NOT NULL,           -- JSON of access::Settings; no secret
  created_us    BIGINT NOT NULL,
  changed_us    BIGINT NOT NULL,           -- of name and settings
  rotated_us    BIGINT NOT NULL,           -- of the token
  last_event_us BIGINT,
  revoked_us    BIGINT
);
CREATE INDEX connections_by_business ON connections (business_id, created_us);

-- What opens something: encrypted under the business key, never shown again, in no decision. No reference to connections: a restore
-- brings these first.
CREATE TABLE connection_secrets (
  connection_id BIGINT NOT NULL,
  name          TEXT   NOT NULL,           -- forward, sender, sign, proxy, …
  business_id   BIGINT NOT NULL,
  sealed        BLOB   NOT NULL,
  changed_us    BIGINT NOT NULL,
  PRIMARY KEY (connection_id, name)
);

-- How connections fare, by the hour; counted, never decided, so no reference.
CREATE TABLE connection_health (
  connection_id BIGINT NOT NULL,
  hour_us       BIGINT NOT NULL,
  business_id   BIGINT NOT NULL,
  calls         BIGINT NOT NULL,
  events        BIGINT NOT NULL DEFAULT 0, -- recorded, counted by the recorder
  failures      TEXT   NOT NULL,           -- JSON: what went wrong → how often
  latency       TEXT   NOT NULL,           -- JSON: calls by class of latency
  gaps          BIGINT NOT NULL,           -- exchanges that are in no record
  last_us       BIGINT,
  last_error    TEXT,                      -- our own words: no address, no secret
  last_error_us BIGINT,
  PRIMARY KEY (connection_id, hour_us)
);
CREATE INDEX connection_health_by_business ON connection_health (business_id, hour_us);

CREATE TABLE sign_in_links (
  hash       BLOB   PRIMARY KEY,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  created_us BIGINT NOT NULL,
  expires_us BIGINT NOT NULL,
  used_us    BIGINT
);
CREATE INDEX sign_in_links_by_user ON sign_in_links (user_id);

-- Changes that had to be stored before they could be sealed; a row goes when its decision is recorded.
CREATE TABLE unsealed (
  id      INTEGER PRIMARY KEY,
  body    TEXT NOT NULL,
  made_by TEXT NOT NULL
);

-- Not "sessions": in this product a session is a conversation.
CREATE TABLE sign_ins (
  id         BIGINT PRIMARY KEY,
  hash       BLOB   NOT NULL UNIQUE,
  user_id    BIGINT NOT NULL REFERENCES users (id),
  agent      TEXT   NOT NULL,              -- what the browser calls itself, shortened
  created_us BIGINT NOT NULL,
  seen_us    BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id);

-- The subject is a hash of "login …" or "address …": people type passwords into the wrong field.
CREATE TABLE sign_in_attempts (
  subject  BLOB   PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_us  BIGINT NOT NULL
);

CREATE TABLE access_trail (
  id          INTEGER PRIMARY KEY,
  at_us       BIGINT NOT NULL,
  business_id BIGINT,                      -- whose trail it is in: a business's,
  user_id     BIGINT,                      -- or of every business that this person is in; neither: nobody's
  who         TEXT   NOT NULL,
  what        TEXT   NOT NULL,
  target      TEXT   NOT NULL
);
CREATE INDEX access_trail_by_business ON access_trail (business_id, id);
CREATE INDEX access_trail_by_user ON access_trail (user_id, id);

CREATE TRIGGER access_trail_is_not_edited BEFORE UPDATE ON access_trail
BEGIN SELECT RAISE(ABORT, 'the access trail is append-only'); END;
CREATE TRIGGER access_trail_is_not_shortened BEFORE DELETE ON access_trail
BEGIN SELECT RAISE(ABORT, 'the access trail is append-only'); END;
