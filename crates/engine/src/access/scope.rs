//! Who is asking, about which business, and what that allows.
//!
//! A [`Scope`] names exactly one business, so a question across businesses cannot be asked by accident. Whatever the web
//! layer or the CLI does for somebody starts with a scope and [`Scope::require`]. The whole policy is this table; a
//! test compares it with the code:
//!
//! | action              | owner | manager | marketer | integrator | compliance | inspector | key:ingest | key:read | key:admin |
//! |---------------------|-------|---------|----------|------------|------------|-----------|------------|----------|-----------|
//! | ingest              | yes   | yes     |          | yes        |            |           | yes        |          | yes       |
//! | read-operations     | yes   | yes     | yes      | yes        | yes        |           |            | yes      | yes       |
//! | read-numbers        | yes   | yes     | yes      |            | yes        |           |            | yes      | yes       |
//! | read-journal        | yes   | yes     |          |            | yes        |           |            | yes      | yes       |
//! | read-trail          | yes   |         |          |            | yes        |           |            |          |           |
//! | read-acts           | yes   | yes     |          |            | yes        | yes       |            | yes      | yes       |
//! | prove               | yes   | yes     |          |            | yes        |           |            | yes      | yes       |
//! | export              | yes   |         |          |            | yes        |           |            |          | yes       |
//! | decide              | yes   | yes     |          |            | yes        |           |            |          | yes       |
//! | replay-quarantine   | yes   | yes     |          |            |            |           |            |          | yes       |
//! | erase               | yes   |         |          |            | yes        |           |            |          |           |
//! | manage-keys         | yes   |         |          | yes        |            |           |            |          | yes       |
//! | manage-connections  | yes   |         |          | yes        |            |           |            |          | yes       |
//! | manage-members      | yes   |         |          |            |            |           |            |          |           |
//! | manage-settings     | yes   |         |          |            |            |           |            |          | yes       |
//!
//! An integrator serves many firms and sees operational counters, no client of theirs; a marketer sees numbers, no person; an inspector what was destroyed and whether the log holds.
//! Erasing and choosing who may come in are acts of a person, never of a key. Whoever runs commands on the machine
//! itself (`Scope::local`) may do everything: the files are theirs anyway.

use super::{
    error::{AccessError, Result},
    word::words,
};
use crate::event::BusinessId;

words! {
    /// What a person is in a business.
    Role, "role" {
        /// Runs the business.
        Owner = "owner",
        /// Answers clients, corrects, labels.
        Manager = "manager",
        /// Looks at numbers.
        Marketer = "marketer",
        /// Connects systems, from outside.
        Integrator = "integrator",
        /// Answers for the law: looks, exports, erases.
        Compliance = "compliance",
        /// Checks the log and the acts of destruction, from outside; sees no client and changes nothing.
        Inspector = "inspector",
    }
}

words! {
    /// What a program may do with a key.
    KeyRole, "role" {
        /// Send events, nothing else.
        Ingest = "ingest",
        /// Read everything the API shows.
        Read = "read",
        /// Automation: read, write, decide, connect.
        Admin = "admin",
    }
}

words! {
    /// Something that needs a permission.
    Action, "action" {
        /// Send events and import files.
        Ingest = "ingest",
        /// Counters, lag, state of connections; no client.
        ReadOperations = "read-operations",
        /// Metrics and reports.
        ReadNumbers = "read-numbers",
        /// Conversations, clients, search: personal data.
        ReadJournal = "read-journal",
        /// Who signed in and who looked at what.
        ReadTrail = "read-trail",
        /// Acts of destruction: what went, when, on which ground.
        ReadActs = "read-acts",
        /// Proof bundles and dossiers.
        Prove = "prove",
        /// Take data out in bulk.
        Export = "export",
        /// Merge, label, open and close incidents.
        Decide = "decide",
        /// List, correct and replay what was not accepted.
        ReplayQuarantine = "replay-quarantine",
        /// Destroy a client's data.
        Erase = "erase",
        /// Create and revoke API keys.
        ManageKeys = "manage-keys",
        /// Add and revoke connections.
        ManageConnections = "manage-connections",
        /// Invite people and set their roles.
        ManageMembers = "manage-members",
        /// Name, time zone and the rest.
        ManageSettings = "manage-settings",
    }
}

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A person, by their role in the business.
    Member(Role),
    /// A program with an API key.
    Key(KeyRole),
    /// A command on the machine itself.
    Local,
}

/// One business and the standing in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    business: BusinessId,
    standing: Standing,
}

impl Scope {
    /// A person's scope. To be had from [`super::SignedIn::scope`], which reads the membership.
    pub(super) fn member(business: BusinessId, role: Role) -> Self {
        Self { business, standing: Standing::Member(role) }
    }

    /// A key's scope. To be had from [`super::KeyIdentity::scope`].
    pub(super) fn key(business: BusinessId, role: KeyRole) -> Self {
        Self { business, standing: Standing::Key(role) }
    }

