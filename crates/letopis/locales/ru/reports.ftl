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
