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
