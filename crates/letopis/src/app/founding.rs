//! How businesses come to be: the first one in an empty folder, and others.

use std::sync::Arc;

use super::parts::WelcomeError;
use super::{App, now_us};
use crate::access;
use crate::access::business::Draft;
use crate::event::BusinessId;
use crate::privacy;

impl App {
    /// Makes the first business, its owner and an ingest key in an empty folder.
    ///
    /// # Errors
    /// When the database says no.
    pub async fn welcome(&self) -> anyhow::Result<Option<access::first::Welcome>> {
        let master = Arc::clone(&self.master);
        let welcome = self.store.write(move |tx| {
            let Some(welcome) = access::first::start(tx, now_us(), &mut rand::rng())? else { return Ok(None) };
            let keys = privacy::create_business_key(tx, &master, welcome.business, &mut rand::rng())?;
            Ok::<_, WelcomeError>(Some((welcome, keys)))
        });
        let Some((welcome, keys)) = welcome.await? else { return Ok(None) };
        self.vault.add(keys);
        self.refresh()?;
        Ok(Some(welcome))
    }

    /// Makes another business. Its keys must be there before anything is sealed under them, so it is stored first and sealed as a
    /// decision, in its own journal, right after; should this process not live so long, by the next one.
    ///
    /// # Errors
    /// When the slug is taken, or the database or the queue says no.
    pub async fn create_business(&self, draft: Draft, by: &str) -> anyhow::Result<BusinessId> {
        let (master, made_by) = (Arc::clone(&self.master), by.to_owned());
        let created = self.store.write(move |tx| {
            let change = access::business::create(tx, &draft, now_us())?;
            access::apply(tx, &change)?;
            access::unsealed::keep(tx, &made_by, std::slice::from_ref(&change))?;
            let keys = privacy::create_business_key(tx, &master, change.business(), &mut rand::rng())?;
            Ok::<_, WelcomeError>((change, keys))
        });
        let (change, keys) = created.await?;
        self.vault.add(keys);
        self.refresh()?;
        self.decide.change(by, &change, now_us()).await?;
        Ok(change.business())
    }

    /// Seals what was stored first and not sealed yet; call once recording has begun.
    ///
    /// # Errors
    /// When the database or the queue says no; the next start tries again.
    pub async fn seal_waiting(&self) -> anyhow::Result<()> {
        let waiting = self.store.read(|conn| Ok::<_, WelcomeError>(access::unsealed::waiting(conn)?)).await?;
        for (by, change) in waiting {
            self.decide.change(&by, &change, now_us()).await?;
        }
        Ok(())
    }
}
