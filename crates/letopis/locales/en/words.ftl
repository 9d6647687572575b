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
