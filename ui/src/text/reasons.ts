// Reasons in Japanese: what an indicator observed and expected, by what it was judged, and what ties two together. The analysis says these in
// English, each in one of a few forms; names and values in them stay as they are, and so does a text of a form that is not known here.
import { language } from "./language.ts";

/** Forms of what was observed, what was expected, and with what it was compared. */
const FORMS: [RegExp, string][] = [
  [/^(.*) \(never before\)$/s, "$1（初めて）"],
  [/^(.*) \((\d+) times before\)$/s, "$1（これまでに $2 回）"],
  [/^(.*) \((\d+) % away from earlier subjects\)$/s, "$1（以前の件名から $2 % 離れている）"],
  [/^subjects like earlier ones$/, "以前と似た件名"],
  [/^at any time within (\d+) h$/, "$1 時間以内のいつか"],
  [/^(\d+) min after it$/, "その $1 分後"],
  [/^not after it$/, "その後ではない"],
  [/^usually (.*)$/s, "通常は $1"],
  [/^nothing learned yet$/, "まだ学習していない"],
  [/^(\d+) a day$/, "1 日 $1 件"],
  [/^(\d+) to (\d+) a day$/, "1 日 $1〜$2 件"],
  [/^about (\d+) a day$/, "1 日およそ $1 件"],
  [/^(\d+) bytes$/, "$1 バイト"],
  [/^about (\d+) bytes$/, "およそ $1 バイト"],
  [/^(\d+) contacts, usually (\d+) s apart$/, "通信 $1 回、間隔は通常 $2 秒"],
  [/^no rhythm$/, "規則性なし"],
  [/^on (\d+) days at (\d\d:\d\d) UTC$/, "$1 日にわたり $2（UTC）"],
  [/^times that vary$/, "時刻は一定しない"],
  [/^(\d+) people, (\d+) % apart$/, "$1 名、隔たり $2 %"],
  [/^people who are met together$/, "普段から一緒に宛先となる人たち"],
  [/^(\d+) of (\d+) steps ascend$/, "$2 か所のうち $1 か所が昇順"],
  [/^no order$/, "順序なし"],
  [/^usual hours of the week$/, "普段の曜日と時間帯"],
  [/^(.*) \(([\d.]+) bits\) within (\d+) h before$/s, "直前 $3 時間以内に $1（$2 ビット）"],
  [/^none before$/, "直前になし"],
  [/^no (.+) before$/s, "直前に $1 がない"],
  [/^unknown$/, "不明"],
  [/^(.*) \(known to it\)$/s, "$1（本人または端末が既知）"],
  [/^something known$/, "既知のもの"],
  [/^(.*) \(touched by (\d+) of (\d+) before\)$/s, "$1（以前の接触は $3 のうち $2）"],
  [/^something others here know$/, "社内で知られているもの"],
  // Findings of other products
  [/^severity (\w+) by the product$/, "製品による重大度は $1"],
  [/^shipped prior of the severity$/, "重大度ごとの既定値"],
  [/^the rule fired on (\d+) entity-days of others in (\d+) days$/, "このルールは $2 日間に、ほかの対象で延べ $1 日発報した"],
  [/^rare rules$/, "まれなルール"],
  [/^the rule fired here on (\d+) of the (\d+) days before$/, "このルールは、直前 $2 日のうち $1 日ここで発報した"],
  [/^a rule new to the entity$/, "この対象では初めてのルール"],
  // Sigma rules
  [/^(\d+) events within (\w+)$/, "$2 以内に $1 件"],
  [/^(\d+) different values of (\w+) within (\w+)$/, "$3 以内に $2 の異なる値が $1 個"],
  [/^(\d+) of (\d+) rules within (\w+)$/, "$3 以内に $2 個のルールのうち $1 個が一致"],
  [/^(\d+) rules in their order within (\w+)$/, "$2 以内に $1 個のルールが順に一致"],
  [/^what must follow did not within (\w+)$/, "続くはずのものが $1 以内に続かなかった"],
  [/^the rule matched on (\d+) of (\d+) entity-days; level (\w+)$/, "このルールが一致したのは延べ $2 日のうち $1 日。レベルは $3"],
  // With what it was compared
  [/^self$/, "自身の過去"],
  [/^organisation$/, "組織全体"],
  [/^prior$/, "既定値"],
  [/^people around (.*) \(works with (\d+) of (\d+)\)$/s, "$1 の周囲の人たち（$3 名のうち $2 名とやり取り）"],
  [/^(.*) \(works with (\d+) of (\d+)\)$/s, "$1（$3 名のうち $2 名とやり取り）"],
];

