# Settings
connect-title = How to connect the bot
connect-lead = The bot or its platform sends every event here with a plain request.
connect-1 = Create a key “events only” below and copy it.
connect-2 = Send the first event. Put your key in place of KEY:
connect-hook = The platform can store only an address? Create a connection: you get an address like { $what }, and it needs no key.
keys-title = Keys for programs
keys-lead = A key is shown once. If you lose it, revoke it and create another.
key-name = What it is for
key-name-hint = for example, the bot on our site
key-may = What it may do
key-create = Create a key
key-fresh = The key “{ $what }” is ready
key-used = used { $what }
key-never-used = not used yet
key-role = { $what ->
    [ingest] events only
    [read] read the journal
   *[admin] everything
}
fresh-once = Copy it now: it is not shown again.
revoke = Revoke
revoke-ask = Revoke “{ $what }”? The program that has it stops working at once.
revoked-when = revoked { $what }

people-title = People
person-me = you
person-waiting = no password yet
person-name = Name
person-login-hint = an e-mail address or a word
person-role = Role
person-invite = Invite
person-link = New link
person-remove = Remove
person-remove-ask = Remove “{ $what }”? They lose access at once.
link-fresh = The sign-in link is ready
link-fresh-note = Send it to the person. It works once and for 24 hours, and is not shown again.
role = { $what ->
    [owner] Owner
    [manager] Manager
    [marketer] Marketer
    [integrator] Integrator
    [inspector] Inspector
   *[compliance] Data officer
}
company-title = Business
company-name = Name
company-kind = What it does
company-zone = Time zone
business-kind = { $what ->
    [salon] Salon
    [clinic] Clinic
    [service] Services
   *[other] Other
}
look-title = Look and sign-in
refused-help = { $what ->
    [bad_json] Check quotes and commas: one event is one object in braces.
    [missing_field] Add this field: without it the event has no place in the journal.
    [bad_timestamp] A time looks like 2025-01-01T12:34:56+03:00, with the zone at the end.
    [wrong_type] Something else is expected here: a text in quotes, perhaps, or a number without.
    [too_large] Send a shorter event.
    [bad_type] A type is in Latin letters: message_in, booking_created and so on.
   *[other] In detail:
}
key-word = KEY
crm-kind = { $what ->
    [lead] lead
    [deal] deal
    [contact] contact
   *[other] { $what }
}
