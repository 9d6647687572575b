# Conversation
facts = About it
thread = Messages
thread-more = A very long conversation: the first 2000 events are shown.
after = What came of it
after-help = The client's events after this conversation: until they write again, at most for 90 days. They do not count as words of the conversation.
after-source = How it is known
after-crm = read in Bitrix24
after-noticed = read in Bitrix24; the time is when Letopis noticed it
after-field = read in Bitrix24: a mark in a field of the card
crm-stage = Stage
deal-amount = The deal's amount
pause = { $what } later
speaker-bot = Assistant
speaker-staff = Staff
fact-started = Started
fact-lasted = Lasted
fact-first-answer = First answer
fact-messages = In all
fact-confidence = Confidence
fact-id = Number
fact-kind = Event
fact-sent = Bot's time
fact-received = Received
fact-model = Model
fact-scenario = Scenario
fact-variant = Variant
fact-latency = Thought for
fact-tokens = Tokens
fact-tags = Tags
fact-phone = Phone
fact-source = Source
fact-event-id = Event
fact-record = Record no.
filter-intent-name = Topic
percent = { $count }%
milliseconds = { $count } ms
count-events = { $count ->
    [one] { $count } event
   *[other] { $count } events
}
step-lead-claimed = The bot reported a lead, but there is no card number
step-failed = { $what }: failed
step-no-words = Message without text
booking-when = When
booking-service = Service
booking-staff = With
payment-amount = Amount
delivery = Delivery
crm-card = Card
action-name = What it did
error-what = What happened
delivery-status = { $what ->
    [queued] … queued
    [sent] ✓ sent
    [delivered] ✓✓ delivered
    [read] ✓✓ read
    [played] ✓✓ played
    [failed] ✗ not delivered
   *[unknown] ? not known whether it arrived
}
mark-bypass = sent past Letopis
step-echo = The platform confirmed the sending
mark-conflict = same id, other text
mark-skew = the bot's clock is ahead
phone-masked = came masked: so the bot sent it
badge-short = genuine record
badge-green = Genuine: the record was not changed since it came, and the screen shows exactly what it says.
badge-amber = Not signed yet: the signature comes within a second.
badge-red-shown = The record does not match: the screen shows another { $what }.
badge-red-gone = The record itself is gone, so nothing can be proved about it.
badge-red-altered = The record was changed or damaged: it is not what was signed.
column = { $what ->
    [time] time
    [received] time of receipt
    [flags] marks
    [type] type of event
    [channel] channel
    [text] client's words
    [reply] assistant's answer
    [intent] topic
    [confidence] confidence
    [action] action
    [crm] CRM card
    [name] client's name
    [operator] staff member
    [model] model
    [scenario] scenario
    [variant] variant
    [error] error
   *[other] { $what }
}
verdict-green = { $count ->
    [one] The record is genuine
   *[other] All { $count } records are genuine
}
verdict-amber = { $count ->
    [one] { $count } record is not signed yet
   *[other] { $count } records are not signed yet
}
verdict-red = { $count ->
    [one] { $count } record does not match
   *[other] { $count } records do not match
}
verdict-what = What this means
verdict-green-help = We have just opened every record of this conversation and compared it with the signed log and with what you see. Nothing was corrected or replaced since it came. Anybody can check this without us: download the proof under a message.
verdict-amber-help = The records are stored and sealed; the log is signed once a second. Reload the page.
verdict-red-help = The records marked red differ from the signed log. That happens when somebody edits the database by hand or a disk is damaged. Do not rely on them, and show this to whoever runs the server.
verdict-not = What this does not prove: that what was said is true, and that the bot sent us everything it wrote.
proof-download = Download the proof
error-not-signed = Not signed yet
error-not-signed-help = The log is signed within a second. Reload the page.
speaker-client = Client

search-empty = What are you looking for?
search-hint-words = words from a conversation, in any form
search-hint-phone = the last 4 digits of a phone, or all of it
search-hint-name = a client's name
search-hint-id = the number of a CRM card, conversation or event
search-nothing = Nothing for “{ $what }”
search-nothing-help = Try one word, a name or the last four digits of a phone.
search-people = Clients

# Client
client-known = Known by
client-unknown = Neither phone nor account: the client gave none.
client-alike = Perhaps the same person
client-alike-help = These clients appeared in one event. A family may share a phone, so you decide.
client-merge = The same person
client-merge-ask = Merge with “{ $what }”? You can undo it.
client-merged = Merged into this one
client-unmerge = Separate
client-history = Decisions
client-talks = All conversations
history-merged = { $by } merged { $what }
history-unmerged = { $by } separated { $what }
mark-kind = { $what ->
    [phone] Phone
    [email] E-mail
    [crm] CRM
    [id] Bot's number
    [channel] Account
   *[other] { $what }
}
