"""Reads mails with a peer's parser, for the comparison in `run`: mail_peer.py email|mailparser FILE_OF_NUL_SEPARATED_NAMES.

Takes from each what Weft's mail sensor takes: addresses, subject, links in text and HTML, names and hashes of attachments."""

import hashlib
import json
import re
import sys

LINK = re.compile(r"https?://[^\s\"'<>]+")


def with_email(name):
    import email
    import email.policy

    with open(name, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    links, attachments = [], []
    for part in message.walk():
        if part.is_multipart():
            continue
        if part.get_filename():
            attachments.append((part.get_filename(), hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest()))
        elif part.get_content_maintype() == "text":
            links.extend(LINK.findall(part.get_content()))
    return {"from": str(message["from"]), "to": str(message["to"]), "subject": str(message["subject"]), "links": links, "files": attachments}


def with_mailparser(name):
    import mailparser

    mail = mailparser.parse_from_file(name)
    files = [(part["filename"], hashlib.sha256(part["payload"].encode()).hexdigest()) for part in mail.attachments]
    return {"from": mail.from_, "to": mail.to, "subject": mail.subject, "links": LINK.findall(mail.body), "files": files}


def main():
    read = {"email": with_email, "mailparser": with_mailparser}[sys.argv[1]]
    with open(sys.argv[2], encoding="utf-8") as file:
        names = [name for name in file.read().split("\0") if name]
    for name in names:
        json.dump(read(name), sys.stdout)
        sys.stdout.write("\n")


main()
