//! Who answers at an address.

/// Hosts that are known, by their end.
const KNOWN: [(&str, &str); 17] = [
    ("api.openai.com", "openai"),
    ("openai.azure.com", "azure"),
    ("api.anthropic.com", "anthropic"),
    ("api.deepseek.com", "deepseek"),
    ("api.cloud.yandex.net", "yandex"),
    ("yandexcloud.net", "yandex"),
    ("devices.sberbank.ru", "gigachat"),
    ("giga.chat", "gigachat"),
    ("proxyapi.ru", "proxyapi"),
    ("openrouter.ai", "openrouter"),
    ("api.groq.com", "groq"),
    ("api.mistral.ai", "mistral"),
    ("generativelanguage.googleapis.com", "google"),
    ("api.x.ai", "xai"),
    ("api.vsegpt.ru", "vsegpt"),
    ("cloud.ru", "cloudru"),
    ("aitunnel.ru", "aitunnel"),
];

/// The provider behind an upstream: a name for those that are known, `local` inside the own network, else the host itself.
pub(super) fn of(upstream: Option<&str>) -> Option<String> {
    let rest = upstream?.split_once("://").map_or(upstream?, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let host = host.to_ascii_lowercase();
    let ends = |known: &str| host == known || host.strip_suffix(known).is_some_and(|before| before.ends_with('.'));
    if let Some((_, name)) = KNOWN.iter().find(|(known, _)| ends(known)) {
        return Some((*name).to_owned());
    }
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) if ip.is_private() || ip.is_loopback() => Some("local".to_owned()),
        Ok(std::net::IpAddr::V6(ip)) if ip.is_loopback() || ip.is_unique_local() => Some("local".to_owned()),
        _ if host == "localhost" || host.ends_with(".local") => Some("local".to_owned()),
        // A container's or a neighbour's name.
        _ if !host.is_empty() && !host.contains(['.', ':']) => Some("local".to_owned()),
        _ => (!host.is_empty()).then_some(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_names_its_provider() {
        for (upstream, provider) in [
            ("https://api.openai.com/v1", Some("openai")),
            ("https://API.DeepSeek.com", Some("deepseek")),
            ("https://llm.api.cloud.yandex.net/v1", Some("yandex")),
            ("https://api.proxyapi.ru/openai/v1", Some("proxyapi")),
            ("https://ngw.devices.sberbank.ru:9443", Some("gigachat")),
            ("http://127.0.0.1:11434", Some("local")),
            ("http://[::1]:8000/v1", Some("local")),
            ("http://vllm:8000", Some("local")),
            ("https://notopenrouter.ai", Some("notopenrouter.ai")),
            ("https://llm.example.ru", Some("llm.example.ru")),
            ("", None),
        ] {
            assert_eq!(of(Some(upstream)).as_deref(), provider, "{upstream}");
        }
    }
}
