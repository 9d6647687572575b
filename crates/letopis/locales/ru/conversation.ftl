# Диалог
facts = О диалоге
thread = Переписка
thread-more = Диалог очень длинный: показаны первые 2000 событий.
after = Что было дальше
after-help = События клиента после этого диалога: до следующего обращения, но не дольше 90 дней. Репликами диалога они не считаются.
after-source = Откуда известно
after-crm = прочитано из Битрикс24
after-noticed = прочитано из Битрикс24; время — когда Летопись это заметила
after-field = прочитано из Битрикс24: отметка в поле карточки
crm-stage = Стадия
deal-amount = Сумма сделки
pause = прошло { $what }
speaker-bot = Ассистент
speaker-staff = Сотрудник
fact-started = Начат
fact-lasted = Длился
fact-first-answer = Первый ответ
fact-messages = Всего
fact-confidence = Уверенность
fact-id = Номер
fact-kind = Событие
fact-sent = Время у бота
fact-received = Получено нами
fact-model = Модель
fact-scenario = Сценарий
fact-variant = Вариант
fact-latency = Думал
fact-tokens = Токены
fact-tags = Метки
fact-phone = Телефон
fact-source = Источник
fact-event-id = Номер события
fact-record = Запись №
filter-intent-name = Тема
percent = { $count } %
milliseconds = { $count } мс
count-events = { $count ->
    [one] { $count } событие
    [few] { $count } события
   *[many] { $count } событий
}
step-lead-claimed = Бот сообщил о заявке, но номера карточки нет
step-failed = { $what }: сбой
step-no-words = Сообщение без текста
booking-when = Когда
booking-service = Услуга
booking-staff = Мастер
payment-amount = Сумма
delivery = Доставка
crm-card = Карточка
action-name = Что сделал
error-what = Что случилось
delivery-status = { $what ->
    [queued] … в очереди
    [sent] ✓ отправлено
    [delivered] ✓✓ доставлено
    [read] ✓✓ прочитано
    [played] ✓✓ прослушано
    [failed] ✗ не доставлено
   *[unknown] ? неизвестно, дошло ли
}
mark-bypass = отправлено мимо Летописи
step-echo = Площадка подтвердила отправку
mark-conflict = тот же номер, другой текст
mark-skew = часы бота спешат
phone-masked = пришёл скрытым: так его передал бот
badge-short = запись подлинная
badge-green = Подлинная: запись не меняли с момента получения, и на экране ровно то, что в ней сказано.
badge-amber = Ещё не подписано: подпись появится через секунду.
badge-red-shown = Запись не совпадает: на экране другое — { $what }.
badge-red-gone = Самой записи нет: она удалена, и показать доказательство нельзя.
badge-red-altered = Запись изменена или повреждена: она не совпадает с тем, что было подписано.
column = { $what ->
    [time] время
    [received] время получения
    [flags] отметки
    [type] тип события
    [channel] канал
    [text] слова клиента
    [reply] ответ ассистента
    [intent] тема
    [confidence] уверенность
    [action] действие
    [crm] карточка CRM
    [name] имя клиента
    [operator] сотрудник
    [model] модель
    [scenario] сценарий
    [variant] вариант
    [error] ошибка
   *[other] { $what }
}
verdict-green = { $count ->
    [one] Запись подлинная
    [few] Все { $count } записи подлинные
   *[many] Все { $count } записей подлинные
}
verdict-amber = { $count ->
    [one] { $count } запись ещё не подписана
    [few] { $count } записи ещё не подписаны
   *[many] { $count } записей ещё не подписаны
}
verdict-red = { $count ->
    [one] { $count } запись не совпадает
    [few] { $count } записи не совпадают
   *[many] { $count } записей не совпадают
}
verdict-what = Что это значит
verdict-green-help = Мы только что открыли каждую запись этого диалога и сравнили её с подписанным журналом и с тем, что вы видите. Ничего не исправлено и не подменено с момента получения. Проверить это может кто угодно, без нас: скачайте доказательство под сообщением.
verdict-amber-help = Записи сохранены и опечатаны; общая подпись журнала ставится раз в секунду. Обновите страницу.
verdict-red-help = Записи, отмеченные красным, отличаются от подписанного журнала. Так бывает, если кто-то правил базу данных руками или диск повреждён. Не опирайтесь на них и покажите это тому, кто обслуживает сервер.
verdict-not = Чего это не доказывает: что сказанное — правда и что бот прислал нам всё, что написал.
proof-download = Скачать доказательство
error-not-signed = Ещё не подписано
error-not-signed-help = Подпись журнала появится через секунду. Обновите страницу.
speaker-client = Клиент

search-empty = Что ищем?
search-hint-words = слова из переписки — в любой форме: «запись» найдёт и «записи»
search-hint-phone = последние 4 цифры телефона или весь номер
search-hint-name = имя клиента
search-hint-id = номер карточки CRM, диалога или события
search-nothing = По запросу «{ $what }» ничего нет
search-nothing-help = Попробуйте одно слово, имя или последние четыре цифры телефона.
search-people = Клиенты

# Клиент
client-known = Как узнаём
client-unknown = Ни телефона, ни аккаунта: клиент их не назвал.
client-alike = Возможно, это один человек
client-alike-help = Эти клиенты встретились в одном событии. Телефон бывает семейным, поэтому решаете вы.
client-merge = Это один человек
client-merge-ask = Объединить с «{ $what }»? Это можно отменить.
client-merged = Объединены сюда
client-unmerge = Разделить
client-history = Решения
client-talks = Все диалоги
history-merged = { $by }: объединил с { $what }
history-unmerged = { $by }: отделил { $what }
mark-kind = { $what ->
    [phone] Телефон
    [email] Почта
    [crm] CRM
    [id] Номер у бота
    [channel] Аккаунт
   *[other] { $what }
}
