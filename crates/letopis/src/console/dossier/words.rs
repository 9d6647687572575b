//! How a dossier speaks Russian: moments, pauses, types, outcomes.

use jiff::Timestamp;
use jiff::tz::Offset;

/// «05.03.2025, 14:05:09 (+03:00)», in the sender's own offset.
pub(super) fn moment(us: i64, offset_min: i64) -> String {
    let offset = i32::try_from(offset_min * 60).ok().and_then(|seconds| Offset::from_seconds(seconds).ok()).unwrap_or(Offset::UTC);
    let local = Timestamp::from_microsecond(us).unwrap_or_default().to_zoned(offset.to_time_zone());
    local.strftime("%d.%m.%Y, %H:%M:%S (%:z)").to_string()
}

/// «через 2 мин»; nothing for what follows at once.
pub(super) fn pause(us: i64) -> Option<String> {
    let seconds = us / 1_000_000;
    Some(match seconds {
        ..1 => return None,
        1..60 => format!("через {seconds} с"),
        60..3600 => format!("через {} мин", seconds / 60),
        3600..86400 => format!("через {} ч {} мин", seconds / 3600, seconds % 3600 / 60),
        _ => format!("через {} дн.", seconds / 86400),
    })
}

/// How a conversation ended.
pub(super) fn outcome(word: &str) -> &'static str {
    match word {
        "booked" => "есть запись",
        "cancelled" => "запись отменена",
        "refused" => "клиент отказался",
        "handoff" => "передан сотруднику",
        "failed" => "сбой",
        "lead" => "оставлена заявка",
        "unanswered" => "остался без ответа",
        _ => "не завершён",
    }
}

/// Where it took place.
pub(super) fn channel(word: &str) -> &str {
    match word {
        "whatsapp" => "WhatsApp",
        "telegram" => "Telegram",
        "vk" => "ВКонтакте",
        "avito" => "Авито",
        "max" => "MAX",
        "site" | "web" => "чат на сайте",
        "phone" => "телефон",
        other => other,
    }
}

/// What an event is.
pub(super) fn kind(word: &str) -> &str {
    match word {
        "message_in" => "сообщение клиента",
        "message_out" => "ответ ассистента",
        "lead_created" => "создана заявка",
        "booking_created" => "создана запись",
        "booking_confirmed" => "запись подтверждена",
        "booking_rescheduled" => "запись перенесена",
        "booking_cancelled" => "запись отменена",
        "reminder_sent" => "отправлено напоминание",
        "reminder_delivered" => "напоминание доставлено",
        "reminder_confirmed" => "напоминание подтверждено",
        "client_refused" => "клиент отказался",
        "handoff" => "передача сотруднику",
        "operator_reply" => "ответ сотрудника",
        "payment" => "оплата",
        "visit_arrived" => "клиент пришёл",
        "visit_no_show" => "клиент не пришёл",
        "error" => "ошибка",
        "model_changed" => "сменили модель",
        "scenario_changed" => "сменили сценарий",
        "review_labelled" => "оценка сотрудника",
        "consent_given" => "клиент дал согласие",
        "consent_withdrawn" => "клиент отозвал согласие",
        "llm_call" => "запрос к модели",
        "agent_run" => "работа агента",
        "agent_step" => "шаг агента",
        "retrieval" => "поиск в базе знаний",
        "evaluation" => "оценка программой",
        "llm_details" => "подробности запроса к модели",
        "crm_call" => "запрос к CRM",
        "delivery_status" => "статус доставки",
        "action" => "действие",
        "other" => "событие",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_senders() {
        assert_eq!(moment(1_735_724_096_000_000, 180), "01.01.2025, 12:34:56 (+03:00)");
    }

    #[test]
    fn pauses_are_round() {
        let all = [0, 5, 125, 7_500, 200_000].map(|seconds| pause(seconds * 1_000_000).unwrap_or_default());
        assert_eq!(all, ["", "через 5 с", "через 2 мин", "через 2 ч 5 мин", "через 2 дн."]);
    }
}
