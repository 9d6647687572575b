//! Runs one method for a caller who was let in: found? in his scopes? in the right kind of authorisation? within the operating limit?
use super::{Portal, blocked, envelope};
use crate::access::{Caller, CrmRight};
use crate::clock::Moment;
use crate::error::ApiError;
use crate::limits::Operating;
use crate::methods::{Asked, Context, Method, Outcome};
use crate::php::{Map, Value};
use crate::request::{Args, Call};

impl Portal {
    /// A whole call: a batch or a method, with its envelope. `midway`: a batch stops in the middle, because its answer will be lost anyway.
    pub(super) fn run_call(&mut self, caller: &Caller, call: &Call, now: Moment, midway: bool) -> (u16, Map) {
        if call.v3 {
            return envelope::refusal(&ApiError::new(404, "METHOD_NOT_FOUND", format!("Method `{}` not found.", call.method)), true);
        }
        if call.method.eq_ignore_ascii_case("batch") {
            *self.counts.entry("batch".into()).or_default() += 1;
            let outcome = self.batch(caller, &call.args, now, midway);
            return (200, envelope::success(Outcome::of(outcome), self.time(now, 0.001, None)));
        }
        match self.run(caller, &call.method, &call.args, now) {
            Ok((outcome, time)) => (200, envelope::success(outcome, time)),
            Err(error) => envelope::refusal(&error, false),
        }
    }

    /// One method.
    pub(super) fn run(&mut self, caller: &Caller, name: &str, args: &Args, now: Moment) -> Result<(Outcome, Value), ApiError> {
        let table = self.table.clone();
        let lower = name.to_ascii_lowercase();
        let method = table.find(&lower).ok_or_else(|| ApiError::new(404, "ERROR_METHOD_NOT_FOUND", "Method not found!"))?;
        self.may(caller, method)?;
        if !self.used.may_run(&caller.id, &lower, now, &self.settings.allowed) {
            return Err(blocked());
        }
        let cost_s = self.settings.costs_s.get(&lower).copied().unwrap_or(self.settings.cost_s);
        let operating: Operating = self.used.worked(&caller.id, &lower, now, cost_s);
        *self.counts.entry(lower).or_default() += 1;
        self.connector = args.text("auth_connector");
        let outcome = (method.run)(self, &Asked { kind: method.kind, caller, args, now });
        self.connector.clear();
        let outcome = outcome?;
        Ok((outcome, self.time(now, cost_s, Some(operating))))
    }

    /// Names of all methods in lower case.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &str> {
        self.table.names()
    }

    /// The scope of a method; `None` if there is none of the name.
    pub(crate) fn scope_of(&self, name: &str) -> Option<Option<&'static str>> {
        self.table.find(&name.to_ascii_lowercase()).map(|method| method.scope)
    }

    fn may(&self, caller: &Caller, method: &Method) -> Result<(), ApiError> {
        if let Some(scope) = method.scope
            && !caller.scopes.iter().any(|has| has == scope)
        {
            let what = if caller.app.is_some() { "access token" } else { "webhook token" };
            return Err(ApiError::new(
                403,
                "insufficient_scope",
                format!("The request requires higher privileges than provided by the {what}"),
            ));
        }
        match method.context {
            Context::Any => {}
            Context::App if caller.app.is_some() => {}
            Context::App => return Err(ApiError::new(403, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method")),
        }
        if method.admin && !self.access.is_admin(caller.user) {
            return Err(ApiError::denied("Access denied!"));
        }
        if method.crm != CrmRight::Nothing && !self.access.crm(caller.user).covers(method.crm) {
            return Err(ApiError::bad(if method.old { "" } else { "ACCESS_DENIED" }, "Access denied."));
        }
        Ok(())
    }
}
