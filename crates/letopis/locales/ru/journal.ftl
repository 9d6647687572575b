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
