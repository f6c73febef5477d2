import type { IntakeRates } from "./intake-limit.ts"
import { IntakeLimit } from "./intake-limit.ts"
import type { SyncHost } from "./sync-host.ts"

/** Accounts kept before those are looked for that have not been used for a while. */
const worthSweeping = 1_024

const byHost = new WeakMap<SyncHost, Map<string, IntakeLimit>>()

/** What all links to a replica that were let in under one account, at the same rates, may bring together; also one after the other. */
export function accountLimit(host: SyncHost, account: string, rates: IntakeRates): IntakeLimit {
  const limits = byHost.get(host) ?? new Map<string, IntakeLimit>()
  byHost.set(host, limits)
  const { maxDocumentsPerSecond, maxCommitsPerSecond, burstSeconds } = rates
  const key = JSON.stringify([account, maxDocumentsPerSecond, maxCommitsPerSecond, burstSeconds])
  const limit = limits.get(key) ?? new IntakeLimit(host.ports.time, rates)
  if (limits.size >= worthSweeping && !limits.has(key)) sweep(limits)
  limits.set(key, limit)
  return limit
}

/** One that is as good as new does not have to be remembered. */
function sweep(limits: Map<string, IntakeLimit>): void {
  for (const [key, limit] of limits) if (limit.isUnused) limits.delete(key)
}
