# Journal
tabs = View
tab-conversations = Conversations
tab-events = Events
figure-wrote = wrote to you
figure-booked = booked
figure-unanswered = without an answer
filters = Filters
filter-period = Period
filter-outcome = Any outcome
filter-channel = All channels
filter-intent = Any topic
filter-kind = Any event
filter-low = Bot unsure
filter-apply = Show
filter-reset = Reset
period = { $what ->
    [today] Today
    [week] 7 days
    [month] 30 days
   *[all] All time
}
journal-empty = No such conversations
journal-empty-help = Nothing fits this period and these filters.
journal-empty-all = Show all time
events-empty = No such events
events-empty-help = Choose a longer period or reset the filters.
event-failed = failed
pager-first = To the beginning
pager-next = More
nameless = No name
waits = waiting { $what }
answered-in = answered in { $what }
unsure = { $count }% sure
hello-title = No conversations yet
hello-lead = Send the first event; it appears here within a second. Paste this command into a terminal and put your key in:
hello-key = A key is created in the settings and shown once.
hello-key-link = Create a key
copy = Copy
copied = Copied
