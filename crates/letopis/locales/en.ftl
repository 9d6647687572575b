# What the console says. For the owner of a salon: short, no jargon, always with what to do.

product = Letopis
skip-to-content = Skip to content
menu = Menu
rooms = Sections
go-home = Home
save = Save
cancel = Cancel
other-language = Русский
theme = Theme
theme-light = Light
theme-dark = Dark
theme-auto = As the device

nav-journal = Journal
nav-search = Search
nav-quarantine = Refused
nav-settings = Settings
nav-more = More

# Signing in
sign-in = Sign in
sign-in-title = Sign in
sign-in-wrong = Wrong login or password.
sign-in-wait = Too many attempts. Try again in { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}.
sign-in-lost = Cannot sign in?
sign-in-lost-help = Ask the owner for a new sign-in link: “Settings” → “People”. An owner gets a link on the server with the command letopis user link.
sign-out = Sign out
login = Login
password = Password
welcome-title = Sign in with a link
welcome-hello = Hello, { $what }!
welcome-lead = This is your Letopis: every conversation of the assistant with a client, step by step, with a proof that the record was not edited.
welcome-enter = Sign in
welcome-once = The link works once. After that, sign in with login and password.
password-title = Your password
password-login = Your login: { $what }
password-current = Current password
password-new = New password
password-rule = 10 characters or more. A phrase of several words is fine.
password-later = Later
password-too-short = The password is too short: it needs 10 characters or more.
password-wrong = The current password is wrong.
password-throttled = Too many attempts. Wait a minute and try again.

# Errors
error-sign-in = Please sign in
error-sign-in-help = Sign in to see this page.
error-no-business = No access yet
error-no-business-help = You are signed in, but belong to no business. Ask the owner to invite you.
error-not-found = Nothing here
error-not-found-help = There is no such page, or the record was removed. Check the link.
error-form = This page is out of date
error-form-help = Go back, reload the page and try again.
error-link = This link does not work any more
error-link-help = A sign-in link works once and for 24 hours. Ask for a new one, or sign in with login and password.
error-forbidden = No access
error-forbidden-help = Your role does not allow this. Ask the owner.
error-origin = The address of the site does not fit
error-origin-help = A chat on a site must know from which pages it is written to. Go back and write the beginning of a page's address alone: https://salon.example or http://localhost:3000, without a path, a password or an asterisk. Several with spaces between them.
error-invalid = Something is filled in wrong
error-invalid-help = Go back and check the fields: a name has up to 120 characters, a login no spaces.
error-taken = That exists already
error-taken-help = This person is invited already, or the name is taken.
error-last-owner = This is the last owner
error-last-owner-help = Make somebody else an owner first.
error-throttled = Too many attempts
error-throttled-help = Wait a little and try again.
error-behind = Accepted
error-behind-help = The decision is recorded and takes effect by itself soon: the server is busy. There is no need to repeat it.
error-settled = This event is dealt with already
error-settled-help = Somebody has corrected and sent it, or deleted it.
error-busy = The server is busy
error-busy-help = Try again in a few seconds. Nothing is lost.
error-internal = Server error
error-internal-help = It is written in the server's log. Nothing is lost; please try again.

# Time
moment-day-time = { $day }, { $time }
day-today = today
day-yesterday = yesterday
day-tomorrow = tomorrow
month-of = { $month ->
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
}
day-month = { $day } { month-of }
day-month-year = { $day } { month-of } { $year }
took-instant = at once
took-seconds = { $count } s
took-minutes = { $count } min
took-hours = { $count } h
took-hours-minutes = { $count } h { $rest } min
took-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

# Counting
count-conversations = { $count ->
    [one] { $count } conversation
   *[other] { $count } conversations
}

# Search
search-hint = Words, name, phone, number

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

# Words
channel-name = { $what ->
    [whatsapp] WhatsApp
    [telegram] Telegram
    [instagram] Instagram
    [vk] VK
    [max] MAX
    [avito] Avito
    [viber] Viber
    [site] Website
    [phone] Phone
    [sms] SMS
   *[other] { $what }
}
outcome = { $what ->
    [booked] booked
    [cancelled] cancelled
    [refused] refused
    [handoff] handed over
    [failed] failed
    [lead] lead
    [unanswered] no answer
   *[open] open
}
kind = { $what ->
    [message_in] Client's message
    [message_out] Assistant's answer
    [lead_created] Lead created
    [booking_created] Visit booked
    [booking_confirmed] Booking confirmed
    [booking_rescheduled] Booking moved
    [booking_cancelled] Booking cancelled
    [reminder_sent] Reminder sent
    [reminder_delivered] Reminder delivered
    [reminder_confirmed] Client confirmed the visit
    [client_refused] Client refused
    [handoff] Handed to a person
    [operator_reply] Staff's answer
    [payment] Payment
    [visit_arrived] Client came
    [visit_no_show] Client did not come
    [delivery_status] Delivery status
    [error] Failure
    [model_changed] Model changed
    [scenario_changed] Scenario changed
    [review_labelled] Answer reviewed
    [consent_given] Consent to data processing
    [consent_withdrawn] Consent withdrawn
    [llm_call] Call of the model
    [agent_run] Run of an agent
    [agent_step] Step of an agent
    [retrieval] Lookup in documents
    [evaluation] Automatic evaluation
    [llm_details] Details of a model call
    [crm_call] Call of the CRM
    [lead_converted] The lead became a deal
    [lead_lost] Lead closed without a deal
    [deal_created] Deal created
    [deal_won] Deal won
    [deal_lost] Deal lost
    [stage_changed] Stage changed
    [card_linked] Card found in the CRM
    [card_vanished] The card is no longer in the CRM
    [action] Assistant's action
    [other] Other event
   *[custom] { $what }
}

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
mark-masked = phone hidden
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

# Refused
count-refused = { $count ->
    [one] { $count } event waits for a decision
   *[other] { $count } events wait for a decision
}
quarantine-empty = Everything was accepted
quarantine-empty-help = When the bot sends an event with a fault, it is not lost but waits here with an explanation.
quarantine-lead = These events came with a fault and are not in the journal. Correct the text and send it again, or delete what is not needed.
quarantine-text = Event
quarantine-send = Send again
quarantine-sent = The event is accepted and recorded in the journal.
quarantine-open = Open the conversation
quarantine-again = The event is still not accepted: see below what to correct. Your text is kept.
quarantine-all = All refused events
quarantine-long = The event is too long to be corrected on a page. Send a corrected one through the API.
quarantine-drop = Delete
quarantine-drop-ask = Delete this event? It cannot be brought back.
door = { $what ->
    [api] through the API
    [hook] through a connection
    [import] from a file
    [channel] from the channel
    [proxy] through the proxy
    [quarantine] corrected by hand
   *[other] { $what }
}
refused = { $what ->
    [not_utf8] The text is not UTF-8
    [bad_json] This is not JSON
    [not_an_object] An event must be a JSON object
    [too_large] The event is too large
    [too_deep] Nested too deep
    [too_many_keys] Too many fields
    [nul_character] A NUL character is not allowed
    [missing_field] A field is missing
    [duplicate_field] A field is given twice
    [wrong_type] A field has the wrong type
    [out_of_range] A number is out of range
    [too_long] A value is too long
    [bad_timestamp] Unclear time
    [bad_type] Unknown type of event
    [bad_value] A value is not allowed
   *[other] The event could not be read
}

