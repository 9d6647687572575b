## Worth

worth-title = What it is worth
worth-settle = Norms and prices
worth-lead = What lost leads cost, how much work is taken off people, what a booking costs and whether more come. Money and minutes follow your own norms; what cannot be measured is not shown.
worth-lost-title = Lost leads in money
worth-about = ≈ { $what }
worth-waiting = { $count ->
    [one] { $count } lead that waits for a call would have brought
   *[other] { $count } leads that wait for a call would have brought
}
worth-lost = { $count ->
    [one] { $count } lead lost in the period would have brought
   *[other] { $count } leads lost in the period would have brought
}
worth-lacking = { $what ->
    [ticket] Not measured: no average visit is set, and nobody tells of payments.
   *[few] Little data: fewer than 30 conversations in 90 days.
}
worth-bounds = { $low } to { $high }
worth-ticket-settled = ; average visit { $money }, set by you
worth-ticket-paid = { $count ->
    [one] ; average visit { $money } of { $count } payment in 90 days
   *[other] ; average visit { $money } of { $count } payments in 90 days
}
worth-ticket-few = { " " }(little data)
worth-by-step = (by the step “{ $what }”: too little at its own)
worth-column-step = How far the client came
worth-column-leads = Lost
worth-column-share = Book, of those who came so far, in 90 days
worth-to-lost = Whom to call
worth-work-title = Work taken off people
worth-work-none = Not measured: in this period the assistant answered, booked and reminded nobody.
worth-work-label = saved by the assistant
worth-work-share = { $share } % of the { $hours } h that it took without
worth-work-no-baseline = No share: it is not set how many hours it took without the assistant.
worth-hours = { $what } h
worth-minutes = { $what } min
worth-column-kind = What was done
worth-column-count = How many
worth-column-each = Norm
worth-column-minutes = Together
worth-kind = { $what ->
    [answers] Answered by the assistant
    [bookings] Booked by the assistant
    [reminders] Reminded of a visit
    [reviewed] Answers looked at by people
   *[handed] Conversations taken over by people
}
worth-cost-title = What a booking costs
worth-per-booking = a booking
worth-per-conversation = a conversation
worth-cost-all = in all, in the period
worth-cost-of = of { $what }
worth-cost-none = Not measured: no calls of models are seen, and no other costs are set.
worth-cost-unpriced = Not measured: not one call of a model has a price.
worth-cost-models = models { $what }
worth-cost-part = { $what ->
    [reminders] reminders { $sum }
   *[monthly] by the month { $sum }
}
worth-not-said = not set
worth-unmeasured = not measured
worth-lower-bound = { $count ->
    [one] Not less than: the price of { $count } call of a model is unknown.
   *[other] Not less than: the price of { $count } calls of models is unknown.
}
worth-by-channel = By channel, models only
worth-by-model = By model
worth-column-channel = Channel
worth-column-model = Model
worth-column-bookings = Bookings
worth-column-money = Spent
worth-growth-title = Do more come
worth-leads = leads in the CRM
worth-conversations = conversations
worth-growth-counts = { $now } in { $days } days against { $before } in { $days_before } days from { $from }
worth-growth-chance = { $low } to { $high } %: may be chance. { $counted }
worth-growth-sure = { $low } to { $high } %: no chance. { $counted }
worth-growth-lacking = { $what ->
    [young] Not measured: the journal does not reach back to the time to compare with.
    [short] Not measured: there is no whole week in the period.
   *[unmeasured] Not measured: nobody tells of any.
}
worth-drop-title = Did bookings drop
worth-drop = of conversations booked within 3 hours, in the day up to { $what }
worth-drop-few = Little data: it takes 20 conversations in the day and 20 on the same weekdays of four weeks.
worth-drop-well = Usually { $before }. Chance alone makes it so few in { $chance } of days: no reason for alarm.
worth-drop-bad = Usually { $before }. Chance alone makes it so few in only { $chance } of days: look at what changed.
worth-how-name = { $what ->
    [value] Money of lost leads
    [work] Work taken off
    [cost] Cost of a booking
    [growth] Growth
   *[drop] Drop of bookings
}
worth-how = { $what ->
    [value] Each lead is worth the average visit times the share of those who booked once they came to the same step of the funnel, in 90 days. The bounds follow that share's interval. Where fewer than 30 came to a step, the one before is taken. It is an estimate: nobody promised that the client would have booked.
    [work] Answers, bookings without people and reminders times the norms in minutes, less the time for looking at answers and for conversations that a person took over. You set the norms. A month of the calendar is one month, however many days it has.
    [cost] Models at the prices in force when they were called, reminders and what is paid by the month, divided by the conversations with a booking; a booking counts for { $days } after the conversation began. Tests and spam cost money too and are in it. Currencies are never added. What is paid by the month belongs to no channel or model.
    [growth] The ratio of two counts over equal weekdays, with an exact interval (Poisson). Compared with the weeks before, or with those that you named as the time before the assistant. Growth does not prove that the assistant is the reason.
   *[drop] The same rule that opens incident A4: the last day against the same weekdays of four weeks; a booking counts if it came within 3 hours.
}
norms-title = Norms and prices
norms-open = Average visit, minutes of work, costs: from these follow what a lost lead costs and what the assistant saved.
norms-lead = Money and hours in “What it is worth” rest on these numbers. The journal shows who changed them and when. An empty field means “not measured”.
norms-wrong = Nothing was saved: check the numbers. A window of 1–90 days, working hours within a day, a time before the assistant of at least a week, a currency of three letters.
norms-work = How many minutes it takes a person
norms-work-lead = The last two are taken off: they are work that the assistant made.
norms-answer = An answer
norms-booking = A booking
norms-reminder = A reminder
norms-review = Looking at an answer
norms-rework = A conversation taken over
norms-baseline = Hours a month without the assistant
norms-baseline-help = How many hours a month people spent on chats, bookings and reminders before the assistant. The share is of that.
norms-money = Money
norms-money-lead = In whole units of the currency: 2500 or 3.50.
norms-ticket = Average visit
norms-reminder-cost = One reminder
norms-month-cost = Everything else, a month
norms-currency = Currency
norms-ticket-help = Without an average visit the payments of 90 days are averaged. Everything else is the bot, the server, storage. Prices of models are set elsewhere.
norms-models = Prices of models
norms-counting = What counts as a booking and as working time
norms-counting-lead = After a change everything that still has its detail is counted again; that takes minutes.
norms-window = A booking counts for a conversation, days
norms-opens = People work from
norms-closes = until
norms-before = The time before the assistant
norms-before-lead = The weeks that growth is compared with. If not set, the weeks before the period are.
norms-before-from = First day
norms-before-to = Last day
numbers-measure-label = What to show by hours
numbers-measure = { $what ->
    [wrote] When people write
    [booked] When they book
    [lost] When leads are lost
   *[late] When the bot is late
}
numbers-heat-of = { $what ->
    [wrote] When people write
    [booked] When they book
    [lost] When leads are lost
   *[late] When the bot is late
}
numbers-heat-unit = { $what ->
    [wrote] conversations
    [booked] share of conversations booked
    [lost] share of conversations lost
   *[late] share of questions not answered within 3 seconds
}
numbers-heat-share-note = { $what ->
    [late] By the hour in which the conversation began. The share of questions that the bot did not answer within 3 seconds, or at all; where there are fewer than 30, “little data”.
   *[other] By the hour in which the conversation began. Where there are fewer than 30 conversations, “little data”.
}
numbers-heat-few = No hour has 30 conversations yet.
numbers-heat-highest = { $what ->
    [booked] Most book from { $hour } to { $next } o’clock: { $share }.
    [lost] Most are lost from { $hour } to { $next } o’clock: { $share }.
   *[late] The bot is late most often from { $hour } to { $next } o’clock: { $share }.
}
lost-worth = ≈ { $what }
lost-queue-worth = Together they would have brought ≈ { $what } ({ $low } to { $high }): the average visit times the share of those who book once they came so far.
lost-queue-unmeasured = { $what ->
    [ticket] What these leads would have brought is not measured: set the average visit.
   *[few] What these leads would have brought cannot be said yet: little data.
}
rebook-title = Cancelled or did not come
rebook-lead = The visit fell through more than a week ago, and the client has not booked again. These are no lost leads: they were your clients already.
rebook-outcome = { $what ->
    [cancelled] cancelled
    [cancelled_late] cancelled at the last moment
   *[no_show] did not come
}
rebook-why = The visit was cancelled or missed, and within 7 days nothing else was booked.
rebook-since = { $what } ago
rebook-more = The latest 100 are shown.
digest-incidents = { $count ->
    [one] { $count } incident is open: { $what }
   *[other] { $count } incidents are open: { $what }
}
digest-value = With them went ≈ { $what }
report-value = { " " }In money ≈ { $sum } ({ $low } to { $high }).
weekly-worth = What it is worth
weekly-worth-row = { $what ->
    [value] Lost in money
    [work] Work taken off people
    [cost] Cost of a booking
    [leads] Leads against the weeks before
   *[conversations] Conversations against the weeks before
}
weekly-worth-unmeasured = not measured
weekly-worth-work = { $hours } h
weekly-worth-work-share = { $hours } h, { $share } of what it took without the assistant
weekly-worth-cost = { $money } over { $n }
weekly-worth-cost-least = not less than { $money } over { $n }: not every call has a price
weekly-worth-growth = { $ratio } ({ $low } to { $high }): { $now } against { $before }
audit-incident-row = { $what ->
    [opened] Incidents of the period
    [open] Open now
    [detect] From the first bad event until detected
    [recover] From detected until put right
    [total] From the first bad event until put right
   *[false] False alarms
}
audit-took = mean { $mean } min, median { $median } min, of { $n }
audit-took-none = nothing to average
audit-incident-of = { $rule }: { $count }
audit-review-row = { $what ->
    [wrong] Intent understood wrongly
    [n] Labelled
    [agreement] Agreement of two reviewers, Cohen’s kappa
    [waiting] Wait to be reviewed
   *[faults] Faults found in the period
}
audit-between = { $share } ({ $low } to { $high })
audit-wrong-alone = { $share }
audit-review-few = little data: { $n } labelled
audit-review-done = { $n } of { $units }
audit-queue = { $done } of { $all }
audit-fault = { $what ->
    [wrong_answer] wrong answer
    [unkept_promise] promise not kept
    [rude] rude
   *[other] other
}
