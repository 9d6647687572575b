# Тексты консоли. Пишем для владельца салона: коротко, без терминов, с ответом «что делать».

product = Летопись
skip-to-content = К содержанию
menu = Меню
rooms = Разделы
go-home = На главную
save = Сохранить
cancel = Отмена
other-language = English
theme = Оформление
theme-light = Светлое
theme-dark = Тёмное
theme-auto = Как на устройстве

nav-journal = Журнал
nav-search = Поиск
nav-quarantine = Непринятое
nav-settings = Настройки
nav-more = Ещё

# Вход
sign-in = Войти
sign-in-title = Вход
sign-in-wrong = Логин или пароль не подходят.
sign-in-wait = Слишком много попыток. Попробуйте через { $count ->
    [one] { $count } секунду
    [few] { $count } секунды
   *[many] { $count } секунд
}.
sign-in-lost = Не получается войти?
sign-in-lost-help = Попросите владельца прислать вам новую ссылку для входа: «Настройки» → «Сотрудники». Владелец получает ссылку на сервере командой letopis user link.
sign-out = Выйти
login = Логин
password = Пароль
welcome-title = Вход по ссылке
welcome-hello = Здравствуйте, { $what }!
welcome-lead = Это ваша Летопись: каждый диалог ассистента с клиентом, по шагам и с доказательством, что запись не меняли.
welcome-enter = Войти
welcome-once = Ссылка сработает один раз. Дальше — по логину и паролю.
password-title = Ваш пароль
password-login = Логин для входа: { $what }
password-current = Текущий пароль
password-new = Новый пароль
password-rule = Не короче 10 символов. Подойдёт фраза из нескольких слов.
password-later = Позже
password-too-short = Пароль слишком короткий: нужно не меньше 10 символов.
password-wrong = Текущий пароль не подходит.
password-throttled = Слишком много попыток. Подождите минуту и попробуйте снова.

# Ошибки
error-sign-in = Нужно войти
error-sign-in-help = Войдите, чтобы увидеть эту страницу.
error-no-business = Пока нет доступа
error-no-business-help = Вы вошли, но не состоите ни в одной компании. Попросите владельца пригласить вас.
error-not-found = Здесь ничего нет
error-not-found-help = Такой страницы нет, или запись удалена. Проверьте ссылку.
error-form = Страница устарела
error-form-help = Вернитесь назад, обновите страницу и попробуйте ещё раз.
error-link = Ссылка больше не действует
error-link-help = Ссылка для входа работает один раз и 24 часа. Попросите новую, или войдите по логину и паролю.
error-forbidden = Нет доступа
error-forbidden-help = Ваша роль этого не позволяет. Спросите владельца.
error-origin = Адрес сайта не подходит
error-origin-help = Чату на сайте нужно знать, с каких страниц ему пишут. Вернитесь назад и напишите только начало адреса страницы: https://salon.example или http://localhost:3000 — без пути, пароля и звёздочки. Несколько адресов — через пробел.
error-invalid = Что-то заполнено не так
error-invalid-help = Вернитесь назад и проверьте поля: имя — до 120 символов, логин — без пробелов.
error-taken = Такое уже есть
error-taken-help = Этот человек уже приглашён, или имя занято.
error-last-owner = Это последний владелец
error-last-owner-help = Сначала сделайте владельцем кого-то ещё.
error-throttled = Слишком много попыток
error-throttled-help = Подождите немного и попробуйте снова.
error-behind = Принято
error-behind-help = Решение записано и скоро подействует само: сервер сейчас занят. Повторять не нужно.
error-settled = Это событие уже разобрано
error-settled-help = Его уже исправили и отправили или удалили.
error-busy = Сервер занят
error-busy-help = Попробуйте через несколько секунд. Данные не потеряны.
error-internal = Ошибка на сервере
error-internal-help = Мы записали её в журнал сервера. Данные не потеряны; попробуйте ещё раз.

# Время
moment-day-time = { $day }, { $time }
day-today = сегодня
day-yesterday = вчера
day-tomorrow = завтра
month-of = { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
}
day-month = { $day } { month-of }
day-month-year = { $day } { month-of } { $year }
took-instant = сразу
took-seconds = { $count } с
took-minutes = { $count } мин
took-hours = { $count } ч
took-hours-minutes = { $count } ч { $rest } мин
took-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}

# Счёт
count-conversations = { $count ->
    [one] { $count } диалог
    [few] { $count } диалога
   *[many] { $count } диалогов
}

# Поиск
search-hint = Слова, имя, телефон, номер

# Журнал
tabs = Вид
tab-conversations = Диалоги
tab-events = События
figure-wrote = написали
figure-booked = записались
figure-unanswered = без ответа
filters = Отбор
filter-period = За какой срок
filter-outcome = Любой итог
filter-channel = Все каналы
filter-intent = Любая тема
filter-kind = Любое событие
filter-low = Бот не уверен
filter-apply = Показать
filter-reset = Сбросить
period = { $what ->
    [today] Сегодня
    [week] 7 дней
    [month] 30 дней
   *[all] За всё время
}
journal-empty = Таких диалогов нет
journal-empty-help = За этот срок и с таким отбором ничего не нашлось.
journal-empty-all = Показать за всё время
events-empty = Таких событий нет
events-empty-help = Возьмите срок побольше или сбросьте отбор.
event-failed = сбой
pager-first = К началу
pager-next = Дальше
nameless = Без имени
waits = ждёт { $what }
answered-in = ответ через { $what }
unsure = уверен на { $count } %
hello-title = Пока ни одного диалога
hello-lead = Пришлите первое событие — оно появится здесь через секунду. Эту команду можно вставить в терминал как есть, подставив ключ:
hello-key = Ключ создаётся в настройках и показывается один раз.
hello-key-link = Создать ключ
copy = Скопировать
copied = Готово

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
mark-masked = телефон скрыт
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

# Непринятое
count-refused = { $count ->
    [one] { $count } событие ждёт решения
    [few] { $count } события ждут решения
   *[many] { $count } событий ждут решения
}
quarantine-empty = Всё принято
quarantine-empty-help = Если бот пришлёт событие с ошибкой, оно не потеряется, а будет ждать здесь с объяснением.
quarantine-lead = Эти события пришли с ошибкой и не попали в журнал. Исправьте текст и отправьте снова, или удалите ненужное.
quarantine-text = Событие
quarantine-send = Отправить снова
quarantine-sent = Событие принято и записано в журнал.
quarantine-open = Открыть диалог
quarantine-again = Событие всё ещё не принято: ниже написано, что исправить. Ваш текст сохранён.
quarantine-all = Все непринятые
quarantine-long = Событие слишком длинное, чтобы исправлять его на странице. Отправьте исправленное через API.
quarantine-drop = Удалить
quarantine-drop-ask = Удалить это событие? Вернуть его будет нельзя.
door = { $what ->
    [api] через API
    [hook] через подключение
    [import] из файла
    [channel] из канала
    [proxy] через прокси
    [quarantine] исправлено вручную
   *[other] { $what }
}
refused = { $what ->
    [not_utf8] Текст не в кодировке UTF-8
    [bad_json] Это не JSON
    [not_an_object] Событие должно быть объектом JSON
    [too_large] Слишком большое событие
    [too_deep] Слишком глубокая вложенность
    [too_many_keys] Слишком много полей
    [nul_character] Недопустимый нулевой символ
    [missing_field] Не хватает поля
    [duplicate_field] Поле указано дважды
    [wrong_type] Поле не того типа
    [out_of_range] Число вне допустимых пределов
    [too_long] Слишком длинное значение
    [bad_timestamp] Непонятное время
    [bad_type] Неизвестный тип события
    [bad_value] Недопустимое значение
   *[other] Событие не удалось прочитать
}

