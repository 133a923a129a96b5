# インシデントについて Weft が述べる文（日本語、です・ます体）。en.ftl と同じ項目・同じ差し込み位置を持つ（テストで照合）。

## 語

domain-email = メール
domain-saas = SaaS
domain-network = ネットワーク
how-high = 可能性が極めて高いです
how-middle = 可能性が高いです
how-low = 可能性があります
span-minutes = { $n } 分間
span-hours = { $n } 時間
span-days = { $n } 日間
list-two = { $first }、{ $last }
list-more = { $first } ほか { $more } 件
list-more-people = { $first } ほか { $more } 名

## 表題：攻撃の種類

title-two = { $first }、{ $second }
title-named = { $title }（{ $who }）
title-account-hijack = { $service ->
    [microsoft] Microsoft 365
   *[other] SaaS
} アカウント乗っ取りの疑い
title-supplier-fraud = 乗っ取られた取引先による送金詐欺の疑い
title-impersonation-fraud = なりすましによる送金詐欺の疑い
title-tls-c2 = TLS による C2 通信の疑い
title-dns-c2 = DNS による C2 通信の疑い
title-c2 = C2 通信の疑い
title-destruction = データ破壊の疑い
title-exfiltration = データ持ち出しの疑い
title-internal-phishing = 社内アカウントからのフィッシング送信の疑い
title-supplier-takeover = 取引先アカウント乗っ取りの疑い
title-impersonation = メールによるなりすましの疑い
title-malware-mail = メールによるマルウェア配布の疑い
title-credential-phishing = 認証情報を狙うフィッシングの疑い
title-phishing = フィッシング キャンペーンの疑い
title-consent = アプリケーションへの不正な権限付与の疑い
title-privilege = 管理者権限の悪用の疑い
title-password-spray = パスワード スプレー攻撃の疑い
title-second-factor = 多要素認証の疲労攻撃の疑い
title-password-guessing = パスワード推測攻撃の疑い
title-lateral = 社内コンピューター間の横展開の疑い
title-malware = 端末のマルウェア感染の疑い
title-credential-theft = 認証情報窃取の疑い
title-intrusion = 侵入の疑い
title-alerts = 他製品の関連する警告
title-unusual = 通常と異なる活動

## 経緯：結論

lead-account-hijack = { $who } のアカウントは、第三者に乗っ取られた{ $how }。
lead-supplier-fraud = 取引先（{ $who }）のメールボックスが第三者に使われ、送金先を変えさせようとしている{ $how }。
lead-impersonation-fraud = 関係者を装った第三者が、送金させようとしている{ $how }。
lead-tls-c2 = 社内の端末が、TLS を用いて攻撃者の基盤と通信している{ $how }。
lead-dns-c2 = 社内の端末が、DNS を通じて外部から操作されている、またはデータを送り出している{ $how }。
lead-c2 = 社内の端末が、外部から操作されている{ $how }。
lead-destruction = データが意図的に破壊された{ $how }。
lead-exfiltration = データが許可なく社外へ持ち出された{ $how }。
lead-internal-phishing = 社内のメールボックスが、フィッシング メールの送信に使われている{ $how }。
lead-supplier-takeover = 既知の取引相手（{ $who }）のメールボックスが、第三者に乗っ取られている{ $how }。
lead-impersonation = 第三者がメールで、既知の人物または会社を装っている{ $how }。
lead-malware-mail = 有害な添付ファイルを含むメールが送られてきた{ $how }。
lead-credential-phishing = 社内の利用者が、認証情報を盗むページへ誘導されている{ $how }。
lead-phishing = フィッシング キャンペーンが行われている{ $how }。
lead-consent = 利用者が欺かれ、アプリケーションに社内データへのアクセスを許可した{ $how }。
lead-privilege = 管理者権限が悪用された{ $how }。
lead-password-spray = 第三者が、多数のアカウントに対してよくあるパスワードを試している{ $how }。
lead-second-factor = パスワードを知る第三者が、サインイン要求を繰り返して持ち主に承認させようとしている{ $how }。
lead-password-guessing = 第三者がパスワードを推測している{ $how }。
lead-lateral = 第三者が、社内ネットワークのコンピューターからコンピューターへ移動している{ $how }。
lead-malware = 社内の端末で有害なソフトウェアが実行された{ $how }。
lead-credential-theft = 認証情報が盗まれた{ $how }。
lead-intrusion = 第三者が侵入した{ $how }。
lead-alerts = { $who } に関する他製品の複数の警告は、一つの攻撃によるものである{ $how }。
lead-unusual = 通常と異なる出来事が同時期に重なっており、背後に攻撃がある{ $how }。
basis = 根拠は、{ $span }に { $domains } で観測された { $count } 件の逸脱で、証拠の合計は { $bits } ビットです（スコア { $score }、警告の基準は 50）。
began-mail = 発端は、{ $received } に { $who } に届いたメールである{ $how }。{ $clicked } には、この人の端末がそのリンク先に接続しています。
began-click = 最初に影響を受けたのは { $who } で、{ $clicked } にこの人の端末が攻撃者のサイトへ接続しました。
began-device = 最初に影響を受けた端末は { $who } で、{ $clicked } に攻撃者のサイトへ接続しました。
began-reply = 最初に影響を受けたのは { $who } で、{ $replied } にメールへ返信しました。
began-entered = { $entered } 以降、{ $who } のアカウントが通常と異なる接続元から使われており、認証情報またはセッションが盗まれた{ $how }。

