

## First steps: the plan, its checks, what they say

nav-start = First steps
start-title = First steps
start-lead = A plan of six steps. Letopis checks each point itself: it looks into the journal or really tries it. Only what people alone know can be ticked, and a tick keeps its name and date.
start-progress = { $done } of { $all } done
start-all-done = All done. From here on, “Today” is enough.
start-next = Next: { $what }
start-open = Open first steps
start-dismiss = Do not remind me
start-remind = Remind me on “Today” again
start-dismissed = “Today” says nothing about this any more.
start-listed = check-list
start-take-back = Take the tick back
start-sealed = Who ticked or tested, and when, is recorded in the journal and covered by its proofs.
start-settings = What is connected and what is left, each point with its check.
start-state = { $what ->
    [done] done
    [wrong] failed
   *[open] not yet
}
start-step = { $what ->
    [step-1] Critical events
    [step-2] Where it is kept
    [step-3] Connecting
    [step-4] Numbers
    [step-5] Retention and access
   *[step-6] Looking after it
}
start-step-lead = { $what ->
    [step-1] Without them nobody sees the way from the first message to the booking.
    [step-2] The journal is one folder on your server. Copy it and lock it.
    [step-3] Messages and answers get into the journal by themselves: one address of the assistant changes.
    [step-4] Conversion and no-shows are counted by themselves; a report comes every week.
    [step-5] Detail is kept for 30 to 90 days, sums for a year; the owner decides who sees what.
   *[step-6] Unsure answers every week, ten random conversations every month.
}
start-check = { $what ->
    [events] The five important events arrive
    [backup] The journal is backed up
    [outside] Somebody else holds the journal’s fingerprints
    [disk] The disk is encrypted
    [connected] Connections answer
    [first] Messages and answers arrive
    [crm] Bitrix24 is linked
    [reminders] Reminders go out and are recorded
    [chain] A test dialogue goes the whole way
    [counted] Conversations are counted
    [report] The weekly report arrives
    [retention] Retention is decided
    [people] People have roles of their own
    [consent] Consent to processing
    [officer] Somebody answers for personal data
    [reviews] Conversations are reviewed
   *[alerts] Failures are reported
}
start-why = { $what ->
    [events] A message, a lead, a confirmed booking, a reminder, a refusal.
    [backup] The folder for backups stands in letopis.toml: [backup] folder. Without keys a backup cannot be read.
    [outside] A witness or a copy of a checkpoint: then nobody can rewrite the journal unnoticed, not even its owner.
    [disk] Texts for the search lie open on the disk, so the disk is encrypted. That cannot be seen from inside; say so yourself.
    [connected] Letopis asks every connection and says what is wrong and what to do.
    [first] At least one real event, no test.
    [crm] Letopis asks the portal whether it lets us in and what we may do there.
    [reminders] The bot writes to the client before the visit, and the event about it comes to the journal.
    [chain] Letopis writes a dialogue marked as a test: it is accepted, recorded, found by the search, proved, and in no number.
    [counted] Conversion, no-shows and lost leads of 30 days.
    [report] Every address gets a few words; whether they arrived is seen at once.
    [retention] The default is 90 days of detail and a year of sums. Decide on yours: it is part of the retention policy.
    [people] A manager sees clients, a marketer numbers, an integrator connections. One shared sign-in is not enough.
    [consent] Clients know that they talk to an assistant and that it is kept. A person checks the text.
    [officer] Somebody is appointed who answers clients’ requests and keeps the acts.
    [reviews] The week’s unsure intents and the month’s random conversations wait for your opinion.
   *[alerts] A silent bot, a CRM that takes nothing, falling conversion: a message goes out by itself.
}
start-event = { $what ->
    [inbound] A message
    [lead] A lead
    [booking] A booking
    [reminder] A reminder
   *[refusal] A refusal
}
start-chain-step = { $what ->
    [accepted] accepted and on disk
    [recorded] recorded in the journal
    [found] found by the search
    [proved] its proof holds
   *[left_out] in no number
}
start-chain-name = Letopis test
start-chain-text = This is a test, nobody needs to answer:
start-chain-open = Look at the dialogue
start-chain-remove = Remove the test dialogue
start-says = { $what ->
    [events-none] None came in 90 days.
    [events-some] { $count } of 5 came in 90 days.
    [events-all] All five came in 90 days.
    [backup-on] Backups are made by themselves.
    [backup-off] No folder for backups is named.
    [outside-none] Neither a witness nor copies so far.
    [outside-waits] A witness is there and has not signed yet.
    [outside-witness] Witnesses agree, last on { $when }.
    [outside-copy] A copy went out { $when }.
    [outside-wrong] It does not go out: { $who }.
    [connected-none] Nothing is connected so far.
    [connected-key] No connections; events come by key, last { $when }.
    [connected-untested] Not tested: { $count }.
    [connected-well] Tested { $when }, all { $count } are well.
    [connected-wrong] { $when }, not well: { $count }. What to do stands below.
    [first-none] None so far.
    [first-no-answer] Messages arrive, and no answer of the assistant does.
    [first-came] Last: { $when }, { $who }.
    [crm-none] No portal is connected.
    [crm-untested] A portal is there and not tested.
    [crm-unsure] The portal was tested { $when } and did not say what we may do.
    [crm-wrong] The test of { $when } failed.
    [crm-well] The portal lets us in and grants what is needed, tested { $when }.
    [reminders-none] None in 90 days.
    [reminders-seen] Last: { $when }.
    [chain-none] Not tried yet.
    [chain-well] It went the whole way { $when }.
    [chain-wrong] { $when } it did not come to the end.
    [counted] Counted in 30 days: { $count }.
    [counted-none] Nothing to count in 30 days.
    [counted-waits] Still counting, events left: { $count }.
    [route-none] No address to send to.
    [route-untried] There is an address and nothing went there yet.
    [route-came] The last one arrived { $when }.
    [route-wrong] It does not arrive: { $who }.
    [retention-none] The defaults are in force; nobody decided on them.
    [retention-set] Decided { $when }, { $who }.
    [people-one] Only one person can sign in.
    [people-many] People with a sign-in of their own: { $count }.
    [reviews-none] Nothing is reviewed so far.
    [reviews-old] Last review: { $when }, more than a month ago.
    [reviews-made] Last review: { $when }.
    [said-done] Ticked { $when }, { $who }.
    [said-alone] One person works here. Ticked { $when }, { $who }.
    [said-not-needed] We do without. Ticked { $when }, { $who }.
   *[unsaid] Nobody has ticked it so far.
}
start-link = { $what ->
    [connected] To connections
    [first] How to connect
    [crm] Connect a portal
    [outside] Choose a witness
    [counted] Open numbers
    [retention] Decide
    [people] Invite
    [reviews] Begin a review
   *[other] Set an address
}
start-test = { $what ->
    [connections] Test connections
    [chain] Start the test
   *[report] Send a trial
}
start-say = { $what ->
    [disk-done] The disk is encrypted
    [consent-done] The text is checked and in force
    [officer-done] Somebody is appointed
    [people-alone] I work alone
    [crm-not_needed] We have no Bitrix24
    [reminders-not_needed] We send no reminders
    [events-not_needed] The others do not happen here
    [backup-not_needed] We copy it ourselves
   *[outside-not_needed] We do without witnesses
}

