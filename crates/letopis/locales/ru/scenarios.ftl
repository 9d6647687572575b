nav-scenarios = Сценарии
scenarios-title = Сценарии и промпты
scenarios-lead = Что велено ассистенту: версии сценариев и промптов, как каждая справляется и какая отвечает сейчас. Плохую версию можно заменить прежней одной кнопкой.
scenarios-empty = Пока ни одной версии
scenarios-empty-help = Сохраните первую версию ниже или передавайте название сценария в событиях (scenario и scenario_version): она появится здесь сама.
scenarios-named = По названиям
scenarios-name = Название
scenarios-version = Версия
scenarios-answers = Отвечает
scenarios-when = Диалоги с ней
scenarios-nothing-active = не выбрана
scenarios-unseen = диалогов с ней ещё нет
scenarios-seen = с { $from } по { $to }
scenarios-versions = { $count ->
    [one] { $count } версия
    [few] { $count } версии
   *[other] { $count } версий
  }
scenarios-prompts = Промпты без названия
scenarios-prompts-help = Системный промпт без названия узнаётся по отпечатку текста. Сам текст остаётся в записи того диалога, где он пришёл.
scenarios-prompts-many = Их очень много: похоже, в промпт подставляется дата или имя. Передавайте версию заголовком X-Letopis-Prompt-Version — тогда диалоги соберутся по версиям.
scenarios-models = Модели
scenarios-how = Доля диалогов с записью среди всех диалогов версии, которые входят в цифры, за всё время, что хранятся итоги (до года); в скобках — 95-процентный интервал. Меньше 30 диалогов — «мало данных». Версии сменяют друг друга, вместе с ними меняются сезон и реклама, поэтому это не эксперимент: для честного сравнения есть эксперименты.
scenario-title = Сценарий «{ $what }»
scenario-active = Отвечает версия { $version } — с { $when }, включил(а) { $by }.
scenario-nothing-active = Ни одна версия не выбрана: бот ничего отсюда не получает.
scenario-no-version = Без версии
scenario-version = Версия { $what }
scenario-only-seen = Только в диалогах: текста здесь нет
scenario-put = Сохранена { $when }, { $by }
scenario-answers = отвечает
scenario-numbers = Цифры этой версии
scenario-compare = Сравнить с версией { $what }
scenario-bring-back = Вернуть эту версию
scenario-activate = Включить эту версию
scenario-activate-ask = Отвечать будет версия { $what }. Бот возьмёт её при следующем диалоге. Включить?
scenario-text-now = Что велено сейчас
scenario-changes = Когда что включали
scenario-made-active = { $when } — версия { $version }, { $by }
scenario-put-title = Сохранить новую версию
scenario-put-sure = Сохранить версию
scenario-version-label = Версия
scenario-version-next = следующий номер
scenario-text = Текст: промпт, инструкция или JSON
scenario-text-help = До 64 КБ. Текст хранится всегда и не удаляется, поэтому данных клиентов в нём быть не должно.
scenario-comment = Что изменилось
scenario-activate-now = Сразу включить
scenario-activate-help = На графиках появится отметка, а бот получит эту версию при следующем запросе.
scenario-wrong-name = Название: до 100 знаков, без @ / ? # и переносов строк. Ничего не сохранено.
scenario-wrong-version = Версия: до 40 знаков, без @ / ? # и переносов строк. Ничего не сохранено.
scenario-wrong-comment = Пояснение: до 500 знаков. Ничего не сохранено.
scenario-wrong-text = Текст: хоть что-нибудь и не больше 64 КБ. Ничего не сохранено.
scenario-taken = Такая версия уже есть, и текст в ней другой. Версия сохраняется один раз: возьмите следующий номер.
scenario-names-client = В тексте телефон или почта клиента из журнала. Такой текст нельзя было бы удалить по его просьбе: уберите их. Ничего не сохранено.
scenario-difference = Сравнение версий: { $what }
scenario-earlier = Прежняя версия
scenario-later = Новая версия
scenario-changed = Убрано строк: { $gone }, добавлено: { $new }.
scenario-folded = { $count ->
    [one] { $count } строка без изменений
    [few] { $count } строки без изменений
   *[other] { $count } строк без изменений
  }
change = { $what ->
    [model] модель: { $from } → { $to }
    [prompt-named] промпт «{ $name }»: { $from } → { $to }
    [prompt] промпт: { $from } → { $to }
    [scenario-named] сценарий «{ $name }»: { $from } → { $to }
   *[other] сценарий: { $from } → { $to }
  }
change-by = { $told } ({ $by })
marked-title = Что менялось
marked-how = Смена модели, промпта или сценария: включена здесь человеком или замечена в диалогах (версия есть в пяти диалогах из двадцати подряд).
weekly-change = Менялось { $when } — { $told }.
facts-faq = Вопросы и ответы
facts-faq-help = «Вопрос? Ответ» в строке, таблица «вопрос;ответ» или две строки: «В: …» и «О: …». Ответы ассистента с другим телефоном, адресом, сайтом, сроком, процентом или «да» вместо «нет» попадут в разбор.
facts-wrong-question = Вопросы и ответы, строка { $line }: нужен вопрос и ответ на него. Ничего не сохранено.
