# Слова
channel-name = { $what ->
    [whatsapp] WhatsApp
    [telegram] Telegram
    [instagram] Instagram
    [vk] ВКонтакте
    [max] MAX
    [avito] Авито
    [viber] Viber
    [site] Сайт
    [phone] Телефон
    [sms] SMS
   *[other] { $what }
}
outcome = { $what ->
    [booked] записан
    [cancelled] отменил
    [refused] отказ
    [handoff] передан человеку
    [failed] сбой
    [lead] заявка
    [unanswered] без ответа
   *[open] без итога
}
kind = { $what ->
    [message_in] Сообщение клиента
    [message_out] Ответ ассистента
    [lead_created] Создана заявка
    [booking_created] Запись на визит
    [booking_confirmed] Запись подтверждена
    [booking_rescheduled] Запись перенесена
    [booking_cancelled] Запись отменена
    [reminder_sent] Напоминание отправлено
    [reminder_delivered] Напоминание доставлено
    [reminder_confirmed] Клиент подтвердил визит
    [client_refused] Клиент отказался
    [handoff] Передан человеку
    [operator_reply] Ответ сотрудника
    [payment] Оплата
    [visit_arrived] Клиент пришёл
    [visit_no_show] Клиент не пришёл
    [delivery_status] Статус доставки
    [error] Сбой
    [model_changed] Сменилась модель
    [scenario_changed] Сменился сценарий
    [review_labelled] Оценка ответа
    [consent_given] Согласие на обработку данных
    [consent_withdrawn] Согласие отозвано
    [llm_call] Запрос к модели
    [agent_run] Работа агента
    [agent_step] Шаг агента
    [retrieval] Поиск в базе знаний
    [evaluation] Оценка ответа программой
    [llm_details] Подробности запроса к модели
    [crm_call] Запрос к CRM
    [lead_converted] Заявка стала сделкой
    [lead_lost] Заявка закрыта без сделки
    [deal_created] Создана сделка
    [deal_won] Сделка выиграна
    [deal_lost] Сделка проиграна
    [stage_changed] Сменилась стадия
    [card_linked] Найдена карточка в CRM
    [card_vanished] Карточки больше нет в CRM
    [action] Действие ассистента
    [other] Другое событие
   *[custom] { $what }
}
