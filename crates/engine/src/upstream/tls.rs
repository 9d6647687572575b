//! Whom TLS trusts: the common web roots, and what a connection's owner adds (MAX shows a certificate of the Russian Trusted CA).

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Certificates that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the certificates of this connection cannot be read: give them as PEM (-----BEGIN CERTIFICATE-----)")]
pub struct BadCertificates;

/// Trusts the common roots and those in `more`.
///
/// # Errors
/// [`BadCertificates`] when `more` holds none, or one that is none.
pub(super) fn config(more: Option<&str>) -> Result<ClientConfig, BadCertificates> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = more {
        let known = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(certificate.map_err(|_| BadCertificates)?).map_err(|_| BadCertificates)?;
        }
        if roots.len() == known {
            return Err(BadCertificates);
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(|_| BadCertificates)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// Whether a connection may be given these.
#[must_use]
pub fn are_certificates(pem: &str) -> bool {
    config(Some(pem)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_certificates_are_taken_for_some() {
        assert!(config(None).is_ok());
        for bad in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(!are_certificates(bad), "{bad}");
        }
    }
}