# Настройки
connect-title = Как подключить бота
connect-lead = Бот или его платформа присылает сюда каждое событие обычным запросом.
connect-1 = Создайте ниже ключ «только приём событий» и скопируйте его.
connect-2 = Отправьте первое событие. Вместо КЛЮЧ вставьте свой ключ:
connect-hook = Платформа умеет хранить только адрес? Создайте подключение: получится адрес вида { $what }, ключ для него не нужен.
keys-title = Ключи для программ
keys-lead = Ключ показывается один раз. Потеряли — отзовите и создайте новый.
key-name = Для чего ключ
key-name-hint = например, бот на сайте
key-may = Что можно
key-create = Создать ключ
key-fresh = Ключ «{ $what }» готов
key-used = использован { $what }
key-never-used = ещё не использован
key-role = { $what ->
    [ingest] только приём событий
    [read] чтение журнала
   *[admin] полный доступ
}
fresh-once = Скопируйте сейчас: больше он не будет показан.
revoke = Отозвать
revoke-ask = Отозвать «{ $what }»? Программа с ним сразу перестанет работать.
revoked-when = отозван { $what }
connections-title = Подключения
connections-lead = Каналы, модели и CRM, шаги которых пишутся в журнал. Чтобы подключить, достаточно заменить один адрес.
connection-name = Что подключаем
connection-name-hint = например, конструктор ботов
connection-add = Создать адрес
connection-fresh = Адрес для «{ $what }» готов
connection-silent = событий ещё не было
connection-last = последнее событие { $what }
connections-none = Пока ничего не подключено. Начните с канала, в котором пишут клиенты, или с модели, которая им отвечает.
connections-count = { $count ->
    [0] Пока ничего не подключено
    [one] Работает { $count } подключение
    [few] Работают { $count } подключения
   *[many] Работает { $count } подключений
}
connections-open = Открыть подключения
connection-new = ждёт первого события
connection-works = события идут
connection-new-title = Подключить
connection-group-channels = Где пишут клиенты
connection-group-models = Кто отвечает: языковая модель
connection-group-crm = Куда записывают
connection-group-other = Другое
connection-kind = { $what ->
    [telegram] Telegram
    [max] MAX
    [whatsapp] WhatsApp
    [vk] ВКонтакте
    [avito] Авито
    [instagram] Instagram
    [site] Чат на сайте
    [openai] ChatGPT и совместимые
    [gigachat] GigaChat
    [anthropic] Claude
    [bitrix24] Битрикс24
    [yclients] YCLIENTS
    [events] События от бота
    [hook] Любой вебхук
   *[http] Любой сервер
}
connection-kind-hint = { $what ->
    [telegram] бот или бизнес-аккаунт
    [max] бот в MAX
    [whatsapp] Cloud API
    [vk] сообщения сообщества
    [avito] мессенджер Авито
    [instagram] сообщения Direct
    [site] наш виджет
    [openai] OpenAI, DeepSeek, YandexGPT, ProxyAPI, своя модель
    [gigachat] Сбер
    [anthropic] Anthropic
    [bitrix24] лиды, сделки, записи
    [yclients] записи и визиты
    [events] адрес, на который бот сам шлёт события
    [hook] JSON любой платформы с картой полей
   *[http] запросы пишутся как есть
}
connection-forward = Куда передавать входящие
connection-forward-hint = Адрес вашего бота: мы примем сообщение, запишем его и сразу передадим дальше. Пусто — только запись.
connection-origins = Адрес сайта (для чата на сайте)
connection-origins-hint = Только с этих страниц чат принимает сообщения. Через пробел: с www и без www — разные адреса.
connection-origins-title = Начало адреса страницы, например https://salon.example, без пути и без *. Несколько — через пробел.
connection-upstream = Адрес сервера
connection-upstream-hint = Пусто — обычный адрес. Нужен для посредников и своих серверов.
connection-step-tag = Вставьте эту строку на страницы сайта перед </body>:
connection-step-hook = { $what ->
    [events] Вставьте этот адрес туда, откуда бот шлёт события:
    [telegram] Вебхук: этот адрес вместо адреса бота. Бот на опросе (getUpdates) обойдётся без него:
    [whatsapp] Meta for Developers → WhatsApp → Configuration → Callback URL:
    [instagram] Meta for Developers → Webhooks → Instagram → Callback URL:
    [vk] Сообщество → Управление → Работа с API → Callback API → Адрес:
    [max] Подписка бота на обновления (POST /subscriptions), поле url:
    [avito] Подписка на сообщения (POST /messenger/v3/webhook), поле url:
   *[other] Укажите этот адрес как вебхук вместо адреса бота:
}
connection-step-proxy = { $what ->
    [telegram] А боту укажите этот адрес вместо https://api.telegram.org:
    [openai] Замените у бота базовый адрес:
    [anthropic] Замените у бота базовый адрес:
    [gigachat] Замените у бота базовый адрес:
    [bitrix24] Замените у бота начало адреса вебхука, конец оставьте:
   *[other] Пусть бот обращается к серверу по этому адресу:
}
connection-health = Как работает
connection-since = Подключено { $what }
connection-behaviour = Как себя ведёт
connection-mode-label = Насколько запись важнее скорости
connection-mode = { $what ->
    [observe] наблюдать: никогда не задерживает, пропуск возможен и считается
    [strict] строго: сначала запись, потом запрос
   *[confirm] подтверждать: ответ заканчивается, когда запись сохранена
}
connection-channel = Канал в отчётах
connection-channel-hint = Пусто — по виду подключения.
connection-speaks-label = Считать слова модели диалогом
connection-speaks = { $what ->
    [true] да
    [false] нет
   *[usual] да, пока не подключён канал
}
connection-fields = Где что лежит
connection-fields-hint = По строке на поле: поле = путь в JSON.
connection-secrets = Секреты
connection-secrets-lead = Хранятся зашифрованными и больше не показываются: можно только заменить. Пустое поле убирает секрет.
connection-secret = { $what ->
    [forward] Адрес бота
    [sender] Подпись отправителя
    [verify] Проверочное слово
    [sign] Наша подпись
    [webhook] Вебхук портала
    [app] Ключи приложения
    [tokens] Токены приложения
   *[proxy] Прокси для выхода
}
connection-secret-hint = { $what ->
    [forward] куда передавать входящие
    [sender] { $kind ->
        [telegram] secret_token вебхука
        [whatsapp] App Secret приложения
        [instagram] App Secret приложения
        [vk] секретный ключ сервера
        [max] secret подписки
       *[other] чем отправитель подтверждает себя
    }
    [verify] { $kind ->
        [vk] строка подтверждения сервера
       *[other] Verify Token
    }
    [sign] ключ подписи X-Letopis-Signature для вашего бота
    [webhook] https://портал.bitrix24.ru/rest/1/секрет/
    [app] local.…:секрет (код приложения, двоеточие, ключ)
   *[proxy] http://логин:пароль@адрес:порт
}
connection-secret-since = задан { $what }
connection-secret-none = не задан
connection-secret-set = Заменить
connection-url = Адрес подключения
connection-url-lead = Кто знает адрес, тот пишет от имени этой системы. Если он мог попасть к чужим, замените его.
connection-url-lead-site = Адрес стоит на страницах сайта и виден всем: он открывает только чат. Если через него пишут лишнее, замените его и вставьте на сайт новую строку.
connection-rotate = Заменить адрес
connection-forwards = Бот не принял
connection-forwards-lead = Платформа уже получила ответ, что всё хорошо. Сообщения ждут здесь и уходят боту по порядку, как только он отзовётся. Через сутки попытки прекращаются.
connection-forwards-more = { $count ->
    [one] и ещё { $count } сообщение
    [few] и ещё { $count } сообщения
   *[many] и ещё { $count } сообщений
}
connection-forward-state = { $what ->
    [waiting] ждёт
   *[failed] попытки прекращены
}
connection-forward-tries = { $count ->
    [one] { $count } попытка
    [few] { $count } попытки
   *[many] { $count } попыток
}
connection-forward-retry = Повторить сейчас
connection-forward-drop = Забыть
connection-forward-drop-ask = Забыть это сообщение? Бот его не получит.
how-counted = Как считается
not-measured = не измеряется
not-measured-title = Не измеряется
measured-title = Что измеряется
measured-lead = По каналам: откуда известно намерение клиента и чем кончился разговор. «Не измеряется» значит, что это негде узнать, а не что этого не было.
measured-none = Пока нет ни канала, ни диалогов.
measured-name = { $what ->
    [intent] Намерение
    [confidence] Уверенность
    [booking] Запись
   *[refusal] Отказ
}
measured-of = { $what ->
    [intent] намерение
    [confidence] уверенность
    [booking] запись
   *[refusal] отказ
}
measured-by = { $what ->
    [field] по полю подключения
    [classifier] обученная модель
    [system] по системе записи
   *[sender] сообщает бот
}
measured-how = Измеряется, если есть хотя бы одно: поле подключения (путь в JSON ответа или инструмента модели), модель, обученная на проверенных диалогах, подключённая система записи (YCLIENTS, Битрикс24) или хотя бы один диалог канала за 30 дней, где бот сообщил это сам. Словарь намерений только сводит названия к одному, сам он ничего не измеряет.
intent-unknown = не определено
fact-intent = Намерение
fact-cost = Стоимость модели
cost-how = Сумма по обращениям к модели в этом диалоге. Токены из ответа модели умножаются на цену из настроек, которая действовала в момент обращения. Разные валюты не складываются. Обращения без цены считаются отдельно: новая цена старые обращения не пересчитывает. «Расход неизвестен» — модель не сообщила токены, чаще всего из-за ошибки.
cost-no-currency = валюта не названа
cost-unpriced = цена не задана: { $count ->
    [one] { $count } вызов
    [few] { $count } вызова
   *[many] { $count } вызовов
}{ $all ->
    [0] {""}
    [one] , { $tokens } токен
    [few] , { $tokens } токена
   *[many] , { $tokens } токенов
}
connection-behind = бот не принял
connection-fails = много ошибок
connection-quiet = сутки без событий
connection-day = за сутки: событий { $events }, ошибок { $errors } из { $calls }
connection-rotate-sure = Да, заменить
connection-revoke-sure = Да, отозвать
faring-name = { $what ->
    [last] Последнее событие
    [events] События за сутки
    [errors] Ошибки за сутки
    [latency] Скорость ответа
    [waiting] Ждут бота
    [gaps] Пропуски
    [cost-day] Стоимость за сутки
   *[cost-month] Стоимость за 30 дней
}
faring-how = { $what ->
    [last] Когда принято последнее событие этого подключения.
    [events] Сколько записей в журнале появилось через это подключение. Повторы не считаются.
    [errors] Из всех обращений, которые закончились: оборвались, не дождались ответа, получили ответ 4xx или 5xx либо не записались. В скобках границы, в которых доля лежит с вероятностью 95 % (интервал Уилсона). Меньше 30 обращений — мало данных, доли нет.
    [latency] От запроса до начала ответа: быстрее первого числа — половина ответов, быстрее второго — 95 из 100. По классам времени, точность внутри класса приблизительная.
    [waiting] Сообщения, которые бот ещё не принял, и сколько ждёт самое старое.
    [gaps] Обращения, которые прошли, но не записаны. Бывают только в режиме «наблюдать»; каждый пропуск есть и в журнале.
   *[cost-day] Токены из ответов модели, умноженные на цену из настроек, которая действовала в момент обращения. Разные валюты не складываются. Обращения без цены считаются отдельно.
}
faring-how-day = Сутки — последние 24 часа и начало текущего за ними часа: счёт идёт по часам.
faring-never = ещё не было
faring-no-answers = ответов не было
faring-no-calls = обращений не было
faring-latency = половина до { $p50 }, 95 % до { $p95 }
faring-seconds = { $what } с
faring-waiting = { $count ->
    [one] { $count } сообщение
    [few] { $count } сообщения
   *[many] { $count } сообщений
}, самое старое ждёт { $age }
faring-gaps = { $count ->
    [0] не было
   *[other] { $count } за сутки
}
faring-errors = { $part } из { $n } · { $share } % ({ $low }–{ $high } %)
faring-errors-few = { $part } из { $n }, мало данных
faring-failure = { $what ->
    [unreachable] не дозвонились
    [slow] не дождались
    [broken] оборвалось
    [caller_gone] бот ушёл
    [refused] отказ 4xx
    [failed] сбой 5xx
   *[not_recorded] не записалось
}
faring-problem = Последняя ошибка
connection-try = Проверить подключение
recipe-python = Python:
recipe-javascript = JavaScript:
recipe-shell = Проверить из командной строки:
recipe-webhook = Одной командой, если бот на вебхуке ($SECRET придумайте и впишите в «Подпись отправителя»):
measured-channel = Что измеряется в канале «{ $what }»
channel-inner = { $what ->
    [llm] Модель без канала
    [crm] CRM
    [hook] Вебхук
    [http] Другой сервер
   *[events] События от бота
}
problem-status = ответил ошибкой { $what }
problem-unreachable = не удалось соединиться
problem-slow = не ответил вовремя
problem-broke = соединение оборвалось
problem-behind = ждут более ранние сообщения этого диалога
problem-forbidden = служебный адрес, обращаться запрещено
problem-untrusted = сертификату нельзя доверять
problem-nowhere = адрес бота не задан
problem-not-recorded = запись не сохранилась
problem-caller = бот прервал обращение
llm-tools = Просит сделать
answered-at-once = ответ сразу
cost-uncounted = расход неизвестен: { $count ->
    [one] { $count } вызов
    [few] { $count } вызова
   *[many] { $count } вызовов
}
connection-forward-drop-sure = Да, забыть
trial-title = Проверка
trial-lead = То, что сделал бы настройщик руками: есть ли адрес, отвечает ли сервер, пришли ли события. Без ключей и не дольше 10 секунд.
trial-start = Проверить
trial-deliver = Отправить и боту
trial-deliver-hint = Бот получит пустое сообщение с пометкой X-Letopis-Test. Клиенты его не увидят, в журнал оно не попадёт.
trial-well = Всё в порядке
trial-wrong = Есть что исправить
trial-verdict = { $what ->
    [well] в порядке
    [wrong] исправить
   *[open] не проверено
}
trial-step = { $what ->
    [address] Адрес сервера
    [name] Имя в интернете
    [tcp] Соединение
    [tls] Шифрование
    [answer] Ответ сервера
    [clock] Часы
    [door] Наш адрес для платформы
    [sender] Подпись отправителя
    [bot] Адрес бота
    [delivery] Пробное сообщение боту
    [access] Доступ в CRM
    [plan] Тариф
    [owner] От чьего имени
    [rights] Права
    [leads] Режим CRM
    [cards] Карточки
    [pace] Запас запросов
    [application] Приложение в портале
   *[events] События
}
trial-hours = { $count ->
    [0] меньше часа назад
    [one] { $count } час назад
    [few] { $count } часа назад
   *[many] { $count } часов назад
}
trial-why = { $what ->
    [usual] обычный для этого вида подключения.
    [named] задан в настройках.
    [no_address] не задан. Впишите «Адрес сервера» ниже.
    [bad_address] записан с ошибкой. Нужен вид https://сервер или https://сервер/путь.
    [bad_proxy] прокси для выхода записан с ошибкой. Нужен вид http://логин:пароль@адрес:порт.
    [bad_certificates] сертификаты подключения не читаются. Загрузите их заново в формате PEM.
    [known] имя известно.
    [by_proxy] имя узнаёт прокси, через который мы выходим.
    [no_name] такого имени нет. Проверьте, нет ли опечатки в адресе.
    [no_proxy_name] имени прокси для выхода нет. Проверьте его адрес в секретах.
    [forbidden] это служебный адрес внутри сети, сюда обращаться запрещено. Если так и задумано, разрешите командой letopis connection set --link-local true.
    [itself] это адрес самой Летописи: запрос ходил бы по кругу. Впишите адрес сервера, а не наш.
    [connected] есть, { $ms } мс.
    [refused] там никто не слушает. Проверьте порт и запущен ли сервер.
    [silent] за 4 секунды никто не откликнулся. Возможно, закрыт доступ или нужен прокси для выхода.
    [unreachable] дороги туда нет. Проверьте сеть этого компьютера.
    [proxy_dead] прокси для выхода не отвечает. Проверьте его адрес и запущен ли он.
    [proxy_login] прокси для выхода не принял логин и пароль. Замените их в секретах.
    [proxy_refuses] прокси для выхода не пускает к этому серверу. Разрешите адрес в его настройках.
    [trusted] есть, сертификат настоящий.
    [plain] нет, адрес начинается с http. Внутри своей сети можно, через интернет нельзя.
    [certificate_expired] срок сертификата вышел или ещё не начался. Обновите сертификат и проверьте дату на этом компьютере.
    [certificate_unknown] сертификат выдан тем, кого мы не знаем. Если это ваш сервер или российский центр, добавьте его: letopis connection set --ca файл.pem.
    [certificate_name] сертификат выдан на другое имя. Проверьте адрес сервера.
    [no_tls] зашифровать разговор не удалось. Проверьте, https там или http, и порт.
    [wants_key] отвечает и просит ключ. Так и должно быть: ключ есть у вашего бота, мы его не храним. { $ms } мс.
    [answers] отвечает, { $ms } мс.
    [no_path] отвечает, но обычной страницы здесь нет (404). Проверьте, нет ли в адресе лишнего пути.
    [elsewhere] отвечает, но отправляет на другой адрес (ответ { $status }). Впишите конечный адрес.
    [region] не обслуживает вашу страну. Нужен прокси для выхода или посредник.
    [fails] у самого сервера ошибка { $status }. Подождите или спросите тех, кто его ведёт.
    [slow] не ответил за { $ms } мс.
    [broke] оборвал разговор или ответил не по HTTP. Проверьте порт и то, что это нужный сервер.
    [clock_right] идут верно.
    [clock_off] { $ahead ->
        [yes] часы этого компьютера отстают от часов сервера на { $apart }. Время в журнале будет неверным: включите синхронизацию времени.
       *[no] часы этого компьютера спешат относительно часов сервера на { $apart }. Время в журнале будет неверным: включите синхронизацию времени.
    }
    [no_clock] сервер не говорит, который час.
    [door_https] открывается по https. Снаружи мы себя проверить не можем.
    [door_local] сейчас это не https-адрес в интернете, и платформа до него не доберётся. Задайте public_url в настройках сервера.
    [sender_set] задана: чужое сообщение не примем.
    [sender_unset] не задана: адреса достаточно, чтобы писать в журнал. Задайте её в секретах и на платформе.
    [no_bot] не задан: сообщения записываются и дальше не идут.
    [bad_bot] записан с ошибкой. Нужен вид https://сервер/путь.
    [taken] принято за { $ms } мс, ответ { $status }.
    [late] принято, но за { $ms } мс: платформа столько не ждёт. Ускорьте ответ бота.
    [not_taken] бот ответил { $status }: он работает, но пустое сообщение не понял. Напишите ему по-настоящему.
    [not_asked] не отправляли. Отправить можно кнопкой ниже.
    [today] идут, последнее { $ago }.
    [before] за последние сутки не было, последнее { $ago }.
    [never] ещё не было. Напишите боту и посмотрите сюда снова.
    [let_in] портал нас пускает.
    [no_credential] не задан: Летопись только пропускает вызовы бота. Чтобы она сама писала в карточки, добавьте вебхук.
    [bad_credential] вебхук или ключи приложения записаны с ошибкой. Скопируйте их из портала заново.
    [webhook_over] портал не узнаёт вебхук: его удалили, у него вышел срок или уволен сотрудник, который его создал. Создайте новый и замените адрес вебхука.
    [tokens_over] портал больше не узнаёт приложение. Откройте его в портале и установите заново.
    [not_a_crm] по этому адресу отвечает не Битрикс24. Проверьте адрес портала.
    [portal_gone] портала больше нет: его удалили.
    [overloaded] Битрикс24 сам закрыл REST этого портала из-за перегрузки. Летопись остановилась и ничего не шлёт; напишите в поддержку Битрикс24.
    [portal_silent] портал не ответил. Что мешает, сказано выше; записи подождут и дойдут сами.
    [plan_has] REST доступен.
    [plan_lacks] на тарифе портала нет REST: нужен платный тариф с подпиской на Маркет.
    [owner_admin] сотрудник № { $number }, администратор портала. Если его уволят, вебхук перестанет работать: лучше создать его от отдельного сотрудника.
    [owner_employee] сотрудник № { $number }, не администратор: видны и пишутся только карточки, к которым у него есть права. Если его уволят, вебхук перестанет работать.
    [owner_app] приложение, установил сотрудник № { $number }.
    [has_crm] карточки CRM читать и писать можно (crm).
    [lacks_crm] нет права crm: ни прочитать, ни записать карточку нельзя. Отметьте «CRM (crm)» в настройках вебхука.
    [has_booking] онлайн-записи видны (booking).
    [lacks_booking] нет права booking: онлайн-записи портала не видны. Остальное работает.
    [has_lines] открытые линии видны (imopenlines).
    [lacks_lines] нет права imopenlines: карточку не найти по чату открытой линии, только по телефону, почте и номеру.
    [has_user] сотрудники видны (user).
    [lacks_user] нет права user: вместо имён сотрудников будут номера.
    [has_placement] вкладки в карточках ставить можно (placement).
    [lacks_placement] нет права placement: вкладку в карточку не поставить. Отметьте его в настройках приложения и установите приложение заново.
    [leads_on] обычный, с лидами.
    [leads_off] простой, без лидов: новая карточка клиента — контакт и сделка.
    [leads_unknown] портал не сказал; считаем, что с лидами.
    [cards_shown] видны. Право добавлять станет ясно на первой записи: проба без записи в Битрикс24 невозможна.
    [cards_hidden] портал не показывает лиды. Дайте сотруднику вебхука роль в CRM с правом на лиды и сделки.
    [pace_free] хватает.
    [pace_busy] портал просит подождать: другие программы исчерпали запросы (обычный тариф — 2 в секунду на всех). Записи дойдут с задержкой.
    [pace_spent] один из методов исчерпал своё время за 10 минут. Через несколько минут откроется сам.
    [app_stands] установлено, вкладки стоят в лидах, сделках, контактах и меню.
    [app_bare] установлено, но вкладки стоят не везде. Установите приложение заново от имени администратора.
    [app_waits] ключи приложения есть, а в портале оно ещё не установлено. Откройте его в портале.
    [app_none] нет. Для записи в карточки хватает вебхука; вкладка «Летопись» в карточке появится с локальным приложением.
   *[not_tried] не дошли: мешает то, что выше.
}
connection-rotate-ask = Заменить адрес? Старый сразу перестанет работать.
people-title = Сотрудники
person-me = это вы
person-waiting = пароль ещё не выбран
person-name = Имя
person-login-hint = почта или слово
person-role = Роль
person-invite = Пригласить
person-link = Новая ссылка
person-remove = Убрать
person-remove-ask = Убрать «{ $what }»? Доступ пропадёт сразу.
link-fresh = Ссылка для входа готова
link-fresh-note = Отправьте её человеку. Она работает один раз и 24 часа; больше не будет показана.
role = { $what ->
    [owner] Владелец
    [manager] Администратор
    [marketer] Маркетолог
    [integrator] Интегратор
    [inspector] Проверяющий
   *[compliance] Ответственный за данные
}
company-title = Компания
company-name = Название
company-kind = Чем занимается
company-zone = Часовой пояс
business-kind = { $what ->
    [salon] Салон
    [clinic] Клиника
    [service] Услуги
   *[other] Другое
}
look-title = Вид и вход
refused-help = { $what ->
    [bad_json] Проверьте кавычки и запятые: одно событие — один объект в фигурных скобках.
    [missing_field] Добавьте это поле: без него событие нельзя поставить в журнал.
    [bad_timestamp] Время нужно вида 2025-01-01T12:34:56+03:00, с часовым поясом в конце.
    [wrong_type] Здесь ждут другое: например, текст в кавычках или число без них.
    [too_large] Пришлите событие короче.
    [bad_type] Тип пишется латиницей: message_in, booking_created и так далее.
   *[other] Подробности:
}
key-word = КЛЮЧ
crm-kind = { $what ->
    [lead] лид
    [deal] сделка
    [contact] контакт
   *[other] { $what }
}

