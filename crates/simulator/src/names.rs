//! Word lists from which people, companies and sites are drawn anew for each seed. Must not hold any name of a real case.

/// Given names.
pub const FIRST: &[&str] = &[
    "Aaron", "Alicia", "Amara", "Andre", "Anita", "Beth", "Brian", "Camila", "Carl", "Celeste", "Chloe", "Colin", "Dana", "Darius", "Denise",
    "Diego", "Elena", "Erik", "Esther", "Felix", "Fiona", "Gavin", "Gloria", "Grant", "Hannah", "Hector", "Imani", "Ingrid", "Ivan", "Jasmine",
    "Joel", "Julia", "Kareem", "Katherine", "Keith", "Lara", "Leon", "Lucia", "Malik", "Marcus", "Maya", "Miles", "Monica", "Nadia", "Nathan",
    "Nina", "Omar", "Owen", "Paula", "Peter", "Priya", "Quentin", "Rachel", "Raj", "Renee", "Roland", "Rosa", "Samir", "Sandra", "Simon",
    "Sofia", "Stella", "Tariq", "Teresa", "Theo", "Uma", "Vanessa", "Victor", "Wendy", "Yusuf", "Zoe",
];

/// Family names.
pub const LAST: &[&str] = &[
    "Abbott", "Acosta", "Adler", "Barlow", "Beck", "Bishop", "Boyd", "Brandt", "Burke", "Caldwell", "Cho", "Cordova", "Costa", "Dalton",
    "Delgado", "Dixon", "Doyle", "Ellison", "Farrell", "Fischer", "Foley", "Fuentes", "Garner", "Gibbs", "Goodwin", "Guerra", "Hale", "Haines",
    "Hammond", "Hobbs", "Huang", "Ibarra", "Jacobs", "Jensen", "Kaplan", "Keller", "Khan", "Kirby", "Lambert", "Larsen", "Lindgren", "Lozano",
    "Maddox", "Marsh", "Mejia", "Monroe", "Nakamura", "Nash", "Navarro", "Novak", "Okafor", "Osborne", "Page", "Parrish", "Patel", "Quinn",
    "Ramsey", "Reyes", "Rhodes", "Romero", "Sawyer", "Schultz", "Shah", "Sloan", "Stanton", "Sutton", "Tanaka", "Tran", "Underwood", "Vance",
    "Vargas", "Walsh", "Weiss", "Whitaker", "Xu", "Yates", "Zamora", "Ziegler",
];

/// First halves of company and site names.
pub const STEM: &[&str] = &[
    "acorn", "alder", "amber", "anchor", "apex", "arbor", "aspen", "atlas", "aurora", "beacon", "birch", "blue", "bright", "cactus", "canyon",
    "cedar", "clear", "cobalt", "copper", "coral", "crest", "delta", "eagle", "echo", "elm", "ember", "falcon", "fern", "flint", "forge",
    "granite", "green", "harbor", "hazel", "heron", "indigo", "iron", "ivory", "jade", "juniper", "keystone", "lake", "lantern", "laurel",
    "lumen", "magnet", "maple", "meadow", "mesa", "north", "oak", "ocean", "olive", "onyx", "orchard", "osprey", "pebble", "pine", "pixel",
    "prairie", "quartz", "raven", "red", "ridge", "river", "sable", "sage", "silver", "slate", "solar", "spruce", "stone", "summit", "swift",
    "tidal", "timber", "topaz", "trail", "umber", "valley", "velvet", "vista", "walnut", "west", "willow", "zephyr",
];

/// Second halves of company and site names.
pub const TAIL: &[&str] = &[
    "base", "bay", "board", "bridge", "cast", "craft", "dale", "desk", "dock", "field", "finder", "flow", "gate", "grid", "grove", "guide", "hub",
    "journal", "kit", "lab", "labs", "lane", "ledger", "line", "link", "list", "loft", "logic", "mark", "market", "mill", "mind", "nest", "news",
    "path", "peak", "place", "point", "port", "post", "press", "rank", "review", "shop", "signal", "source", "space", "sphere", "spot", "stack",
    "store", "studio", "supply", "today", "tools", "track", "trade", "view", "ville", "ward", "watch", "wave", "well", "wire", "works", "yard",
];