# Settings
connect-title = How to connect the bot
connect-lead = The bot or its platform sends every event here with a plain request.
connect-1 = Create a key “events only” below and copy it.
connect-2 = Send the first event. Put your key in place of KEY:
connect-hook = The platform can store only an address? Create a connection: you get an address like { $what }, and it needs no key.
keys-title = Keys for programs
keys-lead = A key is shown once. If you lose it, revoke it and create another.
key-name = What it is for
key-name-hint = for example, the bot on our site
key-may = What it may do
key-create = Create a key
key-fresh = The key “{ $what }” is ready
key-used = used { $what }
key-never-used = not used yet
key-role = { $what ->
    [ingest] events only
    [read] read the journal
   *[admin] everything
}
fresh-once = Copy it now: it is not shown again.
revoke = Revoke
revoke-ask = Revoke “{ $what }”? The program that has it stops working at once.
revoked-when = revoked { $what }
connections-title = Connections
connections-lead = Channels, models and CRMs whose steps are recorded. To connect one it is enough to replace one address.
connection-name = What to connect
connection-name-hint = for example, a bot builder
connection-add = Create an address
connection-fresh = The address for “{ $what }” is ready
connection-silent = no events yet
connection-last = last event { $what }
connections-none = Nothing is connected yet. Begin with the channel where clients write, or with the model that answers them.
connections-count = { $count ->
    [0] Nothing is connected yet
    [one] { $count } connection works
   *[other] { $count } connections work
}
connections-open = Open connections
connection-new = waits for its first event
connection-works = events are coming
connection-new-title = Connect
connection-group-channels = Where clients write
connection-group-models = Who answers: the language model
connection-group-crm = Where bookings go
connection-group-other = Other
connection-kind = { $what ->
    [telegram] Telegram
    [max] MAX
    [whatsapp] WhatsApp
    [vk] VK
    [avito] Avito
    [instagram] Instagram
    [site] Chat on the site
    [openai] ChatGPT and compatible
    [gigachat] GigaChat
    [anthropic] Claude
    [bitrix24] Bitrix24
    [yclients] YCLIENTS
    [events] Events from the bot
    [hook] Any webhook
   *[http] Any server
}
connection-kind-hint = { $what ->
    [telegram] a bot or a business account
    [max] a bot in MAX
    [whatsapp] Cloud API
    [vk] community messages
    [avito] Avito messenger
    [instagram] Direct messages
    [site] our widget
    [openai] OpenAI, DeepSeek, YandexGPT, resellers, your own model
    [gigachat] Sber
    [anthropic] Anthropic
    [bitrix24] leads, deals, bookings
    [yclients] bookings and visits
    [events] an address to which the bot itself sends events
    [hook] JSON of any platform with a map of fields
   *[http] requests are kept as they are
}
connection-forward = Where to pass incoming messages
connection-forward-hint = Your bot's address: we take a message, record it and pass it on at once. Empty: only record.
connection-origins = Address of the site (for a chat on the site)
connection-origins-hint = The chat takes messages from these pages alone. Several with spaces between them: with www and without are two.
connection-origins-title = The beginning of a page's address, like https://salon.example, without a path and without *. Several with spaces between them.
connection-upstream = Address of the server
connection-upstream-hint = Empty: the usual one. Needed for resellers and servers of your own.
connection-step-tag = Put this line into the pages of your site before </body>:
connection-step-hook = { $what ->
    [events] Put this address where the bot sends its events:
    [telegram] Webhook: this address instead of the bot’s. A bot that polls (getUpdates) does without it:
    [whatsapp] Meta for Developers → WhatsApp → Configuration → Callback URL:
    [instagram] Meta for Developers → Webhooks → Instagram → Callback URL:
    [vk] Community → Manage → API usage → Callback API → Address:
    [max] The bot’s subscription to updates (POST /subscriptions), field url:
    [avito] The subscription to messages (POST /messenger/v3/webhook), field url:
   *[other] Set this address as the webhook instead of the bot’s:
}
connection-step-proxy = { $what ->
    [telegram] And give the bot this address in place of https://api.telegram.org:
    [openai] Replace the bot's base URL:
    [anthropic] Replace the bot's base URL:
    [gigachat] Replace the bot's base URL:
    [bitrix24] Replace the beginning of the webhook's address, keep its end:
   *[other] Let the bot reach the server at this address:
}
connection-health = How it does
connection-since = Connected { $what }
connection-behaviour = How it behaves
connection-mode-label = How much the record matters against speed
connection-mode = { $what ->
    [observe] observe: never delays; a gap is possible and counted
    [strict] strict: first the record, then the request
   *[confirm] confirm: an answer ends when its record is stored
}
connection-channel = Channel in reports
connection-channel-hint = Empty: by the kind of connection.
connection-speaks-label = Count the model's words as a conversation
connection-speaks = { $what ->
    [true] yes
    [false] no
   *[usual] yes, as long as no channel is connected
}
connection-fields = What stands where
connection-fields-hint = One line a field: field = path in the JSON.
connection-secrets = Secrets
connection-secrets-lead = Kept encrypted and never shown again: they can only be replaced. An empty field takes the secret away.
connection-secret = { $what ->
    [forward] Address of the bot
    [sender] Sender's signature
    [verify] Word of verification
    [sign] Our signature
    [webhook] Webhook of the portal
    [app] Keys of the application
    [tokens] Tokens of the application
   *[proxy] Outbound proxy
}
connection-secret-hint = { $what ->
    [forward] where incoming messages go
    [sender] { $kind ->
        [telegram] secret_token of the webhook
        [whatsapp] App Secret of the application
        [instagram] App Secret of the application
        [vk] secret key of the server
        [max] secret of the subscription
       *[other] what the sender proves itself with
    }
    [verify] { $kind ->
        [vk] confirmation string of the server
       *[other] Verify Token
    }
    [sign] key of the signature X-Letopis-Signature for your bot
    [webhook] https://portal.bitrix24.ru/rest/1/secret/
    [app] local.…:secret (the application’s id, a colon, its key)
   *[proxy] http://login:password@host:port
}
connection-secret-since = set { $what }
connection-secret-none = not set
connection-secret-set = Replace
connection-url = Address of the connection
connection-url-lead = Whoever knows the address writes as this system. Replace it if strangers may have seen it.
connection-url-lead-site = The address stands in the pages of your site for all to see: it opens the chat alone. If somebody floods it, replace it and put the new line into your site.
connection-rotate = Replace the address
connection-forwards = The bot did not take
connection-forwards-lead = The platform was told that all is well. Messages wait here and go to the bot in order as soon as it answers. After a day they are not tried any more.
connection-forwards-more = { $count ->
    [one] and { $count } more
   *[other] and { $count } more
}
connection-forward-state = { $what ->
    [waiting] waits
   *[failed] given up
}
connection-forward-tries = { $count ->
    [one] { $count } attempt
   *[other] { $count } attempts
}
connection-forward-retry = Try again now
connection-forward-drop = Forget
connection-forward-drop-ask = Forget this message? The bot will never get it.
how-counted = How it is counted
not-measured = not measured
not-measured-title = Not measured
measured-title = What is measured
measured-lead = By channel: where the client’s intent and the outcome are known from. “Not measured” means that nothing tells it, not that it did not happen.
measured-none = There is neither a channel nor a conversation yet.
measured-name = { $what ->
    [intent] Intent
    [confidence] Confidence
    [booking] Booking
   *[refusal] Refusal
}
measured-of = { $what ->
    [intent] intent
    [confidence] confidence
    [booking] booking
   *[refusal] refusal
}
measured-by = { $what ->
    [field] by a field of the connection
    [classifier] by a trained model
    [system] by the booking system
   *[sender] the bot says so
}
measured-how = Measured if at least one of these is there: a field of a connection (a JSON path in the model’s answer or tool), a model trained on reviewed conversations, a connected booking system (YCLIENTS, Bitrix24), or at least one conversation of the channel within 30 days in which the bot said so itself. The dictionary of intents only brings names together; it measures nothing.
intent-unknown = not determined
fact-intent = Intent
fact-cost = Cost of the model
cost-how = The sum over the calls of the model in this conversation. Tokens from the model’s answer times the price that was set at the moment of the call. Currencies are never added to each other. Calls without a price are counted apart: a new price does not change old calls. “Use unknown”: the model did not tell its tokens, mostly because of an error.
cost-no-currency = no currency given
cost-unpriced = no price set: { $count ->
    [one] { $count } call
   *[other] { $count } calls
}{ $all ->
    [0] {""}
    [one] , { $tokens } token
   *[other] , { $tokens } tokens
}
connection-behind = the bot refuses
connection-fails = many errors
connection-quiet = a day without events
connection-day = in a day: { $events } events, { $errors } errors of { $calls }
connection-rotate-sure = Yes, replace it
connection-revoke-sure = Yes, revoke it
faring-name = { $what ->
    [last] Last event
    [events] Events in a day
    [errors] Errors in a day
    [latency] Speed of answers
    [waiting] Waiting for the bot
    [gaps] Gaps
    [cost-day] Cost in a day
   *[cost-month] Cost in 30 days
}
faring-how = { $what ->
    [last] When the last event of this connection was accepted.
    [events] How many records came into the journal through this connection. Repetitions do not count.
    [errors] Of all calls that ended: those that broke off, got no answer in time, were answered 4xx or 5xx, or were not recorded. In brackets the bounds between which the share lies with a probability of 95 % (Wilson’s interval). Below 30 calls there is little data and no share.
    [latency] From the request to the beginning of the answer: half of all answers are faster than the first number, 95 of 100 faster than the second. By classes of time, approximate within a class.
    [waiting] Messages that the bot has not taken yet, and how long the oldest has waited.
    [gaps] Calls that passed and were not recorded. Only in the mode “observe”; every gap stands in the journal too.
   *[cost-day] Tokens from the model’s answers times the price that was set at the moment of the call. Currencies are never added to each other. Calls without a price are counted apart.
}
faring-how-day = A day is the last 24 hours and the rest of the hour before: counts are kept by the hour.
faring-never = none so far
faring-no-answers = no answers
faring-no-calls = no calls
faring-latency = half within { $p50 }, 95 % within { $p95 }
faring-seconds = { $what } s
faring-waiting = { $count ->
    [one] { $count } message
   *[other] { $count } messages
}, the oldest for { $age }
faring-gaps = { $count ->
    [0] none
   *[other] { $count } in a day
}
faring-errors = { $part } of { $n } · { $share } % ({ $low }–{ $high } %)
faring-errors-few = { $part } of { $n }, little data
faring-failure = { $what ->
    [unreachable] no connection
    [slow] too slow
    [broken] broke off
    [caller_gone] the bot went away
    [refused] refused 4xx
    [failed] failed 5xx
   *[not_recorded] not recorded
}
faring-problem = Last error
connection-try = Test the connection
recipe-python = Python:
recipe-javascript = JavaScript:
recipe-shell = Try it from a shell:
recipe-webhook = In one command, for a bot with a webhook (make $SECRET up, and fill it in as “Sender’s proof”):
measured-channel = What is measured in the channel “{ $what }”
channel-inner = { $what ->
    [llm] Model without a channel
    [crm] CRM
    [hook] Webhook
    [http] Another server
   *[events] Events of the bot
}
problem-status = answered with error { $what }
problem-unreachable = could not connect
problem-slow = did not answer in time
problem-broke = the connection broke off
problem-behind = earlier messages of this conversation wait
problem-forbidden = a service address that may not be asked
problem-untrusted = the certificate cannot be trusted
problem-nowhere = the bot has no address
problem-not-recorded = the record could not be stored
problem-caller = the bot broke off
llm-tools = Asks for
answered-at-once = answered at once
cost-uncounted = use unknown: { $count ->
    [one] { $count } call
   *[other] { $count } calls
}
connection-forward-drop-sure = Yes, forget it
trial-title = Test
trial-lead = What an engineer would try by hand: is the address there, does the server answer, do events come. No keys are used, and it takes at most 10 seconds.
trial-start = Test
trial-deliver = Test the bot too
trial-deliver-hint = The bot gets an empty message marked X-Letopis-Test. No client sees it, and it is not recorded.
trial-well = All is well
trial-wrong = Something has to be fixed
trial-verdict = { $what ->
    [well] well
    [wrong] to be fixed
   *[open] not tested
}
trial-step = { $what ->
    [address] Server address
    [name] Name
    [tcp] Connection
    [tls] Encryption
    [answer] Answer of the server
    [clock] Clock
    [door] Our address for the platform
    [sender] Sender’s proof
    [bot] Address of the bot
    [delivery] Test message to the bot
    [access] Access to the CRM
    [plan] Plan
    [owner] In whose name
    [rights] Rights
    [leads] Mode of the CRM
    [cards] Cards
    [pace] Room for requests
    [application] Application in the portal
   *[events] Events
}
trial-hours = { $count ->
    [0] less than an hour ago
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
trial-why = { $what ->
    [usual] the usual one of this kind.
    [named] set by you.
    [no_address] not set. Fill in “Server address” below.
    [bad_address] misspelt. Write it as https://server or https://server/path.
    [bad_proxy] the outbound proxy is misspelt. Write it as http://login:password@host:port.
    [bad_certificates] the certificates of the connection cannot be read. Load them again as PEM.
    [known] the name is known.
    [by_proxy] the outbound proxy looks names up.
    [no_name] there is no such name. Look for a slip in the address.
    [no_proxy_name] the outbound proxy’s name does not exist. Check its address among the secrets.
    [forbidden] a service address inside the network that may not be asked. If you mean it, allow it: letopis connection set --link-local true.
    [itself] this is Letopis itself: requests would go in circles. Fill in the server’s address, not ours.
    [connected] open in { $ms } ms.
    [refused] nobody listens there. Check the port and whether the server runs.
    [silent] nobody answered within 4 seconds. A firewall may be in the way, or an outbound proxy is needed.
    [unreachable] there is no way to it. Check the network of this machine.
    [proxy_dead] the outbound proxy does not answer. Check its address and whether it runs.
    [proxy_login] the outbound proxy refuses the login and password. Replace them among the secrets.
    [proxy_refuses] the outbound proxy does not let us through to this server. Allow the address there.
    [trusted] on, and the certificate is genuine.
    [plain] off, the address begins with http. Fine inside your own network, not over the internet.
    [certificate_expired] the certificate has expired or is not valid yet. Renew it, and check the date of this machine.
    [certificate_unknown] the certificate is signed by nobody we know. If the server is yours or of a Russian authority, add its certificate: letopis connection set --ca file.pem.
    [certificate_name] the certificate belongs to another name. Check the server address.
    [no_tls] no encryption could be agreed on. Check https or http, and the port.
    [wants_key] answers and asks for a key. That is right: your bot has the key, we do not keep it. { $ms } ms.
    [answers] answers in { $ms } ms.
    [no_path] answers, but the usual page is not there (404). The address may have a path too many.
    [elsewhere] answers, but sends callers elsewhere (status { $status }). Fill in the final address.
    [region] does not serve your country. An outbound proxy or a reseller is needed.
    [fails] fails by itself (status { $status }). Wait, or ask whoever runs it.
    [slow] no answer within { $ms } ms.
    [broke] broke off, or does not speak HTTP. Check the port and whether it is the right server.
    [clock_right] right.
    [clock_off] { $ahead ->
        [yes] the clock of this machine is { $apart } behind the server’s. Times in the journal will be wrong: switch time synchronisation on.
       *[no] the clock of this machine is { $apart } ahead of the server’s. Times in the journal will be wrong: switch time synchronisation on.
    }
    [no_clock] the server does not say what time it is.
    [door_https] opens over https. We cannot look at ourselves from outside.
    [door_local] platforms deliver only to an https address on the internet, and this one is not. Set public_url of the server.
    [sender_set] set: messages of strangers are refused.
    [sender_unset] not set: whoever knows the address can write to the journal. Set it among the secrets and at the platform.
    [no_bot] not set: messages are recorded and go no further.
    [bad_bot] misspelt. Write it as https://server/path.
    [taken] taken in { $ms } ms, status { $status }.
    [late] taken, but in { $ms } ms: the platform does not wait so long. Make the bot answer faster.
    [not_taken] the bot answered { $status }: it works, but did not understand an empty message. Write to it for real.
    [not_asked] not sent. The button below sends it.
    [today] they come, the last one { $ago }.
    [before] none in the last day, the last one { $ago }.
    [never] none so far. Write to the bot and look here again.
    [let_in] the portal lets us in.
    [no_credential] none: Letopis only passes the bot’s calls on. To let it write to cards, add a webhook.
    [bad_credential] the webhook or the keys of the application are misspelt. Copy them from the portal again.
    [webhook_over] the portal does not know the webhook: it was deleted, has expired, or the employee who made it has left. Make another one and replace its URL.
    [tokens_over] the portal does not know the application any more. Open it in the portal and install it again.
    [not_a_crm] what answers there is not Bitrix24. Check the address of the portal.
    [portal_gone] the portal is gone: it was deleted.
    [overloaded] Bitrix24 itself has blocked REST of this portal for overload. Letopis sends nothing more; write to the support of Bitrix24.
    [portal_silent] the portal gave no answer. What is in the way stands above; entries wait and arrive by themselves.
    [plan_has] REST is available.
    [plan_lacks] the plan of the portal has no REST: a paid plan with a Market subscription is needed.
    [owner_admin] employee no. { $number }, an administrator of the portal. If they leave, the webhook stops working: better make it as an employee of its own.
    [owner_employee] employee no. { $number }, not an administrator: only cards that they may see are seen and written. If they leave, the webhook stops working.
    [owner_app] an application, installed by employee no. { $number }.
    [has_crm] cards of the CRM may be read and written (crm).
    [lacks_crm] the right crm is missing: no card can be read or written. Tick “CRM (crm)” in the settings of the webhook.
    [has_booking] online bookings are visible (booking).
    [lacks_booking] the right booking is missing: online bookings of the portal are not seen. Everything else works.
    [has_lines] open lines are visible (imopenlines).
    [lacks_lines] the right imopenlines is missing: a card is not found by the chat of an open line, only by phone, e-mail and number.
    [has_user] employees are visible (user).
    [lacks_user] the right user is missing: employees are shown by number, not by name.
    [has_placement] tabs may be placed into cards (placement).
    [lacks_placement] the right placement is missing: no tab can be placed into cards. Tick it in the settings of the application and install it again.
    [leads_on] classic, with leads.
    [leads_off] simple, without leads: a new client’s card is a contact and a deal.
    [leads_unknown] the portal does not say; taken for one with leads.
    [cards_shown] visible. Whether they may be added shows with the first one: Bitrix24 has no way to try without writing.
    [cards_hidden] the portal does not show leads. Give the employee of the webhook a role in the CRM with rights to leads and deals.
    [pace_free] there is enough.
    [pace_busy] the portal asks to wait: other programs have used up the requests (2 a second for all of them on ordinary plans). Entries arrive late.
    [pace_spent] one of the methods has used up its time of ten minutes. It opens by itself in a few minutes.
    [app_stands] installed, with its tabs in leads, deals, contacts and the menu.
    [app_bare] installed, but some tabs are missing. Install it again as an administrator.
    [app_waits] its keys are stored, but nobody has installed it in the portal. Open it there.
    [app_none] none. A webhook is enough to write to cards; the tab “Letopis” in a card comes with a local application.
   *[not_tried] not reached: what stands above is in the way.
}
connection-rotate-ask = Replace the address? The old one stops working at once.
people-title = People
person-me = you
person-waiting = no password yet
person-name = Name
person-login-hint = an e-mail address or a word
person-role = Role
person-invite = Invite
person-link = New link
person-remove = Remove
person-remove-ask = Remove “{ $what }”? They lose access at once.
link-fresh = The sign-in link is ready
link-fresh-note = Send it to the person. It works once and for 24 hours, and is not shown again.
role = { $what ->
    [owner] Owner
    [manager] Manager
    [marketer] Marketer
    [integrator] Integrator
    [inspector] Inspector
   *[compliance] Data officer
}
company-title = Business
company-name = Name
company-kind = What it does
company-zone = Time zone
business-kind = { $what ->
    [salon] Salon
    [clinic] Clinic
    [service] Services
   *[other] Other
}
look-title = Look and sign-in
refused-help = { $what ->
    [bad_json] Check quotes and commas: one event is one object in braces.
    [missing_field] Add this field: without it the event has no place in the journal.
    [bad_timestamp] A time looks like 2025-01-01T12:34:56+03:00, with the zone at the end.
    [wrong_type] Something else is expected here: a text in quotes, perhaps, or a number without.
    [too_large] Send a shorter event.
    [bad_type] A type is in Latin letters: message_in, booking_created and so on.
   *[other] In detail:
}
key-word = KEY
crm-kind = { $what ->
    [lead] lead
    [deal] deal
    [contact] contact
   *[other] { $what }
}

# Reports
nav-reports = Reports
report-kind = { $what ->
    [digest] Morning digest
    [weekly] Weekly report
    [audit] Monthly audit report
    [alert] Alerts
   *[other] { $what }
}
report-about = { $business } · made { $made }
report-footer = Made by Letopis from the journal of events. Every number can be checked: open the same period under Reports, or ask the API.
report-few = little data
report-no-data = no data
report-never = never answered
report-part = { $part } of { $n }
report-rate = { $share } ({ $low } to { $high })
report-rate-few = { $share } (little data: { $low } to { $high })
report-seconds = { $what } s
report-minutes = { $what } min
report-hours = { $what } h
report-span = { $from } – { $to }
report-brief-day = { $day }/{ $month }
report-all = all together
report-no-channel = no channel named
report-uncounted = Events that came a moment ago and are not counted yet: { $what }.
report-provisional = Provisional: a booking counts for a conversation for { $what } days after it began, so the number may still grow.
report-how = How it is counted
weekly-title = { $business }: week of { $span }
weekly-head = Week of { $what }
weekly-headline = { $clients ->
    [one] One person wrote this week, { $booked } booked – { $rate }.
   *[other] { $clients } people wrote this week, { $booked } booked – { $rate }.
}
weekly-silent = Nobody wrote this week. If that is a surprise, look at the connections.
weekly-before-none = There is no week before to compare with: nobody wrote.
weekly-before-few = The week before { $before } booked. The difference is { $points } pp ({ $low } to { $high }): too little data for a conclusion.
weekly-before-same = The week before { $before } booked. The difference of { $points } pp ({ $low } to { $high }) cannot be told from chance.
weekly-before-better = Better: the week before { $before } booked, now { $points } pp more ({ $low } to { $high }).
weekly-before-worse = Worse: the week before { $before } booked, now { $points } pp ({ $low } to { $high }).
weekly-conversion = How many booked
weekly-funnel = The way to a booking
weekly-no-leak = Nothing is lost between the steps.
weekly-unmeasured = Not measured: { $what }.
weekly-leak = Most are lost before “{ $step }”: { $lost } of { $of }.
weekly-lost-title = Lost leads
weekly-lost-none = No lost leads.
weekly-lost = Lost: { $part } conversations, { $rate }.
weekly-recovered = {" "}Won back: { $what }.
weekly-waiting = {" "}Waiting for a call now: { $what }.
weekly-why = {" "}Why: { $what }.
weekly-reasons = Why they were lost
weekly-reasons-finding = Most often: { $first } ({ $count }).
weekly-days = Conversations by day
weekly-days-finding = { $count ->
    [one] Most on { $day }: one conversation.
   *[other] Most on { $day }: { $count } conversations.
}
weekly-answers = How long clients waited
weekly-channels = By channel
weekly-channels-chart = Share booked by channel
weekly-channels-finding = Where intervals overlap, this data cannot tell the channels apart.
weekly-visits = Visits and reminders
weekly-visits-none = Nothing is known of visits and reminders of these days. Connect the booking system.
weekly-left-out = What is in no number
weekly-left-out-none = Every conversation is in the numbers.
weekly-left-out-help = These conversations are in no denominator.
axis-conversations = conversations
axis-booked = share booked, of all clients who wrote
column-what = What
column-counted = Counted
column-share = Share
column-interval = 95 % interval
column-before = The week before
column-channel = Channel
column-conversations = Conversations
column-clients = Clients
column-booked = Booked
column-rate = Share booked
column-lost = Lost
column-p50 = Half waited up to
column-who = Who
column-signed-in = Sign-ins
column-refused = Failed sign-ins
column-viewed = Views
column-exported = Exports
column-changed = Changes
report-conversion = { $what ->
    [client] Booked, of all clients who wrote
    [session] Conversations with a booking, of all
    [intent] Conversations with a booking, of those that wanted one
    [lead] Leads with a booking, of all leads
   *[bot] Booked by the assistant alone, of all conversations
}
report-reason-rest = other
report-answer = { $what ->
    [n] Messages that waited for the assistant
    [p50] Half waited no longer than
    [p95] 95 of 100 waited no longer than
    [within] Answered within 3 seconds
    [unanswered] Never answered
    [first] First answer by anyone: half the conversations
    [handoff] Conversations handed to a person
   *[failed] Conversations with a failure
}
report-visit = { $what ->
    [no-show] Did not come, of those who came or did not
    [strict] The same with cancellations less than 2 hours before
    [unknown] Outcome unknown, of all visits that are over
    [delivery] Reminders delivered, of sent
    [confirmation] Confirmed, of delivered
   *[response] Answered the reminder, of delivered
}
report-reminded = { $what ->
    [confirmed] Did not come, of those who confirmed
    [silent] Did not come, of those who kept silent
    [not_delivered] Did not come, of those the reminder did not reach
    [not_reminded] Did not come, of those nobody reminded
   *[other] { $what }
}
report-left-out = { $what ->
    [reminder_reply] Answers to reminders
    [silent] The client wrote nothing
    [test] Tests
    [spam] Spam
    [staff] Staff
   *[other] { $what }
}
report-term = { $what ->
    [client] Share booked
    [intent] “Wanted to book”
    [bot] “By the assistant alone”
    [interval] Interval
    [few] “Little data”
    [lost] Lost lead
    [answers] Time to answer
    [visits] Did not come
   *[left-out] What is left out
}
report-definition = { $what ->
    [client] Clients with a booking, of all who wrote in these days. A booking belongs to the client's last conversation that began at most { $days } days before it. One that is cancelled within 15 minutes is none.
    [intent] Conversations in which the assistant or a system recognised the wish to book. Where that is not measured there is no row.
    [bot] No message of a person stands in the conversation before the booking.
    [interval] Wilson's: 95 times of 100 the true share lies within. The difference to the week before has Newcombe's.
    [few] The denominator is below 30: the share may be anything within the interval; decide nothing by it.
    [lost] The client neither refused nor booked, and one of twelve rules holds. Where several do, the strictest is the reason.
    [answers] From the client's last message in a row to the assistant's first answer. Those never answered count as waiting for ever.
    [visits] By the day of the visit. Cancelled in time are out; an unknown outcome never counts as come.
   *[left-out] Answers to reminders, tests, spam, staff, and conversations in which the client wrote nothing.
}
digest-title = { $business }, { $day }
digest-quiet = Nobody wrote. If that is a surprise, look at the connections.
digest-wrote = Wrote: { $what }
digest-booked = Booked: { $count } – { $rate }
digest-lost-none = No lost leads
digest-lost = Conversations lost: { $count } ({ $why })
digest-waiting = Waiting for a call now: { $what }
digest-no-show = Did not come: { $what }
audit-report-title = { $business }: audit, { $span }
audit-report-head = Audit: { $what }
audit-report-well = All is in place: the journal verifies, nothing is lost without a reason, nothing waits for a decision.
audit-report-wrong = Needs attention. { $what }.
audit-part = { $what ->
    [kept] Is everything kept
    [proved] Was the journal rewritten
    [destroyed] What was destroyed and why
    [promised] What the assistant promised
    [incidents] What broke
    [reviews] How often the assistant is wrong
   *[refused] What was not accepted
}
audit-lead = { $what ->
    [kept] The share of accepted events that are available, whole or anonymised. Accepted is counted from the numbers of the log, which nobody can edit together with the data.
    [proved] Nightly audits open records and hold them against the signed log.
    [destroyed] Every destruction has an act: its ground, the number of the request, the list of records.
    [promised] Promises of this period, and what has become of them by today.
    [incidents] Failures that rules or people found: how fast they were detected and put right.
    [reviews] People’s labels of random samples and unsure messages; the share is an estimate for all messages, with its interval.
   *[refused] Events that came with an error and wait for a decision.
}
audit-row = { $what ->
    [lost] Lost without a reason in a year
    [audits] Audits of the period
    [last] The last audit
    [size] Records in the signed log
    [witness] Witnesses have seen the log
    [alarm] A witness saw another history
    [erased] Erased on request
    [expired] Erased because their time was over
    [held] Kept because of a dispute now
    [open] Promises not kept
    [kept-promises] Kept
    [waiting] Not late yet
    [more] Only the latest were looked at
   *[quarantine] Events wait for a decision
}
audit-window = Available of { $what } days
audit-available = { $share } of { $accepted }; erased on request { $erased }, by age { $expired }
audit-lost-none = nothing
audit-runs = { $runs }, with findings: { $wrong }
audit-last = { $when }: records { $entries }, findings { $wrong }
audit-no-witness = there are no witnesses
audit-witness-never = not yet
audit-acts = acts { $acts }, records { $records }
audit-access = Who looked at conversations
audit-access-lead = Views and exports of personal data, and changed settings of the period.
audit-access-none = Nobody signed in or looked at anything in this period.
audit-who = { $what ->
    [local] commands on the server
    [stranger] strangers
    [employee] employees of the portal
   *[other] keys and former staff
}
audit-how = Availability: available events over all accepted in the last 30, 90 and 365 days; it counts all and is no sample, so there is no interval. Promises are recognised in the assistant's answers and held against what the journal records; what a journal cannot know is never called broken. Views are noted by the server itself and cannot be erased.
alert-opened = { $business }: { $title }
alert-over = { $business }: over. { $title }
alert-text =
    { $says }

    Since: { $began }
    More: { $link }
reports-lead = The weekly report and the digest hold no personal data of clients. A kept report is exactly the one that was sent.
reports-make = Make one now
reports-make-help = Last week and last month, or days of your choice.
reports-from = From
reports-to = To
reports-open = Open
reports-days = Report of these days
reports-kept = Archive
reports-kept-none = Nothing was sent yet.
reports-routes = Where they go
reports-routes-none = Reports go nowhere. Add a receiver.
reports-route-about = { $kinds } · { $when }
reports-route-when = { $day }, { $hour }:00
reports-route-quiet = quiet from { $from } to { $to } h
reports-mail-none = There is no mail server: add a section [post.mail] to letopis.toml, or letters will wait and come back here with an error after a day.
reports-way = { $what ->
    [mail] E-mail
    [telegram] Telegram
   *[max] MAX
}
reports-add = Add a receiver
reports-kinds = What to send
reports-way-label = How
reports-receiver = To whom
reports-receiver-help = an e-mail address or the number of a chat
reports-secret = Token of the bot
reports-secret-help = for Telegram and MAX; kept encrypted and never shown again
reports-hour = Hour
reports-weekday = Day of the week (weekly report)
reports-weekday-name = { $what ->
    [day-1] Monday
    [day-2] Tuesday
    [day-3] Wednesday
    [day-4] Thursday
    [day-5] Friday
    [day-6] Saturday
   *[day-7] Sunday
}
reports-language = Language
reports-remove = Remove
reports-remove-ask = Send nothing to “{ $what }” any more?
reports-no-secret = no token of a bot
reports-test = Send a test
reports-send = Send now: { $what }
reports-way-out = On the way
reports-way-out-none = Everything is delivered, nothing waits.
reports-state = { $what ->
    [sent] delivered
    [waiting] waits
    [failed] not delivered
   *[twice] delivered, perhaps twice
}
reports-attempts = attempts: { $what }
reports-retry = Send again
reports-trial-title = { $what }: a test
reports-trial-text = If you read this, reports of Letopis will arrive here.
reports-repeat = You may have got this before: the server was interrupted while sending.
reports-whole = The whole report: { $what }

# Dossier
dossier = Download the dossier
dossier-help = One page with the conversation and all proofs: for a dispute
verdict-show = Show where

# Destruction and acts
client-erase = Erase this client's data
client-erase-help = Conversations, name, phone and accounts are destroyed for ever; an act remains.
erase-title = Erase a client's data
erase-goes = What will be destroyed
erase-lead = Everything the journal knows of “{ $what }”: conversations, name, phones, accounts, cards. It cannot be brought back.
erase-records = Records
erase-conversations = Conversations
erase-identities = Phones, accounts, addresses
erase-quarantined = Refused events
erase-since = Over the time
erase-shared = The client shares conversations or a phone with other clients. The others' records stay; the assistant's answers in shared conversations that name nobody are destroyed.
erase-stays = What stays
erase-stays-text = Fingerprints of the records in the log, from which no word can be restored, and an act with an extract of the log. Numbers of requests and decisions are kept without the client's name.
erase-why = Ground
erase-ground = Why it is erased
erase-choose = Choose
erase-request = Number and date of the request
erase-request-help = No name, phone or e-mail: this line is kept in the journal for ever. For example: no. 12 of 22 Nov 2026.
erase-type = To confirm, type the word “{ $what }”
erase-word = erase
erase-cancel = Cancel
erase-do = Destroy the data
erase-which-ground = Choose a ground.
erase-request-wrong = Give the number and date of the request, up to 200 characters, without phone or e-mail.
erase-word-wrong = The word does not match. Nothing was erased.
basis = { $what ->
    [withdrawal] Consent withdrawn
    [request] Demanded by the person or the regulator
    [unlawful] Unlawful processing
    [purpose] The purpose is reached
   *[other] { $what }
}
trail-title = Who looked at what
trail-lead = Sign-ins, looks at conversations, exports and changes of settings. The server writes them itself; these lines can neither be changed nor erased.
trail-choose = What to show
trail-what = { $what ->
    [signed-in] Signed in
    [sign-in-refused] Refused
    [signed-out] Signed out
    [link-issued] Link issued
    [password-set] Password set
    [changed] Change
    [viewed] Look
    [exported] Export
   *[all] Everything
}
trail-who = { $what ->
    [local] A command on the server
   *[stranger] Somebody unknown
}
trail-employee = The portal's employee no. { $number } ({ $portal })
trail-of = Only: { $what }.
trail-all = Show everybody
trail-empty = There are no such lines.
acts-title = Acts of destruction
acts-lead = Every destruction of data is entered into the log and attested by an act. Acts are kept three years, the list of destroyed records for ever.
acts-empty = No data has been destroyed yet.
act-erase = Act { $what }: a client's data destroyed
act-expire = Act { $what }: data destroyed when its time was over
act-heading = Act on the destruction of personal data
act-operator = Operator
act-subject = Person
act-phone-ending = phone ending in { $what }
act-categories = Categories of data
act-categories-always = texts of messages and answers, name, appointments
act-categories-expired = texts of messages and answers, names and appointments in conversations older than may be kept
act-destroyed = Destroyed
act-system = Information system
act-system-name = Letopis, log { $what }
act-way = How
act-way-text = the encryption keys of the records were destroyed; records, rows and words of the search index were deleted and their pages overwritten
act-ground = Reason
act-ground-expired = the time for keeping was over
act-request = Request
act-date = Date and time
act-by = Decided by
act-sign = Position, name, signature
act-not-kept = Three years have passed: the particulars of the act were removed. The list of records and the entry in the log stay.
act-not-signed = The log's signature comes within a second: reload the page.
count-records = { $count ->
    [one] { $count } record
   *[other] { $count } records
}
count-refused-items = { $count ->
    [one] { $count } refused event
   *[other] { $count } refused events
}
act-copies = Copies outside the journal
copy-proof = Proof of record { $what }
copy-dossier = Dossier of the conversation with record { $what }
copy-handed-out = handed out as a file: ask whoever has it to destroy it
copy-files = Dossiers, proofs, exports
copy-crm = Entries in the CRM
copy-reports = Reports sent
copy-none = none recorded
copy-backup = Key file of the backup
copy-backup-rewritten = replaced right after the destruction: the copy opens these data no more
copy-no-backup = no backup folder configured
extract-title = Extract of the log
extract-lead = The entry of the destruction in a log that can only be added to. By it anybody can check that list and particulars of the act were not changed.
extract-index = Number of the entry
extract-kind = Kind
extract-list = Destroyed records
extract-salt = Salt
extract-entry = Entry
extract-particulars = Particulars, as committed to
extract-checkpoint = Checkpoint
extract-proof = Proof of inclusion
extract-check = To check: the SHA-256 of particulars and list must give this entry, and the proof must lead from it to the signed checkpoint.
earlier = Earlier
error-gone = The data was destroyed
error-gone-help = This data was destroyed as the law asks and cannot be read. The act says what was destroyed and why.
error-gone-act = Open the act
# Witnesses, copies of checkpoints, the nightly audit
outside-title = Others have seen the log
outside-lead = A witness signs each new checkpoint and will sign no other history. Then not even the owner can rewrite the journal unnoticed.
witness-none = No witnesses yet: the owner could rewrite the whole journal unnoticed.
witness-not-yet = The witnesses have not signed a checkpoint yet.
witness-agreed = The witnesses last agreed { $when }: { $size } records.
witness-silent = never yet
witness-about = { $url } · signed { $when }
witness-fine = signs
witness-new = waiting
witness-away = no answer
witness-alarm = saw another history
witness-leave = Stop asking
witness-leave-ask = Ask “{ $what }” no more? Signatures it has given stay.
witness-quorum = How many must sign
witness-how = How to ask another firm
witness-how-1 = Send it the key of your log. It runs letopis witness serve and adds the key with letopis witness add-log.
witness-how-2 = In return it sends the line of its own key (letopis witness key) and its address. Put them in below.
witness-key = The witness's key
witness-url = Its address
witness-join = Add
copies-title = Copies of checkpoints
copies-none = Not set up. A copy a day can go into a folder, by e-mail or by Telegram: section [anchor] in letopis.toml.
copy-way = { $what ->
    [folder] Into a folder
    [mail] By e-mail
   *[telegram] By Telegram
}
copy-fine = going out
copy-failed = not sent
copy-about = last one { $what }
copy-never = never yet
audit-title = Audit of the journal
audit-nightly = Every night
audit-none = not yet
audit-none-help = The first one runs tonight. letopis verify --deep checks right now.
audit-fine = all agrees
audit-wrong = { $count ->
    [one] { $count } finding
   *[other] { $count } findings
}
audit-wrong-help = Run letopis verify --deep: it names each record and place.
audit-about = { $when } · records: { $entries }
alarm-history = { $what } saw another history of this log: it was signed again or rolled back
alarm-show = What happened
verify-link = Check a proof or a dossier

# Checking proofs
verify-title = Check a proof
verify-lead = Choose a dossier or a proof, or drop it on the field. We check it and keep nothing. No sign-in needed.
verify-file = File: a dossier (HTML page) or a proof (JSON)
verify-paste = Paste it as text
verify-text = Text of the proof or dossier
verify-key = The log's key
verify-key-help = Take it from the owner by another way: a web site, a contract. Left empty, we take the key of the log on this server.
verify-witnesses = Keys of witnesses
verify-witnesses-label = One a line. If you give any, each of them must have signed.
verify-check = Check
verify-another = Check another file
verify-without-us = You do not trust this server? Check without it: with ledger-verify, or with foreign programs, aics-tlog and golang.org/x/mod/sumdb. docs/verify.md says how.
verify-holds = { $count ->
    [one] It holds: { $count } record was checked.
   *[other] It holds: { $count } records were checked.
}
verify-broken = { $count ->
    [one] Do not believe it: { $count } proof does not hold.
   *[other] Do not believe it: { $count } proofs do not hold.
}
verify-edited = Do not believe it: the page was edited.
verify-edited-help = The proofs themselves are whole, but the conversation on the page is not the one in them. Believe only the text below: it comes from the proofs.
verify-log = Log { $what }
verify-own-key = The key is this same server's. That is good enough to find a damaged file. In a dispute with the owner, take the key from them beforehand and by another way.
verify-proved = What is proved
verify-proved-1 = Exactly these words, to the last character, stood in the log under their numbers when it was signed.
verify-proved-page = The conversation on the page is the one in the proofs. The heading of the page is not covered.
verify-proved-seen = The witnesses named below saw this history of the log at the given time: it was not rewritten later.
verify-not-proved = What is not proved
verify-not-1 = That what was said is true.
verify-not-2 = That the log got everything that happened.
verify-not-3 = Who really wrote, and the exact time: the time of an event is the sender's.
verify-not-seen = That the owner did not rewrite the whole log before giving you the file. Signatures of witnesses show that; there are none here.
verify-ok = holds
verify-wrong = does not hold
verify-record = record No. { $index } · { $id }
verify-about = { $when } · { $kind }
verify-said = Written
verify-reply = Reply
verify-seen = Seen by { $who }, { $when }
verify-unreadable = It cannot be read: { $what }
verify-tlog-proof = This is a .tlog-proof: it does not hold the record. Send the whole proof (JSON) or a dossier.
verify-needs-key = There is no log “{ $what }” on this server. Give its key.
verify-bad-key = This is no key: { $what }
verify-form = The form could not be read. Try again.
verify-nothing = Choose a file or paste text.
verify-too-long = The file is larger than 8 MB. Check it with ledger-verify.
verify-pace = { $count ->
    [one] Too often. Try again in { $count } second.
   *[other] Too often. Try again in { $count } seconds.
}

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
retention-available-help = The share of accepted events that can be opened. Counted by the numbers of records, which cannot be edited together with the data.
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
   *[other] expired
}
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

