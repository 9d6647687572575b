//! Cards with their indexes: by origin id and by phone or e-mail, because a test with ten thousand sessions asks for both all the time.
use super::{Card, Crm, Kind};

impl Crm {
    /// A card.
    pub fn get(&self, kind: Kind, id: u64) -> Option<&Card> {
        self.cards.get(&kind)?.get(&id)
    }

    /// All cards of a kind by id.
    pub fn all(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Card> {
        self.cards.get(&kind).into_iter().flat_map(|cards| cards.values())
    }

    /// Cards of a kind whose id is greater.
    pub(crate) fn after(&self, kind: Kind, id: u64) -> impl Iterator<Item = &Card> {
        self.cards.get(&kind).into_iter().flat_map(move |cards| cards.range(id.saturating_add(1)..).map(|(_, card)| card))
    }

    /// Cards of a kind with this origin id. MySQL's collation makes no difference between `A` and `a`, and neither does this.
    pub fn with_origin(&self, kind: Kind, origin_id: &str) -> Vec<&Card> {
        let ids = self.by_origin.get(&(kind, origin_id.to_lowercase()));
        ids.into_iter().flatten().filter_map(|id| self.get(kind, *id)).collect()
    }

    /// Cards of a kind with this phone or e-mail.
    pub(crate) fn with_comm(&self, kind: Kind, type_id: &str, value: &str) -> &[u64] {
        self.by_comm.get(&(kind, type_id.to_string(), comparable(type_id, value))).map_or(&[], Vec::as_slice)
    }

    /// A number for a new card.
    pub(crate) fn next_id(&mut self, kind: Kind) -> u64 {
        super::next(self.last_id.entry(kind).or_default())
    }

    /// Puts a card in or replaces it.
    pub(crate) fn put(&mut self, card: Card) {
        self.take(card.kind, card.id);
        let (kind, id) = (card.kind, card.id);
        for key in comm_keys(&card) {
            insert(self.by_comm.entry((kind, key.0, key.1)).or_default(), id);
        }
        let origin = card.text("ORIGIN_ID").to_lowercase();
        if !origin.is_empty() {
            insert(self.by_origin.entry((kind, origin)).or_default(), id);
        }
        self.cards.entry(kind).or_default().insert(id, card);
    }

    /// Takes a card out.
    pub(crate) fn take(&mut self, kind: Kind, id: u64) -> Option<Card> {
        let card = self.cards.get_mut(&kind)?.remove(&id)?;
        for key in comm_keys(&card) {
            if let Some(ids) = self.by_comm.get_mut(&(kind, key.0, key.1)) {
                ids.retain(|known| *known != id);
            }
        }
        if let Some(ids) = self.by_origin.get_mut(&(kind, card.text("ORIGIN_ID").to_lowercase())) {
            ids.retain(|known| *known != id);
        }
        Some(card)
    }

    /// Origin ids that more than one card of a kind has, with those cards: what a client that repeats carelessly leaves behind.
    pub fn doubles(&self, kind: Kind) -> Vec<(String, Vec<u64>)> {
        let mut doubles: Vec<_> = self
            .by_origin
            .iter()
            .filter(|((of, _), ids)| *of == kind && ids.len() > 1)
            .map(|((_, origin), ids)| (origin.clone(), ids.clone()))
            .collect();
        doubles.sort();
        doubles
    }
}

fn insert(ids: &mut Vec<u64>, id: u64) {
    if let Err(place) = ids.binary_search(&id) {
        ids.insert(place, id);
    }
}

fn comm_keys(card: &Card) -> Vec<(String, String)> {
    card.multi.iter().map(|multi| (multi.type_id.clone(), comparable(&multi.type_id, &multi.value))).collect()
}

/// What is compared: an e-mail without its case; a phone as it stands, but for an extension. `+7 921 …` and `+7921…` differ (section 2.6).
fn comparable(type_id: &str, value: &str) -> String {
    match type_id {
        "EMAIL" => value.trim().to_lowercase(),
        "PHONE" => value.split([';', ',', '#']).next().unwrap_or_default().split("доб").next().unwrap_or_default().trim().to_string(),
        _ => value.to_string(),
    }
}
