nav-scenarios = Scenarios
scenarios-title = Scenarios and prompts
scenarios-lead = What the assistant is told: versions of scenarios and prompts, how each does, and which one answers now. A bad one is replaced by an earlier one with one button.
scenarios-empty = No version yet
scenarios-empty-help = Save the first one below, or send the scenario's name with events (scenario and scenario_version): it appears here by itself.
scenarios-named = By name
scenarios-name = Name
scenarios-version = Version
scenarios-answers = Answers
scenarios-when = Its conversations
scenarios-nothing-active = none chosen
scenarios-unseen = no conversation with it yet
scenarios-seen = from { $from } to { $to }
scenarios-versions = { $count ->
    [one] { $count } version
   *[other] { $count } versions
  }
scenarios-prompts = Prompts without a name
scenarios-prompts-help = A system prompt without a name is known by a digest of its text. The text itself stays in the record of the conversation it came with.
scenarios-prompts-many = There are very many: a date or a name seems to be put into the prompt. Send its version in the header X-Letopis-Prompt-Version, then conversations gather by version.
scenarios-models = Models
scenarios-how = The share of conversations with a booking among all conversations of the version that count, for as long as totals are kept (up to a year); the 95 % interval in brackets. Under 30 conversations there is too little data. Versions follow each other, and so do seasons and advertising, so this is no experiment: for a fair comparison there are experiments.
scenario-title = Scenario “{ $what }”
scenario-active = Version { $version } answers since { $when }, made active by { $by }.
scenario-nothing-active = No version is chosen: the bot gets nothing from here.
scenario-no-version = Without a version
scenario-version = Version { $what }
scenario-only-seen = Only in conversations: its text is not here
scenario-put = Saved { $when } by { $by }
scenario-answers = answers
scenario-numbers = Numbers of this version
scenario-compare = Compare with version { $what }
scenario-bring-back = Bring this version back
scenario-activate = Make this version active
scenario-activate-ask = Version { $what } will answer. The bot takes it with its next conversation. Make it active?
scenario-text-now = What is told now
scenario-changes = What was made active when
scenario-made-active = { $when } — version { $version }, { $by }
scenario-put-title = Save a new version
scenario-put-sure = Save version
scenario-version-label = Version
scenario-version-next = next number
scenario-text = Text: a prompt, an instruction or JSON
scenario-text-help = Up to 64 KB. The text is kept for ever and never erased, so no client's data may be in it.
scenario-comment = What is new
scenario-activate-now = Make it active at once
scenario-activate-help = A mark appears on the charts, and the bot gets this version with its next question.
scenario-wrong-name = Name: up to 100 characters, without @ / ? # and line breaks. Nothing was saved.
scenario-wrong-version = Version: up to 40 characters, without @ / ? # and line breaks. Nothing was saved.
scenario-wrong-comment = What is new: up to 500 characters. Nothing was saved.
scenario-wrong-text = Text: something, and no more than 64 KB. Nothing was saved.
scenario-taken = There is such a version with another text. A version is saved once: take the next number.
scenario-names-client = The text has the phone or e-mail of a client of the journal in it. It could not be erased at their request: take it out. Nothing was saved.
scenario-difference = Versions compared: { $what }
scenario-earlier = Earlier version
scenario-later = Later version
scenario-changed = Lines removed: { $gone }, added: { $new }.
scenario-folded = { $count ->
    [one] { $count } line unchanged
   *[other] { $count } lines unchanged
  }
change = { $what ->
    [model] model: { $from } → { $to }
    [prompt-named] prompt “{ $name }”: { $from } → { $to }
    [prompt] prompt: { $from } → { $to }
    [scenario-named] scenario “{ $name }”: { $from } → { $to }
   *[other] scenario: { $from } → { $to }
  }
change-by = { $told } ({ $by })
marked-title = What changed
marked-how = Another model, prompt or scenario: made active here by a person, or seen in conversations (five of twenty running on have it).
weekly-change = Changed { $when } — { $told }.
facts-faq = Questions and answers
facts-faq-help = “Question? Answer” in a line, a table “question;answer”, or two lines: “Q: …” and “A: …”. Replies with another phone, address, site, time, share, or a yes for a no come to the review.
facts-wrong-question = Questions and answers, line { $line }: a question and its answer are needed. Nothing was saved.