    /// The scope of a command on the machine (the CLI, over the 0600 socket or with the folder open).
    #[must_use]
    pub fn local(business: BusinessId) -> Self {
        Self { business, standing: Standing::Local }
    }

    /// Whose data.
    #[must_use]
    pub fn business(&self) -> BusinessId {
        self.business
    }

    /// Who is asking.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Whether the table above says yes.
    #[must_use]
    pub fn can(&self, action: Action) -> bool {
        self.standing.can(action)
    }

    /// The same as an error to pass on with `?`.
    pub fn require(&self, action: Action) -> Result<()> {
        if self.can(action) { Ok(()) } else { Err(AccessError::Forbidden { standing: self.standing.as_str(), action: action.as_str() }) }
    }

    /// Whether a key of `role` could do nothing that this scope cannot: nobody hands out more than they have.
    #[must_use]
    pub fn covers(&self, role: KeyRole) -> bool {
        Action::ALL.iter().all(|&action| !Standing::Key(role).can(action) || self.can(action))
    }
}

impl Standing {
    /// As in the table.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member(role) => role.as_str(),
            Self::Key(KeyRole::Ingest) => "key:ingest",
            Self::Key(KeyRole::Read) => "key:read",
            Self::Key(KeyRole::Admin) => "key:admin",
            Self::Local => "local",
        }
    }

    fn can(self, action: Action) -> bool {
        use {KeyRole as K, Role as R, Standing::Key, Standing::Member};
        if self == Self::Local {
            return true;
        }
        match action {
            Action::Ingest => matches!(self, Member(R::Owner | R::Manager | R::Integrator) | Key(K::Ingest | K::Admin)),
            Action::ReadOperations => {
                matches!(self, Member(R::Owner | R::Manager | R::Marketer | R::Integrator | R::Compliance) | Key(K::Read | K::Admin))
            }
            Action::ReadActs => {
                matches!(self, Member(R::Owner | R::Manager | R::Compliance | R::Inspector) | Key(K::Read | K::Admin))
            }
            Action::ReadNumbers => {
                matches!(self, Member(R::Owner | R::Manager | R::Marketer | R::Compliance) | Key(K::Read | K::Admin))
            }
            Action::ReadJournal | Action::Prove => {
                matches!(self, Member(R::Owner | R::Manager | R::Compliance) | Key(K::Read | K::Admin))
            }
            Action::ReadTrail | Action::Erase => matches!(self, Member(R::Owner | R::Compliance)),
            Action::Export => matches!(self, Member(R::Owner | R::Compliance) | Key(K::Admin)),
            Action::Decide => matches!(self, Member(R::Owner | R::Manager | R::Compliance) | Key(K::Admin)),
            Action::ReplayQuarantine => matches!(self, Member(R::Owner | R::Manager) | Key(K::Admin)),
            Action::ManageKeys | Action::ManageConnections => {
                matches!(self, Member(R::Owner | R::Integrator) | Key(K::Admin))
            }
            Action::ManageMembers => matches!(self, Member(R::Owner)),
            Action::ManageSettings => matches!(self, Member(R::Owner) | Key(K::Admin)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_table_in_the_documentation_is_the_policy() {
        let standings: Vec<Standing> =
            Role::ALL.iter().copied().map(Standing::Member).chain(KeyRole::ALL.iter().copied().map(Standing::Key)).collect();
        let rows: Vec<Vec<&str>> = include_str!("scope.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! |"))
            .map(|line| line.trim_end_matches('|').split('|').map(str::trim).collect())
            .collect();
        let heads: Vec<&str> = standings.iter().map(|standing| standing.as_str()).collect();
        assert_eq!(rows[0][1..], heads);
        assert_eq!(
            rows[2..].iter().map(|row| row[0]).collect::<Vec<_>>(),
            Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>()
        );
        for row in &rows[2..] {
            let action: Action = row[0].parse().unwrap();
            for (standing, cell) in standings.iter().zip(&row[1..]) {
                assert_eq!(standing.can(action), *cell == "yes", "{} {action}", standing.as_str());
            }
        }
    }

    #[test]
    fn nobody_hands_out_more_than_they_have() {
        let scope = |role| Scope::member(BusinessId(1), role);
        assert!(KeyRole::ALL.iter().all(|&role| scope(Role::Owner).covers(role) && Scope::local(BusinessId(1)).covers(role)));
        assert!(scope(Role::Integrator).covers(KeyRole::Ingest));
        assert!(!scope(Role::Integrator).covers(KeyRole::Read) && !scope(Role::Integrator).covers(KeyRole::Admin));
        assert!(!Scope::key(BusinessId(1), KeyRole::Read).covers(KeyRole::Admin));
    }

    #[test]
    fn a_refusal_says_who_and_what() {
        let refused = Scope::key(BusinessId(1), KeyRole::Ingest).require(Action::ReadJournal).unwrap_err();
        assert_eq!(refused.to_string(), "key:ingest may not read-journal here: ask an owner of the business");
    }
}
