# Обещания
nav-promises = Обещания
promises-title = Обещания ассистента
promises-lead = Что ассистент пообещал клиенту словами и чему в журнале нет подтверждения. Слова распознаются программой и могут быть поняты неверно: прежде чем звонить клиенту, откройте диалог.
promises-empty = Таких обещаний нет
promises-empty-help = Измените срок или вид, чтобы увидеть другие.
promises-more = Посчитаны последние 1000 обещаний за этот срок.
filter-state = Что с обещанием
filter-promise = Любое обещание
promise = { $what ->
    [booked] запись
    [rescheduled] перенос записи
    [cancelled] отмена записи
    [reminder_sent] отправка напоминания
    [reminder_promised] напоминание
    [callback_promised] звонок или ответ
    [handed_over] передача сотруднику
    [lead_created] заявка
    [sent_info] отправка сведений
    [payment_received] получение оплаты
    [discount_promised] скидка
    [price_stated] цена
   *[other] { $what }
}
promise-at = { $what } на { $hour }
promise-open = Обещано: { $what } — в журнале нет действия
promise-waiting = Обещано: { $what } — ждём действия
promise-kept = Обещано: { $what } — сделано, { $when }
promise-state = { $what ->
    [open] Не подтверждены
    [waiting] Ждут срока
   *[kept] Выполнены
}
promise-figure = { $what ->
    [open] не подтверждены
    [waiting] ждут срока
   *[kept] выполнены
}