## 経緯：出来事

weak = { $what }（単独では弱い兆候です）
also-devices = { $what }。{ $until } までに、ほか { $more } 台の端末でも同様の動きがありました
also-people = { $what }。{ $until } までに、ほか { $more } 名にも同様の動きがありました
also-other = { $what }。{ $until } までに、ほか { $more } 件の同様の動きがありました
more-steps = このほか { $n } 件の出来事は、タイムラインにあります。

## 経緯：補足

supporting = 次の逸脱も、この見方と整合します（それぞれ単独では弱いもの、または一日単位で数えたものです）。
supporting-item = { $what }（{ $day }）
supporting-more = ほか { $n } 件
reach = 影響の範囲：{ $parts }。
act-received = メールを受信した人 { $n } 名
act-opened = 開封した人 { $n } 名
act-clicked = 攻撃に関わるサイトに接続した人 { $n } 名
act-replied = 返信した人 { $n } 名
act-entered = その後アカウントが通常と異なる接続元から使われた人 { $n } 名
unseen = { $domains } では兆候が見つかっていません。ただし、センサーがない範囲については何も言えません。
gap = センサーが観測できなかった範囲があります：{ $what }。
feed-age = フィードによると、{ $what } は { $day } に登録されました。
feed-listed = { $what } はフィードに載っています：{ $reason }。

## 調査：問いと、見つかったもの

ask-mailed = { $what } を含むメールを、ほかに誰が受信したか
ask-sender = { $what } からのメールを、ほかに誰が受信したか
ask-visited = { $what } に、ほかに誰が接続したか
ask-accounts = { $what } から、どのアカウントが使われたか
ask-hour = 最初の接続の前後 1 時間に、{ $what } はほかに何をしたか
ask-left = その後、{ $what } から何が送り出されたか
ask-undone = 何が元に戻されたか
ask-replies = これらのメールに、誰が返信したか
found-mailed = { $what } を含むメール { $n } 通が、{ $who } のメールボックスを通りました
found-sender = { $what } から、さらに { $n } 通のメールが { $who } に届きました
found-visited = { $who } が { $what } に接続しました
found-accounts = { $who } のアカウントが { $what } から使われました（記録 { $n } 件）
found-hour = { $who } が、社内で未知の { $what } に接続しました
found-hour-mailed = { $who } が、メールのリンク先である { $what } に接続しました
found-left = { $who } が { $what } へ { $size } を送信しました
found-undone = { $what }（{ $who }）
found-replies = これらのメールへの返信と配信通知 { $n } 通が、{ $who } に届きました
undone-password = パスワードが変更されました
undone-disabled = アカウントが無効にされました
undone-factor = 第二要素が削除されました
undone-rule = 受信トレイ ルール { $rule } が削除されました
size-mb = { $n } MB
size-kb = { $n } kB