# Отчёты
nav-reports = Отчёты
report-kind = { $what ->
    [digest] Утренняя сводка
    [weekly] Отчёт за неделю
    [audit] Отчёт об аудите за месяц
    [alert] Тревоги
   *[other] { $what }
}
report-about = { $business } · составлено { $made }
report-footer = Отчёт составила «Летопись» по журналу событий. Каждое число можно проверить: откройте тот же период в разделе «Отчёты» или спросите по API.
report-few = мало данных
report-no-data = нет данных
report-never = так и не ответили
report-part = { $part } из { $n }
report-rate = { $share } (от { $low } до { $high })
report-rate-few = { $share } (мало данных: от { $low } до { $high })
report-seconds = { $what } с
report-minutes = { $what } мин
report-hours = { $what } ч
report-span = { $from } – { $to }
report-brief-day = { $day }.{ $month }
report-all = вместе
report-no-channel = канал не назван
report-uncounted = Ещё не посчитано событий, которые пришли только что: { $what }.
report-provisional = Предварительно: запись засчитывается диалогу ещё { $what } дн. после его начала, число может вырасти.
report-how = Как считается
weekly-title = { $business }: неделя { $span }
weekly-head = Неделя { $what }
weekly-headline = { $clients ->
    [one] За неделю написал { $clients } человек, записались { $booked } – { $rate }.
    [few] За неделю написали { $clients } человека, записались { $booked } – { $rate }.
   *[many] За неделю написали { $clients } человек, записались { $booked } – { $rate }.
}
weekly-silent = За неделю никто не написал. Если это неожиданно, проверьте подключения.
weekly-before-none = Неделей раньше сравнить не с чем: никто не писал.
weekly-before-few = Неделей раньше записались { $before }. Разница { $points } п. п. (от { $low } до { $high }): данных мало, вывод делать рано.
weekly-before-same = Неделей раньше записались { $before }. Разницу { $points } п. п. (от { $low } до { $high }) не отличить от случайности.
weekly-before-better = Стало лучше: неделей раньше записались { $before }, теперь на { $points } п. п. больше (от { $low } до { $high }).
weekly-before-worse = Стало хуже: неделей раньше записались { $before }, теперь { $points } п. п. (от { $low } до { $high }).
weekly-conversion = Сколько дошло до записи
weekly-funnel = Путь к записи
weekly-no-leak = Потерь между шагами нет.
weekly-unmeasured = Не измеряется: { $what }.
weekly-leak = Больше всего потерь перед шагом «{ $step }»: { $lost } из { $of }.
weekly-lost-title = Потерянные заявки
weekly-lost-none = Потерянных заявок нет.
weekly-lost = Потеряны { $part } диалогов: { $rate }.
weekly-recovered = {" "}Удалось вернуть: { $what }.
weekly-waiting = {" "}Сейчас ждут звонка: { $what }.
weekly-why = {" "}Почему: { $what }.
weekly-reasons = Почему теряли
weekly-reasons-finding = Чаще всего: { $first } ({ $count }).
weekly-days = Диалоги по дням
weekly-days-finding = { $count ->
    [one] Больше всего { $day }: { $count } диалог.
    [few] Больше всего { $day }: { $count } диалога.
   *[many] Больше всего { $day }: { $count } диалогов.
}
weekly-answers = Как долго ждали ответа
weekly-channels = По каналам
weekly-channels-chart = Доля записавшихся по каналам
weekly-channels-finding = Если отрезки точности перекрываются, каналы по этим данным не различить.
weekly-visits = Визиты и напоминания
weekly-visits-none = За эти дни о визитах и напоминаниях ничего не известно. Подключите систему записи.
weekly-left-out = Что не вошло в числа
weekly-left-out-none = Все диалоги вошли в числа.
weekly-left-out-help = Эти диалоги не входят ни в один знаменатель.
axis-conversations = диалоги
axis-booked = доля записавшихся от всех написавших
column-what = Что
column-counted = Сколько
column-share = Доля
column-interval = Точность 95 %
column-before = Неделей раньше
column-channel = Канал
column-conversations = Диалоги
column-clients = Клиенты
column-booked = Записались
column-rate = Доля записавшихся
column-lost = Потеряно
column-p50 = Половина ждала до
column-who = Кто
column-signed-in = Входы
column-refused = Неудачные входы
column-viewed = Просмотры
column-exported = Выгрузки
column-changed = Изменения
report-conversion = { $what ->
    [client] Записались, от всех написавших клиентов
    [session] Диалоги с записью, от всех диалогов
    [intent] Диалоги с записью, от тех, где хотели записаться
    [lead] Заявки с записью, от всех заявок
   *[bot] Записал ассистент без сотрудника, от всех диалогов
}
report-reason-rest = другое
report-answer = { $what ->
    [n] Сообщений, которые ждали ответа ассистента
    [p50] Половина ждала не дольше
    [p95] 95 из 100 ждали не дольше
    [within] Ответ за 3 секунды
    [unanswered] Остались без ответа
    [first] Первый ответ от кого угодно: половина диалогов
    [handoff] Диалоги, переданные сотруднику
   *[failed] Диалоги со сбоем
}
report-visit = { $what ->
    [no-show] Не пришли, от пришедших и не пришедших
    [strict] То же с отменами менее чем за 2 часа
    [unknown] Исход неизвестен, от всех прошедших визитов
    [delivery] Напоминания доставлены, от отправленных
    [confirmation] Подтвердили, от получивших
   *[response] Ответили на напоминание, от получивших
}
report-reminded = { $what ->
    [confirmed] Не пришли из подтвердивших
    [silent] Не пришли из промолчавших
    [not_delivered] Не пришли из не получивших напоминание
    [not_reminded] Не пришли из тех, кому не напоминали
   *[other] { $what }
}
report-left-out = { $what ->
    [reminder_reply] Ответы на напоминания
    [silent] Клиент ничего не написал
    [test] Проверка
    [spam] Спам
    [staff] Сотрудники
   *[other] { $what }
}
report-term = { $what ->
    [client] Доля записавшихся
    [intent] «Хотели записаться»
    [bot] «Без сотрудника»
    [interval] Точность
    [few] «Мало данных»
    [lost] Потерянная заявка
    [answers] Время ответа
    [visits] Не пришли
   *[left-out] Что не вошло
}
report-definition = { $what ->
    [client] Клиенты, у которых есть запись, из всех, кто написал за эти дни. Запись относится к последнему диалогу клиента, начатому не раньше чем за { $days } дн. до неё. Отмена в первые 15 минут записью не считается.
    [intent] Диалоги, в которых ассистент или система определили желание записаться. Где намерение не измеряется, строки нет.
    [bot] До записи в диалоге не было ни одного сообщения сотрудника.
    [interval] Отрезок Уилсона: в 95 случаях из 100 настоящая доля лежит внутри него. Разница с прошлой неделей – отрезок Ньюкомба.
    [few] Знаменатель меньше 30: доля может оказаться любой в пределах отрезка, решений по ней не принимайте.
    [lost] Клиент не отказался и не записался, и выполнилось одно из двенадцати правил. Если их несколько, главная причина – первая по строгости.
    [answers] От последнего сообщения клиента подряд до первого ответа ассистента. Оставшиеся без ответа считаются ждавшими бесконечно долго.
    [visits] По дню визита. Отменённые вовремя не входят, «исход неизвестен» никогда не считается пришедшим.
   *[left-out] Ответы на напоминания, проверки, спам, сотрудники и диалоги, где клиент ничего не написал.
}
digest-title = { $business }, { $day }
digest-quiet = Никто не писал. Если это неожиданно, проверьте подключения.
digest-wrote = Написали: { $what }
digest-booked = Записались: { $count } – { $rate }
digest-lost-none = Потерянных заявок нет
digest-lost = Потеряно диалогов: { $count } ({ $why })
digest-waiting = Сейчас ждут звонка: { $what }
digest-no-show = Не пришли: { $what }
audit-report-title = { $business }: аудит, { $span }
audit-report-head = Аудит: { $what }
audit-report-well = Всё на месте: журнал сходится, необъяснимых потерь нет, отложенных вопросов нет.
audit-report-wrong = Требует внимания. { $what }.
audit-part = { $what ->
    [kept] Всё ли сохраняется
    [proved] Не переписан ли журнал
    [destroyed] Что уничтожено и почему
    [promised] Что ассистент обещал
    [incidents] Что ломалось
    [reviews] Как часто ассистент ошибается
   *[refused] Что не принято
}
audit-lead = { $what ->
    [kept] Доля принятых событий, которые доступны целиком или обезличенными. Принятое сосчитано по номерам журнала, изменить их вместе с данными нельзя.
    [proved] Ночные проверки открывают записи и сверяют их с подписанным журналом.
    [destroyed] У каждого уничтожения есть акт: основание, номер обращения, список записей.
    [promised] Обещания, сделанные за этот период, и что с ними стало к сегодняшнему дню.
    [incidents] Сбои, которые нашли правила или люди: как быстро найдены и исправлены.
    [reviews] Разметка людей по случайной выборке и низкой уверенности; доля – оценка для всех сообщений, с интервалом.
   *[refused] События, которые пришли с ошибкой и ждут решения.
}
audit-row = { $what ->
    [lost] Необъяснимо потеряно за год
    [audits] Проверки за период
    [last] Последняя проверка
    [size] Записей в подписанном журнале
    [witness] Журнал видели свидетели
    [alarm] Свидетель видел другую историю
    [erased] Стёрто по обращениям
    [expired] Стёрто, потому что вышел срок
    [held] Не стирается из-за спора сейчас
    [open] Обещаний не выполнено
    [kept-promises] Выполнено
    [waiting] Срок ещё не вышел
    [more] Просмотрены только последние
   *[quarantine] Событий ждут решения
}
audit-window = Доступно за { $what } дн.
audit-available = { $share } из { $accepted }; стёрто по обращениям { $erased }, по сроку { $expired }
audit-lost-none = ничего
audit-runs = { $runs }, с находками: { $wrong }
audit-last = { $when }: записей { $entries }, находок { $wrong }
audit-no-witness = свидетелей нет
audit-witness-never = ещё нет
audit-acts = актов { $acts }, записей { $records }
audit-access = Кто смотрел переписку
audit-access-lead = Просмотры и выгрузки личных данных и изменения настроек за период.
audit-access-none = За период никто не входил и ничего не смотрел.
audit-who = { $what ->
    [local] команды на сервере
    [stranger] неизвестные
    [employee] сотрудники портала
   *[other] ключи и бывшие сотрудники
}
audit-how = Доступность: доступные события, делённые на все принятые за последние 30, 90 и 365 дней; это полный счёт, не выборка, поэтому отрезка точности нет. Обещания распознаются в ответах ассистента и сверяются с тем, что записано в журнале; чего журнал знать не может, то не считается нарушенным. Просмотры пишет сам сервер, стереть их нельзя.
alert-opened = { $business }: { $title }
alert-over = { $business }: прошло. { $title }
alert-text =
    { $says }

    С какого времени: { $began }
    Подробнее: { $link }
