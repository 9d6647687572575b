-- Keys. Only wrapped ones are here; the master key is a file of its own.

CREATE TABLE business_keys (
  business INTEGER PRIMARY KEY,
  wrapped BLOB NOT NULL               -- the business key under the master key
);

-- A number is never used twice, so that an old copy of a record never meets another key.
CREATE TABLE data_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  business INTEGER NOT NULL,
  owner BLOB NOT NULL,                -- pseudonym of the identity or session it belongs to
  period INTEGER NOT NULL,            -- thirty days in which its records were received, counted from 1970
  wrapped BLOB NOT NULL,              -- the data key under the business key
  UNIQUE (business, owner, period)
);

-- Under which anonymised rows of one year name their person; destroyed with those rows.
CREATE TABLE pseudonym_keys (
  business INTEGER NOT NULL,
  year INTEGER NOT NULL,
  wrapped BLOB NOT NULL,              -- under the business key
  PRIMARY KEY (business, year)
);

-- What belongs to no business: `origin`, the installation's name in its logs; `queue key` and
-- `backup key`, wrapped under the master key.
CREATE TABLE installation (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
