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