nav-cards = Cards
cards-title = Cards in the CRM
cards-lead = What the assistant did stands on the client's card. Here is what has not reached a card yet, and why.
cards-none = No CRM is connected
cards-none-help = Connect Bitrix24, and every dialogue appears on its client's card.
cards-none-go = To the connections
cards-not-writing = Writing to cards is switched off in the connection's settings: new entries only gather.
cards-waiting = to be sent
cards-cardless = without a card
cards-buried = refused by the CRM
cards-written = written
cards-oldest = The oldest entry has waited { $what }
cards-how = An entry is a stretch of one dialogue, or a task. “To be sent”: the card is known, the portal has not confirmed the entry. “Without a card”: the client has none; it is looked for again at each message of theirs. “Refused”: the portal said no for good. An entry without an answer is looked up on the card first, so none appears twice.
cards-halted = { $why ->
    [credential] The portal does not take our webhook or application any more ({ $when }). Check that the employee who made the webhook is still there, and paste the new address.
    [plan] REST is not available in this portal: it needs a paid plan ({ $when }).
    [overload] The portal has blocked requests because of overload ({ $when }). Turn to the support of Bitrix24; trying again only prolongs it.
    [gone] There is no such portal any more ({ $when }).
   *[other] The portal has not been asked since { $when }: { $why }.
 }