reports-lead = Недельный отчёт и утренняя сводка не содержат личных данных клиентов. Сохранённый отчёт – ровно тот, что был отправлен.
reports-make = Составить сейчас
reports-make-help = Прошлая неделя и прошлый месяц, или дни на ваш выбор.
reports-from = С
reports-to = По
reports-open = Открыть
reports-days = Отчёт за эти дни
reports-kept = Архив
reports-kept-none = Пока ничего не отправляли.
reports-routes = Куда отправлять
reports-routes-none = Отчёты никуда не отправляются. Добавьте получателя.
reports-route-about = { $kinds } · { $when }
reports-route-when = { $day }, { $hour }:00
reports-route-quiet = тихо с { $from } до { $to } ч
reports-mail-none = Почтовый сервер не настроен: добавьте раздел [post.mail] в letopis.toml, иначе письма будут ждать и через день вернутся сюда с ошибкой.
reports-way = { $what ->
    [mail] Почта
    [telegram] Telegram
   *[max] MAX
}
reports-add = Добавить получателя
reports-kinds = Что отправлять
reports-way-label = Как
reports-receiver = Кому
reports-receiver-help = адрес почты или номер чата
reports-secret = Токен бота
reports-secret-help = для Telegram и MAX; хранится зашифрованным и больше не показывается
reports-hour = Час
reports-weekday = День недели (для недельного)
reports-weekday-name = { $what ->
    [day-1] понедельник
    [day-2] вторник
    [day-3] среда
    [day-4] четверг
    [day-5] пятница
    [day-6] суббота
   *[day-7] воскресенье
}
reports-language = Язык
reports-remove = Убрать
reports-remove-ask = Больше ничего не отправлять «{ $what }»?
reports-no-secret = нет токена бота
reports-test = Отправить проверку
reports-send = Отправить сейчас: { $what }
reports-way-out = На пути
reports-way-out-none = Всё доставлено, ничего не ждёт.
reports-state = { $what ->
    [sent] доставлено
    [waiting] ждёт
    [failed] не доставлено
   *[twice] доставлено, возможно дважды
}
reports-attempts = попыток: { $what }
reports-retry = Отправить ещё раз
reports-trial-title = { $what }: проверка связи
reports-trial-text = Если вы это читаете, отчёты «Летописи» дойдут сюда.
reports-repeat = Возможно, вы это уже получили: сервер прервался во время отправки.
reports-whole = Весь отчёт: { $what }

# Досье
dossier = Скачать досье
dossier-help = Одна страница с перепиской и всеми доказательствами: для спора с клиентом
verdict-show = Показать, где

# Уничтожение данных и акты
client-erase = Удалить данные клиента
client-erase-help = Переписка, имя, телефон и аккаунты уничтожаются навсегда; остаётся акт.
erase-title = Удалить данные клиента
erase-goes = Что будет уничтожено
erase-lead = Всё, что журнал знает о клиенте «{ $what }»: переписка, имя, телефоны, аккаунты, карточки, диалоги. Восстановить это будет нельзя.
erase-records = Записей
erase-conversations = Диалогов
erase-identities = Телефонов, аккаунтов, адресов
erase-quarantined = Непринятых событий
erase-since = За время
erase-shared = У клиента есть общие диалоги или общий телефон с другими клиентами. Записи других клиентов останутся; ответы ассистента в общих диалогах, не подписанные ничьим именем, будут уничтожены.
erase-stays = Что останется
erase-stays-text = Отпечатки записей в журнале — по ним нельзя восстановить ни слова — и акт об уничтожении с выгрузкой из журнала. Номера запросов и решений хранятся без имени клиента.
erase-why = Основание
erase-ground = Почему удаляем
erase-choose = Выберите
erase-request = Номер и дата обращения
erase-request-help = Без имени, телефона и почты: эта строка хранится в журнале всегда. Например: вх. № 12 от 22.11.2026.
erase-type = Чтобы подтвердить, напишите слово «{ $what }»
erase-word = удалить
erase-cancel = Отмена
erase-do = Уничтожить данные
erase-which-ground = Выберите основание.
erase-request-wrong = Укажите номер и дату обращения, до 200 знаков, без телефона и почты.
erase-word-wrong = Слово подтверждения не совпало. Ничего не удалено.
basis = { $what ->
    [withdrawal] Отзыв согласия
    [request] Требование субъекта или регулятора
    [unlawful] Неправомерная обработка
    [purpose] Цель обработки достигнута
   *[other] { $what }
}
trail-title = Кто что смотрел
trail-lead = Входы, просмотры переписки, выгрузки и изменения настроек. Пишет сам сервер; исправить и стереть эти строки нельзя.
trail-choose = Что показать
trail-what = { $what ->
    [signed-in] Вошёл
    [sign-in-refused] Не пустили
    [signed-out] Вышел
    [link-issued] Выдана ссылка
    [password-set] Задан пароль
    [changed] Изменение
    [viewed] Просмотр
    [exported] Выгрузка
   *[all] Всё
}
trail-who = { $what ->
    [local] Команда на сервере
   *[stranger] Неизвестный
}
trail-employee = Сотрудник портала № { $number } ({ $portal })
trail-of = Только: { $what }.
trail-all = Показать всех
trail-empty = Таких строк нет.
acts-title = Акты об уничтожении
acts-lead = Каждое уничтожение данных закреплено в журнале и подтверждается актом. Акты хранятся три года, список уничтоженных записей — всегда.
acts-empty = Данные ещё не уничтожались.
act-erase = Акт № { $what } об уничтожении данных клиента
act-expire = Акт № { $what } об уничтожении по сроку хранения
act-heading = Акт об уничтожении персональных данных
act-operator = Оператор
act-subject = Субъект
act-phone-ending = телефон оканчивается на { $what }
act-categories = Категории данных
act-categories-always = тексты обращений и ответов, имя, сведения о записи на приём
act-categories-expired = тексты обращений и ответов, имена и сведения о записи на приём в диалогах старше срока хранения
act-destroyed = Уничтожено
act-system = Информационная система
act-system-name = «Летопись», журнал { $what }
act-way = Способ
act-way-text = уничтожены ключи шифрования записей; записи, строки и слова поискового индекса удалены с затиранием страниц базы
act-ground = Причина
act-ground-expired = истёк срок хранения
act-request = Обращение
act-date = Дата и время
act-by = Решение принял
act-sign = Должность, фамилия, подпись
act-not-kept = Прошло три года: подробности акта удалены. Список записей и запись в журнале остаются.
act-not-signed = Подпись журнала появится через секунду: обновите страницу.
count-records = { $count ->
    [one] { $count } запись
    [few] { $count } записи
   *[many] { $count } записей
}
count-refused-items = { $count ->
    [one] { $count } непринятое событие
    [few] { $count } непринятых события
   *[many] { $count } непринятых событий
}
act-copies = Копии вне журнала
copy-proof = Доказательство записи { $what }
copy-dossier = Досье диалога с записью { $what }
copy-handed-out = выдано файлом: попросите получателя уничтожить
copy-files = Досье, доказательства, выгрузки
copy-crm = Записи в CRM
copy-reports = Отправленные отчёты
copy-none = нет записей о копиях
copy-backup = Файл ключей резервной копии
copy-backup-rewritten = заменён сразу после уничтожения: копия этих данных больше не откроет
copy-no-backup = папка резервных копий не настроена
extract-title = Выгрузка из журнала
extract-lead = Запись об уничтожении в журнале, который можно только дополнять. По ней любой проверит, что список и подробности акта не менялись.
extract-index = Номер записи
extract-kind = Вид
extract-list = Уничтоженные записи
extract-salt = Соль
extract-entry = Запись журнала
extract-particulars = Подробности, как закреплены
extract-checkpoint = Контрольная точка
extract-proof = Доказательство включения
extract-check = Проверка: SHA-256 подробностей и списка должны дать эту запись, а доказательство — привести её к подписанной контрольной точке.
earlier = Раньше
error-gone = Данные уничтожены
error-gone-help = Эти данные уничтожены по закону: прочитать их нельзя. Что и почему уничтожено, сказано в акте.
error-gone-act = Открыть акт
# Свидетели, копии контрольных точек, ночная проверка
outside-title = Журнал видели другие
outside-lead = Свидетель подписывает каждую новую контрольную точку и не подпишет другую историю. Тогда даже владелец не сможет незаметно переписать журнал.
witness-none = Свидетелей пока нет: переписать журнал целиком владелец сможет незаметно.
witness-not-yet = Свидетели ещё не подписали ни одной контрольной точки.
witness-agreed = Последний раз свидетели сошлись { $when }: { $size } записей.
witness-silent = ещё ни разу
witness-about = { $url } · подписал { $when }
witness-fine = подписывает
witness-new = ждём
witness-away = не отвечает
witness-alarm = видел другую историю
witness-leave = Не спрашивать
witness-leave-ask = Больше не спрашивать «{ $what }»? Уже поставленные подписи останутся.
witness-quorum = Сколько должны подписать
witness-how = Как попросить другую фирму
witness-how-1 = Отправьте ей ключ вашего журнала. Она запустит letopis witness serve и добавит его командой letopis witness add-log.
witness-how-2 = В ответ она пришлёт строку своего ключа (letopis witness key) и адрес. Впишите их ниже.
witness-key = Ключ свидетеля
witness-url = Его адрес
witness-join = Добавить
copies-title = Копии контрольных точек
copies-none = Не настроены. Копию раз в день можно класть в папку, слать на почту или в Telegram: раздел [anchor] в letopis.toml.
copy-way = { $what ->
    [folder] В папку
    [mail] На почту
   *[telegram] В Telegram
}
copy-fine = уходят
copy-failed = не ушла
copy-about = последняя { $what }
copy-never = ещё не уходила
audit-title = Проверка журнала
audit-nightly = Каждую ночь
audit-none = ещё не было
audit-none-help = Первая пройдёт этой ночью. Сразу можно проверить командой letopis verify --deep.
audit-fine = всё сходится
audit-wrong = { $count ->
    [one] { $count } расхождение
    [few] { $count } расхождения
   *[many] { $count } расхождений
}
audit-wrong-help = Запустите letopis verify --deep: она назовёт каждую запись и место.
audit-about = { $when } · записей: { $entries }
alarm-history = { $what } видел другую историю этого журнала: её подписали заново или откатили
alarm-show = Что случилось
verify-link = Проверить доказательство или досье

