# What Weft says about an incident, in English. Every message stands in ja.ftl, too, with the same places (a test compares).

## Words

domain-email = email
domain-saas = SaaS
domain-network = network
how-high = very likely
how-middle = probably
how-low = possibly
span-minutes = { $n ->
    [one] a minute
   *[other] { $n } minutes
}
span-hours = { $n } hours
span-days = { $n } days
list-two = { $first } and { $last }
list-more = { $first } and { $more ->
    [one] 1 other
   *[other] { $more } others
}

list-more-people = { $first } and { $more ->
    [one] 1 other
   *[other] { $more } others
}

## Titles: the kind of attack

title-two = { $first } and { $second }
title-named = { $title } ({ $who })
title-account-hijack = Possible hijack of { $service ->
    [microsoft] Microsoft 365
   *[other] SaaS
} account
title-supplier-fraud = Possible payment fraud by a hijacked supplier
title-impersonation-fraud = Possible payment fraud by impersonation
title-tls-c2 = Possible TLS command and control
title-dns-c2 = Possible DNS command and control
title-c2 = Possible command and control
title-destruction = Possible data destruction
title-exfiltration = Possible data exfiltration
title-internal-phishing = Possible phishing from an internal account
title-supplier-takeover = Possible supplier account takeover
title-impersonation = Possible impersonation by mail
title-malware-mail = Possible malware delivery by mail
title-credential-phishing = Possible credential phishing
title-phishing = Possible phishing campaign
title-consent = Possible malicious application consent
title-privilege = Possible abuse of administrative rights
title-password-spray = Possible password spray
title-second-factor = Possible second factor fatigue attack
title-password-guessing = Possible password guessing
title-lateral = Possible movement between computers
title-malware = Possible malware on a computer
title-credential-theft = Possible credential theft
title-intrusion = Possible intrusion
title-alerts = Related alerts of other products
title-unusual = Unusual activity

## The story: what it comes to

lead-account-hijack = The account of { $who } was { $how } taken over by somebody else.
lead-supplier-fraud = Somebody { $how } uses the mailbox of a business partner ({ $who }) to divert a payment.
lead-impersonation-fraud = Somebody who poses as a person known here { $how } tries to obtain a payment.
lead-tls-c2 = Devices here are { $how } in contact with infrastructure of an attacker over TLS.
lead-dns-c2 = A device here is { $how } controlled from outside, or sends data out, through DNS.
lead-c2 = A device here is { $how } controlled from outside.
lead-destruction = Data was { $how } destroyed on purpose.
lead-exfiltration = Data { $how } left the organisation without leave.
lead-internal-phishing = A mailbox here is { $how } used to send phishing mail.
lead-supplier-takeover = The mailbox of a known correspondent ({ $who }) is { $how } in the hands of somebody else.
lead-impersonation = Somebody { $how } poses by mail as a person or company known here.
lead-malware-mail = Mail with harmful attachments was { $how } sent here.
lead-credential-phishing = People here are { $how } being lured to a page that collects credentials.
lead-phishing = A phishing campaign is { $how } under way.
lead-consent = An application was { $how } given access to data here by deception.
lead-privilege = Administrative rights were { $how } abused.
lead-password-spray = Somebody { $how } tries common passwords on many accounts.
lead-second-factor = Somebody who knows a password { $how } tries to wear out its owner with sign-in requests.
lead-password-guessing = Somebody { $how } guesses passwords.
lead-lateral = Somebody { $how } moves from computer to computer inside the network.
lead-malware = Harmful software { $how } ran on a computer here.
lead-credential-theft = Credentials were { $how } stolen.
lead-intrusion = Somebody { $how } intruded.
lead-alerts = Alerts of other products about { $who } { $how } belong to one attack.
lead-unusual = Several unusual things happened together; an attack is { $how } behind them.
basis = This rests on { $count ->
    [one] one deviation
   *[other] { $count } deviations
} in { $domains } over { $span }, together { $bits } bits of evidence (score { $score }; an alert starts at 50).
began-mail = It { $how } began with a mail that reached { $who } at { $received }; a device of theirs contacted what it leads to at { $clicked }.
began-click = The first whom it reached is { $who }: a device of theirs contacted the attacker's site at { $clicked }.
began-device = The first device that it reached is { $who }, which contacted the attacker's site at { $clicked }.
began-reply = The first whom it reached is { $who }, who answered the mail at { $replied }.
began-entered = An unusual source used the account of { $who } from { $entered } on, so credentials or a session were { $how } taken.

