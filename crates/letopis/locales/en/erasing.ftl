# Dossier
dossier = Download the dossier
dossier-help = One page with the conversation and all proofs: for a dispute
verdict-show = Show where

# Destruction and acts
client-erase = Erase this client's data
client-erase-help = Conversations, name, phone and accounts are destroyed for ever; an act remains.
erase-title = Erase a client's data
erase-goes = What will be destroyed
erase-lead = Everything the journal knows of “{ $what }”: conversations, name, phones, accounts, cards. It cannot be brought back.
erase-records = Records
erase-conversations = Conversations
erase-identities = Phones, accounts, addresses
erase-quarantined = Refused events
erase-since = Over the time
erase-shared = The client shares conversations or a phone with other clients. The others' records stay; the assistant's answers in shared conversations that name nobody are destroyed.
erase-stays = What stays
erase-stays-text = Fingerprints of the records in the log, from which no word can be restored, and an act with an extract of the log. Numbers of requests and decisions are kept without the client's name.
erase-why = Ground
erase-ground = Why it is erased
erase-choose = Choose
erase-request = Number and date of the request
erase-request-help = No name, phone or e-mail: this line is kept in the journal for ever. For example: no. 12 of 22 Nov 2026.
erase-type = To confirm, type the word “{ $what }”
erase-word = erase
erase-cancel = Cancel
erase-do = Destroy the data
erase-which-ground = Choose a ground.
erase-request-wrong = Give the number and date of the request, up to 200 characters, without phone or e-mail.
erase-word-wrong = The word does not match. Nothing was erased.
basis = { $what ->
    [withdrawal] Consent withdrawn
    [request] Demanded by the person or the regulator
    [unlawful] Unlawful processing
    [purpose] The purpose is reached
   *[other] { $what }
}
trail-title = Who looked at what
trail-lead = Sign-ins, looks at conversations, exports and changes of settings. The server writes them itself; these lines can neither be changed nor erased.
trail-choose = What to show
trail-what = { $what ->
    [signed-in] Signed in
    [sign-in-refused] Refused
    [signed-out] Signed out
    [link-issued] Link issued
    [password-set] Password set
    [changed] Change
    [viewed] Look
    [exported] Export
   *[all] Everything
}
trail-who = { $what ->
    [local] A command on the server
   *[stranger] Somebody unknown
}
trail-employee = The portal's employee no. { $number } ({ $portal })
trail-of = Only: { $what }.
trail-all = Show everybody
trail-empty = There are no such lines.
acts-title = Acts of destruction
acts-lead = Every destruction of data is entered into the log and attested by an act. Acts are kept three years, the list of destroyed records for ever.
acts-empty = No data has been destroyed yet.
act-erase = Act { $what }: a client's data destroyed
act-expire = Act { $what }: data destroyed when its time was over
act-heading = Act on the destruction of personal data
act-operator = Operator
act-subject = Person
act-phone-ending = phone ending in { $what }
act-categories = Categories of data
act-categories-always = texts of messages and answers, name, appointments
act-categories-expired = texts of messages and answers, names and appointments in conversations older than may be kept
act-destroyed = Destroyed
act-system = Information system
act-system-name = Letopis, log { $what }
act-way = How
act-way-text = the encryption keys of the records were destroyed; records, rows and words of the search index were deleted and their pages overwritten
act-ground = Reason
act-ground-expired = the time for keeping was over
act-request = Request
act-date = Date and time
act-by = Decided by
act-sign = Position, name, signature
act-not-kept = Three years have passed: the particulars of the act were removed. The list of records and the entry in the log stay.
act-not-signed = The log's signature comes within a second: reload the page.
count-records = { $count ->
    [one] { $count } record
   *[other] { $count } records
}
count-refused-items = { $count ->
    [one] { $count } refused event
   *[other] { $count } refused events
}
act-copies = Copies outside the journal
copy-proof = Proof of record { $what }
copy-dossier = Dossier of the conversation with record { $what }
copy-handed-out = handed out as a file: ask whoever has it to destroy it
copy-files = Dossiers, proofs, exports
copy-crm = Entries in the CRM
copy-reports = Reports sent
copy-none = none recorded
copy-backup = Key file of the backup
copy-backup-rewritten = replaced right after the destruction: the copy opens these data no more
copy-no-backup = no backup folder configured
extract-title = Extract of the log
extract-lead = The entry of the destruction in a log that can only be added to. By it anybody can check that list and particulars of the act were not changed.
extract-index = Number of the entry
extract-kind = Kind
extract-list = Destroyed records
extract-salt = Salt
extract-entry = Entry
extract-particulars = Particulars, as committed to
extract-checkpoint = Checkpoint
extract-proof = Proof of inclusion
extract-check = To check: the SHA-256 of particulars and list must give this entry, and the proof must lead from it to the signed checkpoint.
earlier = Earlier
error-gone = The data was destroyed
error-gone-help = This data was destroyed as the law asks and cannot be read. The act says what was destroyed and why.
error-gone-act = Open the act
