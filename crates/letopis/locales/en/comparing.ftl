
## Comparisons: experiments, before and after

nav-comparing = Comparisons
points = { $what } pp
points-between = { $low } to { $high } pp
chance-below = below { $what }

experiments-title = Experiments
experiments-lead = The bot shows one variant to some clients and another to others. A draw decides who sees what, and a client always sees the same. So a difference between variants is one of the variants, not of days, channels or people.
experiments-empty = No experiments yet
experiments-empty-help = Describe what you compare, and the bot can ask Letopis which variant to show a client.
experiments-unknown = Named by the bot, described nowhere
experiments-unknown-help = The bot itself tells of variants of these. Describe an experiment of the same name and say since which day it runs: clients of the past will be counted.
experiments-how = Clients are counted, not messages: each by the variant they saw first. A client did what is counted if they did it within the attribution window after that. Where the groups are not divided as meant (chi-squared, p below 0.001) the result is hidden: something but the draw made the groups. A winner is named when the p that holds at any time is at most 0.05 and seven whole days have passed.
experiment-state = { $what ->
    [draft] Not started
    [running] Running
   *[stopped] Stopped
}
experiment-clients = { $count ->
    [one] { $count } client
   *[other] { $count } clients
}
experiment-verdict = { $what ->
    [draft] Not started: clients see the usual variant.
    [mismatch] The results cannot be believed: clients are not divided as meant.
    [few] Too early: the smaller group has { $have } clients, and counting begins at 20.
    [week] { $days ->
        [one] There is a difference, but weekdays differ: wait { $days } more day.
       *[other] There is a difference, but weekdays differ: wait { $days } more days.
    }
    [early] { $weeks ->
        [one] Too early: at least { $weeks } more week is needed.
       *[other] Too early: at least { $weeks } more weeks are needed.
    }
    [waiting] Too early. How long it takes will be known when clients come.
    [close] Not clear yet: there are as many clients as were worked out to be needed, but a difference is neither proved nor excluded.
    [better] Variant { $variant } is better than { $control }: { $points } ({ $bounds }).
    [worse] Variant { $variant } is worse than { $control }: { $points } ({ $bounds }).
    [no_difference] Between { $variant } and { $control } there is no difference of more than { $effect }.
   *[unclear] Stopped before it was clear whether there is a difference.
}
experiment-problem = { $what ->
    [taken] There is an experiment of that name. Give the new one another name: an old result must stay what it was.
    [moment] The day cannot be read, or is in the future.
    [state] This experiment is started or stopped already.
   *[form] Look at the fields: name and variants are letters, digits, “_”, “-” or “.”, there are 2 to 5 variants, the difference is 0.1 to 50 points, and the description holds no phones or addresses.
}
experiment-metric = { $what ->
    [booked] Booked
    [booked_by_bot] Booked without a person
    [lead] Became a lead in the CRM
    [paid] Paid
    [lost] Lost
    [handoff] Handed to a person
   *[refused] Said no
}
experiment-add = New experiment
experiment-add-do = Add
experiment-add-help = The first variant is the usual one, and the others are compared with it. Groups are equal; say otherwise after a colon: “A:3, B:1”. Nothing can be changed once it runs: a test whose question changes answers none.
experiment-name = Name
experiment-name-help = What the bot calls it: “greeting-2”.
experiment-hypothesis = What you want to find out
experiment-variants = Variants
experiment-counted = What is counted of a client
experiment-aim = What is better
experiment-aim-is = { $what ->
    [more] a larger share
   *[less] a smaller share
}
experiment-effect = Which difference matters, pp
experiment-started = Runs since
experiment-stopped = Stopped
experiment-kept = Everybody sees
experiment-pace = Coming in
experiment-weekly = { $count ->
    [one] { $count } client a week
   *[other] { $count } clients a week
}
experiment-mismatch = The groups are not divided as meant: chi-squared { $chi }, p { $p }. Chance hardly ever does that. Usually the bot does not ask for everybody, loses clients of one variant, or shows one of them longer. Find the reason and start a new experiment.
experiment-anyway = Show the results anyway
experiment-arms = Variants
experiment-variant = Variant
experiment-part = Part
experiment-shown = Saw it
experiment-still-open = May still
experiment-served = Shown by the log
experiment-against = { $variant } against { $control }
experiment-difference = Difference (true however often one looks)
experiment-relative = Relative to the usual variant
experiment-p = p at any time
experiment-needed = Clients needed in each group
experiment-weeks = Still to wait
experiment-weeks-count = { $count ->
    [one] { $count } week
   *[other] { $count } weeks
}
experiment-fixed = Ordinary test
experiment-fixed-says = { $said }, p { $p }. True only if one looks once, on a day chosen before.
experiment-chart = Difference by day: { $variant } less { $control }
experiment-chart-axis = difference of shares of clients, pp
experiment-chart-note = The band is where the true difference lies, at 95 % for all days together. As long as it touches zero nothing is proved.
experiment-guards = What must not get worse
experiment-guards-help = Shares of each group's clients since they first saw it. In brackets: the bounds between which the number lies at 95 %. Of a group of fewer than 30 clients nothing is said.
experiment-guard-name = Measure
experiment-guard = { $what ->
    [lost] Lost
    [handoff] Handed to a person
    [refused] Said no
    [failed] Something failed
    [unsure] Bot did not understand
    [wrong] Wrong answers (of reviewed conversations)
    [complained] Complained (conversations marked for review)
    [answer] Half of the answers faster than
    [answer_p95] 95 of 100 answers faster than
    [within] Answers within 3 seconds
   *[cost] Cost of the model
}
experiment-cost = { $sum } { $currency } a conversation ({ $low } to { $high })
experiment-between = { $value } ({ $low } to { $high })
experiment-at-least = { $value } (not less than { $low })
experiment-few = too few: { $n } clients
experiment-harmed = Worse than in the usual variant:
experiment-open = { $count ->
    [one] Provisional: { $count } client saw it lately and may still do what is counted.
   *[other] Provisional: { $count } clients saw it lately and may still do what is counted.
}
experiment-crossed = { $count ->
    [one] { $count } client saw more than one variant, and counts for the first.
   *[other] { $count } clients saw more than one variant, and count for the first.
}
experiment-contradicted = { $count ->
    [one] To { $count } client the bot named another variant than Letopis gave. Look at the bot.
   *[other] To { $count } clients the bot named another variant than Letopis gave. Look at the bot.
}
experiment-left-out = Not counted ({ $why }): { $count }
experiment-decide = Decide
experiment-start = Start
experiment-start-from = Since which day (empty: from now on)
experiment-start-help = A day in the past is for bots that showed variants by themselves and told of them in events.
experiment-stop = Stop
experiment-keep = What everybody is shown from now on
experiment-stop-sure = Stop the experiment
experiment-how-interval = The interval and the p at any time (mSPRT, a sequential test) stay true when one looks every day; an ordinary test then finds a “winner” between equal variants in four cases of ten. That is why our interval is wider.