/// What companies do.
pub const TRADE: &[&str] = &[
    "advisors", "analytics", "consulting", "design", "dynamics", "engineering", "equipment", "foods", "freight", "health", "industries",
    "instruments", "insurance", "legal", "logistics", "manufacturing", "materials", "media", "packaging", "partners", "printing", "realty",
    "solutions", "systems", "technologies", "textiles", "travel",
];

/// Usual top-level domains, repeated by weight.
pub const TLD_COMMON: &[&str] = &["com", "com", "com", "com", "com", "com", "net", "org", "org", "io", "co", "us"];

/// Top-level domains that raise eyebrows and are mostly harmless.
pub const TLD_ODD: &[&str] = &["life", "top", "xyz", "io", "info", "online", "site", "shop", "app", "dev", "club", "biz", "store", "live"];

/// Departments (the peer groups) with titles, the first being the lead's.
pub const DEPARTMENTS: &[(&str, &[&str])] = &[
    ("Finance", &["Finance Director", "Accountant", "Payroll Specialist", "Accounts Payable Clerk", "Controller"]),
    ("Sales", &["Sales Director", "Account Executive", "Sales Representative", "Account Manager", "Sales Analyst"]),
    ("Engineering", &["Engineering Manager", "Design Engineer", "Quality Engineer", "Project Engineer", "Technician"]),
    ("Operations", &["Operations Manager", "Logistics Coordinator", "Buyer", "Scheduler", "Warehouse Lead"]),
    ("Marketing", &["Marketing Director", "Content Editor", "Brand Manager", "Events Coordinator"]),
    ("Human Resources", &["People Director", "Recruiter", "Benefits Specialist", "Training Coordinator"]),
    ("Customer Support", &["Support Manager", "Support Specialist", "Field Service Planner", "Support Analyst"]),
    ("Information Technology", &["IT Manager", "Systems Administrator", "Help Desk Technician", "Network Engineer"]),
];

/// Names of software whose agents poll for updates.
pub const AGENTS: &[&str] = &["update", "agent", "telemetry", "sync", "checkin", "definitions", "license"];

/// Subjects of ordinary work, by department order of [`DEPARTMENTS`], joined with [`MATTERS`].
pub const TOPICS: &[&[&str]] = &[
    &["Invoice batch", "Month-end close", "Expense report", "Vendor payment run", "Budget forecast", "Purchase order", "Bank reconciliation"],
    &["Customer proposal", "Quarterly pipeline", "Renewal terms", "Site visit", "Price list", "Quote", "Territory plan"],
    &["Drawing revision", "Test results", "Design review", "Tolerance question", "Prototype build", "Change request", "Fixture"],
    &["Shipment", "Delivery schedule", "Inventory count", "Carrier rates", "Dock appointment", "Supplier lead time", "Pallet order"],
    &["Campaign draft", "Trade show booth", "Web copy", "Newsletter content", "Brand guide", "Photo selection", "Event list"],
    &["Open position", "Benefits enrollment", "Training dates", "Candidate interview", "Policy update", "Onboarding checklist", "Holiday calendar"],
    &["Customer ticket", "Service visit", "Warranty claim", "Spare parts", "Escalation", "Satisfaction survey", "Knowledge article"],
    &["Laptop order", "Printer issue", "Access request", "Backup report", "License renewal", "Switch upgrade", "Phone system"],
];

/// What is said about a topic.
pub const MATTERS: &[&str] = &[
    "for next week", "follow-up", "question", "numbers", "draft", "final version", "status", "review needed", "update", "changes", "summary",
    "before Friday", "with comments", "second round", "notes from the meeting", "reminder",
];

/// Sentences of ordinary mails.
pub const SENTENCES: &[&str] = &[
    "Please find the latest version below.",
    "I went through the list this morning and most of it looks fine.",
    "Could you have a look before the end of the day?",
    "The numbers changed slightly since our last call.",
    "We should settle this with the team on Thursday.",
    "I am waiting for an answer from the other side.",
    "Two items are still open, everything else is done.",
    "Let me know if the timing does not work for you.",
    "Thanks for the quick turnaround on this.",
    "I moved the deadline by two days so that everybody can comment.",
    "The customer asked whether we can ship earlier.",
    "I will be out of the office on Friday afternoon.",
    "Can you confirm the quantities once more?",
    "There is a small mistake on the second page.",
    "I added a short explanation to each line.",
    "The old file can be archived.",
    "Let us talk about the details on Monday.",
    "This replaces what I sent last week.",
    "The plan is to start with the smaller sites.",
    "I have copied the colleagues who worked on it before.",
    "Nothing urgent, whenever you have a moment.",
    "The room is booked from ten to eleven.",
    "We agreed to keep the current supplier for now.",
    "I can prepare the slides if you send me the figures.",
    "Everything is in the shared folder.",
];