# Проверка доказательств
verify-title = Проверить доказательство
verify-lead = Выберите досье или доказательство либо перетащите его на поле. Мы проверим и ничего не сохраним. Входить не нужно.
verify-file = Файл: досье (страница HTML) или доказательство (JSON)
verify-paste = Вставить текстом
verify-text = Текст доказательства или досье
verify-key = Ключ журнала
verify-key-help = Возьмите его у владельца другим путём: с сайта, из договора. Если оставить пустым, возьмём ключ журнала с этого сервера.
verify-witnesses = Ключи свидетелей
verify-witnesses-label = По одному в строке. Если они вписаны, каждый из них должен был подписать.
verify-check = Проверить
verify-another = Проверить другой файл
verify-without-us = Не верите этому серверу? Проверьте без него: программой ledger-verify или чужими программами aics-tlog и golang.org/x/mod/sumdb. Как — в docs/verify.ru.md.
verify-holds = { $count ->
    [one] Сходится: проверена { $count } запись.
    [few] Сходится: проверены { $count } записи.
   *[many] Сходится: проверено { $count } записей.
}
verify-broken = { $count ->
    [one] Верить нельзя: не сходится { $count } доказательство.
    [few] Верить нельзя: не сходятся { $count } доказательства.
   *[many] Верить нельзя: не сходятся { $count } доказательств.
}
verify-edited = Верить нельзя: страницу изменили.
verify-edited-help = Сами доказательства целы, но переписка на странице не та, что в них. Верьте только тексту ниже: он взят из доказательств.
verify-log = Журнал { $what }
verify-own-key = Ключ взят с этого же сервера. Это годится, чтобы найти порчу файла. В споре с владельцем возьмите ключ у него заранее и другим путём.
verify-proved = Что доказано
verify-proved-1 = Именно эти слова, до последнего знака, стояли в журнале под своими номерами, когда он был подписан.
verify-proved-page = Переписка на странице — та самая, что в доказательствах. Шапка страницы не проверяется.
verify-proved-seen = Названные ниже свидетели видели эту историю журнала в указанное время: позже её не переписали.
verify-not-proved = Что не доказано
verify-not-1 = Что сказанное было правдой.
verify-not-2 = Что в журнал попало всё, что было.
verify-not-3 = Кто на самом деле писал и точное время: время события называет отправитель.
verify-not-seen = Что владелец не переписал журнал целиком, прежде чем дать вам файл. Это показывают подписи свидетелей, а здесь их нет.
verify-ok = сходится
verify-wrong = не сходится
verify-record = запись № { $index } · { $id }
verify-about = { $when } · { $kind }
verify-said = Написано
verify-reply = Ответ
verify-seen = Видел { $who }, { $when }
verify-unreadable = Прочитать не получилось: { $what }
verify-tlog-proof = Это .tlog-proof: в нём нет самой записи. Пришлите доказательство целиком (JSON) или досье.
verify-needs-key = Журнала «{ $what }» на этом сервере нет. Впишите его ключ.
verify-bad-key = Это не ключ: { $what }
verify-form = Форму не удалось прочитать. Попробуйте ещё раз.
verify-nothing = Выберите файл или вставьте текст.
verify-too-long = Файл больше 8 МБ. Проверьте его программой ledger-verify.
verify-pace = { $count ->
    [one] Слишком часто. Попробуйте через { $count } секунду.
    [few] Слишком часто. Попробуйте через { $count } секунды.
   *[many] Слишком часто. Попробуйте через { $count } секунд.
}

# Хранение
decimal = ,
count-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
   *[many] { $count } дней
}
retention-title = Хранение
retention-open = Сколько хранится переписка, что скоро уйдёт и что хранить дольше
retention-policy = Правило
retention-policy-expire = Переписка хранится { $detail } после последнего события и затем удаляется. Сводки по дням, без людей и текстов, хранятся { $sums }.
retention-policy-anonymise = Переписка хранится { $detail } после последнего события и затем обезличивается: без имён, телефонов и точного времени. Обезличенное и сводки по дням хранятся { $sums }.
retention-detail-days = Переписка, дней (30–90)
retention-sums-days = Сводки, дней
retention-then-label = Потом
retention-then = { $what ->
    [anonymise] обезличить
   *[other] удалить
}
retention-next-title = Ближайший запуск
retention-next = Уйдёт: { $conversations }, { $events }.
retention-next-nothing = Пока ничего: срок ещё не вышел.
retention-next-help = Запуск идёт сам раз в сутки, ночью. О каждом составляется акт, а журнал остаётся проверяемым.
retention-held-count = { $count ->
    [one] { $count } диалог остаётся по запрету на удаление
    [few] { $count } диалога остаются по запрету на удаление
   *[many] { $count } диалогов остаются по запрету на удаление
}
retention-run = Запустить сейчас
retention-run-ask = Всё, у чего вышел срок, уйдёт навсегда. Запустить?
retention-available-title = Что доступно
retention-available-help = Доля принятых событий, которые можно открыть. Считается по номерам записей, которые нельзя поправить вместе с данными.
retention-last-days = { $count ->
    [one] за { $count } день
    [few] за { $count } дня
   *[many] за { $count } дней
}
retention-of = { $count ->
    [one] из { $count } принятого
   *[many] из { $count } принятых
}
retention-state = { $what ->
    [full] полностью
    [anonymised] обезличено
    [erased] удалено по запросам
   *[other] истёк срок
}
retention-lost = { $count ->
    [one] { $count } пропало
    [few] { $count } пропали
   *[many] { $count } пропало
}
retention-lost-none = потерь нет
retention-holds = Запрет на удаление
retention-holds-help = Если идёт спор или пришёл запрос, переписку можно оставить, пока он не закончится.
retention-held-what = { $what ->
    [client] Клиент
   *[other] Диалог
}
retention-held-since = поставлен { $when }, { $by }
retention-hold-what = Адрес страницы клиента или диалога
retention-hold-reason = Почему
retention-hold-hint = номер претензии, без имён
retention-hold = Не удалять
retention-lift = Снять запрет
retention-lift-ask = Снять запрет с { $what }? Если срок вышел, переписка уйдёт со следующим запуском.
retention-runs = Последние запуски
retention-runs-none = Запусков ещё не было.
retention-ran = Ушло: { $conversations }, { $events }
retention-ran-nothing = Уходить было нечему
retention-acts = акты

models-title = Модели и намерения
models-open = Сколько стоят обращения к моделям и как называть то, чего хотят клиенты
models-prices = Цены моделей
models-prices-help = За миллион токенов. По цене считается стоимость каждого обращения, записанного после её сохранения. Имя модели пишите без даты; gpt-5* — всё, что так начинается.
models-no-price = Цена не задана: стоимость обращений неизвестна.
models-price = вход { $input }, выход { $output } { $currency } за миллион
models-price-cached = вход { $input } (из кэша { $cached }), выход { $output } { $currency } за миллион
models-price-remove-ask = Убрать цену { $what }? Новые обращения останутся без стоимости.
models-model = Модель
models-input = Вход
models-output = Выход
models-cached = Вход из кэша
models-currency = Валюта
models-since = Действует с
models-remove = Убрать
models-intents = Словарь намерений
models-intents-help = Модели называют одно и то же по-разному. Что приходит через подключения, записывается под именем, которое выбрали вы; незнакомое слово остаётся как есть.
models-intent = Намерение
models-synonyms = Другие слова, через запятую
models-synonyms-hint = booking, записаться
models-intent-remove-ask = Убрать «{ $what }» из словаря?
models-learnt = Угадывание намерений
models-learnt-version = Работает, версия { $what }
models-learnt-nothing = Не обучено: где намерение никто не назвал, стоит «не измеряется».
models-learnt-help = Учится на сообщениях, которые разметили ваши люди, и дописывает намерение там, где его не назвали. Уверенность и версия записываются вместе с сообщением.

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

nav-cards = Карточки
cards-title = Карточки в CRM
cards-lead = Что ассистент сделал, видно в карточке клиента. Здесь — что ещё не дошло до карточек и почему.
cards-none = CRM не подключена
cards-none-help = Подключите Битрикс24, и каждый диалог появится в карточке своего клиента.
cards-none-go = К подключениям
cards-not-writing = Запись в карточки выключена в настройках подключения: новое только копится.
cards-waiting = ждут отправки
cards-cardless = без карточки
cards-buried = не принято CRM
cards-written = записано
cards-oldest = Самая старая запись ждёт { $what }
cards-how = Одна запись — отрезок одного диалога или одна задача. «Ждут» — карточка известна, запись ещё не подтверждена порталом. «Без карточки» — у клиента нет карточки: её ищут снова при каждом его сообщении. «Не принято» — портал отказал окончательно. Ответ без подтверждения сначала проверяется в карточке, поэтому запись не появится дважды.
cards-halted = { $why ->
    [credential] Портал больше не принимает наш вебхук или приложение ({ $when }). Проверьте, что сотрудник, от имени которого создан вебхук, не уволен, и вставьте новый адрес.
    [plan] REST в этом портале недоступен: нужен платный тариф ({ $when }).
    [overload] Портал заблокировал обращения из-за перегрузки ({ $when }). Обратитесь в поддержку Битрикс24; повторы только продлят блокировку.
    [gone] Такого портала больше нет ({ $when }).
   *[other] Портал не спрашивается с { $when }: { $why }.
 }
cards-resume = Проверить ещё раз
cards-buried-title = Не принято
cards-buried-lead = Портал отказал. Устраните причину и отправьте ещё раз: порядок записей в карточке сохранится.
cards-waiting-title = Ждут
cards-what = { $what ->
    [task] Задача сотруднику
   *[steps] Шаги диалога
 }
cards-bury = Не отправлять
cards-bury-ask = Не отправлять эту запись? В карточке её не будет, в журнале она останется.
cards-bury-sure = Да, не отправлять

differences-count = { $count ->
    [0] Сверка с CRM: расхождений нет
    [one] Сверка с CRM: { $count } расхождение
    [few] Сверка с CRM: { $count } расхождения
   *[many] Сверка с CRM: { $count } расхождений
 }
differences-title = Сверка с CRM
differences-lead = Где журнал и CRM говорят разное. У каждого расхождения видно, на чём оно основано и что можно сделать. Сами мы в CRM ничего не объединяем, не удаляем и стадий не меняем.
differences-figure = { $what ->
    [claimed] лид обещан, но его нет
    [stranger] карточка без диалога
    [double] двойники
    [outcome] разный исход
   *[buried] не принято CRM
 }
differences-empty = Расхождений нет
differences-empty-help = Журнал и CRM говорят одно и то же. Сверяем при каждом чтении портала, двойников ищем ночью.
differences-how = «Лид обещан» — ассистент сообщил о лиде, прошло 15 минут, а живого лида или сделки этого клиента CRM не показала. «Карточка без диалога» — лид или сделка старше 15 минут, созданные с тех пор, как мы читаем портал, и не связанные ни с одним клиентом журнала: ни сами, ни через лид, ни через контакт. Источники, которые считать, задаются в настройках подключения; пусто — все. «Двойники» — у клиента несколько открытых карточек одного вида с тем же телефоном или почтой; закрытые лиды не в счёт. «Разный исход» — карточка закончилась не так, как сообщили касса, бот или сотрудник, пока она жила и ещё неделю. Обещания и исходы смотрим за 90 дней.
differences-more = { $count ->
    [one] И ещё { $count }: сначала разберите эти.
    [few] И ещё { $count }: сначала разберите эти.
   *[many] И ещё { $count }: сначала разберите эти.
 }
