//! What the IT department does in the directory, what changes of people bring with them, and the sign-ins of service accounts.
//!
//! Must not know of any attack.

use crate::audit::{App, Auditor, Session};
use crate::changes::Kind;
use crate::company::Employee;
use crate::names;
use crate::output::Log;
use crate::rng::Rng;
use crate::world::World;
use weft_model::time::{HOUR_MS, MINUTE_MS};

/// What a service account signs in to.
const GRAPH_TOOLS: App = App {
    id: "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    name: "Microsoft Graph Command Line Tools",
    resource: "00000003-0000-0000-c000-000000000000",
};
/// Roles that the IT department takes for a job and gives back.
const ROLES: &[&str] =
    &["Exchange Administrator", "User Administrator", "Helpdesk Administrator", "SharePoint Administrator", "Global Reader"];
const CORE: &str = "Core Directory";

/// A job: Unified Audit Log operation, Entra activity, changed property.
type Job = (&'static str, &'static str, &'static str);

const LICENCE: Job = ("Change user license.", "Change user license", "AssignedLicense");
const JOIN_GROUP: Job = ("Add member to group.", "Add member to group", "Group.DisplayName");
const LEAVE_GROUP: Job = ("Remove member from group.", "Remove member from group", "Group.DisplayName");
const RESET: Job = ("Reset user password.", "Reset user password", "Action Client Name");
const UPDATE: Job = ("Update user.", "Update user", "Department");
const ADD: Job = ("Add user.", "Add user", "AccountEnabled");
const DISABLE: Job = ("Disable account.", "Disable account", "AccountEnabled");

impl World {
    /// Applies the changes of people that begin on local day `day`; the directory work they cause comes with [`Self::admin_day`].
    pub fn begin_day(&mut self, day: u32) {
        for (person, kind) in self.changes.on(day) {
            let mut rng = Rng::new(self.seed, &format!("change/{day}/{person}"));
            let Some(known) = self.company.people.get_mut(person) else { continue };
            match kind {
                Kind::Role { department } => {
                    known.department = department;
                    known.manager = Some(department);
                    let (site, sites) = (known.site, self.web.habits(&mut rng));
                    // The new work is done with other people and other sites; a third of the old ones stay.
                    for (old, new) in known.favourites.iter_mut().zip(sites) {
                        if rng.chance(0.66) {
                            *old = new;
                        }
                    }
                    let fresh = self.correspondents.circle(site, &mut rng);
                    if let Some(circle) = self.correspondents.circles.get_mut(person) {
                        circle.truncate(4);
                        circle.extend(fresh.into_iter().take(8));
                    }
                }
                Kind::Phone => known.phone_agent = crate::company::phone(&mut rng),
                Kind::Holiday { .. } | Kind::Joins | Kind::Leaves => {}
            }
        }
    }

    /// The directory work of a day.
    pub fn admin_day(&mut self, day: u32) {
        for (person, kind) in self.changes.on(day) {
            let mut rng = Rng::new(self.seed, &format!("change work/{day}/{person}"));
            let plan = self.plans.get(person).cloned();
            match kind {
                Kind::Role { .. } => self.jobs(&[UPDATE, JOIN_GROUP, LEAVE_GROUP], person, &mut rng),
                Kind::Joins => {
                    self.jobs(&[ADD, LICENCE, JOIN_GROUP, RESET], person, &mut rng);
                    if let Some(plan) = plan.filter(|plan| plan.works()) {
                        self.register_factor(day, person, plan.start_ms + rng.range(20, 90) * MINUTE_MS, &plan, &mut rng);
                    }
                }
                Kind::Leaves => self.jobs(&[DISABLE, LICENCE, LEAVE_GROUP], person, &mut rng),
                Kind::Phone => {
                    if let Some(plan) = plan.filter(|plan| plan.works()) {
                        self.register_factor(day, person, plan.moment(&mut rng), &plan, &mut rng);
                    }
                }
                Kind::Holiday { .. } => {}
            }
        }
        if !self.company.is_day_off(0, day) {
            let mut rng = Rng::new(self.seed, &format!("admin/{day}"));
            let people = self.company.people.len();
            for _ in 0..rng.poisson(0.3 + people as f64 * 0.012) {
                let person = rng.below(people as u64) as usize;
                let job = *rng
                    .pick(&[LICENCE, LICENCE, JOIN_GROUP, JOIN_GROUP, JOIN_GROUP, LEAVE_GROUP, RESET, RESET, UPDATE])
                    .unwrap_or(&LICENCE);
                self.jobs(&[job], person, &mut rng);
            }
            if rng.chance(0.12) {
                self.tenant_job(day, &mut rng);
            }
            let mut rng = Rng::new(self.seed, &format!("roles/{day}"));
            for _ in 0..rng.poisson(0.12 + people as f64 * 0.000_3) {
                self.borrowed_role(&mut rng);
            }
        }
        self.service_sign_ins(day);
    }

    /// One of the IT department who works on this day.
    fn administrator(&self, rng: &mut Rng) -> Option<usize> {
        let staff: Vec<usize> =
            self.groups.last()?.iter().copied().filter(|person| self.plans.get(*person).is_some_and(|plan| plan.works())).collect();
        rng.pick(&staff).copied()
    }

    /// One of the IT department is given a role, by a colleague or by himself, and loses it some hours later.
    fn borrowed_role(&mut self, rng: &mut Rng) {
        let (Some(admin), Some(other)) = (self.administrator(rng), self.administrator(rng)) else { return };
        let target = if rng.chance(0.3) { admin } else { other };
        let Some(plan) = self.plans.get(admin).cloned() else { return };
        let role = rng.word(ROLES);
        let mut at = plan.moment(rng);
        for given in [true, false] {
            let ip = rng.chance(0.5).then_some(plan.ip);
            at = self.change_role((admin, target), (role, given), ip, at, rng) + rng.range(20, 300) * MINUTE_MS;
        }
    }

    fn jobs(&mut self, jobs: &[Job], person: usize, rng: &mut Rng) {
        let Some(admin) = self.administrator(rng).filter(|admin| *admin != person) else { return };
        let Some(plan) = self.plans.get(admin).cloned() else { return };
        let company = &self.company;
        let (Some(actor), Some(target)) = (company.people.get(admin), company.people.get(person)) else { return };
        let auditor = Auditor { company, person: actor };
        let mut at = plan.moment(rng);
        for (operation, activity, property) in jobs {
            let ip = rng.chance(0.4).then_some(plan.ip);
            let group = format!("{} {}", company.department(target), rng.word(&["All", "Files", "Projects", "Apps"]));
            let value = if *property == "Group.DisplayName" { group.as_str() } else { "Updated" };
            let record = auditor.directory_on(at, operation, target, ip, &[(*property, "", value)], rng);
            self.out.record(Log::Unified, at, record);
            let record = auditor.graph_audit_on(at, (activity, CORE), target, rng.chance(0.7).then_some(plan.ip), rng);
            self.out.record(Log::DirectoryAudits, at, record);
            at += rng.range(3_000, 4 * MINUTE_MS);
        }
    }

    /// Something that concerns everybody: a policy, an application, a mailbox setting.
    fn tenant_job(&mut self, day: u32, rng: &mut Rng) {
        let Some(admin) = self.administrator(rng) else { return };
        let Some(plan) = self.plans.get(admin).cloned() else { return };
        let Some(session) = self.desk_session(admin, &plan, rng) else { return };
        let company = &self.company;
        let Some(actor) = company.people.get(admin) else { return };
        let auditor = Auditor { company, person: actor };
        let at = plan.moment(rng);
        let mailbox = rng.pick(&company.people).map(|person| person.mail.clone()).unwrap_or_default();
        let app = format!("{} {}", rng.word(names::STEM), rng.word(&["connector", "reporting", "portal"]));
        let record = match rng.below(6) {
            0 => auditor.directory_object(
                at,
                "Update conditional access policy.",
                "Require second factor outside offices",
                Some(plan.ip),
                rng,
            ),
            1 => auditor.directory_object(at, "Add service principal.", &app, Some(plan.ip), rng),
            2 => auditor.directory_object(at, "Update application.", &app, Some(plan.ip), rng),
            3 => auditor.cmdlet(at, &session, "Set-Mailbox", &mailbox, &[("Identity", &mailbox), ("ProhibitSendQuota", "49 GB")], rng),
            4 => {
                let parameters = [("Identity", mailbox.as_str()), ("User", actor.mail.as_str()), ("AccessRights", "FullAccess")];
                auditor.cmdlet(at, &session, "Add-MailboxPermission", &mailbox, &parameters, rng)
            }
            _ => auditor.cmdlet(
                at,
                &session,
                "Set-DistributionGroup",
                &format!("team-{day}"),
                &[("Identity", "team"), ("HiddenFromAddressListsEnabled", "False")],
                rng,
            ),
        };
        self.out.record(Log::Unified, at, record);
    }

    /// Service accounts sign in from the servers at fixed minutes, day and night.
    fn service_sign_ins(&mut self, day: u32) {
        for number in 0..1 + self.company.people.len().min(400) / 40 {
            let mut habits = Rng::new(self.seed, &format!("service/{number}"));
            let mut rng = Rng::new(self.seed, &format!("service/{day}/{number}"));
            let account = self.service_account(number, &mut habits);
            let Some(account) = account else { return };
            let (city, region, country) = self.company.office_place(0);
            let agent =
                habits.word(&["python-requests/2.31.0", "Go-http-client/1.1", "azsdk-python-identity/1.15.0 Python/3.11.7"]).to_owned();
            let (first, every) = (habits.range(0, 60) * MINUTE_MS, habits.range(2, 7) * HOUR_MS);
            let start = self.company.midnight(usize::MAX, day) + first;
            for round in 0..24 * HOUR_MS / every {
                let at = start + round * every + rng.range(500, 9_000);
                let session = Session {
                    id: rng.uuid(),
                    ip: self.company.office_ip,
                    agent: agent.clone(),
                    os: "",
                    browser: "",
                    location: (city.to_owned(), region.to_owned(), country.to_owned()),
                };
                let auditor = Auditor { company: &self.company, person: &account };
                let record = auditor.sign_in(at, &session, &GRAPH_TOOLS, None, &mut rng);
                self.out.record(Log::Unified, at, record);
                let record = auditor.background_sign_in(at, &session, &GRAPH_TOOLS, &mut rng);
                self.out.record(Log::SignIns, at, record);
            }
        }
    }

    fn service_account(&self, number: usize, habits: &mut Rng) -> Option<Employee> {
        let mut account = self.company.people.first()?.clone();
        account.login = format!("svc-{}{number}", habits.word(&["backup", "report", "sync", "scan", "monitor"]));
        account.mail = format!("{}@{}", account.login, self.company.domain);
        (account.object_id, account.mailbox_guid) = (habits.uuid(), habits.uuid());
        account.user_key = format!("10032{}", habits.token(b"0123456789ABCDEF", 11));
        account.native = Some(account.login.clone());
        Some(account)
    }
}
