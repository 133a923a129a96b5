//! One whole message and the event it becomes.
#![allow(clippy::unwrap_used)] // a test file

use expect_test::expect;
use weft_mail_decode::decode;

const MESSAGE: &str = concat!(
    "Return-Path: <bounce@news.example>\r\n",
    "Delivered-To: ann@corp.example\r\n",
    "Received: from out.news.example (out.news.example [198.51.100.7]) by mx.corp.example (Postfix) with ESMTPS id 1;\r\n",
    " Mon, 18 Mar 2024 09:15:02 +0000 (UTC)\r\n",
    "Authentication-Results: mx.corp.example; spf=pass smtp.mailfrom=news.example;\r\n",
    " dkim=pass header.d=news.example; dmarc=fail header.from=other.example\r\n",
    "Received: from laptop ([203.0.113.9]) by out.news.example with ESMTPSA; Mon, 18 Mar 2024 10:15:00 +0100\r\n",
    "From: \"Ann's Bank\" <Service@Other.Example>\r\n",
    "Reply-To: pay@else.example\r\n",
    "To: Ann <Ann@corp.example>\r\n",
    "Cc: bob@corp.example\r\n",
    "Subject: =?utf-8?Q?Your_invoice_=E2=82=AC?=\r\n",
    "Date: Mon, 18 Mar 2024 10:14:59 +0100\r\n",
    "Message-ID: <m1@other.example>\r\n",
    "In-Reply-To: <m0@corp.example>\r\n",
    "References: <a@corp.example> <m0@corp.example>\r\n",
    "MIME-Version: 1.0\r\n",
    "Content-Type: multipart/mixed; boundary=out\r\n",
    "\r\n",
    "--out\r\n",
    "Content-Type: multipart/alternative; boundary=in\r\n",
    "\r\n",
    "--in\r\n",
    "Content-Type: text/plain\r\n",
    "\r\n",
    "Open http://xn--mnchen-3ya.example/pay or https://plain.example/.\r\n",
    "--in\r\n",
    "Content-Type: text/html; charset=utf-8\r\n",
    "\r\n",
    "<a href=\"https://x.safelinks.protection.outlook.com/?url=http%3A%2F%2Fm%C3%BCnchen.example%2Fpay&amp;data=1\">https://bank.example</a>\r\n",
    "--in--\r\n",
    "--out\r\n",
    "Content-Type: application/pdf; name=invoice.pdf\r\n",
    "Content-Disposition: attachment; filename*=utf-8''invoice%20%E2%82%AC.pdf\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "\r\n",
    "UEsDBAoAAAA=\r\n",
    "--out--\r\n",
);

#[test]
fn a_message_becomes_an_event() {
    let mut event = decode(MESSAGE.as_bytes()).unwrap();
    let header = event.raw_data.take().unwrap();
    assert!(header.starts_with("Return-Path: <bounce@news.example>\r\n") && header.ends_with("boundary=out\r\n"));
    expect![[r#"
        {
          "uid": "465b9e564cb813054eaebf0107509c7f",
          "time": 1710753302000,
          "metadata": {
            "product": "Weft mail ingestor",
            "log_name": "message",
            "original_uid": "m1@other.example"
          },
          "body": {
            "Email": {
              "direction": "Unknown",
              "message_uid": "m1@other.example",
              "from": "service@other.example",
              "from_name": "Ann's Bank",
              "smtp_from": "bounce@news.example",
              "reply_to": "pay@else.example",
              "to": [
                "ann@corp.example"
              ],
              "cc": [
                "bob@corp.example"
              ],
              "smtp_to": [
                "ann@corp.example"
              ],
              "subject": "Your invoice €",
              "in_reply_to": [
                "m0@corp.example",
                "a@corp.example"
              ],
              "origin_ip": "203.0.113.9",
              "auth": {
                "spf": "pass",
                "dkim": "pass",
                "dkim_domain": "news.example",
                "dmarc": "fail"
              },
              "links": [
                {
                  "url": "http://münchen.example/pay",
                  "host": "xn--mnchen-3ya.example",
                  "text": "https://bank.example"
                },
                {
                  "url": "http://xn--mnchen-3ya.example/pay",
                  "host": "xn--mnchen-3ya.example",
                  "text": ""
                },
                {
                  "url": "https://plain.example/",
                  "host": "plain.example",
                  "text": ""
                }
              ],
              "attachments": [
                {
                  "name": "invoice €.pdf",
                  "mime_type": "application/pdf",
                  "detected_type": "application/zip",
                  "size": 8,
                  "hash": "1272e8fa7f6522530606fe376bc543ada1a27028cf991797304881b35dc3a277"
                }
              ],
              "is_automatic": false,
              "size": 1404
            }
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&event).unwrap());
}