cards-resume = Try again
cards-buried-title = Refused
cards-buried-lead = The portal said no. Settle the reason and send again: the order of entries on a card stays.
cards-waiting-title = To be sent
cards-what = { $what ->
    [task] A task for the staff
   *[steps] Steps of a dialogue
 }
cards-bury = Do not send
cards-bury-ask = Not send this entry? It will not be on the card; in the journal it stays.
cards-bury-sure = Yes, do not send

differences-count = { $count ->
    [0] Journal against CRM: no differences
    [one] Journal against CRM: { $count } difference
   *[other] Journal against CRM: { $count } differences
 }
differences-title = Journal against CRM
differences-lead = Where the journal and the CRM tell different things. Each difference shows what it is based on and what can be done. We ourselves merge and delete nothing in the CRM, and change no stage.
differences-figure = { $what ->
    [claimed] lead claimed, but absent
    [stranger] card without a dialogue
    [double] doubles
    [outcome] another outcome
   *[buried] refused by the CRM
 }
differences-empty = No differences
differences-empty-help = The journal and the CRM tell the same. They are compared whenever the portal is read; doubles are looked for at night.
differences-how = “Lead claimed”: the assistant told of a lead, 15 minutes have passed, and the CRM showed no living lead or deal of that client. “Card without a dialogue”: a lead or deal older than 15 minutes that was made since we read the portal and is tied to no client of the journal, neither itself nor through its lead or contact. Which sources count is a setting of the connection; empty means all. “Doubles”: a client has several open cards of one kind with the same phone or e-mail; closed leads do not count. “Another outcome”: a card ended otherwise than the till, the bot or the staff told while it lived and for a week after. Claims and outcomes are looked at for 90 days.
differences-more = { $count ->
    [one] And { $count } more: settle these first.
   *[other] And { $count } more: settle these first.
 }
