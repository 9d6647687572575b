nav-requests = Requests
requests-title = Requests about personal data
requests-lead = What people ask about their data and how many working days are left for an answer; breaches and how many hours are left until the regulator must be told.
requests-open = Waiting for an answer
requests-none = No request waits for an answer.
requests-closed = Answered
requests-how = Working days are Monday to Friday but for 1–8 January, 23 February, 8 March, 1 and 9 May, 12 June and 4 November; days off that are moved each year are not known, so a deadline may be set by hand. The day of receipt does not count. Access and a demand to stop: 10 working days; correction: 7; withdrawn consent: 30 days. A request is its number and date, without a name: it is kept for ever. Erasing a client under the same number closes the request.
request-kind = { $what ->
    [access] Access to data
    [correct] Correction
    [stop] Stop processing
   *[withdraw] Consent withdrawn
}
request-about = Received { $received }, answer by { $due }
request-closed = Answered { $when } by { $by }
request-late = overdue
request-left = { $count ->
    [one] { $count } working day left
   *[other] { $count } working days left
}
request-erase-help = Data are erased on the client's page: name this number there
request-close = Answered
request-number = Number and date of the request
request-number-help = in 12 of 22.11.2026
request-what = What is asked for
request-received = Received
request-due = Deadline (empty: as the law says)
request-add = Enter the request
request-wrong-day = The day does not fit: a request cannot come tomorrow, nor its deadline before it. Nothing was saved.
breach-title = Breach of personal data
breach-known = Known since { $when }, marked by { $by }.
breach-incident = Incident
breach-step = { $what ->
    [first] Tell what happened: 24 hours
   *[results] Tell what was found: 72 hours
}
breach-told = told { $what }
breach-late = was due { $what }
breach-due = until { $what }
breach-told-sure = Told
breach-mark = This is a breach…
breach-mark-help = If clients' data may have come to others, the time for telling the regulator counts from now: 24 hours for what happened, 72 hours for what was found. The mark cannot be taken back: it stays in the journal.
breach-mark-sure = Yes, count the time
duty-title = { $rule ->
    [A13] Clients' data went abroad: { $receiver }
    [A14] { $left ->
        [late] A request about data is overdue
       *[other] A request about data is nearly due
    }
   *[A15] { $what ->
        [first] Tell the regulator of the breach
       *[results] Tell the regulator what was found about the breach
    }
}
duty-says = { $rule ->
    [A13] Calls of the last day that sent clients' data unmasked: { $calls }. Found: { $sorts }. The provider's country: { $country ->
        [US] USA
        [CN] China
        [FR] France
        [reseller] a reseller, the model is abroad
       *[unknown] unknown
    }.
    [A14] A request about personal data: answer by { $due }. { $left ->
        [late] The time is over.
       *[other] Working days left: { $left }.
    }
   *[A15] { $left ->
        [late] The time is over.
       *[other] Hours left: { $left }.
    }
}
duty-help = { $what ->
    [A13] Take phones and e-mails out of what is sent to the model, or choose a provider in Russia. The regulator is told of a transfer abroad beforehand.
    [A14] Answer the person and say so here.
   *[A15] Send the notice and say so here.
}
duty-how = { $what ->
    [A13] Calls of models through the proxy in the last day. Phones, e-mails and SNILS are looked for in clients' words and what tools answered; what the system prompt says too does not count. Names are not looked for. The country follows from the provider's address; unknown addresses outside .ru, .su and .рф count as abroad. Passes when nothing of it was sent for a day.
    [A14] Requests of the page “Requests” with fewer than two working days left. Passes when the answer is marked.
   *[A15] From the mark “breach”: 24 hours until the first message, 72 until the second. Six hours before the time it becomes urgent. Passes when the message is marked.
}
home-due = Due by law
home-nothing-due = Nobody asked for anything, and no breach is open.
home-breach-of = breach, incident { $what }
