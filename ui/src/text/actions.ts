// Recommended actions in the order in which they stop the harm, the same action on many targets told once.
import type { Recommended } from "../api/types.ts";

/** First what takes the account away, then the ways back in, then the ways out, then the clearing up. Others keep their order, at the end. */
const ORDER = [
  "disable_account", "revoke_sessions", "reset_password", "remove_auth_method", "remove_consent", "remove_inbox_rule", "call_supplier", "block_connections",
  "check_device", "pull_mails", "lock_links", "hold_attachments", "block_sender", "warn_recipients",
];

export interface ActionGroup {
  action: string;
  mode: string;
  members: Recommended[];
}

export function actionGroups(recommended: Recommended[]): ActionGroup[] {
  const groups = new Map<string, ActionGroup>();
  for (const one of recommended) {
    const id = `${one.mode} ${one.action}`;
    const group = groups.get(id) ?? { action: one.action, mode: one.mode, members: [] };
    group.members.push(one);
    groups.set(id, group);
  }
  const rank = ({ action }: ActionGroup) => (ORDER.includes(action) ? ORDER.indexOf(action) : ORDER.length);
  return [...groups.values()].sort((a, b) => rank(a) - rank(b));
}
