# Witnesses, copies of checkpoints, the nightly audit
outside-title = Others have seen the log
outside-lead = A witness signs each new checkpoint and will sign no other history. Then not even the owner can rewrite the journal unnoticed.
witness-none = No witnesses yet: the owner could rewrite the whole journal unnoticed.
witness-not-yet = The witnesses have not signed a checkpoint yet.
witness-agreed = The witnesses last agreed { $when }: { $size } records.
witness-silent = never yet
witness-about = { $url } · signed { $when }
witness-fine = signs
witness-new = waiting
witness-away = no answer
witness-alarm = saw another history
witness-leave = Stop asking
witness-leave-ask = Ask “{ $what }” no more? Signatures it has given stay.
witness-quorum = How many must sign
witness-how = How to ask another firm
witness-how-1 = Send it the key of your log. It runs letopis witness serve and adds the key with letopis witness add-log.
witness-how-2 = In return it sends the line of its own key (letopis witness key) and its address. Put them in below.
witness-key = The witness's key
witness-url = Its address
witness-join = Add
copies-title = Copies of checkpoints
copies-none = Not set up. A copy a day can go into a folder, by e-mail or by Telegram: section [anchor] in letopis.toml.
copy-way = { $what ->
    [folder] Into a folder
    [mail] By e-mail
   *[telegram] By Telegram
}
copy-fine = going out
copy-failed = not sent
copy-about = last one { $what }
copy-never = never yet
audit-title = Audit of the journal
audit-nightly = Every night
audit-none = not yet
audit-none-help = The first one runs tonight. letopis verify --deep checks right now.
audit-fine = all agrees
audit-wrong = { $count ->
    [one] { $count } finding
   *[other] { $count } findings
}
audit-wrong-help = Run letopis verify --deep: it names each record and place.
audit-about = { $when } · records: { $entries }
alarm-history = { $what } saw another history of this log: it was signed again or rolled back
alarm-show = What happened
verify-link = Check a proof or a dossier

# Checking proofs
verify-title = Check a proof
verify-lead = Choose a dossier or a proof, or drop it on the field. We check it and keep nothing. No sign-in needed.
verify-file = File: a dossier (HTML page) or a proof (JSON)
verify-paste = Paste it as text
verify-text = Text of the proof or dossier
verify-key = The log's key
verify-key-help = Take it from the owner by another way: a web site, a contract. Left empty, we take the key of the log on this server.
verify-witnesses = Keys of witnesses
verify-witnesses-label = One a line. If you give any, each of them must have signed.
verify-check = Check
verify-another = Check another file
verify-without-us = You do not trust this server? Check without it: with ledger-verify, or with foreign programs, aics-tlog and golang.org/x/mod/sumdb. docs/verify.md says how.
verify-holds = { $count ->
    [one] It holds: { $count } record was checked.
   *[other] It holds: { $count } records were checked.
}
verify-broken = { $count ->
    [one] Do not believe it: { $count } proof does not hold.
   *[other] Do not believe it: { $count } proofs do not hold.
}
verify-edited = Do not believe it: the page was edited.
verify-edited-help = The proofs themselves are whole, but the conversation on the page is not the one in them. Believe only the text below: it comes from the proofs.
verify-log = Log { $what }
verify-own-key = The key is this same server's. That is good enough to find a damaged file. In a dispute with the owner, take the key from them beforehand and by another way.
verify-proved = What is proved
verify-proved-1 = Exactly these words, to the last character, stood in the log under their numbers when it was signed.
verify-proved-page = The conversation on the page is the one in the proofs. The heading of the page is not covered.
verify-proved-seen = The witnesses named below saw this history of the log at the given time: it was not rewritten later.
verify-not-proved = What is not proved
verify-not-1 = That what was said is true.
verify-not-2 = That the log got everything that happened.
verify-not-3 = Who really wrote, and the exact time: the time of an event is the sender's.
verify-not-seen = That the owner did not rewrite the whole log before giving you the file. Signatures of witnesses show that; there are none here.
verify-ok = holds
verify-wrong = does not hold
verify-record = record No. { $index } · { $id }
verify-about = { $when } · { $kind }
verify-said = Written
verify-reply = Reply
verify-seen = Seen by { $who }, { $when }
verify-unreadable = It cannot be read: { $what }
verify-tlog-proof = This is a .tlog-proof: it does not hold the record. Send the whole proof (JSON) or a dossier.
verify-needs-key = There is no log “{ $what }” on this server. Give its key.
verify-bad-key = This is no key: { $what }
verify-form = The form could not be read. Try again.
verify-nothing = Choose a file or paste text.
verify-too-long = The file is larger than 8 MB. Check it with ledger-verify.
verify-pace = { $count ->
    [one] Too often. Try again in { $count } second.
   *[other] Too often. Try again in { $count } seconds.
}