differences-nobody = The journal knows no such client. Give the phone or e-mail they wrote with, or the client’s number from the address of their page (c_…).
differences-since = { $when } · { $age } ago
differences-responsible = Responsible in the CRM: employee no. { $what }
differences-client = A client without a name
differences-talk = Dialogue
differences-open = Open in the CRM: { $what }
differences-claimed = The assistant says that it made a lead, and the CRM has none
differences-claimed-card = The assistant named the card “{ $what }”, and the CRM has none
differences-claimed-gone = The assistant named the card “{ $what }”, but it was deleted or merged in the CRM
differences-search = { $what ->
    [sought] The client’s card is looked for again at each message of theirs
    [making] A card is being made; the portal has not confirmed it yet
    [buried] The portal refused to look for the card
    [found] Another card of the client was found, but not the lead of the assistant’s answer
   *[other] { $what }
 }
differences-stranger = Card “{ $what }”: not one dialogue
differences-source = Source: { $what }
differences-stage = Stage: { $what }
differences-double = One client has several open cards
differences-double-own = Dialogues are written to the card “{ $card }”{ $by }
differences-found-by = { $what ->
    [given] : the bot named it
    [origin] : Letopis made it
    [made] : Letopis made it
    [line] : by the chat of an open line
    [phone] : found by phone
    [email] : found by e-mail
    [person] : chosen by a person
    [converted] : a deal of the client’s lead
   *[other] {""}
 }
