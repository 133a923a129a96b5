// Entities by what they were in the incident, the most important first.
import type { Entity } from "../api/types.ts";

/** Words that a role begins or ends with; a role that fits none stands last. */
const ORDER = [/^compromised/, /compromised/, /^unusual|source$/, /c2|command/i, /^phishing/, /^attacker|^malicious/, /^targeted/, /rule|file|factor|app/, /^exposed/, /session/];

export interface RoleGroup {
  role: string;
  kind: string;
  members: Entity[];
}

export function roleGroups(entities: Entity[]): RoleGroup[] {
  const groups = new Map<string, RoleGroup>();
  for (const entity of entities) {
    const id = `${entity.role}\u0000${entity.kind}`;
    const group = groups.get(id) ?? { role: entity.role, kind: entity.kind, members: [] };
    group.members.push(entity);
    groups.set(id, group);
  }
  const rank = ({ role }: RoleGroup) => {
    const found = ORDER.findIndex((pattern) => pattern.test(role));
    return found < 0 ? ORDER.length : found;
  };
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}
