//! Names of people: the dictionary in all cases, patronymics, surnames beside them, initials, and words that announce a name.
//!
//! A form that is also an everyday word (`вера`, `света`, `роман`) counts only where a name must stand: large inside a sentence, beside a
//! patronymic or surname, or announced. After «меня зовут» a name is whatever comes, also one that no dictionary has.

use std::collections::HashMap;

use super::declension::forms;
use super::folded::{BARRIER, Folded, Word};
use super::{Kind, Seen};

const DICTIONARY: &str = include_str!("first_names.txt");
/// Forms of names that are words of their own in a chat of a salon.
const AMBIGUOUS: &str = "вера веры вере веру верой надежда надежды надежде надежду надеждой любовь любви любовью люба любой любую любе роза розы розе розу розой \
    роман романа роману романом романе рома ром рому роме света свете свету светом светой светик свет слава славы славе славу славой слав мира \
    мир лилия лилии лилию лилией лиля майя май мая маю маем мае марта март марте марту ким кима лев льва левый марк марка марке марку маркой маркой \
    ян яна яник ева ада поля поле полю полей поль мила мил милой милую миле миль злата рая рай рае раю тая тае тома том томе тому томом томой \
    ася паша пашу коля коле колю кол костя кости кость костью костей костик ваня вась вас вася ваню гена гене гену ген лена лене лену лен \
    лина лине лину лин жанна алла анжела аля уля уле гуля гуле мага маг маге магу уль дин дина дине дину ди даш даше даня дань дани дане дава \
    дав даве ника ник нике нику никой ната нат таша тася тасе лара лар ларе лару сима сева гера гер свят сава сав тима тим тиша тиши тишь тише тишу \
    крис эва эрик алик рита рит вита вит вите виту лера клава клав клавой клаве клава толя толик толь шура шур боря борь юра яша соня сонь сони соне \
    соню софа софы софе софу соф маня мани мань миха мих саня сань галка лида лид ира ир муслим платон макар захар богдан герман стелла \
    снежана виталик стас влад влада владе владу марат султан мотя моти мари тоня тонь тони тоне тоню оль оля иль жора леся лесе лесь леси катрин кейт инн ислам";
/// After these comes a name, whatever it is.
const ANNOUNCED: [&str; 14] = [
    "зовут",
    "имя",
    "имени",
    "фио",
    "фамилия",
    "фамилию",
    "фамилии",
    "представьтесь",
    "величать",
    "звать",
    "ф.и.о",
    "клиентка",
    "имя-фамилия",
    "отчество",
];
/// After these comes a name if it looks like one.
const LIKELY: [&str; 29] = [
    "это",
    "я",
    "мастер",
    "мастеру",
    "мастера",
    "мастером",
    "врач",
    "врачу",
    "врача",
    "доктор",
    "доктору",
    "доктора",
    "администратор",
    "менеджер",
    "для",
    "запишите",
    "записать",
    "записали",
    "клиент",
    "клиента",
    "господин",
    "госпожа",
    "муж",
    "дочь",
    "дочку",
    "сын",
    "сына",
    "мама",
    "гражданин",
];
/// What comes after an announcement and is no name.
const NO_NAMES: [&str; 84] = [
    "и",
    "на",
    "в",
    "во",
    "у",
    "с",
    "со",
    "по",
    "к",
    "не",
    "а",
    "но",
    "да",
    "нет",
    "мой",
    "моя",
    "мое",
    "моего",
    "моей",
    "ваш",
    "ваша",
    "ваше",
    "вашего",
    "вашей",
    "его",
    "ее",
    "их",
    "как",
    "кто",
    "что",
    "это",
    "все",
    "тоже",
    "так",
    "же",
    "ли",
    "бы",
    "для",
    "файла",
    "или",
    "номер",
    "телефон",
    "можно",
    "хочу",
    "хотела",
    "хотел",
    "хотелось",
    "завтра",
    "сегодня",
    "запишите",
    "записаться",
    "здравствуйте",
    "добрый",
    "день",
    "клиента",
    "клиентки",
    "мастера",
    "директора",
    "будет",
    "пожалуйста",
    "спасибо",
    "было",
    "была",
    "был",
    "нужно",
    "нужна",
    "нужен",
    "меня",
    "мне",
    "вам",
    "вас",
    "там",
    "тут",
    "вот",
    "уже",
    "еще",
    "отчество",
    "фамилия",
    "фамилию",
    "если",
    "чтобы",
    "только",
    "от",
    "из",
];

