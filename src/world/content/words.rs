//! The words in objects' names.

use std::sync::{Arc, OnceLock};

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{Content, ContentKind, ContentSettings, Zipf};
use crate::sim::random::{Purpose, stream, unit};
use crate::sim::{Keywords, ObjectId, Word};
use crate::world::WorldError;

/// The table `[content.words]`: every object's name is made of words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WordSettings {
    /// How many words there are; default 10,000.
    pub vocabulary: u32,
    /// How many different words the name of an object has; default 5.
    pub per_object: u32,
    /// The exponent of Zipf's law of how common they are, 0 (all alike) to 2; default 1.
    pub zipf: f64,
}

impl Default for WordSettings {
    fn default() -> WordSettings {
        WordSettings { vocabulary: 10_000, per_object: 5, zipf: 1.0 }
    }
}

/// Questions by words, and who can answer them.
#[derive(Debug)]
pub(in crate::world) struct Words {
    pub(in crate::world) keywords: Arc<Keywords>,
    /// By object; worked out when first wanted.
    answerers: Vec<OnceLock<Box<[u32]>>>,
}

impl Words {
    /// Questions of so many words; `None` if questions name objects.
    pub(in crate::world) fn build(
        settings: &ContentSettings,
        asked: u32,
        objects: u32,
        seed: u64,
    ) -> Option<Words> {
        let WordSettings { vocabulary, per_object, zipf } = settings.words.clone().filter(|_| asked > 0)?;
        let law = Zipf::new(vocabulary, zipf);
        let mut words = Vec::with_capacity(objects as usize * per_object as usize);
        (0..objects).for_each(|object| draw(&law, per_object, seed, object, &mut words));
        let keywords = Arc::new(Keywords::new(vocabulary, per_object, asked, words));
        Some(Words { keywords, answerers: (0..objects).map(|_| OnceLock::new()).collect() })
    }

    /// Who holds anything that matches the question for `object`, ascending.
    pub(in crate::world) fn answerers(&self, content: &Content, object: ObjectId) -> &[u32] {
        let Some(known) = self.answerers.get(object.index()) else { return &[] };
        known.get_or_init(|| {
            let matching = self.keywords.matching(object).iter();
            let mut all: Vec<u32> = matching.flat_map(|&object| content.holders(object)).copied().collect();
            all.sort_unstable();
            all.dedup();
            all.into()
        })
    }
}

/// Different words for one object. Where Zipf's law hardly gives new ones, the most common of those that are left.
fn draw(law: &Zipf, per_object: u32, seed: u64, object: u32, words: &mut Vec<Word>) {
    const REDRAWS: u32 = 64;
    let start = words.len();
    let mut stream = stream(seed, Purpose::Words, u64::from(object));
    for _ in 0..REDRAWS * per_object {
        let drawn = law.rank(unit(stream.next_u64())).map(Word);
        words.extend(drawn.filter(|word| !words[start..].contains(word)));
        if words.len() - start == per_object as usize {
            return;
        }
    }
    for word in (0..law.ranks()).map(Word) {
        if words.len() - start < per_object as usize && !words[start..].contains(&word) {
            words.push(word);
        }
    }
}

/// Checks the table `[content.words]`, and that questions of `asked` words can be asked.
///
/// # Errors
/// The first value that fits nothing.
pub(in crate::world) fn check(settings: &ContentSettings, asked: u32) -> Result<(), WorldError> {
    const ASKED: &str = "workload.words";
    /// More words than any name has.
    const MOST: u32 = 64;
    /// More words than any language has.
    const MOST_WORDS: u32 = 10_000_000;
    let got = |key: &str, value: &dyn std::fmt::Display| WorldError::new(key, format!("got {value}"));
    let Some(words) = &settings.words else {
        if asked > 0 {
            let expected = "a table [content.words], which gives objects words; or 0, for questions that name the object";
            return Err(got(ASKED, &asked).expected(expected).nearest(0));
        }
        return Ok(());
    };
    if settings.kind == ContentKind::Identities {
        let error = WorldError::new("content.words", "the objects are peers, which have no words");
        return Err(error.expected("content.kind = \"catalogue\""));
    }
    if !(1..=MOST).contains(&words.per_object) {
        let error = got("content.words.per_object", &words.per_object).expected("from 1 to 64 words");
        return Err(error.nearest(words.per_object.clamp(1, MOST)));
    }
    if words.vocabulary < words.per_object {
        let error = got("content.words.vocabulary", &words.vocabulary);
        return Err(error.expected("at least as many words as an object has").nearest(words.per_object));
    }
    if words.vocabulary > MOST_WORDS {
        let error = got("content.words.vocabulary", &words.vocabulary);
        return Err(error.expected("at most ten million words").nearest(MOST_WORDS));
    }
    if !(0.0..=2.0).contains(&words.zipf) {
        let error = got("content.words.zipf", &words.zipf).expected("an exponent from 0 to 2");
        return Err(if words.zipf.is_nan() { error } else { error.nearest(words.zipf.clamp(0.0, 2.0)) });
    }
    if asked > words.per_object {
        let error = got(ASKED, &asked).expected("at most as many words as an object has");
        return Err(error.nearest(words.per_object));
    }
    Ok(())
}