## 役割

role-compromised-account = 乗っ取られたアカウント
role-device-of-the-compromised-account = 乗っ取られたアカウントの端末
role-unusual-sign-in-source = 通常と異なるサインイン元
role-possible-C2-endpoint = C2 の疑いのある接続先
role-phishing-link = フィッシングのリンク先
role-upload-destination = アップロード先
role-phishing-sender = フィッシングの送信者
role-inbox-rule = 受信トレイ ルール
role-session = セッション
role-targeted-recipient = 標的となった受信者
role-exposed-device = 影響を受けた端末
role-exposed-person = 影響を受けた人

## 判断の記録

decision-opened = 「{ $what }」から始まりました（意外さ { $bits } ビット）
decision-joined = 「{ $what }」を「{ $other }」と結び付けました。共通：{ $via }、合計 { $bits } ビット
decision-refused = 「{ $what }」は「{ $other }」と結び付けていません。{ $via } だけでは不十分です（合計 { $bits } ビット）
decision-split = 「{ $what }」は分析担当者の判断で「{ $other }」と分けています（{ $via }、合計 { $bits } ビット）

## 推奨する対応

do-block_connections = { $target }（{ $role }）との通信と、そこからのサインインを遮断する
do-block_connections-reason = { $target } はこのインシデントの { $role } であり、以前は社内でほとんど使われていません。
do-block_connections-effect = 社内の端末は接続できなくなり、そこからアカウントに入ることもできなくなります。通常の業務への影響は小さいと見込まれます。
do-disable_account = 本人に別の手段で確認が取れるまで、{ $target } のアカウントを無効にする
do-disable_account-reason = このアカウントのサインインと変更は、本人によるものではないとみられます。
do-disable_account-effect = 乗っ取った者を直ちに締め出します。本人も、復旧まで業務ができません。
do-revoke_sessions = { $target } のすべてのセッションと更新トークンを失効させる
do-revoke_sessions-reason = セッションは、パスワードを変更しても有効なまま残ります。
do-revoke_sessions-effect = 数分以内に、すべてのクライアントで再サインインが必要になります。
do-reset_password = { $target } のパスワードを再設定する
do-reset_password-reason = パスワードが攻撃者のページに入力されたか、推測された可能性があります。
do-reset_password-effect = 盗まれたパスワードは使えなくなります。新しいパスワードは安全な手段で本人に渡す必要があります。
do-remove_auth_method = { $target } に追加された第二要素を削除する
do-remove_auth_method-reason = 通常と異なるサインインの後に追加されたもので、再侵入に使われます。
do-remove_auth_method-effect = 本人の第二要素だけが有効になります。
do-remove_inbox_rule = 受信トレイ ルール { $target } を削除する
do-remove_inbox_rule-reason = 本人からメールを隠す、または他所へ送るルールです。
do-remove_inbox_rule-effect = 警告や返信が再び見えるようになります。移動済みのメールは探す必要があります。
do-remove_consent = { $target } がアプリケーションに与えたアクセス権を取り消す
do-remove_consent-reason = このアクセス権は、パスワードを変更しても有効なまま残ります。
do-remove_consent-effect = アプリケーションはデータを読めなくなります。必要なものは改めて許可が要ります。
do-pull_mails = { $target } が送信した、該当リンクを含むメールを回収する
do-pull_mails-reason = 本人の管理下にないメールボックスから送信されたメールです。
do-pull_mails-effect = まだ読んでいない人は守られます。社外の受信者には別途連絡が必要です。
do-lock_links = 配信済みメールのリンク { $target } を無効にする
do-lock_links-reason = このインシデントのメールが、そこへ誘導しています。
do-lock_links-effect = クリックすると警告が表示されます。メールのほかの部分は変わりません。
do-block_sender = { $target } からの今後のメールを保留する
do-block_sender-reason = このインシデントのメールの送信者です。
do-block_sender-effect = 新しいメールは確認されるまで届きません。同じアドレスの正当なメールも保留されます。
do-hold_attachments = { $target } が送った添付ファイルを保留する
do-hold_attachments-reason = 社内の誰も求めていない種類のファイルです。
do-hold_attachments-effect = メールは読めますが、確認が済むまでファイルは開けません。
do-call_supplier = 以前から知っている電話番号で { $target } に確認し、新しい振込先には支払わない
do-call_supplier-reason = 既知の取引相手のメールボックスがこれまでと異なる動きをしており、メールで返信すると攻撃者に届くおそれがあります。
do-call_supplier-effect = 取引先が事態を把握でき、誤った送金を防げます。
do-warn_recipients = { $target } に注意を促す
do-warn_recipients-reason = メールが届いており、これからリンクを開く人がいる可能性があります。
do-warn_recipients-effect = 受信者が対処を知り、すでに行ったことを報告できます。
do-check_device = { $target } をネットワークから切り離して調べる
do-check_device-reason = この端末は、{ $role } と通信していました。
do-check_device-effect = これ以上の流出を防ぎます。利用者には代替機が必要です。
target-people = メールを受信した { $n } 名

