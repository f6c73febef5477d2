import type { ConflictPolicy, Dispute, PolicyDecision } from "../conflict/policy.ts"

/**
 * The application decides, at once or later. Whatever it decides, all replicas come to rest with one answer, also if each
 * got another one, or another one each time. A value that is given takes the place of what is there; `{ winner }` is
 * not for `overlapping-edit`.
 *
 * What it throws is reported as `conflict-policy-failed`. The record stays open then, as with `"leave-open"`, and is
 * tried again when it changes, when the document is loaded again, and when the replica is opened again.
 *
 * @param name what records are told to be settled by. Default `custom`.
 */
export function custom(
  decide: (dispute: Dispute) => PolicyDecision | Promise<PolicyDecision>,
  name = "custom"
): ConflictPolicy {
  return { name, kinds: ["write-write", "delete-edit", "overlapping-edit"], decide }
}
