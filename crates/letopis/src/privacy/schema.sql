-- Keys. Only wrapped ones are here; the master key is a file of its own.

CREATE TABLE business_keys (
  business INTEGER PRIMARY KEY,
  wrapped BLOB NOT NULL               -- the business key under the master key
);

CREATE TABLE data_keys (
  id INTEGER PRIMARY KEY,
  business INTEGER NOT NULL,
  owner BLOB NOT NULL,                -- pseudonym of the identity or session it belongs to
  wrapped BLOB NOT NULL,              -- the data key under the business key
  UNIQUE (business, owner)
);

-- What belongs to no business: `origin`, the installation's name in its logs; `queue key` and
-- `backup key`, wrapped under the master key.
CREATE TABLE installation (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;
