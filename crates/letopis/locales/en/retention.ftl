# Retention
decimal = .
count-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
retention-title = Retention
retention-open = How long conversations are kept, what goes soon and what stays longer
retention-policy = The rule
retention-policy-expire = Conversations are kept for { $detail } after their last event and then deleted. Sums by day, without people and texts, are kept for { $sums }.
retention-policy-anonymise = Conversations are kept for { $detail } after their last event and then anonymised: without names, phones and exact times. What is anonymised and sums by day are kept for { $sums }.
retention-detail-days = Conversations, days (30–90)
retention-sums-days = Sums, days
retention-then-label = Then
retention-then = { $what ->
    [anonymise] anonymise
   *[other] delete
}
retention-next-title = Next run
retention-next = To go: { $conversations }, { $events }.
retention-next-nothing = Nothing yet: no time is over.
retention-next-help = It runs by itself once a day, at night. Each run leaves an act, and the log stays verifiable.
retention-held-count = { $count ->
    [one] { $count } conversation stays because of a hold
   *[other] { $count } conversations stay because of a hold
}
retention-run = Run now
retention-run-ask = Everything whose time is over will be gone for ever. Run?
retention-available-title = What is available
retention-available-help = The share of accepted events that can be opened. Counted by the numbers of records, which cannot be edited together with the data, by your own days.
retention-last-days = { $count ->
    [one] last day
   *[other] last { $count } days
}
retention-of = { $count ->
   *[other] of { $count } accepted
}
retention-state = { $what ->
    [full] in full
    [anonymised] anonymised
    [erased] erased on request
    [unsound] failed the audit
    [unchecked] of them not compared yet
   *[other] expired
}
retention-without-erased = without what was erased on request { $what }
retention-audited = Hashes of records were compared { $what }; what came later is compared by the next nightly audit. A record that fails it counts as lost.
retention-never-audited = Hashes of records are compared by the nightly audit, which has not run yet.
retention-lost = { $count ->
   *[other] { $count } lost
}
retention-lost-none = nothing lost
retention-holds = Holds
retention-holds-help = While there is a dispute or an official request, conversations can be kept until it ends.
retention-held-what = { $what ->
    [client] Client
   *[other] Conversation
}
retention-held-since = placed { $when } by { $by }
retention-hold-what = Address of the client's or conversation's page
retention-hold-reason = Why
retention-hold-hint = number of the claim, no names
retention-hold = Keep
retention-lift = Lift
retention-lift-ask = Lift the hold on { $what }? If its time is over it goes with the next run.
retention-runs = Last runs
retention-runs-none = No run yet.
retention-ran = Gone: { $conversations }, { $events }
retention-ran-nothing = Nothing had to go
retention-acts = acts

models-title = Models and intents
models-open = What calls of models cost, and what to call the things clients want
models-prices = Prices of models
models-prices-help = For a million tokens. The cost of every call recorded after a price is saved follows from it. Write a model's name without its date; gpt-5* is whatever begins so.
models-no-price = No price is set: what calls cost is unknown.
models-price = in { $input }, out { $output } { $currency } a million
models-price-cached = in { $input } (cached { $cached }), out { $output } { $currency } a million
models-price-remove-ask = Take away the price of { $what }? New calls will have no cost.
models-model = Model
models-input = In
models-output = Out
models-cached = In, cached
models-currency = Currency
models-since = Since
models-remove = Remove
models-intents = Dictionary of intents
models-intents-help = Models name one thing in many ways. What comes through connections is recorded under the name you chose; an unknown word stays as it is.
models-intent = Intent
models-synonyms = Other words, with commas between
models-synonyms-hint = booking, appointment
models-intent-remove-ask = Take “{ $what }” out of the dictionary?
models-learnt = Guessing intents
models-learnt-version = At work, version { $what }
models-learnt-nothing = Not trained: where nobody named an intent, numbers say “not measured”.
models-learnt-help = It learns from messages that your people labelled, and adds an intent where nobody named one. How sure it is, and its version, are recorded with the message.
