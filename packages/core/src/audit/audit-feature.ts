import { collectionOf } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { AuditFeature } from "./audit-host.ts"
import { AuditTrail } from "./audit-trail.ts"
import { TrailKeeper, type TrailRules } from "./trail-keeper.ts"

/** What an audit trail keeps, and for how long. */
export interface AuditOptions {
  /** Only documents of these collections. Default: all. */
  readonly collections?: readonly string[]
  /** Entries older than this go, the oldest first, when the next are kept. Default: they stay for good. */
  readonly retainDays?: number
  /** Most entries kept for a document, beside those of commits that are still in its log. Default: all. */
  readonly retainEntries?: number
  /** An entry whose patch takes more bytes of JSON names the paths alone. Default 16,384. */
  readonly maxPatchBytes?: number
}

/** A change of a screenful; a trail of larger ones would be a second copy of all documents. */
const defaultMaxPatchBytes = 16 * 1024

const dayMs = 24 * 60 * 60 * 1_000

/**
 * Auditing, for `openReplica({ audit: auditTrail() })`: what commits did is kept when they are folded, and told by
 * `replica.audit`.
 *
 * @throws SynclineError `options-invalid`
 */
export function auditTrail(options: AuditOptions = {}): AuditFeature {
  const { collections, retainDays, retainEntries, maxPatchBytes = defaultMaxPatchBytes } = options
  for (const [name, value] of Object.entries({ retainDays, retainEntries, maxPatchBytes }))
    if (value !== undefined && !(typeof value === "number" && value >= 0))
      throw coreError("options-invalid", `auditTrail takes a number that is not negative as \`${name}\``)
  const audited = collections === undefined ? undefined : new Set(collections)
  const rules: TrailRules = {
    audits: document => audited?.has(collectionOf(document)) ?? true,
    maxPatchBytes,
    retainEntries: retainEntries ?? Number.POSITIVE_INFINITY,
    retainMs: (retainDays ?? Number.POSITIVE_INFINITY) * dayMs
  }
  return {
    start: host => {
      const keeper = new TrailKeeper(host, rules)
      return { keeper, trail: new AuditTrail(host, rules, keeper) }
    }
  }
}