differences-nobody = Такого клиента в журнале нет. Укажите телефон или почту, с которыми он писал, либо номер клиента из адреса его страницы (c_…).
differences-since = { $when } · { $age } назад
differences-responsible = Ответственный в CRM: сотрудник № { $what }
differences-client = Клиент без имени
differences-talk = Диалог
differences-open = Открыть в CRM: { $what }
differences-claimed = Ассистент сообщил, что создал лид, а в CRM его нет
differences-claimed-card = Ассистент назвал карточку «{ $what }», а в CRM её нет
differences-claimed-gone = Ассистент назвал карточку «{ $what }», но в CRM её удалили или объединили
differences-search = { $what ->
    [sought] Карточку клиента ищем снова при каждом его сообщении
    [making] Карточка создаётся, ждём подтверждения портала
    [buried] Портал отказал в поиске карточки
    [found] Найдена другая карточка клиента, но не лид из ответа ассистента
   *[other] { $what }
 }
differences-stranger = Карточка «{ $what }»: ни одного диалога
differences-source = Источник: { $what }
differences-stage = Стадия: { $what }
differences-double = У одного клиента несколько открытых карточек
differences-double-own = Диалоги пишутся в карточку «{ $card }»{ $by }
differences-found-by = { $what ->
    [given] : её назвал бот
    [origin] : её создала Летопись
    [made] : её создала Летопись
    [line] : по чату открытой линии
    [phone] : найдена по телефону
    [email] : найдена по почте
    [person] : её выбрал сотрудник
    [converted] : сделка из лида клиента
   *[other] {""}
 }
differences-outcome = Карточка «{ $what }»: исход в CRM и в журнале разный
differences-crm-says = CRM: { $what }, { $when }
differences-journal-says = Журнал: { $what }, { $when }
differences-buried = CRM не приняла запись о диалоге
differences-seek = Искать сейчас
differences-order = Создать карточку
differences-order-help = Сначала ещё раз поищем. Если лида нет, в Битрикс24 появится новый: с именем и телефоном клиента, как мы их знаем. Решение останется в журнале.
differences-order-sure = Да, создать
differences-needless = Не нужно
differences-link = Это наш клиент
differences-link-who = Телефон, почта или номер клиента
differences-link-help = Карточка станет карточкой этого клиента: диалоги будут писаться в неё, а её история попадёт в журнал. Решение останется в журнале.
differences-link-sure = Связать
differences-not-ours = Не наша
differences-why-label = Почему
differences-why = { $what ->
    [elsewhere] Клиент пришёл иначе: звонок, визит, форма
    [spam] Спам или поставщик
    [test] Проверяли, тест
    [double] Двойник, закрыт или объединён в CRM
    [erased] Данные клиента удалены из журнала
   *[needless] Больше не нужно
 }
differences-aside-help = Расхождение уйдёт из списка. В CRM ничего не изменится. Решение останется в журнале.
differences-aside-sure = Убрать из списка
differences-choose-title = Выбрать верную
differences-choose-help = В выбранную карточку будут писаться диалоги. Остальные мы не трогаем: объедините их в Битрикс24.
differences-choose = Верна: { $what }
differences-settle = Кто прав
differences-settle-help = Решение останется в журнале, расхождение уйдёт из списка. Если верно в журнале, поправьте карточку в CRM: сами мы стадий не меняем.
differences-right-crm = Верно в CRM
differences-right-journal = Верно в журнале
crm-sources = Источники, с которыми работает ассистент
crm-sources-hint = Коды источников через запятую. Лиды из других источников не попадут в сверку как «карточка без диалога». Пусто — считаются все.
crm-problem-sources = Источник — это код из справочника Битрикс24, например WEB или 1|TELEGRAM.

reading-title = Чтение из CRM
reading = Чтение
reading-off = выключено в настройках подключения
reading-never = ещё не было
reading-looked = Последнее чтение
reading-changed = Последнее изменение в CRM
reading-night = Последняя ночная сверка
reading-waiting = Событий на пути в журнал
reading-problem = Портал сейчас не читается
reading-how = «Последнее чтение» — когда портал ответил на все вопросы: читаем раз в несколько минут и сразу, как портал пришлёт событие. «Последнее изменение» — самое позднее изменение лида или сделки по часам портала. «Ночная сверка» — когда закончили обход всех известных карточек.

problem-limit = портал попросил подождать: слишком много обращений
problem-method = портал ограничил этот метод по времени работы
problem-looked-up = проверено в карточке: записи там нет, отправим снова
problem-ended = программа остановилась во время отправки: сначала проверим карточку
problem-given-up = снято с отправки сотрудником
problem-scope = у вебхука нет нужного права (scope)
problem-no-card = карточки больше нет: ищем другую
problem-denied = у сотрудника, чей это вебхук, нет прав на карточку
crm-title = Подключить Битрикс24
crm-lead = Каждый разговор появится на карточке клиента, а итог из CRM вернётся в журнал. Ничего не отмечено — ничего не пишется.
crm-new = Подключить по вебхуку
crm-new-lead = Есть Битрикс24 и нужно писать в карточки?
crm-add = Подключить и проверить
crm-webhook = Адрес входящего вебхука
crm-webhook-hint = В портале: Разработчикам → Другое → Входящий вебхук. Отметьте CRM, по желанию booking, imopenlines, user. Адрес хранится зашифрованным и больше не показывается.
crm-settings = Что делать в CRM
crm-settings-lead = Вебхук заменяется среди секретов ниже, после замены нажмите «Проверить».
crm-write = Писать разговоры на карточки
crm-write-hint = На карточке появится запись: когда говорили, чем кончилось, ссылка и номер доказательства.
crm-words-label = Сколько рассказывать карточке
crm-words = { $what ->
    [steps] Только время и шаги
    [digest] Шаги и суть: чего хотел клиент, что сделано
   *[full] Разговор целиком
}
crm-words-hint = Карточку видят и правят сотрудники, поэтому обычно хватает сути: сам разговор остаётся в журнале. С «только шаги» слов не будет и во вкладке карточки.
crm-words-clinic = У клиники карточке рассказывают только шаги: ничего о здоровье из журнала не выходит.
crm-read = Узнавать, что стало с лидом
crm-read-hint = Сделка выиграна, отказ, запись, неявка вернутся в журнал фактами.
crm-create = Заводить карточку, если её нет 15 минут
crm-create-hint = Не отмечайте, если лиды заводит сам бот: Летопись найдёт его карточку.
crm-tasks = Ставить задачу менеджеру
crm-tasks-hint = Когда клиента передали человеку или его заявка теряется: ему не ответили, обещали запись и не записали, он замолчал после цены.
crm-responsible = Ответственный, номер сотрудника
crm-responsible-hint = Чьими будут новые карточки и задачи. Пусто — владелец вебхука. Номер виден в адресе страницы сотрудника.
crm-more = Поля карточки и стадии
crm-fields = Свои поля карточки
crm-fields-hint = По строке: intent, confidence, variant или verdict = UF_CRM_…
crm-stages = Что значат ваши стадии
crm-stages-hint = По строке: deal:C1:LOSE = no_show. Смысл: in_progress, won, lost, booked, arrived, no_show, paid, ignore. Пусто — как считает сам Битрикс24.
crm-app = Вкладка в карточке
crm-app-lead = Нужно локальное приложение портала: впишите его ключи среди секретов, а адреса из окна «Скопируйте сейчас» — в настройки приложения.
crm-problem-webhook = Это не адрес входящего вебхука. Он выглядит так: https://портал.bitrix24.ru/rest/1/секрет/ и начинается с https.
crm-problem-name = Такое название не подходит: до 120 знаков.
crm-problem-words = Выберите, сколько рассказывать карточке.
crm-problem-responsible = Номер сотрудника — это число.
crm-problem-fields = Поле карточки пишется так: intent = UF_CRM_1747309879.
crm-problem-stages = Стадия пишется так: deal:C1:LOSE = no_show.
recipe-portal-app = Для вкладки в карточке: «Путь обработчика» локального приложения
recipe-portal-install = И «Путь для первоначальной установки»
inside-title = Разговоры с клиентом
inside-board = Летопись
inside-board-lead = Что сделал ассистент. За { $what }, по разговорам, где клиент писал.
inside-older = Раньше
inside-more = Показать раньше
inside-nobody = С клиентом этой карточки ассистент ещё не говорил.
inside-nothing = Разговоров больше нет.
inside-steps = Слова разговора здесь не показываются: так решила компания. Видны время и шаги.
inside-foot = Показано из Летописи. Зелёный знак значит: запись сверена с подписанным журналом сейчас, при открытии.
inside-said = { $what ->
    [client] Клиент написал
    [bot] Ассистент ответил
   *[staff] Сотрудник ответил
}
inside-installed = Летопись подключена
inside-installed-whole = Вкладка «Летопись» стоит в лидах, сделках, контактах и в меню.
inside-installed-bare = Доступ получен, но вкладки поставить не удалось. Отметьте в правах приложения CRM и placement и установите его ещё раз.
inside-installed-next = Это окно можно закрыть.
inside-refused = { $what ->
    [unknown] Такого подключения нет. Установите приложение заново.
    [unreadable] Портал прислал не то, чего мы ждали. Откройте карточку ещё раз.
    [not_installed] Приложение не установлено в этом портале.
    [stranger] Запрос не подтверждён порталом.
    [other_portal] Подключён другой портал.
    [other_app] Подключено другое приложение.
    [no_right] У вас нет доступа к этой карточке в Битрикс24, поэтому и разговоров здесь нет.
    [stale] Страница открыта слишком давно. Обновите её.
   *[silent] Битрикс24 сейчас не отвечает. Попробуйте через минуту.
}
problem-cardless = карточка клиента пока не найдена
crm-no-show = Поле неявки
crm-no-show-hint = Если неявку отмечают полем, а не стадией: UF_CRM_NOSHOW или UF_CRM_STATUS=45. Пусто — только по стадии.

