//! Who may call: employees, their inbound webhooks, applications and their tokens. `oauth` gives and renews tokens; here they are only looked at.
use std::collections::BTreeMap;

use crate::clock::Moment;
use crate::error::ApiError;
use crate::request::Offered;

/// What an employee may do in the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrmRight {
    /// nothing
    Nothing,
    /// read
    Read,
    /// read and write
    Write,
    /// also change settings: custom fields, stages
    Admin,
}

/// An employee.
#[derive(Debug, Clone)]
pub struct User {
    /// first name
    pub name: String,
    /// last name
    pub last_name: String,
    /// administrator of the portal
    pub admin: bool,
    /// not dismissed
    pub active: bool,
    /// right in the CRM
    pub crm: CrmRight,
}

/// An inbound webhook: a secret with an employee's rights and a list of scopes.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// whose rights
    pub user: u64,
    /// the secret in its path
    pub secret: String,
    /// `crm`, `booking`, …
    pub scopes: Vec<String>,
    /// until when
    pub expires: Option<Moment>,
}

/// A local application.
#[derive(Debug, Clone)]
pub struct App {
    /// `local.…`
    pub client_id: String,
    /// its secret
    pub client_secret: String,
    /// number within the portal
    pub id: u64,
    /// where its main page is, and where OAuth comes back to: taken from the settings of the application, never from a request (section 1.3)
    pub handler: String,
    /// where `ONAPPINSTALL` goes; empty for an application with pages, which finishes its installation itself
    pub install_handler: String,
    /// `crm`, `placement`, …
    pub scopes: Vec<String>,
    /// proves to a handler that the portal is calling
    pub application_token: String,
    /// events and placements work only once the installation is finished
    pub installed: bool,
    /// `L` local, `F` free, `D` demo, `T` trial, `P` paid
    pub status: String,
}

/// A pair of tokens.
#[derive(Debug, Clone)]
pub struct Token {
    /// whose application
    pub client_id: String,
    /// in whose name
    pub user: u64,
    /// `access_token`
    pub access: String,
    /// `refresh_token`
    pub refresh: String,
    /// one hour
    pub access_until: Moment,
    /// 180 days
    pub refresh_until: Moment,
}

/// A caller who was let in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// what limits count by: a webhook or an application with its user
    pub id: String,
    /// in whose name
    pub user: u64,
    /// scopes
    pub scopes: Vec<String>,
    /// the application, if it is one
    pub app: Option<String>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Access {
    /// employees by id
    pub users: BTreeMap<u64, User>,
    /// inbound webhooks
    pub webhooks: Vec<Webhook>,
    /// applications by `client_id`
    pub apps: BTreeMap<String, App>,
    /// tokens that were given
    pub tokens: Vec<Token>,
    /// codes of `/oauth/authorize/` with application, user and end of life
    pub(crate) codes: BTreeMap<String, (String, u64, Moment)>,
    /// dismissed employees whose webhooks run in another's name
    pub(crate) lives_on: BTreeMap<u64, u64>,
    /// how the portal says that a secret is wrong: sources differ between 401 and 403, so it is a setting
    pub wrong_secret_status: u16,
}

impl Access {
    /// Who calls; an error as the portal words it.
    pub(crate) fn caller(&self, offered: &Offered, now: Moment) -> Result<Caller, ApiError> {
        match offered {
            Offered::Nothing => Err(ApiError::new(401, "NO_AUTH_FOUND", "Wrong authorization data")),
            Offered::Webhook { user, secret } => self.webhook(*user, secret, now),
            Offered::Token(token) => self.token(token, now),
        }
    }

    fn webhook(&self, user: u64, secret: &str, now: Moment) -> Result<Caller, ApiError> {
        let wrong = || ApiError::new(self.wrong_secret_status, "INVALID_CREDENTIALS", "Invalid request credentials");
        let known = self.webhooks.iter().find(|webhook| webhook.user == user && webhook.secret == secret).ok_or_else(wrong)?;
        if known.expires.is_some_and(|end| now >= end) {
            return Err(wrong());
        }
        // An employee who left takes the webhook along, unless the portal moved it to the hidden system user (section 1.2).
        let acting = self.lives_on.get(&user).copied().unwrap_or(user);
        if !self.users.get(&acting).is_some_and(|employee| employee.active) {
            return Err(wrong());
        }
        Ok(Caller { id: format!("webhook:{user}:{secret}"), user: acting, scopes: known.scopes.clone(), app: None })
    }

    fn token(&self, token: &str, now: Moment) -> Result<Caller, ApiError> {
        let found = self.tokens.iter().find(|known| known.access == token);
        let known = found.ok_or_else(|| ApiError::new(401, "NO_AUTH_FOUND", "Wrong authorization data"))?;
        if now >= known.access_until {
            return Err(ApiError::new(401, "expired_token", "The access token provided has expired."));
        }
        let app = self.apps.get(&known.client_id).ok_or_else(|| ApiError::new(401, "ERROR_OAUTH", "Application not installed"))?;
        if !self.users.get(&known.user).is_some_and(|employee| employee.active) {
            return Err(ApiError::new(403, "user_access_error", "The user does not have access to the application."));
        }
        Ok(Caller { id: format!("app:{}", app.client_id), user: known.user, scopes: app.scopes.clone(), app: Some(app.client_id.clone()) })
    }

    /// Whether the employee is an administrator of the portal.
    pub(crate) fn is_admin(&self, user: u64) -> bool {
        self.users.get(&user).is_some_and(|employee| employee.admin)
    }

    /// The employee's right in the CRM; an administrator has all.
    pub(crate) fn crm(&self, user: u64) -> CrmRight {
        self.users.get(&user).map_or(CrmRight::Nothing, |employee| if employee.admin { CrmRight::Admin } else { employee.crm })
    }
}

impl CrmRight {
    /// `Write` covers `Read`, and so on.
    pub(crate) fn covers(self, needed: CrmRight) -> bool {
        self as u8 >= needed as u8
    }
}
