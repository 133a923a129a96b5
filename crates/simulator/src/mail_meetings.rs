//! Meetings by mail (iTIP over mail, RFC 5546 and 6047), and what the mailbox of somebody on holiday answers.
//!
//! Must not know of any attack.

use crate::SimulateError;
use crate::calendar::compact;
use crate::changes::State;
use crate::mail_day::MailDay;
use crate::mime::{self, Letter, Mailbox};
use crate::organisation::Language;
use crate::rng::Rng;
use crate::texts;
use crate::world::World;
use std::fmt::Write;
use weft_model::time::{DAY_MS, HOUR_MS, MINUTE_MS};

/// A meeting as all its mails show it.
struct Meeting {
    uid: String,
    summary: String,
    start_ms: i64,
    minutes: i64,
    weekly: bool,
    organiser: Mailbox,
}

impl Meeting {
    /// The iCalendar object (RFC 5545) of a request to `guests` or the reply of one of them.
    fn text(&self, method: &str, guests: &[Mailbox], answer: &str, at_ms: i64) -> String {
        let mut text =
            format!("BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n");
        let _ = write!(text, "ORGANIZER;CN={}:mailto:{}\r\n", self.organiser.name, self.organiser.address);
        for guest in guests {
            let _ =
                write!(text, "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};RSVP=TRUE;CN={}:mailto:{}\r\n", guest.name, guest.address);
        }
        let end = self.start_ms + self.minutes * MINUTE_MS;
        let _ = write!(
            text,
            "SUMMARY:{}\r\nUID:{}\r\nDTSTART:{}\r\nDTEND:{}\r\nDTSTAMP:{}\r\n",
            self.summary,
            self.uid,
            compact(self.start_ms),
            compact(end),
            compact(at_ms)
        );
        if self.weekly {
            text.push_str("RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=26\r\n");
        }
        text.push_str("CLASS:PUBLIC\r\nPRIORITY:5\r\nTRANSP:OPAQUE\r\nSTATUS:CONFIRMED\r\nSEQUENCE:0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        text
    }
}

impl World {
    /// `person` invites colleagues, now and then somebody outside; most of them answer.
    pub fn meeting(&mut self, person: usize, at: i64, done: &mut MailDay, rng: &mut Rng) -> Result<(), SimulateError> {
        let guests = {
            let most = 1 + rng.below(5) as usize;
            self.colleagues(person, most, rng)
        };
        let japanese = guests.iter().chain([&person]).all(|member| self.language(*member) == Language::Japanese);
        let language = if japanese { Language::Japanese } else { Language::English };
        let department = self.company.people.get(person).map_or(0, |known| known.department);
        let hour = HOUR_MS / 2;
        let meeting = Meeting {
            uid: format!("040000008200E00074C5B7101A82E008{}", rng.token(b"0123456789ABCDEF", 48)),
            summary: texts::subject(language, department, rng),
            start_ms: (at + rng.range(1, 9) * DAY_MS) / hour * hour,
            minutes: 30 * rng.range(1, 4),
            weekly: rng.chance(0.15),
            organiser: self.mailbox(person),
        };
        let mut to: Vec<Mailbox> = guests.iter().map(|guest| self.mailbox(*guest)).collect();
        if rng.chance(0.12) {
            to.extend(self.correspondents.draw(person, rng).map(|contact| contact.mailbox.clone()));
        }
        if to.is_empty() {
            return Ok(());
        }
        let mut letter = self.own_letter(person, at, to.clone(), &meeting.summary, rng);
        letter.calendar = Some(("REQUEST", meeting.text("REQUEST", &to, "NEEDS-ACTION", at)));
        letter.paragraphs = texts::prose(language, "", &letter.from.name, rng);
        self.send_own(person, &letter, done, rng)?;
        for guest in guests {
            self.maybe_absent(guest, &letter, rng)?;
            let Some(when) = self.plans.get(guest).and_then(|plan| plan.moment_after(at, 90.0, rng)).filter(|_| rng.chance(0.7)) else {
                continue;
            };
            let (word, answer) = match rng.below(10) {
                0..=7 => ("Accepted", "ACCEPTED"),
                8 => ("Tentative", "TENTATIVE"),
                _ => ("Declined", "DECLINED"),
            };
            let subject = format!("{word}: {}", meeting.summary);
            let mut reply = self.own_letter(guest, when, vec![meeting.organiser.clone()], &subject, rng);
            reply.references = vec![letter.message_id.clone()];
            reply.calendar = Some(("REPLY", meeting.text("REPLY", std::slice::from_ref(&reply.from), answer, when)));
            self.send_own(guest, &reply, done, rng)?;
        }
        Ok(())
    }

    /// When `person` is on holiday, the mailbox may answer `letter` by itself.
    pub fn maybe_absent(&mut self, person: usize, letter: &Letter, rng: &mut Rng) -> Result<(), SimulateError> {
        // Only the first mail of each sender is answered.
        if self.plans.get(person).is_none_or(|plan| plan.state != State::OnHoliday) || rng.chance(0.5) {
            return Ok(());
        }
        let at = letter.time_ms + rng.range(1_500, 30_000);
        let (subject, paragraphs) = texts::out_of_office(self.language(person), &letter.subject, &self.mailbox(person).name);
        let mut reply = self.own_letter(person, at, vec![letter.from.clone()], &subject, rng);
        reply.headers = vec!["Auto-Submitted: auto-generated".to_owned(), "X-Auto-Response-Suppress: All".to_owned()];
        reply.references = vec![letter.message_id.clone()];
        reply.paragraphs = paragraphs;
        let message = mime::write(&reply, rng);
        self.out.mail(at, message)
    }
}
