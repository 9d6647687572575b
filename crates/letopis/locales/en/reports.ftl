# Reports
nav-reports = Reports
report-kind = { $what ->
    [digest] Morning digest
    [weekly] Weekly report
    [audit] Monthly audit report
    [alert] Alerts
   *[other] { $what }
}
report-about = { $business } · made { $made }
report-footer = Made by Letopis from the journal of events. Every number can be checked: open the same period under Reports, or ask the API.
report-few = little data
report-no-data = no data
report-never = never answered
report-part = { $part } of { $n }
report-rate = { $share } ({ $low } to { $high })
report-rate-few = { $share } (little data: { $low } to { $high })
report-seconds = { $what } s
report-minutes = { $what } min
report-hours = { $what } h
report-span = { $from } – { $to }
report-brief-day = { $day }/{ $month }
report-all = all together
report-no-channel = no channel named
report-uncounted = Events that came a moment ago and are not counted yet: { $what }.
report-provisional = Provisional: a booking counts for a conversation for { $what } days after it began, so the number may still grow.
report-how = How it is counted
weekly-title = { $business }: week of { $span }
weekly-head = Week of { $what }
weekly-headline = { $clients ->
    [one] One person wrote this week, { $booked } booked – { $rate }.
   *[other] { $clients } people wrote this week, { $booked } booked – { $rate }.
}
weekly-silent = Nobody wrote this week. If that is a surprise, look at the connections.
weekly-before-none = There is no week before to compare with: nobody wrote.
weekly-before-few = The week before { $before } booked. The difference is { $points } pp ({ $low } to { $high }): too little data for a conclusion.
weekly-before-same = The week before { $before } booked. The difference of { $points } pp ({ $low } to { $high }) cannot be told from chance.
weekly-before-better = Better: the week before { $before } booked, now { $points } pp more ({ $low } to { $high }).
weekly-before-worse = Worse: the week before { $before } booked, now { $points } pp ({ $low } to { $high }).
weekly-conversion = How many booked
weekly-funnel = The way to a booking
weekly-no-leak = Nothing is lost between the steps.
weekly-unmeasured = Not measured: { $what }.
weekly-leak = Most are lost before “{ $step }”: { $lost } of { $of }.
weekly-lost-title = Lost leads
weekly-lost-none = No lost leads.
weekly-lost = Lost: { $part } conversations, { $rate }.
weekly-recovered = {" "}Won back: { $what }.
weekly-waiting = {" "}Waiting for a call now: { $what }.
weekly-why = {" "}Why: { $what }.
weekly-reasons = Why they were lost
weekly-reasons-finding = Most often: { $first } ({ $count }).
weekly-days = Conversations by day
weekly-days-finding = { $count ->
    [one] Most on { $day }: one conversation.
   *[other] Most on { $day }: { $count } conversations.
}
weekly-answers = How long clients waited
weekly-channels = By channel
weekly-channels-chart = Share booked by channel
weekly-channels-finding = Where intervals overlap, this data cannot tell the channels apart.
weekly-visits = Visits and reminders
weekly-visits-none = Nothing is known of visits and reminders of these days. Connect the booking system.
weekly-left-out = What is in no number
weekly-left-out-none = Every conversation is in the numbers.
weekly-left-out-help = These conversations are in no denominator.
axis-conversations = conversations
axis-booked = share booked, of all clients who wrote
column-what = What
column-counted = Counted
column-share = Share
column-interval = 95 % interval
column-before = The week before
column-channel = Channel
column-conversations = Conversations
column-clients = Clients
column-booked = Booked
column-rate = Share booked
column-lost = Lost
column-p50 = Half waited up to
column-who = Who
column-signed-in = Sign-ins
column-refused = Failed sign-ins
column-viewed = Views
column-exported = Exports
column-changed = Changes
report-conversion = { $what ->
    [client] Booked, of all clients who wrote
    [session] Conversations with a booking, of all
    [intent] Conversations with a booking, of those that wanted one
    [lead] Leads with a booking, of all leads
   *[bot] Booked by the assistant alone, of all conversations
}
report-reason-rest = other
report-answer = { $what ->
    [n] Messages that waited for the assistant
    [p50] Half waited no longer than
    [p95] 95 of 100 waited no longer than
    [within] Answered within 3 seconds
    [unanswered] Never answered
    [first] First answer by anyone: half the conversations
    [handoff] Conversations handed to a person
   *[failed] Conversations with a failure
}
report-visit = { $what ->
    [no-show] Did not come, of those who came or did not
    [strict] The same with cancellations less than 2 hours before
    [unknown] Outcome unknown, of all visits that are over
    [delivery] Reminders delivered, of sent
    [confirmation] Confirmed, of delivered
   *[response] Answered the reminder, of delivered
}
report-reminded = { $what ->
    [confirmed] Did not come, of those who confirmed
    [silent] Did not come, of those who kept silent
    [not_delivered] Did not come, of those the reminder did not reach
    [not_reminded] Did not come, of those nobody reminded
   *[other] { $what }
}
report-left-out = { $what ->
    [reminder_reply] Answers to reminders
    [silent] The client wrote nothing
    [test] Tests
    [spam] Spam
    [staff] Staff
   *[other] { $what }
}
report-term = { $what ->
    [client] Share booked
    [intent] “Wanted to book”
    [bot] “By the assistant alone”
    [interval] Interval
    [few] “Little data”
    [lost] Lost lead
    [answers] Time to answer
    [visits] Did not come
   *[left-out] What is left out
}
report-definition = { $what ->
    [client] Clients with a booking, of all who wrote in these days. A booking belongs to the client's last conversation that began at most { $days } days before it. One that is cancelled within 15 minutes is none.
    [intent] Conversations in which the assistant or a system recognised the wish to book. Where that is not measured there is no row.
    [bot] No message of a person stands in the conversation before the booking.
    [interval] Wilson's: 95 times of 100 the true share lies within. The difference to the week before has Newcombe's.
    [few] The denominator is below 30: the share may be anything within the interval; decide nothing by it.
    [lost] The client neither refused nor booked, and one of twelve rules holds. Where several do, the strictest is the reason.
    [answers] From the client's last message in a row to the assistant's first answer. Those never answered count as waiting for ever.
    [visits] By the day of the visit. Cancelled in time are out; an unknown outcome never counts as come.
   *[left-out] Answers to reminders, tests, spam, staff, and conversations in which the client wrote nothing.
}
digest-title = { $business }, { $day }
digest-quiet = Nobody wrote. If that is a surprise, look at the connections.
digest-wrote = Wrote: { $what }
digest-booked = Booked: { $count } – { $rate }
digest-lost-none = No lost leads
digest-lost = Conversations lost: { $count } ({ $why })
digest-waiting = Waiting for a call now: { $what }
digest-no-show = Did not come: { $what }
audit-report-title = { $business }: audit, { $span }
audit-report-head = Audit: { $what }
audit-report-well = All is in place: the journal verifies, nothing is lost without a reason, nothing waits for a decision.
audit-report-wrong = Needs attention. { $what }.
audit-part = { $what ->
    [kept] Is everything kept
    [proved] Was the journal rewritten
    [destroyed] What was destroyed and why
    [promised] What the assistant promised
    [incidents] What broke
    [reviews] How often the assistant is wrong
   *[refused] What was not accepted
}
audit-lead = { $what ->
    [kept] The share of accepted events that are available, whole or anonymised. Accepted is counted from the numbers of the log, which nobody can edit together with the data.
    [proved] Nightly audits open records and hold them against the signed log.
    [destroyed] Every destruction has an act: its ground, the number of the request, the list of records.
    [promised] Promises of this period, and what has become of them by today.
    [incidents] Failures that rules or people found: how fast they were detected and put right.
    [reviews] People’s labels of random samples and unsure messages; the share is an estimate for all messages, with its interval.
   *[refused] Events that came with an error and wait for a decision.
}
audit-row = { $what ->
    [lost] Lost without a reason in a year
    [audits] Audits of the period
    [last] The last audit
    [size] Records in the signed log
    [witness] Witnesses have seen the log
    [alarm] A witness saw another history
    [erased] Erased on request
    [expired] Erased because their time was over
    [held] Kept because of a dispute now
    [open] Promises not kept
    [kept-promises] Kept
    [waiting] Not late yet
    [more] Only the latest were looked at
   *[quarantine] Events wait for a decision
}
audit-window = Available of { $what } days
audit-available = { $share } of { $accepted }; erased on request { $erased }, by age { $expired }
audit-lost-none = nothing
audit-runs = { $runs }, with findings: { $wrong }
audit-last = { $when }: records { $entries }, findings { $wrong }
audit-no-witness = there are no witnesses
audit-witness-never = not yet
audit-acts = acts { $acts }, records { $records }
audit-access = Who looked at conversations
audit-access-lead = Views and exports of personal data, and changed settings of the period.
audit-access-none = Nobody signed in or looked at anything in this period.
audit-who = { $what ->
    [local] commands on the server
    [stranger] strangers
    [employee] employees of the portal
   *[other] keys and former staff
}
audit-how = Availability: available events over all accepted in the last 30, 90 and 365 days; it counts all and is no sample, so there is no interval. Promises are recognised in the assistant's answers and held against what the journal records; what a journal cannot know is never called broken. Views are noted by the server itself and cannot be erased.
alert-opened = { $business }: { $title }
alert-over = { $business }: over. { $title }
alert-text =
    { $says }

    Since: { $began }
    More: { $link }
