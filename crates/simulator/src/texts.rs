//! What ordinary mails say: subjects, sentences and file names in English and Japanese.
//!
//! Must not know who writes to whom. Must not hold any text of a real case.

use crate::names;
use crate::organisation::Language;
use crate::rng::Rng;

/// Topics in Japanese, by the order of [`names::DEPARTMENTS`].
const TOPICS_JA: &[&[&str]] = &[
    &["請求書", "月次決算", "経費精算", "支払予定表", "予算見込み", "発注書"],
    &["お見積り", "商談", "契約更新", "訪問日程", "価格表", "販売計画"],
    &["図面改訂", "試験結果", "設計審査", "公差の件", "試作品", "変更依頼"],
    &["出荷", "納品日程", "棚卸", "運賃", "入庫予約", "納期"],
    &["広告案", "展示会", "ウェブ原稿", "広報資料", "写真選定", "催事一覧"],
    &["求人", "福利厚生", "研修日程", "面接", "規程改定", "入社手続き"],
    &["お問い合わせ", "訪問修理", "保証対応", "補修部品", "満足度調査"],
    &["パソコン手配", "プリンター不具合", "権限申請", "バックアップ報告", "ライセンス更新"],
];
const MATTERS_JA: &[&str] =
    &["について", "のご確認", "の件", "(最終版)", "のご相談", "の進捗", "のお願い", "のご連絡", "議事メモ", "(来週分)", "再送"];
const SENTENCES_JA: &[&str] = &[
    "お世話になっております。",
    "標記の件、ご確認のほどよろしくお願いいたします。",
    "最新版を共有フォルダーに保存しました。",
    "本日中にご確認いただけますと幸いです。",
    "先日の打ち合わせの内容をまとめました。",
    "数字が一部変更になっております。",
    "木曜日の定例で決めたいと思います。",
    "先方からの回答を待っている状況です。",
    "残り二件を除いて完了しております。",
    "日程のご都合が悪い場合はお知らせください。",
    "早速のご対応ありがとうございます。",
    "締め切りを二日延ばしました。",
    "納期を早められるかお客様から問い合わせがありました。",
    "金曜日の午後は不在にいたします。",
    "数量を再度ご確認ください。",
    "二ページ目に誤りがありましたので修正しました。",
    "詳細は月曜日にご相談させてください。",
    "前回お送りした資料と差し替えをお願いします。",
    "会議室は十時から予約してあります。",
    "引き続きよろしくお願いいたします。",
];

const SHORT: &[&str] = &[
    "Thanks, that helps.",
    "OK for me.",
    "Could you send it again, please? The attachment did not open.",
    "I will get back to you tomorrow.",
    "Yes.",
    "Sorry for the late answer, it is done now.",
    "Is this the latest version?",
    "Please go ahead with it as discussed on the phone.",
];
const SHORT_JA: &[&str] =
    &["承知いたしました。", "ありがとうございます。", "確認いたします。", "添付が開けませんでした。再送をお願いします。"];

/// A subject out of a department's work.
pub fn subject(language: Language, department: usize, rng: &mut Rng) -> String {
    let number = |rng: &mut Rng| if rng.chance(0.3) { format!(" {}", rng.range(100, 9_999)) } else { String::new() };
    match language {
        Language::English => {
            let topics = names::TOPICS.get(department).copied().unwrap_or_default();
            format!("{} {}{}", rng.word(topics), rng.word(names::MATTERS), number(rng))
        }
        Language::Japanese => {
            let topics = TOPICS_JA.get(department).copied().unwrap_or_default();
            format!("{}{}{}", rng.word(topics), rng.word(MATTERS_JA), number(rng))
        }
    }
}

/// A few sentences of work between a greeting of `reader` and the name of `writer` (both as displayed).
pub fn prose(language: Language, reader: &str, writer: &str, rng: &mut Rng) -> Vec<String> {
    let first = |name: &str| name.split(' ').next().unwrap_or_default().to_owned();
    let (greeting, sentences, closing, gap) = match language {
        Language::English => {
            let hello = rng.word(&["Hi", "Hello", "Dear", "Hi"]);
            let bye = rng.word(&["Regards", "Thanks", "Best", "Kind regards", "Best regards"]);
            (format!("{hello} {},", first(reader)), names::SENTENCES, format!("{bye}, {writer}"), " ")
        }
        Language::Japanese => (format!("{}様", first(reader)), SENTENCES_JA, writer.to_owned(), ""),
    };
    let mut paragraphs = vec![greeting];
    for _ in 0..1 + rng.below(3) {
        let chosen: Vec<&str> = (0..1 + rng.below(3)).map(|_| rng.word(sentences)).collect();
        paragraphs.push(chosen.join(gap));
    }
    paragraphs.push(closing);
    paragraphs
}

/// An answer to a message with these paragraphs: often one short line, else as [`prose`], and the message quoted by those who do that.
pub fn answer(language: Language, reader: &str, writer: &str, answered: &[String], rng: &mut Rng) -> Vec<String> {
    let line = rng.word(if language == Language::English { SHORT } else { SHORT_JA }).to_owned();
    answer_with(line, (language, reader, writer), answered, rng)
}

/// As [`answer`], saying `line` if it is short or before the rest.
pub fn answer_with(line: String, (language, reader, writer): (Language, &str, &str), answered: &[String], rng: &mut Rng) -> Vec<String> {
    let mut paragraphs = vec![line];
    if rng.chance(0.55) {
        let mut prose = prose(language, reader, writer, rng);
        prose.splice(1..2, paragraphs);
        paragraphs = prose;
    }
    if rng.chance(0.5) {
        paragraphs.extend(answered.iter().filter(|text| !text.starts_with('>')).map(|text| format!("> {text}")));
    }
    paragraphs
}

/// The name of a file, without extension.
pub fn file_name(language: Language, rng: &mut Rng) -> String {
    match language {
        Language::English => format!("{}_{}", rng.word(names::STEM), rng.range(100, 9_999)),
        Language::Japanese => {
            let topics = rng.pick(TOPICS_JA).copied().unwrap_or_default();
            format!("{}_{}", rng.word(topics), rng.range(100, 9_999))
        }
    }
}

/// What an absent person's mailbox answers, by subject and text.
pub fn out_of_office(language: Language, subject: &str, writer: &str) -> (String, Vec<String>) {
    match language {
        Language::English => (
            format!("Automatic reply: {subject}"),
            vec![
                "I am out of the office and will answer when I am back.".to_owned(),
                "In urgent cases please write to my team.".to_owned(),
                writer.to_owned(),
            ],
        ),
        Language::Japanese => {
            (format!("自動応答: {subject}"), vec!["休暇をいただいております。戻り次第ご返信いたします。".to_owned(), writer.to_owned()])
        }
    }
}
