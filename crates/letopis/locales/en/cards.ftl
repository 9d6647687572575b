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
