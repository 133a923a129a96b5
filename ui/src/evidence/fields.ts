// An event's members as rows of path and value: its time, what it says, and last what every event of its class has alike.

export interface Field {
  path: string;
  value: string;
}

/** An event has at most this many rows; deeper or longer ones end with a row that says so. */
const MOST = 500;
const DEEPEST = 12;

const TIMES = new Set(["time", "start_time", "end_time", "logged_time", "processed_time", "first_seen", "created_time", "modified_time"]);

const SCHEMA = /^(?:activity|category|class|type|severity|direction)_(?:id|uid|name)$|^(?:severity|direction|metadata|unmapped)$/;
const rank = (name: string): number => (name === "time" ? 0 : SCHEMA.test(name) ? 2 : 1);

export function fields(event: Record<string, unknown>): Field[] {
  const rows: Field[] = [];
  const visit = (value: unknown, path: string, depth: number): void => {
    if (rows.length >= MOST) return;
    if (Array.isArray(value)) {
      if (value.every((item) => item === null || typeof item !== "object")) rows.push({ path, value: value.map(String).join(", ") });
      else value.forEach((item, index) => visit(item, `${path}[${index}]`, depth + 1));
    } else if (value !== null && typeof value === "object") {
      if (depth > DEEPEST) rows.push({ path, value: "… (deeper than is shown)" });
      else for (const [name, member] of Object.entries(value)) visit(member, path ? `${path}.${name}` : name, depth + 1);
    } else {
      rows.push({ path, value: show(path, value) });
    }
  };
  const members = Object.entries(event).sort(([a], [b]) => rank(a) - rank(b));
  for (const [name, member] of members) if (name !== "raw_data") visit(member, name, 1);
  if (rows.length >= MOST) rows.push({ path: "…", value: `only the first ${MOST} fields are shown` });
  return rows;
}

function show(path: string, value: unknown): string {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (typeof value === "number" && TIMES.has(name)) {
    const date = new Date(value);
    if (!Number.isNaN(date.getTime())) return date.toISOString().replace("T", " ").replace("Z", " UTC");
  }
  return value === null ? "null" : String(value);
}

/** The raw record as it came; JSON is indented, everything else stays untouched. */
export function rawText(raw: string): string {
  if (!/^\s*[[{]/.test(raw)) return raw;
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}
