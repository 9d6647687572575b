//! A connection tried, as a person would by hand: is the system outside there, does the bot take deliveries, does the sender prove itself.
//!
//! The way out is the one that its exchanges take ([`Way`]), with the same addresses refused. Nothing is recorded and no key is used: a
//! system that answers 401 was reached, and the key is its caller's. All of it takes at most ten seconds.

use std::time::Duration;

use super::Capture;
use super::proxy::{NoWay, Way};
use crate::access::connection_trial::{Finding, Step, Why};
use crate::access::{ConnectionId, ConnectionIdentity, ConnectionKind, SecretName};
use crate::event::BusinessId;
use crate::upstream::probe::{self, Break, Heard, Unheard};

/// Until there is a connection.
pub(super) const CONNECT: Duration = Duration::from_secs(4);
/// Until there is an answer, after that: both together stay below ten seconds.
pub(super) const ANSWER: Duration = Duration::from_millis(5_500);
/// Clocks that differ by more make signatures fail and times in the journal wrong.
const SKEW_S: i64 = 60;

impl Capture {
    /// Tries a connection of a business, if it has it; `deliver`: with a delivery to its bot, marked as a test.
    pub async fn try_connection(&self, business: BusinessId, connection: ConnectionId, deliver: bool) -> Option<Vec<Finding>> {
        let known = self.connections.named(connection).filter(|known| known.business == business)?;
        Some(self.try_out(&known, deliver).await)
    }

    async fn try_out(&self, known: &ConnectionIdentity, deliver: bool) -> Vec<Finding> {
        let kind = known.kind;
        let outward = async { if kind.is_proxied() { self.try_outward(known).await } else { Vec::new() } };
        let inward = async { if takes_deliveries(kind) { self.try_bot(known, deliver).await } else { Vec::new() } };
        let (mut steps, bot) = tokio::join!(outward, inward);
        if takes_deliveries(kind) {
            let is_set = known.secrets.contains_key(&SecretName::Sender);
            let proof = if is_set { Finding::well(Step::Sender, Why::SenderSet) } else { Finding::open(Step::Sender, Why::SenderUnset) };
            steps.push(proof);
        }
        steps.extend(bot);
        steps
    }

    async fn try_outward(&self, known: &ConnectionIdentity) -> Vec<Finding> {
        let way = match Way::of(self, known) {
            Ok(way) => way,
            Err(no) => return cut_short(vec![Finding::wrong(Step::Address, no.into())]),
        };
        let named = if known.settings.upstream.is_some() { Why::Named } else { Why::Usual };
        let mut steps = vec![Finding::well(Step::Address, named)];
        let (by_proxy, own) = (way.route.outbound.is_some(), self.proxying.own().clone());
        let open = match probe::connect(way.origin, way.route, own, CONNECT).await {
            Ok(open) => open,
            Err(broke) => {
                let (step, why) = told(broke);
                if matches!(step, Step::Tcp | Step::Tls) {
                    steps.push(named_by(by_proxy));
                }
                if step == Step::Tls {
                    steps.push(Finding::well(Step::Tcp, Why::Connected));
                }
                steps.push(Finding::wrong(step, why));
                return cut_short(steps);
            }
        };
        steps.extend([named_by(by_proxy), Finding::well(Step::Tcp, Why::Connected).took(open.took)]);
        steps.push(if open.is_tls() { Finding::well(Step::Tls, Why::Trusted) } else { Finding::open(Step::Tls, Why::Plain) });
        let heard = open.get(&format!("{}{}", way.prefix, question(known.kind)), ANSWER).await;
        steps.push(match &heard {
            Ok(heard) => answered(known.kind, heard),
            Err(Unheard::Slow) => Finding::wrong(Step::Answer, Why::Slow).took(ANSWER),
            Err(Unheard::Broke) => Finding::wrong(Step::Answer, Why::Broke),
        });
        steps.extend(heard.ok().map(|heard| clock(heard.date.as_deref(), (self.now_us)())));
        cut_short(steps)
    }
}

fn takes_deliveries(kind: ConnectionKind) -> bool {
    // A portal's events wake a reader and go to no bot.
    kind.is_hooked() && !matches!(kind, ConnectionKind::Events | ConnectionKind::Bitrix24)
}

/// What could not be tried because of what came before.
fn cut_short(mut steps: Vec<Finding>) -> Vec<Finding> {
    for step in [Step::Name, Step::Tcp, Step::Tls, Step::Answer, Step::Clock] {
        if !steps.iter().any(|finding| finding.step == step) {
            steps.push(Finding::open(step, Why::NotTried));
        }
    }
    steps
}

fn named_by(proxy: bool) -> Finding {
    if proxy { Finding::open(Step::Name, Why::ByProxy) } else { Finding::well(Step::Name, Why::Known) }
}

impl From<NoWay> for Why {
    fn from(no: NoWay) -> Self {
        match no {
            NoWay::Unset => Self::NoAddress,
            NoWay::Address => Self::BadAddress,
            NoWay::Sealed | NoWay::Proxy => Self::BadProxy,
        }
    }
}

