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
