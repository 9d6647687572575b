## Reviews

nav-reviews = Reviews
reviews-title = Reviewing answers
reviews-lead = Where the assistant was unsure, ten random conversations a month, answers that differ from the price list, and complaints. A few minutes a week show how often the assistant is wrong and what to mend.
review-queue = { $what ->
    [low] Low confidence
    [random] Random sample
    [facts] Differs from the list
   *[complaint] Complaints
}
review-queue-about = { $what ->
    [low] The week’s messages that the assistant understood with confidence under 60%. All of them are looked at.
    [random] Conversations of the month, chosen by chance. They show how many mistakes there are where the assistant was sure.
    [facts] Answers that name another price, an hour outside the timetable or a service that is not on the list. Not part of the estimate.
   *[complaint] Conversations that somebody marked by hand. Not part of the estimate.
}
reviews-progress = { $done } of { $all }
reviews-progress-talks = { $all ->
    [one] { $done } of { $all } conversation
   *[other] { $done } of { $all } conversations
}
reviews-second-waits = { $count ->
    [one] { $count } answer waits for a second reviewer
   *[other] { $count } answers wait for a second reviewer
}
review-all-done = Done
review-nothing = Nothing here
review-nothing-help = Messages of a week come on Monday, conversations of a month on the first. A conversation with a complaint can be marked on its page.
reviews-numbers = How often the intent is wrong
few = little data
reviews-no-share = not known yet
reviews-of-none = Nothing to count of the months that are over: both unsure messages of a month and at least one drawn conversation are needed.
reviews-of = Labels: { $n }. They stand for { $units } { $units ->
    [one] message
   *[other] messages
} with an intent in the last months.
bounds = from { $low } to { $high }%
percent-of = { $what }%
about = ≈ { $what }
reviews-margin = { $sessions ->
    [one] { $sessions } conversation
   *[other] { $sessions } conversations
} a month { $sessions ->
    [one] gives
   *[other] give
} about ± { $points } pp
reviews-kappa = Two reviewers agree: Cohen’s kappa { $kappa } ({ $n } { $n ->
    [one] common answer
   *[other] common answers
}). 1 is always, 0 no more often than by chance.
reviews-by-intent = By intent
reviews-intent = Intent
reviews-labels = Labels
reviews-wrongly-named = Wrongly named
reviews-missed = Missed
reviews-confusion = What is taken for what
reviews-assigned = Taken for
reviews-truth = Was
reviews-units = Messages in all
reviews-how = The plain share of mistakes among what was looked at is too high: of unsure messages all are looked at, of the others a few. So every label counts for as many messages as it stands for: an unsure one for itself, one of a random conversation for all conversations of the month divided by those looked at (Horvitz–Thompson, conversations as clusters). Bounds are of 95 per cent. A conversation counts when all its messages are labelled. Complaints and differences from the list are not part of it.
reviews-how-tables = “Wrongly named”: of the messages where the assistant named this intent, the share where the client wanted something else. “Missed”: of the messages where the client wanted this, the share where the assistant understood something else. Under 30 labels no share is shown.
reviews-how-draw = The draw is recorded in the journal with its number and seed, and anybody can repeat it: every conversation has the SHA-256 of the lines “letopis review draw 1”, month, seed and number of its first record; those with the lowest are drawn.
reviews-months = What was looked at
reviews-month-progress = Unsure: { $low_labelled } of { $low }. Random conversations: { $labelled } of { $drawn } ({ $sessions } in the month).
reviews-month-draw = Decision { $draw }, seed { $seed }
reviews-month = { $what }
reviews-week = week: { $from } – { $to }
month-year = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
reviews-draw = Draw now
reviews-draw-help = { $count ->
    [one] By itself this happens at night, when a week or a month is over; { $count } conversation of a month is drawn. A higher number than before draws further.
   *[other] By itself this happens at night, when a week or a month is over; { $count } conversations of a month are drawn. A higher number than before draws further.
}
reviews-examples = Examples to learn from
reviews-examples-help = Everything that is labelled, a line of JSON each: words without names, phones and addresses, the intent, what is wrong with the answer. Clients, reviewers and notes are not named.
reviews-examples-take = Download JSONL
reviews-period = Of which time
reviews-sessions = How many conversations (of a month)
reviews-draw-now = Draw
reviews-number = Conversations a month
reviews-left = { $count ->
    [0] all done
   *[other] { $count } left
}
review-left = Left
review-done = Done
review-begin = Begin
review-more = The first hundred are shown.
review-assign = Assign
review-assign-help = What nobody has looked at yet goes to one person.
review-person = To whom
review-anybody = anybody
review-assign-do = Assign
review-second = second opinion
review-second-help = A second opinion: somebody has answered already, and their answer is hidden.
review-right = Understood rightly
review-wrong = Understood wrongly
review-wrong-unknown = Wrong, but what the client wanted is not clear
review-was = Really: { $what }
review-fine = Nothing to remark
review-unknown = not clear
review-fault = { $what ->
    [wrong_answer] Wrong answer
    [unkept_promise] Unkept promise
    [rude] Rude
   *[other] Other
}
review-place = { $at } of { $all }
review-assigned = The assistant understood
review-what = What the client wanted
review-other-intent = Another intent
review-faults = What is wrong with the answer
review-note = Note
review-note-help = Kept encrypted with the conversation, and gone when it goes.
review-save = Save
review-correct = Correct
review-before = Previous
review-after = Next
review-others = What others said
complain = Mark for review
complain-help = The conversation goes to the queue “Complaints”

## Price list and hours

facts-title = Price list and opening hours
facts-lead = Upload prices and opening hours: answers that name another price, an hour when you are closed or a service that is not on the list come to reviews, with what the list says.
facts-open = Hold the assistant’s answers against prices, hours and services
facts-services = Services and prices
facts-services-help = A service a line: “Стрижка женская — 2500 ₽”, “Укладка — от 1200”, “Окрашивание; 3000–9000”, or a CSV table. Without a price it is not checked.
facts-complete = These are all services
facts-complete-help = Then a service that is not on the list is marked as well.
facts-hours = Opening hours
facts-hours-help = A line each: “пн–пт 9:00–21:00”, “сб 10–18”, “вс выходной”.
facts-how = Only what follows from the list is marked: a sum in roubles beside a service of which no variant costs that; an hour of a visit when it is closed; opening hours that the list does not have. A program reads the words: discounts, prepayments and sums for several services are passed over, but it may be wrong, so a person decides. New answers are checked, and those of the week before the upload.
facts-read = { $count ->
    [one] { $count } service is checked.
   *[other] { $count } services are checked.
}
facts-queue = What is marked
facts-said = { $about ->
    [price] It names the price { $said }
    [hour] It names the time { $said }
    [contact] It names { $said }
    [condition] It says { $said }
   *[service] It names the service “{ $said }”
}
facts-listed = By the list:
facts-not-listed = no such service
facts-settled = By the list of now nothing is wrong.
facts-wrong-line = Line { $line } cannot be read: write a service and its price, as “Стрижка — 1500 ₽”.
facts-wrong-long = The list is too long: up to 2,000 services, names of up to 200 characters.
facts-wrong-hours = Hours cannot be read, line { $line }: write days and hours, as “пн–пт 9:00–21:00”.
