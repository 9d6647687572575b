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
complete-title = What events lack
complete-lead = Of 30 days. What an event lacks, numbers lack too. Counted is what the bot, channels and models sent; what the CRM told by itself is not.
complete-channel = Channel
complete-all = All channels
complete-what = { $what ->
    [session] Conversation's id
    [client] Client
    [intent] Intent
   *[card] Card in the CRM
}
complete-share = { $share }, { $part } of { $n }
complete-advice = What to do
complete-do = { $what ->
    [session] Have the bot send session_id with every event. Without it conversations are cut by silence, and a long one may become two.
    [client] Send client: the chat's number (channel_id) or a phone. Without it nobody knows who wrote and whom to call, and one person's conversations stay apart.
    [intent] Not all messages of clients name an intent. Send intent, or name the field that holds it in the settings of the model's connection; it can also be learnt from answers that people labelled.
   *[card] Send crm_id when a lead is made, or connect Bitrix24: the client's card is found by phone. Without it nobody knows how a conversation ended. Not everybody has a card, so low means less than half.
}
complete-cut = There are more events: the last 50,000 of this time were counted.