/** Names of features that models share. */
const FEATURES: Record<string, string> = {
  "accounts today": "今日のアカウント数",
  "address nobody here contacts": "社内で誰も接続しないアドレス",
  "address nobody here uses": "社内で誰も使わないアドレス",
  application: "アプリケーション",
  "authentication of the message": "メールの認証結果",
  "bytes sent": "送信バイト数",
  "class of attachment": "添付ファイルの分類",
  client: "クライアント",
  "clients of this session today": "今日このセッションを使ったクライアント数",
  computer: "コンピューター",
  "computers today": "今日のコンピューター数",
  "countries today": "今日の国の数",
  country: "国",
  "country for person and group": "本人と所属部署から見た国",
  "country of the address": "アドレスの国",
  "country the message came from": "メールの発信国",
  "deletions today": "今日の削除数",
  "denials today": "今日の拒否回数",
  "devices that contact it today": "今日そこへ接続した端末数",
  "domain nobody here visited before": "これまで社内で誰も訪れていないドメイン",
  "domain nobody here visits": "社内で誰も訪れないドメイン",
  "failures before": "直前の失敗",
  "failures today": "今日の失敗回数",
  "files today": "今日のファイル数",
  "fingerprint of the client": "クライアントの指紋",
  "folder the mail goes to": "メールの移動先フォルダー",
  host: "ホスト",
  "hour of the week": "曜日と時間帯",
  "how many others use it": "ほかに使っている端末の数",
  "inside computers today": "今日の社内コンピューター数",
  "kind of attachment": "添付ファイルの種類",
  "kind of change": "変更の種類",
  "kind of network": "ネットワークの種類",
  "kind of second factor": "第二要素の種類",
  "kind of sender": "送信者の種類",
  "length of the labels": "名前の長さ",
  "linked site nobody knows": "社内で誰も知らないリンク先",
  "messages today": "今日のメール数",
  "messages with this link today": "今日このリンクを含むメールの数",
  "name in the subject": "件名の中の名前",
  "names below the domain today": "今日そのドメインの下で問い合わせた名前の数",
  "names that do not exist today": "今日の存在しない名前の数",
  "neighbourhood of the address": "アドレスの近隣",
  network: "ネットワーク",
  "network of the address": "アドレスのネットワーク",
  "networks of this session today": "今日このセッションを使ったネットワーク数",
  "networks today": "今日のネットワーク数",
  "new domains today": "今日の新しいドメイン数",
  object: "対象",
  operation: "操作",
  "operations today": "今日の操作数",
  "order of the recipients": "宛先の並び順",
  port: "ポート",
  "ports today": "今日のポート数",
  protocol: "プロトコル",
  "recipients here": "社内の宛先数",
  "recipients of one message": "一通の宛先数",
  "recipients today": "今日の宛先数",
  "recipients who are never mailed together": "一緒に宛先となることのない人たち",
  "resets today": "今日の再設定回数",
  "rhythm of the contacts": "通信の規則性",
  "same time of day": "毎日同じ時刻",
  "seconds open": "接続時間（秒）",
  "sender nobody knows": "社内で誰も知らない送信者",
  "senders today": "今日の送信者数",
  "strangers today": "今日の見知らぬ送信者数",
  "being in two places": "二か所での活動",
  service: "サービス",
  "shape of the labels": "名前の形",
  "shape of the name": "名前の形",
  "shape of the rule's name": "ルール名の形",
  "silence before": "直前の休止期間",
  "site that is linked": "リンク先のサイト",
  "top-level domain": "最上位ドメイン",
  "top-level domain of the link": "リンク先の最上位ドメイン",
  "type of attachment": "添付ファイルの型",
  "type of file": "ファイルの種類",
  "topic for the sender": "この送信者にとっての話題",
  "topic for the recipients": "この受信者にとっての話題",
  "time since that sign-in": "そのサインインからの時間",
  "unusual sign-in before": "直前の通常と異なるサインイン",
  "user agent": "ユーザー エージェント",
  "way of sharing": "共有の方法",
  "what holds what": "申告と中身の違い",
  "what it looks like": "何に似ているか",
  "what its text shows": "リンクの表示",
  "what the rule does": "ルールの動作",
  "what the text shows": "リンクの表示",
  "where answers go": "返信先",
  "where the link leads": "リンクの行き先",
  "where to": "送り先",
  "whether it answers us": "こちらへの返信か",
  "who did it": "操作した人",
  "whose name it bears": "名乗っている名前",
  severity: "重大度",
  rule_rate: "ルールの発報頻度",
  own_rate: "この対象での発報頻度",
  rule: "ルール",
};

const PAIR = /^both involve (.*); ([\d.]+) h apart; chance costs ([\d.]+) bits$/s;
const SHARED = /^(.*) \(([\d.]+) bits\)$/s;

function japanese(text: string): string {
  for (const [form, said] of FORMS) if (form.test(text)) return text.replace(form, said);
  return text;
}

/** What was observed, what was expected, or with what it was compared, in the page's language. */
export const reason = (text: string, lang = language()): string => (lang === "ja" ? japanese(text) : text);

/** A feature's name in the page's language. */
export const feature = (name: string, lang = language()): string => (lang === "ja" ? (FEATURES[name] ?? name) : name);

/** What ties two indicators together, in the page's language. */
export function tie(text: string, lang = language()): string {
  if (lang !== "ja") return text;
  if (text === "an analyst joined them") return "分析担当者が結び付けた";
  const [, shared, hours, bits] = PAIR.exec(text) ?? [];
  if (shared === undefined) return text;
  const parts = shared.split(/(?<= bits\)) and /).map((part) => part.replace(SHARED, "$1（$2 ビット）"));
  return `共通：${parts.join("、")}。間隔は ${hours} 時間、偶然の分として ${bits} ビットを差し引き`;
}