/// The dictionary: a form and the lines it may belong to.
pub(super) struct Names {
    lines: HashMap<String, Vec<u16>>,
    forms: Vec<Vec<String>>,
    ambiguous: std::collections::HashSet<&'static str>,
}

impl Names {
    pub(super) fn load() -> Self {
        let mut names = Self { lines: HashMap::new(), forms: Vec::new(), ambiguous: AMBIGUOUS.split_whitespace().collect() };
        for line in DICTIONARY.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let number = names.forms.len() as u16;
            let folded = line.to_lowercase().replace('ё', "е");
            let mut all: Vec<String> = folded.split_whitespace().flat_map(forms).collect();
            all.sort();
            all.dedup();
            for form in &all {
                names.lines.entry(form.clone()).or_default().push(number);
            }
            names.forms.push(all);
        }
        names
    }

    /// Every form of every name that `name` may be short for, or long for.
    pub(super) fn akin(&self, name: &str) -> impl Iterator<Item = &str> {
        let lines = self.lines.get(name).map_or(&[][..], Vec::as_slice);
        lines.iter().flat_map(|line| self.forms[usize::from(*line)].iter().map(String::as_str))
    }

    fn is_name(&self, text: &str) -> bool {
        self.lines.contains_key(text)
            || text.split_once('-').is_some_and(|(one, other)| self.lines.contains_key(one) && self.lines.contains_key(other))
    }

    fn is_surely_name(&self, word: &Word) -> bool {
        self.is_name(&word.text) && (!self.ambiguous.contains(word.text.as_str()) || word.capital && !word.first)
    }

    pub(super) fn find(&self, folded: &Folded, words: &[Word], seen: &mut Vec<Seen>) {
        let mut is_part = vec![false; words.len()];
        for (index, word) in words.iter().enumerate() {
            is_part[index] =
                self.is_surely_name(word) || is_patronymic(word) && (word.capital || index > 0 && self.is_name(&words[index - 1].text));
        }
        self.announced(folded, words, &mut is_part);
        initials(folded, words, &mut is_part);
        self.neighbours(folded, words, &mut is_part);
        let mut index = 0;
        while index < words.len() {
            if !is_part[index] {
                index += 1;
                continue;
            }
            let mut last = index;
            while last + 1 < words.len() && is_part[last + 1] && near(folded, &words[last], &words[last + 1]) {
                last += 1;
            }
            let end = initials_after(folded, words[last].at.end).unwrap_or(words[last].at.end);
            let start = initials_before(folded, words[index].at.start);
            seen.push(Seen { kind: Kind::Name, at: start..end, weight: 50 });
            index = last + 1;
        }
    }

    /// Names after words that announce one.
    fn announced(&self, folded: &Folded, words: &[Word], is_part: &mut [bool]) {
        for (index, word) in words.iter().enumerate() {
            let surely = ANNOUNCED.contains(&word.text.as_str());
            if !surely && !LIKELY.contains(&word.text.as_str()) {
                continue;
            }
            let mut before = word;
            for (taken, next) in words[index + 1..].iter().take(3).enumerate() {
                let looks = self.is_name(&next.text) || is_patronymic(next) || is_surname(&next.text);
                let large = next.capital && !next.first;
                let fits = match (surely, taken) {
                    (true, 0) => next.text.chars().count() > 1,
                    (true, _) => large || looks && taken < 3,
                    (false, 0) if self.is_name(&next.text) => large || !self.ambiguous.contains(next.text.as_str()),
                    (false, 0) => large && is_surname(&next.text) && word.text.chars().count() > 4,
                    (false, _) => is_part[index + taken] && (large || is_patronymic(next) || is_surname(&next.text)),
                };
                let touches = if taken == 0 { announces(folded, before, next) } else { near(folded, before, next) };
                if !touches || !fits || NO_NAMES.contains(&next.text.as_str()) {
                    break;
                }
                is_part[index + 1 + taken] = true;
                before = next;
            }
        }
    }

    /// A surname beside a first name or patronymic, and a first name that is a word, beside a surname or patronymic.
    fn neighbours(&self, folded: &Folded, words: &[Word], is_part: &mut [bool]) {
        for index in 0..words.len() {
            let beside = |other: usize| near(folded, &words[index.min(other)], &words[index.max(other)]);
            let word = &words[index];
            if is_part[index] {
                continue;
            }
            let after = index > 0 && is_part[index - 1] && beside(index - 1);
            let before = index + 1 < words.len() && is_part[index + 1] && beside(index + 1);
            let follows =
                after && (word.capital && !NO_NAMES.contains(&word.text.as_str()) || is_surname(&word.text) || is_patronymic(word));
            let whole = || index + 2 < words.len() && is_patronymic(&words[index + 2]);
            let leads = before && is_surname(&word.text) && (word.capital || word.first || is_patronymic(&words[index + 1]) || whole());
            let meant = self.is_name(&word.text)
                && index + 1 < words.len()
                && beside(index + 1)
                && (is_patronymic(&words[index + 1]) || words[index + 1].capital && word.capital && is_surname(&words[index + 1].text));
            is_part[index] = follows || leads || meant;
            if meant {
                is_part[index + 1] = true;
            }
        }
    }
}

