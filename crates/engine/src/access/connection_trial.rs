//! What a person would try by hand when a connection does not work, and what came of it: steps in their order.
//!
//! Words and numbers only: no address, no secret, nothing of anybody's answer. Whoever tries (`capture`) and whoever tells it (`console`,
//! `cli`) share these; the sentences are in the locales, one for each [`Why`]. A step that was not possible, or that nobody asked for, is
//! [`Verdict::Open`]: it is no fault, but it is no assurance either.

use serde::{Deserialize, Serialize};

use super::ConnectionKind;
use super::word::words;
use crate::event::when::DAY_US;

/// How recent an event has to be for a connection to count as one in use.
const RECENT_US: i64 = DAY_US;

words! {
    /// What was tried.
    Step, "step" {
        /// Whether it says where the system outside is.
        Address = "address",
        /// Whether that name is known.
        Name = "name",
        /// Whether somebody listens there.
        Tcp = "tcp",
        /// Whether its certificate is trusted.
        Tls = "tls",
        /// What it says to a call that changes nothing and has no key.
        Answer = "answer",
        /// Whether its clock and ours agree.
        Clock = "clock",
        /// Whether platforms can reach our own address.
        Door = "door",
        /// Whether the sender has to prove itself.
        Sender = "sender",
        /// Whether a bot is there to be reached.
        Bot = "bot",
        /// What it says to a delivery that is marked as a test.
        Delivery = "delivery",
        /// Whether a CRM lets us in.
        Access = "access",
        /// Whether its plan has what we ask through.
        Plan = "plan",
        /// In whose name we are there.
        Owner = "owner",
        /// What we may do there.
        Rights = "rights",
        /// How it treats leads.
        Leads = "leads",
        /// Whether it shows us cards.
        Cards = "cards",
        /// How much it is asked already.
        Pace = "pace",
        /// Whether our application stands in it.
        Application = "application",
        /// Whether events come.
        Events = "events",
    }
}

words! {
    /// What came of a step.
    Verdict, "verdict" {
        /// As it should be.
        Well = "well",
        /// Something has to be done.
        Wrong = "wrong",
        /// Not known, or a matter of choice.
        Open = "open",
    }
}

words! {
    /// Why, for the sentence that says so.
    Why, "why" {
        /// The usual address of the kind.
        Usual = "usual",
        /// An address of the business's own.
        Named = "named",
        /// None is set, and the kind has no usual one.
        NoAddress = "no_address",
        /// What is set is none.
        BadAddress = "bad_address",
        /// The outbound proxy's URL is none.
        BadProxy = "bad_proxy",
        /// The certificates of the connection cannot be read.
        BadCertificates = "bad_certificates",
        /// The name leads somewhere.
        Known = "known",
        /// The outbound proxy looks names up.
        ByProxy = "by_proxy",
        /// The name leads nowhere.
        NoName = "no_name",
        /// The outbound proxy's name leads nowhere.
        NoProxyName = "no_proxy_name",
        /// Link-local or metadata: nobody may ask there.
        Forbidden = "forbidden",
        /// It is this server.
        Itself = "itself",
        /// Somebody listens.
        Connected = "connected",
        /// Nobody listens.
        Refused = "refused",
        /// Nobody says anything.
        Silent = "silent",
        /// No way there.
        Unreachable = "unreachable",
        /// The outbound proxy is not there.
        ProxyDead = "proxy_dead",
        /// The outbound proxy wants another login.
        ProxyLogin = "proxy_login",
        /// The outbound proxy does not go there.
        ProxyRefuses = "proxy_refuses",
        /// The certificate is good.
        Trusted = "trusted",
        /// Plain HTTP.
        Plain = "plain",
        /// The certificate's time is over, or has not begun.
        CertificateExpired = "certificate_expired",
        /// Nobody that we trust has signed it.
        CertificateUnknown = "certificate_unknown",
        /// It is another name's.
        CertificateName = "certificate_name",
        /// Whoever listens does not speak TLS.
        NoTls = "no_tls",
        /// It wants a key: the caller brings it.
        WantsKey = "wants_key",
        /// It answers.
        Answers = "answers",
        /// It knows no such path.
        NoPath = "no_path",
        /// It sends callers elsewhere.
        Elsewhere = "elsewhere",
        /// It does not serve this country.
        Region = "region",
        /// It answers with a failure of its own.
        Fails = "fails",
        /// No answer in time.
        Slow = "slow",
        /// It broke off, or does not speak HTTP.
        Broke = "broke",
        /// Both clocks agree.
        ClockRight = "clock_right",
        /// They do not.
        ClockOff = "clock_off",
        /// It does not say what time it is.
        NoClock = "no_clock",
        /// From outside it is reached over HTTPS.
        DoorHttps = "door_https",
        /// Platforms do not deliver to such an address.
        DoorLocal = "door_local",
        /// A secret is stored.
        SenderSet = "sender_set",
        /// None is.
        SenderUnset = "sender_unset",
        /// There is no bot: deliveries are recorded and not passed on.
        NoBot = "no_bot",
        /// Its address is none.
        BadBot = "bad_bot",
        /// The bot took it in time.
        Taken = "taken",
        /// It took it, but later than the platform waits.
        Late = "late",
        /// It was asked and does not want it.
        NotTaken = "not_taken",
        /// Nobody asked for it.
        NotAsked = "not_asked",
        /// An event came in the last day.
        Today = "today",
        /// The last one is older.
        Before = "before",
        /// None came so far.
        Never = "never",
        /// An earlier step failed.
        NotTried = "not_tried",
        /// The CRM knows the webhook or the application.
        LetIn = "let_in",
        /// There is neither.
        NoCredential = "no_credential",
        /// What is stored is none.
        BadCredential = "bad_credential",
        /// The webhook is over, or the employee is gone.
        WebhookOver = "webhook_over",
        /// The application's tokens are over.
        TokensOver = "tokens_over",
        /// Its answer is none of a CRM.
        NotACrm = "not_a_crm",
        /// It is gone.
        PortalGone = "portal_gone",
        /// Its operator blocks it.
        Overloaded = "overloaded",
        /// It cannot be reached.
        PortalSilent = "portal_silent",
        /// The plan has it.
        PlanHas = "plan_has",
        /// It does not.
        PlanLacks = "plan_lacks",
        /// In an administrator's name.
        OwnerAdmin = "owner_admin",
        /// In the name of an employee.
        OwnerEmployee = "owner_employee",
        /// In the name of the application's installer.
        OwnerApp = "owner_app",
        /// Cards may be read and written.
        HasCrm = "has_crm",
        /// They may not.
        LacksCrm = "lacks_crm",
        /// Bookings may be read.
        HasBooking = "has_booking",
        /// They may not.
        LacksBooking = "lacks_booking",
        /// Chats of open lines may be matched with cards.
        HasLines = "has_lines",
        /// They may not.
        LacksLines = "lacks_lines",
        /// Employees may be asked about.
        HasUser = "has_user",
        /// They may not.
        LacksUser = "lacks_user",
        /// Pages may be placed into cards.
        HasPlacement = "has_placement",
        /// They may not.
        LacksPlacement = "lacks_placement",
        /// With leads.
        LeadsOn = "leads_on",
        /// Without: contacts and deals at once.
        LeadsOff = "leads_off",
        /// It does not say.
        LeadsUnknown = "leads_unknown",
        /// Cards are shown.
        CardsShown = "cards_shown",
        /// They are not.
        CardsHidden = "cards_hidden",
        /// There is room for our requests.
        PaceFree = "pace_free",
        /// Other programs use up what there is.
        PaceBusy = "pace_busy",
        /// A method has used up its time.
        PaceSpent = "pace_spent",
        /// Its tab and its events stand.
        AppStands = "app_stands",
        /// It has no tab in cards, or hears no events.
        AppBare = "app_bare",
        /// Its id is stored, but nobody has installed it.
        AppWaits = "app_waits",
        /// A webhook is enough for writing; a tab needs an application.
        AppNone = "app_none",
    }
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was tried.
    pub step: Step,
    /// What came of it.
    pub verdict: Verdict,
    /// Why.
    pub why: Why,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u32>,
    /// The status of an HTTP answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// By how much the other clock is ahead of ours, or since when there was no event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// The number under which a CRM knows somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
}