/// Cities in the United States with their states, for sign-in records and trips.
pub const CITIES: &[(&str, &str)] = &[
    ("Chicago", "Illinois"), ("Naperville", "Illinois"), ("Evanston", "Illinois"), ("Aurora", "Illinois"), ("Joliet", "Illinois"),
    ("Denver", "Colorado"), ("Austin", "Texas"), ("Seattle", "Washington"), ("Atlanta", "Georgia"), ("Phoenix", "Arizona"),
];

/// Sites that everybody knows; the rest of the popular ones are drawn from the seed.
pub const WELL_KNOWN: &[&str] = &[
    "google.com", "youtube.com", "office.com", "microsoft.com", "linkedin.com", "wikipedia.org", "amazon.com", "apple.com", "bing.com",
    "live.com", "weather.com", "cnn.com", "nytimes.com", "espn.com", "yahoo.com", "reddit.com", "github.com", "adobe.com", "zoom.us",
    "salesforce.com", "fedex.com", "ups.com", "usps.com", "chase.com", "bankofamerica.com", "irs.gov", "indeed.com", "glassdoor.com",
    "stackoverflow.com", "wsj.com", "bloomberg.com", "reuters.com", "npr.org", "bbc.com", "homedepot.com", "lowes.com", "walmart.com",
    "target.com", "costco.com", "bestbuy.com", "staples.com", "grainger.com", "mcmaster.com", "uline.com", "southwest.com", "united.com",
    "delta.com", "marriott.com", "hilton.com", "expedia.com", "yelp.com", "doordash.com", "spotify.com", "netflix.com", "paypal.com",
    "intuit.com", "adp.com", "concur.com", "docusign.com", "slack.com", "atlassian.com", "canva.com", "grammarly.com", "duckduckgo.com",
    "instagram.com", "facebook.com", "twitter.com", "pinterest.com", "medium.com", "quora.com", "webex.com", "dell.com", "lenovo.com",
    "hp.com", "cisco.com", "vmware.com", "oracle.com", "sap.com", "thomasnet.com", "digikey.com", "mouser.com", "chicagotribune.com",
];

/// Hosts that pages of many sites pull in: content delivery, advertising, measurement.
pub const SHARED_HOSTS: &[&str] = &[
    "www.googletagmanager.com", "www.google-analytics.com", "fonts.googleapis.com", "fonts.gstatic.com", "cdn.jsdelivr.net",
    "cdnjs.cloudflare.com", "ajax.googleapis.com", "connect.facebook.net", "securepubads.g.doubleclick.net", "static.doubleclick.net",
    "tpc.googlesyndication.com", "pagead2.googlesyndication.com", "c.amazon-adsystem.com", "cdn.cookielaw.org", "bat.bing.com",
    "px.ads.linkedin.com", "snap.licdn.com", "static.ads-twitter.com", "js.hs-scripts.com", "script.hotjar.com", "cdn.optimizely.com",
    "js.stripe.com", "unpkg.com", "code.jquery.com", "use.typekit.net", "cdn.segment.com", "api.segment.io", "widget.intercom.io",
    "browser.sentry-cdn.com", "ib.adnxs.com", "sb.scorecardresearch.com", "ads.pubmatic.com", "eus.rubiconproject.com", "cdn.taboola.com",
    "static.criteo.net", "i.ytimg.com", "static.xx.fbcdn.net", "s.w.org", "secure.gravatar.com", "kit.fontawesome.com",
];

/// Services of the office suite that every device talks to all day.
pub const OFFICE_HOSTS: &[&str] = &[
    "outlook.office365.com", "login.microsoftonline.com", "teams.microsoft.com", "graph.microsoft.com", "substrate.office.com",
    "config.edge.skype.com", "nexusrules.officeapps.live.com", "officeclient.microsoft.com", "self.events.data.microsoft.com",
    "v10.events.data.microsoft.com", "settings-win.data.microsoft.com", "ecs.office.com", "presence.teams.microsoft.com",
];
