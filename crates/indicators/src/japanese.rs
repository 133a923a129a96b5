//! Japanese words for the values that the extractors themselves choose. Values out of records (names, subjects, addresses) stay as they are.

use std::borrow::Cow;

/// Fields whose values come from a closed list of ours, comma-separated where there are several.
const FIELDS: [&str; 17] = [
    "absence",
    "account_change",
    "attachment_class",
    "attachment_fit",
    "auth_factor",
    "authentication",
    "by",
    "file_action",
    "link_relation",
    "link_text",
    "network_kind",
    "platform",
    "reply_to",
    "rule_actions",
    "rule_folder",
    "status_reason",
    "query_result",
];

const WORDS: [(&str, &str); 60] = [
    ("(deleted)", "削除"),
    ("(stays)", "移動なし"),
    ("a file", "ファイル名"),
    ("a month or more", "一か月以上"),
    ("a week", "一週間"),
    ("access", "一般回線"),
    ("account created", "アカウントの作成"),
    ("account deleted", "アカウントの削除"),
    ("account disabled", "アカウントの無効化"),
    ("account enabled", "アカウントの有効化"),
    ("another site", "別のサイト"),
    ("archive", "書庫"),
    ("as declared", "表示どおり"),
    ("authenticator app", "認証アプリ"),
    ("authenticator app with code", "コード式の認証アプリ"),
    ("authenticator app with notification", "通知式の認証アプリ"),
    ("blocked by policy", "ポリシーによる遮断"),
    ("calendar", "予定表"),
    ("copy or move", "コピーまたは移動"),
    ("delete", "削除"),
    ("disk image", "ディスク イメージ"),
    ("document", "文書"),
    ("download", "ダウンロード"),
    ("elsewhere", "別のドメイン"),
    ("file sharing", "ファイル共有"),
    ("forward", "転送"),
    ("free mail", "フリー メール"),
    ("free mail elsewhere", "別のフリー メール"),
    ("hosting", "ホスティング"),
    ("its site", "そのサイト"),
    ("less than a week", "一週間未満"),
    ("link shortener", "短縮リンク"),
    ("locked", "ロック"),
    ("mark as read", "既読にする"),
    ("move", "移動"),
    ("no such name", "存在しない名前"),
    ("nothing", "なし"),
    ("other", "その他"),
    ("other site", "別のサイト"),
    ("own site", "送信者自身のサイト"),
    ("password changed", "パスワードの変更"),
    ("password reset", "パスワードの再設定"),
    ("phone", "電話"),
    ("policy changed", "ポリシーの変更"),
    ("program", "プログラム"),
    ("script or page", "スクリプトまたはページ"),
    ("second factor added", "第二要素の追加"),
    ("second factor denied", "第二要素の拒否"),
    ("second factor removed", "第二要素の削除"),
    ("second factor required", "第二要素の要求"),
    ("shortcut", "ショートカット"),
    ("signature", "署名"),
    ("somebody else", "本人以外"),
    ("stop further rules", "以降のルールを停止"),
    ("the owner", "本人"),
    ("three months or more", "三か月以上"),
    ("undeclared", "申告なし"),
    ("vpn", "VPN"),
    ("weeks", "数週間"),
    ("words", "文言"),
];

/// The value of a field for a Japanese text.
pub(crate) fn value<'a>(field: &str, value: &'a str) -> Cow<'a, str> {
    if !FIELDS.contains(&field) {
        return Cow::Borrowed(value);
    }
    let word = |text: &'a str| WORDS.iter().find(|(english, _)| *english == text).map_or(text, |(_, japanese)| japanese);
    if value.contains(", ") { Cow::Owned(value.split(", ").map(word).collect::<Vec<_>>().join("、")) } else { Cow::Borrowed(word(value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_words_are_japanese_and_records_stay_as_they_are() {
        assert_eq!(value("rule_actions", "mark as read, move, stop further rules"), "既読にする、移動、以降のルールを停止");
        assert_eq!(value("network_kind", "hosting"), "ホスティング");
        assert_eq!(value("rule_name", "move"), "move");
        assert_eq!(value("rule_folder", "rss feeds"), "rss feeds");
    }
}