changes-title = Before and after
changes-lead = Another model, prompt or scenario: better or worse? Equal weeks before and after are compared, apart by channel, intent and new or returning clients: otherwise a change in who writes is easily taken for a change in how the bot answers.
changes-empty = No changes seen yet
changes-empty-help = When events name another model, prompt or version of a scenario, the change appears here by itself. Or choose a day.
changes-which = Which change
changes-weeks = How many weeks
changes-own = Another day
changes-day = Day of the change
changes-how = The day of the change is in neither window. The difference within groups is Mantel and Haenszel's with its interval of 95 %; the plain one is of all conversations together, with Newcombe's. Where they differ, the mix of clients explains the rest (Simpson's paradox). Groups: channel × intent × new or returning. With less than two whole weeks on each side nothing is concluded.
change-told = { $what ->
    [model] model
    [prompt] prompt
   *[scenario] scenario
} { $from } → { $to }
change-days = Days from { $first } to { $day }, and after it until { $last }
change-verdict = { $what ->
    [too_early] { $days ->
        [one] Too early: { $days } day is missing to two whole weeks.
       *[other] Too early: { $days } days are missing to two whole weeks.
    }
    [nothing_before] Nothing to compare with: there are no two whole weeks before.
    [few] Little data: fewer than 30 conversations before or after.
    [better] Better: bookings changed by { $points } ({ $bounds }) within equal groups of clients.
    [worse] Worse: bookings changed by { $points } ({ $bounds }) within equal groups of clients.
    [mix] The mix of clients explains the difference: within equal groups it is { $points } ({ $bounds }), which is too little data to conclude.
   *[unclear] No difference is proved: within equal groups { $points } ({ $bounds }).
}
change-before = Before
change-after = After
change-crude = Plain difference, all together
change-adjusted = Difference within equal groups
change-alike = Shares with one mix
change-p = p (within groups)
change-chart = Bookings by group: after less before
change-chart-axis = difference of shares of conversations with a booking, pp
change-chart-note = The largest groups are shown; all of them count in the total.
change-worse = fewer bookings
change-better = more bookings
change-measures = All measures
change-measure-name = Share of conversations
change-measure = { $what ->
    [booked] With a booking
    [lost] Lost
    [unsure] Bot did not understand
    [handoff] Handed to a person
    [failed] Failed
   *[refused] Said no
}
change-besides = Speed, length, cost, promises
change-beside-name = Measure
change-beside = { $what ->
    [within] Bot answered within 3 seconds
    [p50] Half of the answers took no longer
    [p95] 95 of 100 answers took no longer
    [chars] Length of an answer, characters
    [cost] Model, by booking
   *[broken] Promised and not done
}
change-at-least = at least { $what }
change-beside-note = All conversations together, not by groups. Promises: of the last 300 on either side those of which it can be told. Whether a difference is chance is not tested here: one client waits for an answer many times.
change-no-experiment = This is no experiment: other things may have changed too. Only an experiment gives a sure answer.
change-mix = The mix of clients changed (p { $what }), so look at the difference within groups.
change-varied = The difference is not the same in all groups (p { $what }): see the chart.
change-others = In the same weeks other things changed: { $what }. Their effects cannot be told apart.
change-holidays = These weeks hold holidays: { $what }.
change-placebo = As a check: in the same weeks earlier, when nothing changed, the difference was { $what }.
change-placebo-none = Earlier weeks cannot be checked: there is no data of them.