/// Only a space or a hyphen between.
fn near(folded: &Folded, one: &Word, other: &Word) -> bool {
    let between = &folded.chars[one.at.end..other.at.start];
    between.len() <= 2 && between.iter().all(|c| *c == ' ')
}

/// A space, a colon or a dash between: «имя: Анна», «зовут - Анна».
fn announces(folded: &Folded, one: &Word, other: &Word) -> bool {
    let between = &folded.chars[one.at.end..other.at.start];
    between.len() <= 4
        && between.iter().all(|c| matches!(c, ' ' | ':' | '-' | '"' | '«' | '(' | '.'))
        && !between.contains(&BARRIER)
        && !(between.contains(&'.') && one.text != "фио")
}

/// `Петрович`, `Ильинична`, in all cases.
pub(super) fn is_patronymic(word: &Word) -> bool {
    const SHORT: [&str; 8] = ["ильич", "кузьмич", "лукич", "фомич", "никитич", "саввич", "ильинич", "никитичн"];
    let text = word.text.as_str();
    let stem = ["а", "у", "ем", "е", "ы", "ой", "ою", ""].iter().find_map(|ending| {
        let stem = text.strip_suffix(ending)?;
        let long = ["ович", "евич", "овн", "евн", "иничн", "ьич"].iter().any(|suffix| stem.ends_with(suffix));
        (long && stem.chars().count() >= 6 || SHORT.contains(&stem)).then_some(stem)
    });
    // «Волшебна», «душевна» end like patronymics and are none.
    stem.is_some_and(|stem| !stem.ends_with("вн") || text.ends_with(['а', 'ы', 'е', 'у', 'й', 'ю']))
        && !["душевна", "плачевна", "шутовна"].contains(&text)
}

/// Ends like a surname.
fn is_surname(text: &str) -> bool {
    const ENDINGS: [&str; 44] = [
        "ов",
        "ова",
        "ову",
        "ове",
        "овым",
        "овой",
        "ев",
        "ева",
        "еву",
        "еве",
        "евым",
        "евой",
        "ин",
        "ина",
        "ину",
        "иным",
        "иной",
        "ын",
        "ына",
        "ыной",
        "ский",
        "ская",
        "скому",
        "ского",
        "ской",
        "скую",
        "ским",
        "цкий",
        "цкая",
        "цкого",
        "цкой",
        "енко",
        "чук",
        "нюк",
        "дзе",
        "швили",
        "ян",
        "янц",
        "ных",
        "ских",
        "енок",
        "юк",
        "ец",
        "ич",
    ];
    text.chars().count() >= 5 && ENDINGS.iter().any(|ending| text.ends_with(ending))
}

/// A surname with initials on either side.
fn initials(folded: &Folded, words: &[Word], is_part: &mut [bool]) {
    for (index, word) in words.iter().enumerate() {
        let has = initials_after(folded, word.at.end).is_some() || initials_before(folded, word.at.start) < word.at.start;
        if word.capital && word.at.len() > 2 && has {
            is_part[index] = true;
        }
    }
}

/// ` И.И.` or ` И. И.` after a word: where it ends. Two of them, or it may be the end of a sentence.
fn initials_after(folded: &Folded, end: usize) -> Option<usize> {
    let mut at = end + usize::from(folded.char(end) == ' ');
    for _ in 0..2 {
        at += usize::from(folded.char(at) == ' ');
        if !folded.char(at).is_alphabetic() || folded.char(at + 1) != '.' || folded.before(at).is_alphabetic() {
            return None;
        }
        at += 2;
    }
    Some(at)
}

/// `И.И. ` before a word: where it starts.
fn initials_before(folded: &Folded, start: usize) -> usize {
    let mut at = start;
    for _ in 0..2 {
        at -= usize::from(folded.before(at) == ' ');
        if at < 2 || folded.char(at - 1) != '.' || !folded.char(at - 2).is_alphabetic() || folded.before(at - 2).is_alphabetic() {
            return start;
        }
        at -= 2;
    }
    at
}