reports-lead = The weekly report and the digest hold no personal data of clients. A kept report is exactly the one that was sent.
reports-make = Make one now
reports-make-help = Last week and last month, or days of your choice.
reports-from = From
reports-to = To
reports-open = Open
reports-days = Report of these days
reports-kept = Archive
reports-kept-none = Nothing was sent yet.
reports-routes = Where they go
reports-routes-none = Reports go nowhere. Add a receiver.
reports-route-about = { $kinds } · { $when }
reports-route-when = { $day }, { $hour }:00
reports-route-quiet = quiet from { $from } to { $to } h
reports-mail-none = There is no mail server: add a section [post.mail] to letopis.toml, or letters will wait and come back here with an error after a day.
reports-way = { $what ->
    [mail] E-mail
    [telegram] Telegram
   *[max] MAX
}
reports-add = Add a receiver
reports-kinds = What to send
reports-way-label = How
reports-receiver = To whom
reports-receiver-help = an e-mail address or the number of a chat
reports-secret = Token of the bot
reports-secret-help = for Telegram and MAX; kept encrypted and never shown again
reports-hour = Hour
reports-weekday = Day of the week (weekly report)
reports-weekday-name = { $what ->
    [day-1] Monday
    [day-2] Tuesday
    [day-3] Wednesday
    [day-4] Thursday
    [day-5] Friday
    [day-6] Saturday
   *[day-7] Sunday
}
reports-language = Language
reports-remove = Remove
reports-remove-ask = Send nothing to “{ $what }” any more?
reports-no-secret = no token of a bot
reports-test = Send a test
reports-send = Send now: { $what }
reports-way-out = On the way
reports-way-out-none = Everything is delivered, nothing waits.
reports-state = { $what ->
    [sent] delivered
    [waiting] waits
    [failed] not delivered
   *[twice] delivered, perhaps twice
}
reports-attempts = attempts: { $what }
reports-retry = Send again
reports-trial-title = { $what }: a test
reports-trial-text = If you read this, reports of Letopis will arrive here.
reports-repeat = You may have got this before: the server was interrupted while sending.
reports-whole = The whole report: { $what }
