import type { ConflictPolicy } from "../conflict/policy.ts"

/**
 * A person decides: the records stay open until `document.resolve`. What waits is
 * `replica.conflicts.list({ state: "open", policy: "manual" })`.
 */
export function manual(): ConflictPolicy {
  return { name: "manual", kinds: ["write-write", "delete-edit", "overlapping-edit"] }
}