/// At which step it broke.
pub(super) fn told(broke: Break) -> (Step, Why) {
    match broke {
        Break::OwnCertificates => (Step::Address, Why::BadCertificates),
        Break::Forbidden => (Step::Name, Why::Forbidden),
        Break::Own => (Step::Name, Why::Itself),
        Break::Name => (Step::Name, Why::NoName),
        Break::ProxyName => (Step::Name, Why::NoProxyName),
        Break::Refused => (Step::Tcp, Why::Refused),
        Break::Silent => (Step::Tcp, Why::Silent),
        Break::Unreachable => (Step::Tcp, Why::Unreachable),
        Break::ProxyDead => (Step::Tcp, Why::ProxyDead),
        Break::ProxyLogin => (Step::Tcp, Why::ProxyLogin),
        Break::ProxyRefuses => (Step::Tcp, Why::ProxyRefuses),
        Break::Expired => (Step::Tls, Why::CertificateExpired),
        Break::Untrusted => (Step::Tls, Why::CertificateUnknown),
        Break::OtherName => (Step::Tls, Why::CertificateName),
        Break::NoTls => (Step::Tls, Why::NoTls),
    }
}

/// A call that changes nothing, needs no key to be answered, and is known to the vendor.
fn question(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Openai | ConnectionKind::Anthropic | ConnectionKind::Gigachat => "/v1/models",
        // A token of the right shape that nobody has.
        ConnectionKind::Telegram => "/bot0:letopis/getMe",
        ConnectionKind::Max | ConnectionKind::Whatsapp | ConnectionKind::Instagram => "/me",
        ConnectionKind::Vk => "/method/utils.getServerTime",
        ConnectionKind::Avito => "/core/v1/accounts/self",
        ConnectionKind::Yclients => "/api/v1/companies",
        ConnectionKind::Bitrix24 => "/rest/server.time.json",
        ConnectionKind::Events | ConnectionKind::Hook | ConnectionKind::Site | ConnectionKind::Http => "/",
    }
}

fn answered(kind: ConnectionKind, heard: &Heard) -> Finding {
    let finding = match heard.status {
        // OpenAI says so before it looks at any key.
        403 if kind.is_model() && memchr::memmem::find(&heard.body, b"unsupported_country").is_some() => {
            Finding::wrong(Step::Answer, Why::Region)
        }
        407 => Finding::wrong(Step::Answer, Why::ProxyLogin),
        401 | 403 => Finding::well(Step::Answer, Why::WantsKey),
        300..=399 => Finding::open(Step::Answer, Why::Elsewhere),
        404 if kind != ConnectionKind::Http => Finding::open(Step::Answer, Why::NoPath),
        500.. => Finding::wrong(Step::Answer, Why::Fails),
        _ => Finding::well(Step::Answer, Why::Answers),
    };
    finding.status(heard.status).took(heard.took)
}

/// Both clocks, by the `Date` of an answer.
fn clock(date: Option<&str>, now_us: i64) -> Finding {
    let Some(theirs) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else {
        return Finding::open(Step::Clock, Why::NoClock);
    };
    let ahead_s = theirs.timestamp().as_second() - now_us.div_euclid(1_000_000);
    let found =
        if ahead_s.abs() <= SKEW_S { Finding::well(Step::Clock, Why::ClockRight) } else { Finding::wrong(Step::Clock, Why::ClockOff) };
    Finding { seconds: Some(ahead_s), ..found }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::connection_trial::Verdict;

    fn heard(status: u16, body: &'static str) -> Heard {
        Heard { status, date: None, body: body.into(), took: Duration::ZERO }
    }

    #[test]
    fn what_an_answer_without_a_key_says() {
        use ConnectionKind::{Anthropic, Bitrix24, Http, Openai};
        let (well, wrong, open) = (Verdict::Well, Verdict::Wrong, Verdict::Open);
        for (kind, status, body, verdict, why) in [
            (Openai, 401, "", well, Why::WantsKey),
            (Openai, 403, r#"{"error":{"code":"unsupported_country_region_territory"}}"#, wrong, Why::Region),
            (Anthropic, 403, "", well, Why::WantsKey),
            (Openai, 200, "{}", well, Why::Answers),
            (Openai, 404, "", open, Why::NoPath),
            (Http, 404, "", well, Why::Answers),
            (Bitrix24, 302, "", open, Why::Elsewhere),
            (Bitrix24, 503, "", wrong, Why::Fails),
            (Openai, 407, "", wrong, Why::ProxyLogin),
        ] {
            let found = answered(kind, &heard(status, body));
            assert_eq!((found.verdict, found.why), (verdict, why), "{kind} {status}");
        }
    }

    #[test]
    fn a_clock_is_right_within_a_minute() {
        let now_us = 784_111_777_000_000; // Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110
        let why = |date| clock(Some(date), now_us).why;
        assert_eq!(why("Sun, 06 Nov 1994 08:49:37 GMT"), Why::ClockRight);
        assert_eq!(why("Sun, 06 Nov 1994 08:51:00 GMT"), Why::ClockOff);
        assert_eq!(clock(Some("Sun, 06 Nov 1994 07:49:37 GMT"), now_us).seconds, Some(-3600));
        assert_eq!(why("yesterday"), Why::NoClock);
    }
}