impl Finding {
    /// As it should be.
    #[must_use]
    pub fn well(step: Step, why: Why) -> Self {
        Self { step, verdict: Verdict::Well, why, took_ms: None, status: None, seconds: None, number: None }
    }

    /// Something has to be done.
    #[must_use]
    pub fn wrong(step: Step, why: Why) -> Self {
        Self { verdict: Verdict::Wrong, ..Self::well(step, why) }
    }

    /// Neither.
    #[must_use]
    pub fn open(step: Step, why: Why) -> Self {
        Self { verdict: Verdict::Open, ..Self::well(step, why) }
    }

    /// It took so long.
    #[must_use]
    pub fn took(self, took: std::time::Duration) -> Self {
        Self { took_ms: Some(u32::try_from(took.as_millis()).unwrap_or(u32::MAX)), ..self }
    }

    /// It was answered with that status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }
}

/// Whether nothing has to be done.
#[must_use]
pub fn is_well(steps: &[Finding]) -> bool {
    steps.iter().all(|finding| finding.verdict != Verdict::Wrong)
}

/// What needs nobody outside: our own address, and whether events come.
#[must_use]
pub fn inside(kind: ConnectionKind, origin: &str, last_event_us: Option<i64>, now_us: i64) -> Vec<Finding> {
    let mut steps = Vec::with_capacity(2);
    if kind.is_hooked() && kind.has_platform() {
        let is_public = origin.starts_with("https://") && !["localhost", "127.", "[::1]"].iter().any(|host| origin[8..].starts_with(host));
        steps.push(if is_public { Finding::well(Step::Door, Why::DoorHttps) } else { Finding::open(Step::Door, Why::DoorLocal) });
    }
    let since = |us: i64| Some((now_us - us).max(0) / 1_000_000);
    steps.push(match last_event_us {
        Some(us) if now_us - us < RECENT_US => Finding { seconds: since(us), ..Finding::well(Step::Events, Why::Today) },
        Some(us) => Finding { seconds: since(us), ..Finding::open(Step::Events, Why::Before) },
        None => Finding::open(Step::Events, Why::Never),
    });
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_connection_is_no_fault_and_no_assurance() {
        let steps = inside(ConnectionKind::Telegram, "http://127.0.0.1:8080", None, DAY_US);
        assert_eq!(steps.iter().map(|step| step.why).collect::<Vec<_>>(), [Why::DoorLocal, Why::Never]);
        assert!(is_well(&steps));
        let steps = inside(ConnectionKind::Openai, "https://letopis.example", Some(0), DAY_US + 1);
        assert_eq!((steps[0].why, steps[0].seconds, steps.len()), (Why::Before, Some(86_400), 1));
        let steps = inside(ConnectionKind::Vk, "https://letopis.example", Some(1), DAY_US);
        assert!(steps.iter().all(|step| step.verdict == Verdict::Well));
        assert!(!is_well(&[Finding::wrong(Step::Tcp, Why::Refused)]));
    }
}