## Homes of roles

home-unanswered = wait for an answer now
home-handed = handed over, nobody took them
home-wrote = wrote in 7 days
home-booked = booked in 7 days
home-lost = lost in 7 days
home-sources = Where they come from, 30 days
home-channels = By channel, 30 days
home-no-sources = No event carries a UTM mark, so only channels are known.
home-campaigns = Campaigns, 30 days
home-variants = Variants, 30 days
home-group = { $conversations }; booked: { $share }
home-all = Show all
home-failing = failing connections
home-given-up = deliveries given up
home-incidents = open incidents
home-no-connections = Nothing is connected so far.
home-no-incidents = All is quiet.
home-open = open
home-since = since { $what }
home-rule = { $what ->
    [A1] Clients get no answer
    [A2] The CRM takes nothing
    [A3] A channel is silent or does not deliver
    [A4] Fewer bookings than usual
    [A5] The assistant is unsure more often than usual
    [A6] A promise without an action
    [A7] A lead is claimed and not in the CRM
    [A8] Handed to a person, and nobody took it
    [A9] Reminders do not arrive
    [A10] A version changed
    [A11] Verification found a difference
    [A12] Retention: not deleted in time, or little space
    [A17] More is spent than budgeted
    [A18] Journal and CRM differ
   *[hand] Opened by a person
}
home-waiting = What has not arrived
home-waiting-both = { $waiting } waiting, { $failed } given up
home-queued = Accepted and not recorded yet
home-kib = { $what } KB
home-forwards = Deliveries to the bot
home-reports = Reports and alerts
home-buried = Card entries nobody tries any more
home-refused = Refused events
home-versions = Versions, 14 days
home-no-versions = Model, prompt and scenario did not change.
home-nothing-before = nothing
home-version = { $what ->
    [model] Model
    [prompt] Prompt
   *[scenario] Scenario
}
home-wrong = differences in the journal
home-erased = erasures in 30 days
home-verified = Verification of the journal
home-witnesses = Witnesses
home-verify = Check a proof
home-no-acts = Nothing was destroyed so far.
home-detail = Detail is kept for
home-sums = Sums are kept for
home-ran = Last clean-up
home-never-ran = not yet
home-holds = Holds
home-looked = Who looked at clients, 7 days
home-looked-about = views { $viewed }, exports { $exported }, refused sign-ins { $refused }
home-nobody-looked = Nobody.

## Saved views, live parts, keys

views-title = Saved views
views-shared = shared
views-save = Save this view
views-name = Name
views-share = Show it to everybody in the business
views-remove = Remove view
live-stale = The server does not answer. Data of %time%.
keys-title-all = Keys
keys-walk = Down and up a list
keys-open = Open
keys-help = This help
keys-close = Close
keys-layout = Keys work in any layout: their place counts, not the letter.
