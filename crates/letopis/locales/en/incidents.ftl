# Incidents
nav-incidents = Incidents
incidents-title = Incidents
incidents-lead = What is going wrong now. Rules look at the journal every half minute; a person can open an incident too, from a dialogue's page.
incidents-empty = All is well
incidents-empty-help = No rule has spoken. If a client complained, open an incident from the page of their dialogue.
incidents-past = The last 90 days
incidents-past-none = No incident has ended yet.
incidents-figure = { $what ->
    [detect] until detected (MTTD)
    [recover] from alarm to recovery (MTTR)
    [total] from the first error to recovery
   *[acknowledge] from alarm to "seen" (MTTA)
}
incidents-about = { $count ->
    [one] median { $median } · of { $count } incident
   *[other] median { $median } · of { $count } incidents
}
incidents-false = { $count ->
    [0] There were no false alarms.
    [one] There was { $count } false alarm as well.
   *[other] There were { $count } false alarms as well.
}
incidents-how = Means of incidents that were detected in 90 days and are over. One begins with the first bad event and ends with the first good one after the repair; a person may say better. Open incidents, false alarms and what is only to be known are in no mean. The median stands beside it, because one long case shifts a mean a lot.
incident-severity = { $what ->
    [critical] urgent
    [warning] today
   *[info] to know
}
incident-seen = Seen
incident-resolve = Resolved…
incident-resolve-sure = Close the incident
incident-how-ended = How it ended
incident-ending = { $what ->
    [fix] Repaired
    [rollback] Put the earlier version back
    [false_alarm] False alarm
   *[passed] Passed by itself
}
incident-ended = { $what ->
    [fix] repaired
    [rollback] rolled back
    [false_alarm] false alarm
   *[passed] passed
}
incident-really-began = When it really began
incident-really-over = Well again since (empty: now)
incident-bad-time = These times do not fit: it begins before it ends, and ends no later than now. The incident is still open.
incident-began = Began
incident-detected = Detected
incident-seen-by = Seen by
incident-resolved-by = Closed
incident-recovered = Well again
incident-affected = Dialogues affected
incident-first = First event
incident-first-show = show in the dialogue
incident-since = { $when }: for { $age }
incident-by-rule = a rule
incident-go = Open
incident-open = Open an incident…
incident-open-what = What is the matter
incident-open-sure = Open the incident
incident-matter = { $what ->
    [wrong_answer] A wrong answer
    [unkept] Promised and not done
    [not_understood] Did not understand
    [rude] A rude answer
    [technical] Does not work
   *[other] Something else
}
incident-title = { $rule ->
    [A1] The assistant does not answer: { $channel }
    [A2] { $state ->
        [halted] The CRM is halted
        [late] The CRM gets no entries
        [unread] What happens in the CRM is not known
       *[refused] The CRM did not take entries
    }
    [A3] { $silent_min ->
        [none] Messages do not arrive: { $provider }
       *[other] A channel is silent: { $channel }
    }
    [A4] Fewer bookings
    [A5] The assistant is unsure more often
    [A6] Promised and not done
    [A7] A lead is not in the CRM
    [A8] Nobody came to the client
    [A9] Reminders do not arrive
    [A10] { $what ->
        [model] Another model: { $to }
        [prompt] Another prompt: { $to }
       *[scenario] Another scenario: { $to }
    }
    [A11] The audit of the journal found something
    [A12] { $what ->
        [disk] The disk is nearly full
       *[retention] Detail is not removed in time
    }
    [A16] Clients of the experiment “{ $experiment }” are not divided as meant
    [A17] Models cost more than they may a day
    [A18] Journal and CRM differ
    [hand] { $what ->
        [wrong_answer] The assistant gave a wrong answer
        [unkept] The assistant promised and did not do
        [not_understood] The assistant did not understand
        [rude] The assistant was rude
        [technical] Something does not work
       *[other] Opened by hand
    }
   *[other] A rule has spoken
}
incident-says = { $rule ->
    [A1] In ten minutes { $unanswered } of { $asked } messages of clients got no answer. The slowest answers (p95), seconds: { $p95_s }.
    [A2] { $state ->
        [halted] Nothing is asked of the CRM until a person has looked. Waiting: { $waiting }.
        [late] The oldest entry has waited { $lag_min } min. Waiting: { $waiting }, refused: { $buried }.
        [unread] For { $lag_min } min nothing could be read from the CRM: visits, sales and stages are as they were before.
       *[refused] Entries that the CRM refused for good: { $buried }.
    }
    [A3] { $silent_min ->
        [none] In an hour { $failed } of { $messages } messages did not arrive{ $now_of ->
            [few] { "" }
           *[enough] { " " }({ $percent } %)
        }.
       *[other] Nobody has written for { $silent_min } min. Dialogues that usually begin at these hours of the week: { $expected }.
    }
    [A4] In a day { $booked } of { $conversations } booked{ $now_of ->
        [few] { "" }
       *[enough] { " " }({ $percent } %)
    }; on the same days of four weeks before, { $before_of ->
        [few] little data: { $before_n } dialogues
       *[enough] { $before_percent } % of { $before_n }
    }.
    [A5] In a day the assistant was unsure in { $unsure } of { $conversations } dialogues{ $now_of ->
        [few] { "" }
       *[enough] { " " }({ $percent } %)
    }; before, { $before_of ->
        [few] little data: { $before_n } dialogues
       *[enough] in { $before_percent } % of { $before_n }
    }.
    [A6] { $promises ->
        [one] In a day { $promises } answer with a promise that nothing in the journal confirms.
       *[other] In a day { $promises } answers with promises that nothing in the journal confirms.
    }
    [A7] The assistant says that it made a lead, and there is no card. Dialogues: { $count }.
    [A8] A client was handed to a person, and nobody answered. Dialogues: { $count }.
    [A9] In a day { $failed } of { $messages } reminders did not arrive{ $now_of ->
        [few] { "" }
       *[enough] { " " }({ $percent } %)
    }.
    [A10] Before: { $from }. Now: { $to }. Nothing has to be done: it is a mark to compare the rest with.
    [A11] Findings: { $findings }. What is stored is not what was signed.
    [A12] { $what ->
        [disk] { $free_mib } MB are free. When there is no space left, no event is accepted.
       *[retention] The last run was { $hours } h ago.
    }
    [A16] Clients shown each variant: { $counts }. Chance hardly ever does that, so no difference between the variants can be believed.
    [A17] Spent since the day began: { $spent }; it may be { $budget }.
    [A18] Differences: { $differences }.
    [hand] A person marked this dialogue as a case to look into.
   *[other] Cases: { $count }.
}
incident-help = { $what ->
    [A1] See whether the bot answers in that channel, and whether the provider of the model was paid.
    [A2] See what the CRM answers, and send again the entries that it did not take.
    [A3] See whether the channel is connected, and not blocked.
    [A4] See what changed before it: the model, the scenario, prices, free time.
    [A5] Read some of these dialogues: there is a new question, or the prompt broke.
    [A6] Open the dialogues and do what was promised.
    [A7] Find the client in the CRM, or make a card.
    [A8] Answer the clients: they wait for a person.
    [A9] Call those who were not reminded of their visit.
    [A10] { "" }
    [A11] Change nothing and call whoever runs the server: letopis verify names the records.
    [A12] Call whoever runs the server.
    [A16] See whether the bot asks for a variant for every client, and loses none of them.
    [A17] See which model costs most.
    [A18] Compare the cards.
    [hand] { "" }
   *[other] { "" }
}
incident-how = { $what ->
    [A1] Messages of clients in the last ten minutes, but for dialogues that a person has, tests, and a yes or no to what was said. It speaks when three have waited longer than a minute, or when of twenty or more messages every twentieth waited longer than a minute. It passes when answers come in time again.
    [A2] Entries whose card is known. It speaks when the oldest has waited longer than five minutes, when the CRM refused something for good, when nothing could be read from it for five minutes, or when nothing is asked any more. It passes by itself.
    [A3] A silence is compared with the same hours of the week in the four weeks before: it speaks when chance alone is silent so long less than once in a thousand. Messages that fail are counted over an hour, from ten messages on, above 10 %.
    [A4] Dialogues of 24 hours, bookings within their first three hours; compared with the same hours of four weeks before. It speaks when so few come by chance less than once in a thousand, or twice running less than twice in a hundred. Fewer than 20 dialogues are not judged.
    [A5] Dialogues with a confidence below 0.6 in 24 hours against the same hours of four weeks before; it speaks when so many come by chance less than once in a thousand. Fewer than 20 dialogues are not judged.
    [A6] Words of the assistant in a day whose time is over and that nothing in the journal did. Words are recognised by a program and may be misunderstood. It passes when all was done.
    [A7] Lost for reason R3: 15 minutes after it speaks of a lead there is no card.
    [A8] Lost for reason R5: 15 minutes in working hours, otherwise half an hour after opening.
    [A9] Reminders of a day: it speaks from three that did not arrive, or above 10 % of ten or more.
    [A10] A version is new when five of twenty dialogues running have it; a single answer is no change.
    [A11] The last nightly audit. It passes when the next one finds nothing.
    [A12] Detail is removed once a day; how much space must be free is a setting.
    [A16] Chi-squared against the shares that the experiment was given; an alarm below p = 0.001. It passes when the shares fit, or the experiment is stopped.
    [A17] What calls cost since the day began, by the company's clock. It passes with the next day.
    [A18] The journal compared with the CRM. It passes when nothing differs.
    [hand] Opened by a person, and closed by one.
   *[other] A rule of another version of the program.
}
