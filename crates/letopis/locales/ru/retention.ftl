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
retention-available-help = Доля принятых событий, которые можно открыть. Считается по номерам записей, которые нельзя поправить вместе с данными, по вашим суткам.
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
    [unsound] не прошло проверку
    [unchecked] из них ещё не сверено
   *[other] истёк срок
}
retention-without-erased = без удалённого по запросам { $what }
retention-audited = Хеши записей сверены { $what }; что принято позже, сверит следующая ночная проверка. Запись, которая не прошла проверку, считается пропавшей.
retention-never-audited = Хеши записей сверяет ночная проверка; её ещё не было.
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