## The story: steps

weak = { $what } (a weak sign by itself)
also-devices = { $what }; { $more ->
    [one] 1 more device
   *[other] { $more } more devices
} followed by { $until }
also-people = { $what }; { $more ->
    [one] 1 more person
   *[other] { $more } more people
} by { $until }
also-other = { $what }; { $more } more of the kind by { $until }
more-steps = { $n ->
    [one] One more step is
   *[other] { $n } more steps are
} in the timeline.

## The story: what else is known

supporting = Further deviations fit, each weak or counted over a whole day:
supporting-item = { $what } ({ $day })
supporting-more = { $n } more
reach = Whom it reached: { $parts }.
act-received = { $n ->
    [one] 1 person got the mail
   *[other] { $n } people got the mail
}
act-opened = { $n } opened it
act-clicked = { $n ->
    [one] 1 person contacted its sites
   *[other] { $n } people contacted its sites
}
act-replied = { $n } answered
act-entered = the { $n ->
    [one] account of 1 of them was
   *[other] accounts of { $n } of them were
} then used from an unusual source
unseen = No sign of it was found in { $domains }; that proves little where a sensor is missing.
gap = The sensors did not see everything: { $what }.
feed-age = A feed says that { $what } was registered on { $day }.
feed-listed = A feed lists { $what }: { $reason }.

## Investigation: questions and what they found

ask-mailed = Who else received mail with { $what }?
ask-sender = Who else received mail from { $what }?
ask-visited = Who else contacted { $what }?
ask-accounts = Which accounts were used from { $what }?
ask-hour = What else did { $what } do in the hour around its first contact?
ask-left = What left { $what } afterwards?
ask-undone = What was undone?
ask-replies = Who answered these mails?
found-mailed = { $n ->
    [one] 1 mail
   *[other] { $n } mails
} with { $what } passed through the mailbox of { $who }
found-sender = { $n ->
    [one] 1 further mail
   *[other] { $n } further mails
} from { $what } reached { $who }
found-visited = { $who } contacted { $what }
found-accounts = { $who } was active from { $what } ({ $n ->
    [one] 1 further record
   *[other] { $n } further records
})
found-hour = { $who } contacted { $what }, which nobody here knew
found-hour-mailed = { $who } contacted { $what }, which a mail had linked to
found-left = { $who } sent { $size } to { $what }
found-undone = { $what } ({ $who })
found-replies = { $n ->
    [one] 1 reply or delivery report
   *[other] { $n } replies and delivery reports
} to these mails reached { $who }
undone-password = the password was changed
undone-disabled = the account was disabled
undone-factor = a second factor was removed
undone-rule = the inbox rule { $rule } was removed
size-mb = { $n } MB
size-kb = { $n } kB

## Parts

role-compromised-account = compromised account
role-device-of-the-compromised-account = device of the compromised account
role-unusual-sign-in-source = unusual sign-in source
role-possible-C2-endpoint = possible C2 endpoint
role-phishing-link = phishing link
role-upload-destination = upload destination
role-phishing-sender = phishing sender
role-inbox-rule = inbox rule
role-session = session
role-targeted-recipient = targeted recipient
role-exposed-device = exposed device
role-exposed-person = exposed person

## The decision log

decision-opened = opened by “{ $what }”, { $bits } bits of surprise
decision-joined = “{ $what }” joined with “{ $other }” through { $via }, { $bits } bits in all
decision-refused = “{ $what }” was kept out beside “{ $other }”: { $via } is not enough, { $bits } bits in all
decision-split = “{ $what }” is kept apart from “{ $other }” by an analyst ({ $via }, { $bits } bits in all)

## Recommended response

