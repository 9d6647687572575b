# Promises
nav-promises = Promises
promises-title = What the assistant promised
promises-lead = What the assistant told clients that was or would be done, and what the journal has no trace of. The words are recognised by a program and may be misread: open the conversation before you call the client.
promises-empty = No such promises
promises-empty-help = Choose another period or kind to see others.
promises-more = The newest 1,000 promises of this period were counted.
filter-state = How it stands
filter-promise = Any promise
promise = { $what ->
    [booked] a booking
    [rescheduled] a booking moved
    [cancelled] a cancellation
    [reminder_sent] a reminder sent
    [reminder_promised] a reminder
    [callback_promised] a call or an answer
    [handed_over] handing over to a person
    [lead_created] a request
    [sent_info] something sent
    [payment_received] money received
    [discount_promised] a discount
    [price_stated] a price
   *[other] { $what }
}
promise-at = { $what } at { $hour }
promise-open = Promised: { $what } — no action in the journal
promise-waiting = Promised: { $what } — waiting for the action
promise-kept = Promised: { $what } — done, { $when }
promise-state = { $what ->
    [open] Not confirmed
    [waiting] Not due yet
   *[kept] Kept
}
promise-figure = { $what ->
    [open] not confirmed
    [waiting] not due yet
   *[kept] kept
}