## メールの受信者向け（専門用語を使わない説明）

recipient-what-credential = 受信されたメールは、偽のサインイン ページへ誘導するものとみられます。
recipient-what-malware = 受信されたメールには、有害な添付ファイルが付いているとみられます。
recipient-what-impersonation = 受信されたメールは、名乗っている本人が書いたものではないとみられます。
recipient-what-supplier = 受信されたメールは、ご存じのアドレスから届いていても、本人が書いたものではないとみられます。
recipient-what-internal = { $who } さんから届いたメールは、本人が書いたものではないとみられます。{ $who } さんのメールボックスは第三者に使われています。
recipient-what-phishing = 受信されたメールは、人を欺く目的のものとみられます。
recipient-do = リンクや添付ファイルは開かず、返信もしないでください。すでに開いた場合や返信した場合は、すぐにセキュリティ担当へお知らせください。責められることはありません。パスワードを入力した場合は、いつものページから直ちに変更してください。
recipient-fraud = 支払いの依頼は、以前から知っている電話番号で必ず確認してください。

reported-strange = メールのご報告をありがとうございます。このメールには通常と異なる点があります。セキュリティ担当から返答があるまで、危険なものとして扱ってください。
reported-little = メールのご報告をありがとうございます。このメールにはやや通常と異なる点がありますが、無害な場合もあります。セキュリティ担当から返答があるまで、そのままにしておいてください。
reported-nothing = メールのご報告をありがとうございます。これまでの記録と比べて、通常と異なる点は見つかりませんでした。ただし、無害である証明ではありません。パスワードや支払いを求められた場合は、先に別の手段で確認してください。
reported-why = 不審な点：{ $parts }。
plain-link-shows = リンクの表示と、実際に開くページが異なります
plain-link-stranger = 社内で知られていない送信者が、社内で知られていないサイトへのリンクを送っています
plain-shared-platform = 社内で知られていない送信者が、ファイル共有サービスへのリンクを送っています
plain-link-unlike = 送信者がこれまで一度も案内したことのないサイトへのリンクがあります
plain-source = この送信者がこれまで使ったことのない場所から送られています
plain-behaviour = 送信者の振る舞いがこれまでと異なります
plain-authentication = 送信者の正当性の確認結果が、これまでと異なります
plain-forged = 送信者のアドレスが偽装されています
plain-look-alike = 送信者のドメインが、ご存じのものに似た別のドメインです
plain-name = 送信者が、社内で知られている人の名前を使っています
plain-reply-to = 返信すると別のアドレスへ届きます
plain-attachment = 求めていない種類のファイルが添付されています
plain-disguised = 添付ファイルの中身が、表示されている種類と異なります
plain-program = 添付ファイルがプログラムを実行する可能性があります
plain-campaign = 互いに関わりのない人たちに、似たメールが届いています
plain-bulk = 社内のメールボックスが、同じリンクを非常に多くの人に送っています
plain-first-name = 見知らぬ送信者が、信用させるために名前で呼びかけています
plain-finding = 別のセキュリティ製品が警告を出しています
