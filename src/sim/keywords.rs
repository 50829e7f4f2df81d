//! Keywords: the words in objects' names, and what a question by words matches.

use std::sync::OnceLock;

use super::peer::ObjectId;

/// A word, numbered by how common it is: word 0 is the most common one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub u32);

/// So many letters a word has (ours): two of them and the space between are about as long as the questions that Yang and
/// Garcia-Molina measured in Gnutella, 12 bytes.
const LETTERS: u32 = 6;

/// The words of all objects.
///
/// A question is told by an object's number and stands for the first few of that object's words. Whoever has any object with
/// all of these words can answer it.
#[derive(Debug)]
pub struct Keywords {
    /// How many words there are.
    vocabulary: u32,
    /// How many words a question has.
    asked: u32,
    per_object: u32,
    /// `per_object` for each object, in no particular order.
    words: Vec<Word>,
    /// The objects with word i, ascending: `objects[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    objects: Vec<ObjectId>,
    /// By object: what its question matches, ascending; worked out when first wanted.
    matching: Vec<OnceLock<Box<[ObjectId]>>>,
}

impl Keywords {
    /// `words` has `per_object` different ones for each object, all below `vocabulary`; questions have `asked` of them, at least
    /// one.
    ///
    /// # Panics
    /// If the numbers do not go together.
    pub fn new(vocabulary: u32, per_object: u32, asked: u32, words: Vec<Word>) -> Keywords {
        assert!((1..=per_object).contains(&asked) && words.iter().all(|word| word.0 < vocabulary));
        let mut listed: Vec<(Word, ObjectId)> = Vec::with_capacity(words.len());
        for (object, row) in (0..).zip(words.chunks(per_object as usize)) {
            listed.extend(row.iter().map(|&word| (word, ObjectId::new(object))));
        }
        listed.sort_unstable();
        let mut starts = vec![0; vocabulary as usize + 1];
        for (word, _) in &listed {
            starts[word.0 as usize + 1] += 1;
        }
        for word in 0..vocabulary as usize {
            starts[word + 1] += starts[word];
        }
        let objects = listed.into_iter().map(|(_, object)| object).collect();
        let matching = (0..words.len() / per_object as usize).map(|_| OnceLock::new()).collect();
        Keywords { vocabulary, asked, per_object, words, starts, objects, matching }
    }

    /// How many words a question has.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// How many words there are, of which some may be in no object.
    pub fn vocabulary(&self) -> u32 {
        self.vocabulary
    }

    /// The words of `object`; none if it does not exist.
    pub fn of(&self, object: ObjectId) -> &[Word] {
        let (row, length) = (object.index(), self.per_object as usize);
        if row < self.matching.len() { &self.words[row * length..(row + 1) * length] } else { &[] }
    }

    /// The objects with `word`, ascending.
    pub fn with(&self, word: Word) -> &[ObjectId] {
        let place = word.0 as usize;
        if word.0 >= self.vocabulary {
            return &[];
        }
        &self.objects[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// The words of the question for `object`. Who asks for something that does not exist uses a word that nobody knows.
    pub fn question(&self, object: ObjectId) -> Vec<Word> {
        let asked = self.asked as usize;
        let objects = self.matching.len().max(1) as u32;
        let mut words = self.of(ObjectId::new(object.rank() % objects)).to_vec();
        words.truncate(asked);
        if object.index() >= self.matching.len() {
            words.truncate(asked - 1);
            words.push(Word(self.vocabulary));
        }
        words
    }

    /// The objects that have all words of the question for `object`, ascending.
    pub fn matching(&self, object: ObjectId) -> &[ObjectId] {
        let Some(known) = self.matching.get(object.index()) else { return &[] };
        known.get_or_init(|| {
            let question = self.question(object);
            let rarest = question.iter().copied().min_by_key(|&word| self.with(word).len());
            let candidates = rarest.map_or(&[][..], |word| self.with(word)).iter().copied();
            let fits = |&candidate: &ObjectId| question.iter().all(|word| self.of(candidate).contains(word));
            candidates.filter(fits).collect()
        })
    }

    /// Bytes of the text of a question: its words, and a space between two.
    pub fn text_bytes(&self) -> u32 {
        self.asked * (LETTERS + 1) - 1
    }
}

/// Bytes of the text of a question, by words or, if there are none, by name: the mean that Yang and Garcia-Molina
/// (*Designing a Super-Peer Network*, 2003) measured in Gnutella.
pub fn query_text(words: Option<&Keywords>) -> u32 {
    const MEAN: u32 = 12;
    words.map_or(MEAN, Keywords::text_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_match_what_has_all_their_words() {
        let rows = [[0, 1, 2], [1, 0, 3], [2, 0, 1], [3, 2, 1]];
        let words =
            |asked| Keywords::new(5, 3, asked, rows.iter().flatten().map(|&word| Word(word)).collect());
        let matching = |asked: u32, object: u32| -> Vec<u32> {
            words(asked).matching(ObjectId::new(object)).iter().map(|object| object.rank()).collect()
        };
        assert_eq!(matching(1, 0), [0, 1, 2], "word 0");
        assert_eq!(matching(2, 1), [0, 1, 2], "words 1 and 0");
        assert_eq!(matching(2, 3), [3]);
        assert_eq!(matching(3, 2), [0, 2]);
        assert!(matching(2, 4).is_empty(), "it does not exist");
        let words = words(2);
        assert_eq!(words.question(ObjectId::new(7)), [Word(3), Word(5)]);
        assert_eq!((words.with(Word(4)), words.with(Word(5)).len()), (&[][..], 0));
        assert_eq!((words.text_bytes(), query_text(None)), (13, 12));
    }
}