differences-outcome = Card “{ $what }”: CRM and journal tell different outcomes
differences-crm-says = CRM: { $what }, { $when }
differences-journal-says = Journal: { $what }, { $when }
differences-buried = The CRM did not take an entry about a dialogue
differences-seek = Look for it now
differences-order = Make a card
differences-order-help = We look once more first. If there is no lead, a new one appears in Bitrix24, with the client’s name and phone as we know them. The decision stays in the journal.
differences-order-sure = Yes, make it
differences-needless = Not needed
differences-link = A client of ours
differences-link-who = Phone, e-mail or the client’s number
differences-link-help = The card becomes this client’s: dialogues are written to it, and its history comes into the journal. The decision stays in the journal.
differences-link-sure = Link
differences-not-ours = Not ours
differences-why-label = Why
differences-why = { $what ->
    [elsewhere] The client came another way: a call, a visit, a form
    [spam] Spam, or a supplier
    [test] A test
    [double] A double, closed or merged in the CRM
    [erased] The client’s data was erased from the journal
   *[needless] Not needed any more
 }
differences-aside-help = The difference leaves the list. Nothing changes in the CRM. The decision stays in the journal.
differences-aside-sure = Take off the list
differences-choose-title = Choose the right one
differences-choose-help = Dialogues are written to the chosen card. We do not touch the others: merge them in Bitrix24.
differences-choose = Right: { $what }
differences-settle = Who is right
differences-settle-help = The decision stays in the journal, and the difference leaves the list. If the journal is right, correct the card in the CRM: we change no stage ourselves.
differences-right-crm = The CRM is right
differences-right-journal = The journal is right
crm-sources = Sources that the assistant serves
crm-sources-hint = Codes of sources, separated by commas. Leads from other sources are no “card without a dialogue”. Empty: all count.
crm-problem-sources = A source is a code of Bitrix24’s list, such as WEB or 1|TELEGRAM.