do-block_connections = block connections to and sign-ins from { $target } ({ $role })
do-block_connections-reason = { $target } is the { $role } of this incident, and hardly anybody here used it before.
do-block_connections-effect = Devices and accounts here no longer reach it or get in from it; ordinary work should not need it.
do-disable_account = disable the account of { $target } until its owner is reached by another way
do-disable_account-reason = Its sign-ins and changes are not its owner's.
do-disable_account-effect = Whoever holds it is locked out at once; the owner cannot work until it is given back.
do-revoke_sessions = revoke all sessions and refresh tokens of { $target }
do-revoke_sessions-reason = A session stays valid after a change of the password.
do-revoke_sessions-effect = Every client must sign in anew within minutes.
do-reset_password = give { $target } a new password
do-reset_password-reason = The password was probably entered on a page of the attacker's, or guessed.
do-reset_password-effect = The stolen password is worthless; the owner needs the new one by a safe way.
do-remove_auth_method = remove the second factor that was added to { $target }
do-remove_auth_method-reason = It was added after the unusual sign-in and lets its holder in again.
do-remove_auth_method-effect = Only the owner's own second factors count.
do-remove_inbox_rule = remove the inbox rule { $target }
do-remove_inbox_rule-reason = It hides or diverts mail from the owner.
do-remove_inbox_rule-effect = Warnings and replies become visible again; mail that was moved has to be looked for.
do-remove_consent = take back the access given to applications by { $target }
do-remove_consent-reason = It stays valid after a change of the password.
do-remove_consent-effect = The application no longer reads data; a wanted one has to be allowed again.
do-pull_mails = pull back the mails that { $target } sent with the listed link
do-pull_mails-reason = They were sent from a mailbox that its owner does not control.
do-pull_mails-effect = Who has not read them yet is safe; outside recipients must be told.
do-lock_links = lock the link { $target } in delivered mail
do-lock_links-reason = Mail of this incident leads there.
do-lock_links-effect = A click shows a warning; nothing else in the mail changes.
do-block_sender = hold further mail from { $target }
do-block_sender-reason = It sent the mail of this incident.
do-block_sender-effect = New mail waits for a look; genuine mail of the same address waits, too.
do-hold_attachments = hold the attachments that { $target } sent
do-hold_attachments-reason = They are of a kind that nobody here asked for.
do-hold_attachments-effect = The mails can be read, the files not opened until somebody looked.
do-call_supplier = call { $target } on a number known before, and pay nothing to new bank details
do-call_supplier-reason = The mailbox of a known correspondent behaves unlike before, so an answer by mail may reach the attacker.
do-call_supplier-effect = The partner learns of it, and no payment goes astray.
do-warn_recipients = warn { $target }
do-warn_recipients-reason = The mail reached them, and somebody may still follow it.
do-warn_recipients-effect = They know what to do, and report what they did already.
do-check_device = take { $target } off the network and examine it
do-check_device-reason = It was in contact with the { $role }.
do-check_device-effect = Nothing more leaves it; its user needs another one meanwhile.
target-people = { $n ->
    [one] the one person
   *[other] the { $n } people
} who got the mail

## For the recipient of a mail, in plain words

recipient-what-credential = A mail that you received probably wants to lead you to a false sign-in page.
recipient-what-malware = A mail that you received probably carries a harmful attachment.
recipient-what-impersonation = A mail that you received was probably not written by the person it names.
recipient-what-supplier = A mail that you received comes from an address that you may know, but probably not from the person behind it.
recipient-what-internal = A mail that you received from { $who } was probably not written by { $who }, whose mailbox is in other hands.
recipient-what-phishing = A mail that you received probably wants to deceive you.
recipient-do = Do not open its links or attachments and do not answer it. If you did already, tell your security team now: nobody will blame you. If you entered a password, change it at once on the usual page.
recipient-fraud = Check any request for a payment by telephone, on a number that you knew before.

reported-strange = Thank you for reporting this mail. It is unusual: treat it as dangerous until your security team has answered.
reported-little = Thank you for reporting this mail. It is a little unusual, which may well be harmless: leave it alone until your security team has answered.
reported-nothing = Thank you for reporting this mail. Nothing about it is unusual by what is known here; that is no proof that it is harmless. If it asks for a password or a payment, check by another way first.
reported-why = What is strange: { $parts }.
plain-link-shows = a link shows another address than it opens
plain-link-stranger = somebody unknown here sent a link to a site unknown here
plain-shared-platform = somebody unknown here links to a file-sharing service
plain-link-unlike = the sender never linked to this site before
plain-source = it came from a place from which this sender never wrote before
plain-behaviour = the sender behaves unlike before
plain-authentication = the sender's mail is proved in another way than before
plain-forged = the sender's address is forged
plain-look-alike = the sender's domain looks like one that you know, and is another
plain-name = the sender uses the name of somebody known here
plain-reply-to = an answer would go to another address
plain-attachment = it carries a kind of file that you did not ask for
plain-disguised = the attachment is not what it says it is
plain-program = the attachment can run a program
plain-campaign = people who have nothing to do with each other got similar mail
plain-bulk = a mailbox here sent the same link to very many people
plain-first-name = a stranger calls you by name to win your trust
plain-finding = another security product raised an alert about it