# Инциденты
nav-incidents = Инциденты
incidents-title = Инциденты
incidents-lead = Что сейчас идёт не так. Правила смотрят на журнал каждые полминуты; открыть инцидент может и человек — со страницы диалога.
incidents-empty = Всё в порядке
incidents-empty-help = Ни одно правило не сработало. Если клиент пожаловался, откройте инцидент со страницы его диалога.
incidents-past = За 90 дней
incidents-past-none = Завершённых инцидентов пока нет.
incidents-figure = { $what ->
    [detect] до обнаружения (MTTD)
    [recover] от тревоги до исправления (MTTR)
    [total] от первой ошибки до исправления
   *[acknowledge] от тревоги до «вижу» (MTTA)
}
incidents-about = { $count ->
    [one] медиана { $median } · по { $count } инциденту
   *[other] медиана { $median } · по { $count } инцидентам
}
incidents-false = { $count ->
    [0] Ложных тревог не было.
    [one] Кроме того, { $count } ложная тревога.
    [few] Кроме того, { $count } ложные тревоги.
   *[other] Кроме того, { $count } ложных тревог.
}
incidents-how = Среднее по завершённым инцидентам, обнаруженным за 90 дней. Начало — первое плохое событие, конец — первое хорошее после исправления; человек может уточнить то и другое. Открытые инциденты, ложные тревоги и сообщения «к сведению» в среднее не входят. Рядом медиана: один долгий случай сильно сдвигает среднее.
incident-severity = { $what ->
    [critical] срочно
    [warning] сегодня
   *[info] к сведению
}
incident-seen = Вижу
incident-resolve = Решено…
incident-resolve-sure = Закрыть инцидент
incident-how-ended = Чем кончилось
incident-ending = { $what ->
    [fix] Исправили
    [rollback] Вернули прежнюю версию
    [false_alarm] Ложная тревога
   *[passed] Прошло само
}
incident-ended = { $what ->
    [fix] исправлено
    [rollback] откат
    [false_alarm] ложная тревога
   *[passed] прошло
}
incident-really-began = Началось на самом деле
incident-really-over = Снова в порядке с (пусто — сейчас)
incident-bad-time = Время не подошло: начало должно быть раньше конца, а конец — не позже текущего момента. Инцидент остался открытым.
incident-began = Началось
incident-detected = Обнаружено
incident-seen-by = Увидели
incident-resolved-by = Закрыто
incident-recovered = Снова в порядке
incident-affected = Затронуто диалогов
incident-first = Первое событие
incident-first-show = показать в диалоге
incident-since = { $when } — уже { $age }
incident-by-rule = правило
incident-go = Открыть
incident-open = Открыть инцидент…
incident-open-what = Что случилось
incident-open-sure = Открыть инцидент
incident-matter = { $what ->
    [wrong_answer] Неверный ответ
    [unkept] Обещал и не сделал
    [not_understood] Не понял клиента
    [rude] Грубый ответ
    [technical] Не работает
   *[other] Другое
}
incident-title = { $rule ->
    [A1] Ассистент не отвечает: { $channel }
    [A2] { $state ->
        [halted] CRM остановлена
        [late] CRM не получает записи
       *[refused] CRM не приняла записи
    }
    [A3] { $silent_min ->
        [none] Сообщения не доходят: { $provider }
       *[other] Канал молчит: { $channel }
    }
    [A4] Записей стало меньше
    [A5] Ассистент чаще сомневается
    [A6] Обещано и не сделано
    [A7] Заявки нет в CRM
    [A8] К клиенту никто не вышел
    [A9] Напоминания не доходят
    [A10] { $what ->
        [model] Другая модель: { $to }
        [prompt] Другой промпт: { $to }
       *[scenario] Другой сценарий: { $to }
    }
    [A11] Проверка журнала нашла расхождения
    [A12] { $what ->
        [disk] На диске мало места
       *[retention] Хранение не чистится вовремя
    }
    [A16] Клиенты эксперимента «{ $experiment }» поделены не так, как задумано
    [A17] Расходы на модели выше дневного предела
    [A18] Журнал и CRM расходятся
    [hand] { $what ->
        [wrong_answer] Неверный ответ ассистента
        [unkept] Ассистент обещал и не сделал
        [not_understood] Ассистент не понял клиента
        [rude] Грубый ответ ассистента
        [technical] Не работает
       *[other] Открыт вручную
    }
   *[other] Правило сработало
}
incident-says = { $rule ->
    [A1] За десять минут без ответа { $unanswered } из { $asked } сообщений клиентов. Самые долгие ответы (p95), секунд: { $p95_s }.
    [A2] { $state ->
        [halted] Запросы к CRM остановлены, пока человек не посмотрит. Ждут отправки: { $waiting }.
        [late] Самая старая запись ждёт { $lag_min } мин. Всего ждут: { $waiting }, не приняты: { $buried }.
       *[refused] CRM окончательно отклонила записей: { $buried }.
    }
    [A3] { $silent_min ->
        [none] За час не дошло { $failed } из { $messages } сообщений ({ $percent } %).
       *[other] Никто не пишет уже { $silent_min } мин. В эти часы недели обычно начиналось диалогов: { $expected }.
    }
    [A4] За сутки записались { $booked } из { $conversations } ({ $percent } %), а в те же дни прежних четырёх недель — { $before_percent } % из { $before_n }.
    [A5] За сутки ассистент сомневался в { $unsure } диалогах из { $conversations } ({ $percent } %), а прежде — в { $before_percent } % из { $before_n }.
    [A6] { $promises ->
        [one] За сутки { $promises } ответ с обещанием, которому в журнале нет подтверждения.
        [few] За сутки { $promises } ответа с обещаниями, которым в журнале нет подтверждения.
       *[other] За сутки { $promises } ответов с обещаниями, которым в журнале нет подтверждения.
    }
    [A7] Ассистент сообщил, что создал заявку, а карточки нет. Диалогов: { $count }.
    [A8] Клиента передали сотруднику, и никто не ответил. Диалогов: { $count }.
    [A9] За сутки не дошло { $failed } из { $messages } напоминаний ({ $percent } %).
    [A10] Было: { $from }. Стало: { $to }. Делать ничего не нужно: это отметка, с которой сравнивают остальное.
    [A11] Расхождений: { $findings }. Записанное не совпадает с тем, что подписано.
    [A12] { $what ->
        [disk] Свободно { $free_mib } МБ. Когда место кончится, новые события не примутся.
       *[retention] Последняя очистка была { $hours } ч назад.
    }
    [A16] Показано клиентов: { $counts }. Случайно так почти не бывает, поэтому верить разнице между вариантами нельзя.
    [A17] С начала дня потрачено { $spent }, предел — { $budget }.
    [A18] Расхождений: { $differences }.
    [hand] Человек отметил этот диалог как случай, с которым надо разобраться.
   *[other] Случаев: { $count }.
}
incident-help = { $what ->
    [A1] Проверьте, отвечает ли бот в этом канале, и не кончились ли деньги у поставщика модели.
    [A2] Посмотрите, что отвечает CRM, и отправьте записи ещё раз.
    [A3] Проверьте, подключён ли канал и не заблокирован ли он.
    [A4] Посмотрите, что поменялось перед этим: модель, сценарий, цены, свободное время.
    [A5] Прочитайте несколько таких диалогов: появился новый вопрос или сломался промпт.
    [A6] Откройте диалоги и сделайте обещанное.
    [A7] Найдите клиента в CRM или заведите карточку.
    [A8] Ответьте клиентам: они ждут человека.
    [A9] Позвоните тем, кого не предупредили о визите.
    [A10] { "" }
    [A11] Не меняйте ничего и позовите того, кто отвечает за сервер: letopis verify покажет записи.
    [A12] Позовите того, кто отвечает за сервер.
    [A16] Проверьте, всем ли клиентам бот спрашивает вариант и не теряет ли он часть из них.
    [A17] Посмотрите, какая модель стоит дороже всего.
    [A18] Сверьте карточки.
    [hand] { "" }
   *[other] { "" }
}
incident-how = { $what ->
    [A1] Сообщения клиентов за последние десять минут, кроме диалогов у сотрудника, тестов и ответов «да» или «нет» на сказанное. Срабатывает, когда без ответа дольше минуты трое, или когда из двадцати и более сообщений каждое двадцатое ждало дольше минуты. Проходит, когда ответы снова приходят вовремя.
    [A2] Записи, для которых карточка уже найдена. Срабатывает, когда самая старая ждёт дольше пяти минут, когда CRM что-то окончательно отклонила или когда запросы остановлены. Проходит само.
    [A3] Тишина сравнивается с теми же часами недели за четыре прежние недели: срабатывает, если случайно такая тишина бывает реже раза на тысячу. Недоставленные считаются за час, от десяти сообщений, больше 10 %.
    [A4] Диалоги за 24 часа, записи в первые три часа диалога; сравнение с теми же сутками четырёх прежних недель. Срабатывает, если случайно так мало бывает реже раза на тысячу, или два раза подряд реже двух раз на сто. Меньше 20 диалогов — не судим.
    [A5] Диалоги с уверенностью ниже 0,6 за 24 часа против тех же суток четырёх прежних недель; срабатывает, если случайно так много бывает реже раза на тысячу. Меньше 20 диалогов — не судим.
    [A6] Слова ассистента за сутки, срок которых прошёл, а дела в журнале нет. Слова распознаются программой и могут быть поняты неверно. Проходит, когда всё сделано.
    [A7] Причина потери R3: через 15 минут после слов о заявке карточки нет.
    [A8] Причина потери R5: 15 минут в рабочее время, иначе полчаса от открытия.
    [A9] Напоминания за сутки: срабатывает от трёх недошедших или больше 10 % из десяти и более.
    [A10] Версия считается новой, когда её имеют пять из двадцати диалогов подряд; одиночный ответ — не смена.
    [A11] Последняя ночная проверка. Проходит, когда следующая ничего не находит.
    [A12] Очистка должна идти раз в сутки; предел свободного места — в настройках сервера.
    [A16] Критерий хи-квадрат по долям, которые заданы в эксперименте; тревога, если p меньше 0,001. Проходит, когда доли сходятся или эксперимент остановлен.
    [A17] Сумма цен вызовов с начала дня по часам компании. Проходит с новым днём.
    [A18] Сверка журнала с CRM. Проходит, когда расхождений нет.
    [hand] Открыто человеком, закрывает тоже человек.
   *[other] Правило другой версии программы.
}

## Numbers, lost leads, today

nav-today = Сегодня
nav-lost = Позвонить
nav-numbers = Цифры
moment-short-day = %d.%m
per-cent = { $what } %
chart-table = Таблица значений
chart-value = Значение
chart-interval = интервал 95 %
chart-n = n
chart-few = мало данных
chart-empty = нет данных
chart-now = этот период
chart-previous = прошлый период
chart-changes = Изменения
chart-cut = ось не от нуля
chart-period = Период
chart-group = Группа
chart-step = Шаг
chart-reached = Дошли
chart-of-first = От начала
chart-lost = Ушли
chart-lost-share = Доля ушедших
chart-leak = больше всего потерь
chart-total = Вместе
today-title = Сегодня
today-wrote = написали
today-booked = записались
today-waiting = ждут звонка
today-taken = { $count ->
    [one] ещё { $count } в работе
    [few] ещё { $count } в работе
   *[many] ещё { $count } в работе
}
today-call = Кому позвонить сейчас
today-all = Все { $count }
today-hidden = { $count ->
    [one] { $count } человек ждёт звонка: его видит администратор.
    [few] { $count } человека ждут звонка: их видит администратор.
   *[many] { $count } человек ждут звонка: их видит администратор.
}
today-nobody = Никто не ждёт звонка.
today-tomorrow-title = Завтра
today-tomorrow = { $count ->
    [one] { $count } визит
    [few] { $count } визита
   *[many] { $count } визитов
}
today-confirmed = подтвердили { $part } из { $n }
today-week = За 7 дней
today-why = Почему так: все цифры
lost-title = Кому позвонить
lost-lead = Заявки за { $what }, из которых ничего не вышло. Сверху те, кто ждёт ответа прямо сейчас. Кто записался сам, исчезает из списка без вашего участия.
lost-filter = Любая причина
lost-empty = Никто не ждёт
lost-empty-help = Здесь появится каждый, кому не ответили, кого обещали записать и не записали, или кто замолчал после цены.
lost-take = Взять в работу
lost-taken = { $who }, { $when }
lost-since = ждёт { $what }
lost-end = Закончить…
lost-more = Показаны последние 200.
lead-end = { $what ->
    [done] Договорились
    [unreached] Не дозвонились
    [declined] Передумал
   *[no_lead] Это не заявка
}
lost-reason = { $what ->
    [R1] без ответа
    [R2] хотел записаться
    [R3] заявки нет в CRM
    [R4] обещана запись
    [R5] никто не подошёл
    [R6] нет контакта
    [R7] бот не понял
    [R8] сбой
    [R9] нет мест
    [R10] лид не тронут
    [R11] не доставлено
   *[R12] замолчал после цены
}
lost-why = { $what ->
    [R1] Клиент написал, и никто не ответил: бот за 60 секунд, сотрудник за 15 минут в рабочее время.
    [R2] Клиент хотел записаться, разговор кончился без записи и без отказа.
    [R3] Бот сказал, что создал заявку, а через 15 минут её нет в CRM.
    [R4] Бот сказал «записал», а записи за 10 минут не появилось.
    [R5] Разговор передан сотруднику, за 15 минут рабочего времени никто не написал.
    [R6] Клиент хотел записаться, разговор кончился, телефона и почты никто не спросил.
    [R7] Бот дважды не понял или дважды ответил одно и то же, и клиент замолчал.
    [R8] Ошибка модели, инструмента или CRM, и за 30 минут ничего не получилось.
    [R9] Бот сказал, что мест нет, и не предложил другого времени.
    [R10] Лид больше суток стоит на первой стадии, и с ним ничего не делают.
    [R11] Наше сообщение не доставлено, другого пути к клиенту нет.
   *[R12] Бот назвал цену, и клиент сутки молчит.
}
numbers-title = Цифры
numbers-period = { $what ->
    [today] Сегодня
    [week] 7 дней
    [month] 30 дней
    [quarter] 90 дней
   *[own] Свои дни
}
numbers-cut = Разрез
cut = { $what ->
    [channel] по каналам
    [intent] по темам
    [utm_source] по источникам
    [utm_campaign] по кампаниям
    [scenario] по сценариям
    [model] по моделям
    [prompt] по версиям промпта
    [variant] по вариантам
    [staff] по сотрудникам
    [hour] по часам
    [weekday] по дням недели
    [day] по дням
   *[returning] новые и постоянные
}
numbers-compare = сравнить с прошлым периодом
numbers-own-days = Свои дни
numbers-from = С
numbers-to = По
numbers-nothing = данных нет
numbers-share = { $share } % (от { $low } до { $high } %), { $part } из { $n }
numbers-few = мало данных: { $part } из { $n }
numbers-before = раньше { $what }
numbers-seconds = { $what } с
numbers-minutes = { $what } мин
numbers-never = столько вопросов осталось без ответа, что этого числа нет
numbers-clients = клиентов написали
numbers-cr-client = клиентов записались
numbers-cr-session = диалогов с записью
numbers-cr-intent = записались из хотевших
numbers-cr-lead = записались из лидов
numbers-cr-bot = записал бот без людей
numbers-lost-rate = заявок потеряно
numbers-within = ответов за 3 секунды
numbers-no-show = не пришли
numbers-no-show-strict = не пришли или отменили в последний момент
numbers-unknown = чем кончилось, неизвестно
numbers-delivery = напоминаний доставлено
numbers-confirmation = подтвердили визит
numbers-no-show-of = { $what ->
    [confirmed] не пришли из подтвердивших
    [silent] не пришли из промолчавших
    [not_delivered] не пришли: напоминание не дошло
   *[not_reminded] не пришли: не напоминали
}
numbers-visits = визитов
numbers-visits-title = Визиты и напоминания
numbers-answers = Как быстро отвечает бот
numbers-p50 = половина ждала не дольше
numbers-p95 = 95 из 100 ждали не дольше
numbers-first = до первого ответа, бот или человек
numbers-unanswered = вопросов без ответа
numbers-provisional = Предварительно: записи по последним диалогам ещё могут прийти.
numbers-uncounted = { $count ->
    [one] { $count } событие пришло только что и ещё не посчитано.
    [few] { $count } события пришли только что и ещё не посчитаны.
   *[many] { $count } событий пришли только что и ещё не посчитаны.
}
numbers-line = Запись по времени
numbers-line-finding = За период: { $what }.
numbers-line-note = Доля диалогов с записью; полоса – интервал 95 %. Дни, в которые диалогов меньше 30, отмечены как «мало данных».
numbers-line-axis = доля диалогов с записью
numbers-funnel = Воронка
funnel-step = { $what ->
    [wrote] Написали
    [intent] Хотели записаться
    [offered] Получили время
    [contact] Оставили контакт
    [lead] Лид в CRM
    [booked] Записались
    [arrived] Пришли
   *[paid] Оплатили
}
funnel-leak = { $count ->
    [one] Больше всего потерь перед шагом «{ $step }»: { $count } диалог.
    [few] Больше всего потерь перед шагом «{ $step }»: { $count } диалога.
   *[many] Больше всего потерь перед шагом «{ $step }»: { $count } диалогов.
}
funnel-no-leak = Потерь между шагами нет.
funnel-unmeasured = Не измеряется: { $what }.
numbers-bars = Запись { $what }
numbers-bars-finding = Лучше всего: { $what }, { $share }.
numbers-bars-few = В каждой группе пока меньше 30 диалогов.
numbers-average = в среднем
numbers-unnamed = без значения
numbers-returning = { $what ->
    [returning] постоянные
   *[new] новые
}
numbers-lost = Почему заявки теряются
numbers-lost-finding = Чаще всего: { $what }, { $count }.
numbers-lost-none = Потерянных заявок нет.
numbers-lost-note = Потеряно: { $what }. У заявки может быть несколько причин; здесь первая.
numbers-lost-axis = заявок
numbers-heat-finding = Чаще всего пишут с { $hour } до { $next } часов.
numbers-heat-note = Показаны часы с 7 до 24; ночью написали { $count } из { $n }.
weekday = { $what ->
    [mon] пн
    [tue] вт
    [wed] ср
    [thu] чт
    [fri] пт
    [sat] сб
   *[sun] вс
}
numbers-groups = По группам
numbers-group = Группа
numbers-conversations = Диалогов
numbers-left-out = Что не вошло
left-out = { $what ->
    [reminder_reply] ответы на напоминания
    [silent] клиент ничего не писал
    [test] проверки
    [spam] спам
   *[staff] сотрудники
}
numbers-how-name = { $what ->
    [clients] Клиентов написали
    [cr-client] Клиентов записались
    [cr-session] Диалогов с записью
    [cr-intent] Записались из хотевших
    [cr-lead] Записались из лидов
    [cr-bot] Записал бот без людей
    [lost] Заявок потеряно
    [within] Ответов за 3 секунды
    [no-show] Не пришли
    [interval] Интервал и «мало данных»
   *[left-out] Что не вошло
}
numbers-how = { $what ->
    [clients] Разные люди, чьи диалоги начались в периоде. Один человек в двух каналах – один клиент, если это известно.
    [cr-client] Клиенты хотя бы с одной записью из клиентов, написавших в периоде. Запись считается за последний диалог перед ней, если он начался не раньше чем за { $days }.
    [cr-session] Диалоги, за которые засчитана запись, из всех диалогов периода. Две записи в одном диалоге – одна; отменённая за 15 минут – не запись.
    [cr-intent] То же, но из диалогов, в которых клиент хотел записаться.
    [cr-lead] Лиды с записью из диалогов, в которых появился лид.
    [cr-bot] Диалоги с записью, в которых до неё не писал сотрудник, из всех диалогов.
    [lost] Диалоги, из которых ничего не вышло по одной из 12 причин, из всех диалогов. Отказ клиента – не потеря; кто записался позже, не потерян.
    [within] Вопросы клиентов, на которые бот ответил за 3 секунды, из всех вопросов. Оставшиеся без ответа считаются бесконечно долгими.
    [no-show] Не пришедшие из пришедших и не пришедших, по дню визита. Отменённые заранее не входят; неизвестный исход никогда не считается приходом.
    [interval] В скобках – границы, между которыми доля лежит с уверенностью 95 % (Уилсон). Если диалогов меньше 30, доля ничего не говорит, и вместо неё написано «мало данных».
   *[left-out] Ответы на напоминания, проверки, спам, сотрудники и диалоги, в которых клиент ничего не писал, не входят ни в одну цифру и посчитаны отдельно.
}
## Разбор

