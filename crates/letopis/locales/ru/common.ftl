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
