## Numbers, lost leads, today

nav-today = Today
nav-lost = To call
nav-numbers = Numbers
moment-short-day = %d %b
per-cent = { $what }%
chart-table = Table of values
chart-value = Value
chart-interval = 95% interval
chart-n = n
chart-few = little data
chart-empty = no data
chart-now = this period
chart-previous = previous period
chart-changes = Changes
chart-cut = axis not from zero
chart-period = Period
chart-group = Group
chart-step = Step
chart-reached = Reached
chart-of-first = Of the first
chart-lost = Lost
chart-lost-share = Share lost
chart-leak = largest loss
chart-total = Together
today-title = Today
today-wrote = wrote
today-booked = booked
today-waiting = wait for a call
today-taken = { $count ->
    [one] { $count } more in hand
   *[other] { $count } more in hand
}
today-call = Whom to call now
today-all = All { $count }
today-hidden = { $count ->
    [one] { $count } person waits for a call: the manager sees them.
   *[other] { $count } people wait for a call: the manager sees them.
}
today-nobody = Nobody waits for a call.
today-tomorrow-title = Tomorrow
today-tomorrow = { $count ->
    [one] { $count } visit
   *[other] { $count } visits
}
today-confirmed = { $part } of { $n } confirmed
today-week = In 7 days
today-why = Why: all numbers
lost-title = Whom to call
lost-lead = Leads of { $what } of which nothing came. On top are those who wait for an answer at this moment. Whoever books after all leaves the list by themselves. A client stands here once, even if several of their conversations are lost: taking and ending are for all that are shown in their line.
lost-filter = Any reason
lost-empty = Nobody waits
lost-empty-help = Here will be everybody who got no answer, who was promised a booking that is not there, or who fell silent after a price.
lost-take = Take in hand
lost-taken = { $who }, { $when }
lost-since = waits for { $what }
lost-other = Also: { $what } · { $where } · waits for { $since }
lost-end = End…
lost-more = 200 people are shown: those who were lost last.
lead-end = { $what ->
    [done] Settled
    [unreached] Not reached
    [declined] Changed their mind
   *[no_lead] Not a lead
}
lost-reason = { $what ->
    [R1] no answer
    [R2] wanted to book
    [R3] lead not in the CRM
    [R4] booking promised
    [R5] nobody came
    [R6] no contact
    [R7] bot did not understand
    [R8] failure
    [R9] no free time
    [R10] lead untouched
    [R11] not delivered
   *[R12] silent after a price
}
lost-why = { $what ->
    [R1] The client wrote and nobody answered: the bot within 60 seconds, a person within 15 minutes of working time.
    [R2] The client wanted to book; the conversation ended without a booking and without a no.
    [R3] The bot said that it made a lead; after 15 minutes the CRM has none: no number was named, or there is no such card.
    [R4] The bot said "booked"; within 10 minutes no booking appeared.
    [R5] Handed to a person; within 15 minutes of working time nobody wrote.
    [R6] The client wanted to book; the conversation ended and nobody asked for a phone or e-mail.
    [R7] The bot did not understand twice, or said the same twice, and the client fell silent.
    [R8] The model, a tool or the CRM failed, and nothing worked within 30 minutes.
    [R9] The bot said there is no free time and offered no other.
    [R10] The lead has stood in the first stage for more than a day, and nobody does anything.
    [R11] Our message was not delivered, and there is no other way to the client.
   *[R12] The bot named a price, and the client has been silent for a day.
}
numbers-title = Numbers
numbers-period = { $what ->
    [today] Today
    [week] 7 days
    [month] 30 days
    [quarter] 90 days
   *[own] Own days
}
numbers-cut = Told apart
cut = { $what ->
    [channel] by channel
    [intent] by topic
    [utm_source] by source
    [utm_campaign] by campaign
    [scenario] by scenario
    [model] by model
    [prompt] by version of the prompt
    [variant] by variant
    [staff] by staff
    [hour] by hour
    [weekday] by weekday
    [day] by day
   *[returning] new and returning
}
numbers-compare = compare with the period before
numbers-own-days = Own days
numbers-from = From
numbers-to = To
numbers-nothing = no data
numbers-share = { $share }% ({ $low } to { $high }%), { $part } of { $n }
numbers-few = little data: { $part } of { $n }
numbers-before = before { $what }
numbers-seconds = { $what } s
numbers-minutes = { $what } min
numbers-never = so many questions stayed without an answer that there is no such number
numbers-clients = clients wrote
numbers-cr-client = of clients booked
numbers-cr-session = of conversations with a booking
numbers-cr-intent = booked of those who wanted to
numbers-cr-lead = booked of leads
numbers-cr-bot = booked by the bot alone
numbers-lost-rate = of leads lost
numbers-within = of answers within 3 seconds
numbers-no-show = did not come
numbers-no-show-strict = did not come, or cancelled at the last moment
numbers-unknown = nobody knows how it ended
numbers-delivery = of reminders delivered
numbers-confirmation = confirmed the visit
numbers-no-show-of = { $what ->
    [confirmed] did not come of those who confirmed
    [silent] did not come of those who were silent
    [not_delivered] did not come: the reminder did not arrive
   *[not_reminded] did not come: not reminded
}
numbers-visits = visits
numbers-visits-all = (all visits)
numbers-visits-note = Visits are told apart by channel and days alone: these are all of them, not those of the filter above.
numbers-changed-few = Little data to compare.
numbers-changed-nothing = Nothing to compare: in one of the periods nobody missed a visit.
numbers-changed-chance = Change { $relative } % ({ $low } to { $high } %), { $points } ({ $bounds }): it may be chance.
numbers-changed-sure = Change { $relative } % ({ $low } to { $high } %), { $points } ({ $bounds }).
numbers-visits-title = Visits and reminders
numbers-answers = How fast the bot answers
numbers-p50 = half waited no longer
numbers-p90 = 90 of 100 waited no longer
numbers-p95 = 95 of 100 waited no longer
numbers-first = to the first answer, bot or person
numbers-unanswered = questions without an answer
numbers-persons = A person's answer after a hand-over
numbers-persons-note = Only working hours are counted, not the night. They are set on the page of norms and prices.
numbers-persons-few = too few: { $what } hand-overs
numbers-persons-within = answered within 15 minutes of working hours
numbers-persons-nobody = hand-overs to which nobody came
numbers-provisional = Provisional: bookings of the last conversations may still come.
numbers-uncounted = { $count ->
    [one] { $count } event came a moment ago and is not counted yet.
   *[other] { $count } events came a moment ago and are not counted yet.
}
numbers-line = Bookings over time
numbers-line-finding = In the period: { $what }.
numbers-line-note = Share of conversations with a booking; the band is the 95% interval. Days with fewer than 30 conversations are marked "little data".
numbers-line-axis = share of conversations with a booking
numbers-funnel = Funnel
funnel-step = { $what ->
    [wrote] Wrote
    [intent] Wanted to book
    [offered] Were offered a time
    [contact] Left a contact
    [lead] Lead in the CRM
    [booked] Booked
    [arrived] Came
   *[paid] Paid
}
funnel-leak = { $count ->
    [one] The largest loss is before "{ $step }": { $count } conversation.
   *[other] The largest loss is before "{ $step }": { $count } conversations.
}
funnel-no-leak = Nothing is lost between the steps.
funnel-overall = From the first message to the step “{ $step }”: { $share }.
funnel-unmeasured = Not measured: { $what }.
numbers-bars = Bookings { $what }
numbers-bars-finding = Best: { $what }, { $share }.
numbers-bars-few = In every group there are fewer than 30 conversations yet.
numbers-average = on average
numbers-unnamed = without a value
numbers-returning = { $what ->
    [returning] returning
   *[new] new
}
numbers-lost = Why leads are lost
numbers-lost-finding = Most often: { $what }, { $count }.
numbers-lost-none = No lead was lost.
numbers-lost-note = Lost: { $what }. A lead may have several reasons; here is the first.
numbers-lost-axis = leads
numbers-heat-finding = Most write from { $hour } to { $next } o'clock.
numbers-heat-note = Shown are the hours from 7 to 24; { $count } of { $n } wrote at night.
weekday = { $what ->
    [mon] Mon
    [tue] Tue
    [wed] Wed
    [thu] Thu
    [fri] Fri
    [sat] Sat
   *[sun] Sun
}
numbers-groups = By group
numbers-group = Group
numbers-conversations = Conversations
numbers-left-out = What is not in it
left-out = { $what ->
    [reminder_reply] answers to reminders
    [silent] the client wrote nothing
    [test] tests
    [spam] spam
   *[staff] staff
}
numbers-how-name = { $what ->
    [clients] Clients wrote
    [cr-client] Clients booked
    [cr-session] Conversations with a booking
    [cr-intent] Booked of those who wanted to
    [cr-lead] Booked of leads
    [cr-bot] Booked by the bot alone
    [lost] Leads lost
    [within] Answers within 3 seconds
    [person] A person's answer after a hand-over
    [no-show] Did not come
    [interval] Interval and "little data"
   *[left-out] What is not in it
}
numbers-how = { $what ->
    [clients] Different people whose conversations began in the period. One person in two channels is one client where that is known.
    [cr-client] Clients with at least one booking, of clients who wrote in the period. A booking counts for the last conversation before it that began at most { $days } earlier.
    [cr-session] Conversations for which a booking counts, of all conversations of the period. Two bookings in one conversation are one; one that is cancelled within 15 minutes is none.
    [cr-intent] The same, of conversations in which the client wanted to book.
    [cr-lead] Conversations with a booking, of those for which a lead was created: the bot or the CRM told of a new one. A card that the client had before is none.
    [cr-bot] Conversations with a booking before which no person wrote, of all conversations.
    [lost] Conversations of which nothing came for one of 12 reasons, of all conversations. A client's no is not a loss; whoever books later is not lost.
    [within] Questions that the bot answered within 3 seconds, of all questions. Unanswered ones count as infinitely long.
    [person] From the first hand-over to a person's first word in the same conversation; only working hours run. Where nobody wrote within 15 minutes of working hours (at night: half an hour after opening) and nobody has come since, the wait is infinite.
    [no-show] Those who did not come, of those who did and did not, by the day of the visit. Visits cancelled in time are not in it; an unknown end is never counted as having come.
    [interval] In brackets are the bounds between which the share lies with 95% confidence (Wilson). Below 30 a share says nothing, and "little data" stands instead.
   *[left-out] Answers to reminders, tests, spam, staff, and conversations in which the client wrote nothing are in no number and counted apart.
}