nav-reviews = Разбор
reviews-title = Разбор ответов
reviews-lead = Где ассистент был не уверен, десять случайных диалогов в месяц, ответы, которые расходятся с прайсом, и жалобы. Несколько минут в неделю — и видно, как часто ассистент ошибается и что исправить.
review-queue = { $what ->
    [low] Низкая уверенность
    [random] Случайная выборка
    [facts] Расходится с прайсом
   *[complaint] Жалобы
}
review-queue-about = { $what ->
    [low] Сообщения за неделю, где ассистент понял клиента с уверенностью ниже 60 %. Просматриваются все.
    [random] Диалоги месяца, выбранные случайно. По ним видно, сколько ошибок там, где ассистент был уверен.
    [facts] Ответы, где названа другая цена, нерабочее время или услуга не из списка. В оценку доли ошибок не входят.
   *[complaint] Диалоги, которые кто-то отметил вручную. В оценку доли ошибок не входят.
}
reviews-progress = { $done } из { $all }
reviews-progress-talks = { $all ->
    [one] { $done } из { $all } диалога
   *[other] { $done } из { $all } диалогов
}
reviews-second-waits = { $count ->
    [one] { $count } ответ ждёт второго проверяющего
    [few] { $count } ответа ждут второго проверяющего
   *[many] { $count } ответов ждут второго проверяющего
}
review-all-done = Готово
review-nothing = Здесь пусто
review-nothing-help = Сообщения недели появляются в понедельник, диалоги месяца — первого числа. Диалог с жалобой можно отметить на его странице.
reviews-numbers = Как часто намерение понято неверно
few = мало данных
reviews-no-share = пока не оценить
reviews-of-none = По закончившимся месяцам ещё нечего считать: нужны и неуверенные сообщения месяца, и хотя бы один случайный диалог.
reviews-of = Оценок: { $n }. Они представляют { $units } { $units ->
    [one] сообщение
    [few] сообщения
   *[many] сообщений
} с намерением за последние месяцы.
bounds = от { $low } до { $high } %
percent-of = { $what } %
about = ≈ { $what }
reviews-margin = { $sessions ->
    [one] { $sessions } диалог
    [few] { $sessions } диалога
   *[many] { $sessions } диалогов
} в месяц { $sessions ->
    [one] даёт
   *[other] дают
} точность примерно ± { $points } п. п.
reviews-kappa = Двое проверяющих согласны: каппа Коэна { $kappa } ({ $n } { $n ->
    [one] общий ответ
    [few] общих ответа
   *[many] общих ответов
}). 1 — всегда одинаково, 0 — не чаще, чем случайно.
reviews-by-intent = По намерениям
reviews-intent = Намерение
reviews-labels = Оценок
reviews-wrongly-named = Названо зря
reviews-missed = Пропущено
reviews-confusion = Что с чем путает
reviews-assigned = Понял как
reviews-truth = На самом деле
reviews-units = Всего сообщений
reviews-how = Простая доля ошибок среди просмотренного завышена: неуверенные сообщения просматривают все, а уверенные — выборочно. Поэтому каждая оценка считается за столько сообщений, сколько она представляет: неуверенное — за одно, сообщение из случайного диалога — за все диалоги месяца, делённые на просмотренные (оценка Хорвица — Томпсона, диалоги как гнёзда). В скобках — 95-процентные границы. Диалог учитывается, когда оценены все его сообщения. Жалобы и расхождения с прайсом сюда не входят.
reviews-how-tables = «Названо зря» — из сообщений, где ассистент назвал это намерение, доля тех, где клиент хотел другого. «Пропущено» — из сообщений, где клиент хотел именно этого, доля тех, где ассистент понял другое. При оценках меньше 30 доля не показывается.
reviews-how-draw = Выбор записан в журнал с номером и зерном и повторяется кем угодно: у каждого диалога число SHA-256 от строк «letopis review draw 1», месяц, зерно и номер первой записи; выбраны диалоги с наименьшими числами.
reviews-months = Что просмотрено
reviews-month-progress = Неуверенных: { $low_labelled } из { $low }. Случайных диалогов: { $labelled } из { $drawn } (всего за месяц { $sessions }).
reviews-month-draw = Решение № { $draw }, зерно { $seed }
reviews-month = { $what }
reviews-week = неделя: { $from } — { $to }
month-year = { $month ->
    [1] январь
    [2] февраль
    [3] март
    [4] апрель
    [5] май
    [6] июнь
    [7] июль
    [8] август
    [9] сентябрь
    [10] октябрь
    [11] ноябрь
   *[12] декабрь
} { $year }
reviews-draw = Выбрать сейчас
reviews-draw-help = { $count ->
    [one] Само это происходит ночью, когда закончилась неделя или месяц; за месяц выбирается { $count } диалог. Если указать больше, чем выбрано раньше, выборка продолжится.
    [few] Само это происходит ночью, когда закончилась неделя или месяц; за месяц выбирается { $count } диалога. Если указать больше, чем выбрано раньше, выборка продолжится.
   *[many] Само это происходит ночью, когда закончилась неделя или месяц; за месяц выбирается { $count } диалогов. Если указать больше, чем выбрано раньше, выборка продолжится.
}
reviews-examples = Примеры для обучения
reviews-examples-help = Всё размеченное строками JSON: слова без имён, телефонов и адресов, намерение, ошибки ответа. Клиенты, проверяющие и заметки не называются.
reviews-examples-take = Скачать JSONL
reviews-period = За какое время
reviews-sessions = Сколько диалогов (для месяца)
reviews-draw-now = Выбрать
reviews-number = Диалогов в месяц
reviews-left = { $count ->
    [0] всё просмотрено
    [one] осталось { $count }
   *[other] осталось { $count }
}
review-left = Осталось
review-done = Просмотрено
review-begin = Начать
review-more = Показаны первые сто.
review-assign = Поручить
review-assign-help = Всё, что ещё никто не смотрел, увидит один человек.
review-person = Кому
review-anybody = любой
review-assign-do = Поручить
review-second = второй взгляд
review-second-help = Второй взгляд: первый проверяющий уже ответил, его ответ скрыт.
review-right = Понято верно
review-wrong = Понято неверно
review-wrong-unknown = Неверно, но что хотел клиент — не ясно
review-was = На самом деле: { $what }
review-fine = Замечаний нет
review-unknown = не ясно
review-fault = { $what ->
    [wrong_answer] Неверный ответ
    [unkept_promise] Невыполненное обещание
    [rude] Грубость
   *[other] Другое
}
review-place = { $at } из { $all }
review-assigned = Ассистент понял
review-what = Что хотел клиент
review-other-intent = Другое намерение
review-faults = Что не так с ответом
review-note = Заметка
review-note-help = Хранится зашифрованной вместе с диалогом и исчезает вместе с ним.
review-save = Сохранить
review-correct = Исправить
review-before = Предыдущий
review-after = Следующий
review-others = Ответы других
complain = Отметить для разбора
complain-help = Диалог попадёт в очередь «Жалобы»

## Прайс и часы

facts-title = Прайс и часы работы
facts-lead = Загрузите прайс и часы работы — ответы ассистента, где названа другая цена, нерабочее время или услуга не из списка, попадут в «Разбор» с тем, что говорит список.
facts-open = Сверять ответы ассистента с ценами, часами и списком услуг
facts-services = Услуги и цены
facts-services-help = По строке на услугу: «Стрижка женская — 2500 ₽», «Укладка — от 1200», «Окрашивание; 3000–9000» или таблица CSV. Без цены — значит, цена не проверяется.
facts-complete = Это все услуги
facts-complete-help = Тогда услуга не из списка тоже отмечается.
facts-hours = Часы работы
facts-hours-help = По строке: «пн–пт 9:00–21:00», «сб 10–18», «вс выходной».
facts-how = Отмечается только то, что следует из списка: сумма в рублях рядом с услугой, ни один вариант которой столько не стоит; время визита, когда закрыто; часы работы, которых в списке нет. Слова распознаёт программа: скидки, предоплаты и суммы за несколько услуг она пропускает, но может и ошибиться — поэтому решает человек. Проверяются новые ответы и ответы за неделю до загрузки.
facts-read = { $count ->
    [one] Проверяется: { $count } услуга.
    [few] Проверяется: { $count } услуги.
   *[many] Проверяется: { $count } услуг.
}
facts-queue = Что отмечено
facts-said = { $about ->
    [price] Названа цена { $said }
    [hour] Названо время { $said }
    [contact] Названо: { $said }
    [condition] Сказано: { $said }
   *[service] Названа услуга «{ $said }»
}
facts-listed = По списку:
facts-not-listed = такой услуги нет
facts-settled = По нынешнему списку расхождения нет.
facts-wrong-line = Не понять строку { $line }: напишите услугу и цену, например «Стрижка — 1500 ₽».
facts-wrong-long = Список слишком длинный: до 2000 услуг, названия до 200 знаков.
facts-wrong-hours = Не понять часы, строка { $line }: напишите дни и время, например «пн–пт 9:00–21:00».