reading-title = Reading from the CRM
reading = Reading
reading-off = switched off in the connection’s settings
reading-never = not yet
reading-looked = Last look
reading-changed = Last change in the CRM
reading-night = Last nightly pass
reading-waiting = Events on their way to the journal
reading-problem = The portal cannot be read now
reading-how = “Last look”: when the portal answered every question; it is read every few minutes and at once when it sends an event. “Last change”: the latest change of a lead or deal by the portal’s clock. “Last nightly pass”: when the round over all known cards ended.

problem-limit = the portal asked to wait: too many requests
problem-method = the portal has limited the working time of this method
problem-looked-up = looked up on the card: it is not there, it will be sent again
problem-ended = the program stopped while sending: the card is looked at first
problem-given-up = taken off by a member of the staff
problem-scope = the webhook lacks a scope
problem-no-card = the card is gone: another one is looked for
problem-denied = the employee behind the webhook may not change the card
crm-title = Connect Bitrix24
crm-lead = Every conversation gets onto the client’s card, and what became of it comes back into the journal. What is not ticked is not done.
crm-new = Connect by a webhook
crm-new-lead = You have Bitrix24 and want to write to cards?
crm-add = Connect and test
crm-webhook = URL of an inbound webhook
crm-webhook-hint = In the portal: Developer resources → Other → Inbound webhook. Tick CRM, and if you like booking, imopenlines, user. The URL is kept encrypted and is not shown again.
crm-settings = What to do in the CRM
crm-settings-lead = The webhook is replaced among the secrets below; press “Test” afterwards.
crm-write = Write conversations to cards
crm-write-hint = The card gets an entry: when they talked, how it ended, a link and the number of the proof.
crm-words-label = How much a card is told
crm-words = { $what ->
    [steps] Times and steps only
    [digest] Steps and the gist: what the client wanted, what was done
   *[full] The whole conversation
}
crm-words-hint = Employees see and edit cards, so the gist is usually enough: the conversation itself stays in the journal. With “steps only” the tab in the card shows no words either.
crm-words-clinic = A clinic’s cards are told steps only: nothing about health leaves the journal.
crm-read = Read what became of the lead
crm-read-hint = A deal won, a refusal, a booking, a no-show come back into the journal as facts.
crm-create = Make a card if there is none for 15 minutes
crm-create-hint = Leave it off if the bot makes leads itself: Letopis finds its card.
crm-tasks = Give the manager a task
crm-tasks-hint = When a client was handed over to a person, or their lead is being lost: no answer, a booking promised and not made, silence after a price.
crm-responsible = Responsible, the employee’s number
crm-responsible-hint = Whose new cards and tasks are. Empty: the webhook’s owner. The number stands in the address of the employee’s page.
crm-more = Fields of cards, and stages
crm-fields = Your own fields of cards
crm-fields-hint = One a line: intent, confidence, variant or verdict = UF_CRM_…
crm-stages = What your stages mean
crm-stages-hint = One a line: deal:C1:LOSE = no_show. Meanings: in_progress, won, lost, booked, arrived, no_show, paid, ignore. Empty: as Bitrix24 itself has it.
crm-app = The tab in cards
crm-app-lead = It needs a local application of the portal: put its keys among the secrets, and the addresses shown when the connection was made into the application’s settings.
crm-problem-webhook = This is not the URL of an inbound webhook. It looks like https://portal.bitrix24.ru/rest/1/secret/ and begins with https.
crm-problem-name = This name does not fit: up to 120 characters.
crm-problem-words = Choose how much a card is told.
crm-problem-responsible = The employee’s number is a number.
crm-problem-fields = A field of a card is written like intent = UF_CRM_1747309879.
crm-problem-stages = A stage is written like deal:C1:LOSE = no_show.
recipe-portal-app = For the tab in cards: the “handler path” of a local application
recipe-portal-install = And its “initial installation path”
inside-title = Conversations with the client
inside-board = Letopis
inside-board-lead = What the assistant did. Within { $what }, of conversations in which the client wrote.
inside-older = Earlier
inside-more = Show earlier ones
inside-nobody = The assistant has not talked with this card’s client yet.
inside-nothing = There are no more conversations.
inside-steps = What was said is not shown here: the business decided so. You see times and steps.
inside-foot = Shown from Letopis. A green mark means: the record was checked against the signed log just now.
inside-said = { $what ->
    [client] The client wrote
    [bot] The assistant answered
   *[staff] An employee answered
}
inside-installed = Letopis is connected
inside-installed-whole = The tab “Letopis” stands in leads, deals, contacts and the menu.
inside-installed-bare = Access was given, but the tabs could not be placed. Tick CRM and placement among the rights of the application and install it again.
inside-installed-next = You may close this window.
inside-refused = { $what ->
    [unknown] There is no such connection. Install the application again.
    [unreadable] The portal sent something else than expected. Open the card again.
    [not_installed] The application is not installed in this portal.
    [stranger] The request is not proved by the portal.
    [other_portal] Another portal is connected.
    [other_app] Another application is connected.
    [no_right] You may not see this card in Bitrix24, so there are no conversations here either.
    [stale] The page stood open too long. Reload it.
   *[silent] Bitrix24 does not answer now. Try again in a minute.
}
problem-cardless = the client's card is not found yet
crm-no-show = Field of no-shows
crm-no-show-hint = If a no-show is marked by a field and not by a stage: UF_CRM_NOSHOW or UF_CRM_STATUS=45. Empty: by the stage alone.

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
       *[refused] Entries that the CRM refused for good: { $buried }.
    }
    [A3] { $silent_min ->
        [none] In an hour { $failed } of { $messages } messages did not arrive ({ $percent } %).
       *[other] Nobody has written for { $silent_min } min. Dialogues that usually begin at these hours of the week: { $expected }.
    }
    [A4] In a day { $booked } of { $conversations } booked ({ $percent } %); on the same days of four weeks before, { $before_percent } % of { $before_n }.
    [A5] In a day the assistant was unsure in { $unsure } of { $conversations } dialogues ({ $percent } %); before, in { $before_percent } % of { $before_n }.
    [A6] { $promises ->
        [one] In a day { $promises } answer with a promise that nothing in the journal confirms.
       *[other] In a day { $promises } answers with promises that nothing in the journal confirms.
    }
    [A7] The assistant says that it made a lead, and there is no card. Dialogues: { $count }.
    [A8] A client was handed to a person, and nobody answered. Dialogues: { $count }.
    [A9] In a day { $failed } of { $messages } reminders did not arrive ({ $percent } %).
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
    [A2] See what the CRM answers, and send the entries again.
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
    [A2] Entries whose card is known. It speaks when the oldest has waited longer than five minutes, when the CRM refused something for good, or when nothing is asked any more. It passes by itself.
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
lost-lead = Leads of { $what } of which nothing came. On top are those who wait for an answer at this moment. Whoever books after all leaves the list by themselves.
lost-filter = Any reason
lost-empty = Nobody waits
lost-empty-help = Here will be everybody who got no answer, who was promised a booking that is not there, or who fell silent after a price.
lost-take = Take in hand
lost-taken = { $who }, { $when }
lost-since = waits for { $what }
lost-end = End…
lost-more = The last 200 are shown.
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
    [R3] The bot said that it made a lead; after 15 minutes the CRM has none.
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
numbers-visits-title = Visits and reminders
numbers-answers = How fast the bot answers
numbers-p50 = half waited no longer
numbers-p95 = 95 of 100 waited no longer
numbers-first = to the first answer, bot or person
numbers-unanswered = questions without an answer
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
    [no-show] Did not come
    [interval] Interval and "little data"
   *[left-out] What is not in it
}
numbers-how = { $what ->
    [clients] Different people whose conversations began in the period. One person in two channels is one client where that is known.
    [cr-client] Clients with at least one booking, of clients who wrote in the period. A booking counts for the last conversation before it that began at most { $days } earlier.
    [cr-session] Conversations for which a booking counts, of all conversations of the period. Two bookings in one conversation are one; one that is cancelled within 15 minutes is none.
    [cr-intent] The same, of conversations in which the client wanted to book.
    [cr-lead] Leads with a booking, of conversations in which a lead came into being.
    [cr-bot] Conversations with a booking before which no person wrote, of all conversations.
    [lost] Conversations of which nothing came for one of 12 reasons, of all conversations. A client's no is not a loss; whoever books later is not lost.
    [within] Questions that the bot answered within 3 seconds, of all questions. Unanswered ones count as infinitely long.
    [no-show] Those who did not come, of those who did and did not, by the day of the visit. Visits cancelled in time are not in it; an unknown end is never counted as having come.
    [interval] In brackets are the bounds between which the share lies with 95% confidence (Wilson). Below 30 a share says nothing, and "little data" stands instead.
   *[left-out] Answers to reminders, tests, spam, staff, and conversations in which the client wrote nothing are in no number and counted apart.
}
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
