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
