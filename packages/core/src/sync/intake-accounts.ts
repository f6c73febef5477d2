import type { IntakeRates } from "./intake-limit.ts"
import { IntakeLimit } from "./intake-limit.ts"
import type { SyncHost } from "./sync-host.ts"

/** Accounts kept before those are looked for that have not been used for a while. */
const worthSweeping = 1_024

/** The limits of a replica, and how many of them are worth looking for unused ones. */
interface Accounts {
  readonly limits: Map<string, IntakeLimit>
  sweepAt: number
}

const byHost = new WeakMap<SyncHost, Accounts>()

/**
 * What all links to a replica that were let in under one account, at the same rates, may bring together; also one after the other. To be
 * held by who uses it: what nobody holds is forgotten once it is as good as new.
 */
export function accountLimit(host: SyncHost, account: string, rates: IntakeRates): IntakeLimit {
  const accounts = byHost.get(host) ?? { limits: new Map<string, IntakeLimit>(), sweepAt: worthSweeping }
  byHost.set(host, accounts)
  const { maxDocumentsPerSecond, maxCommitsPerSecond, burstSeconds } = rates
  // Not as JSON: infinite rates are no null.
  const key = [maxDocumentsPerSecond, maxCommitsPerSecond, burstSeconds, account].join(" ")
  const limit = accounts.limits.get(key) ?? new IntakeLimit(host.ports.time, rates)
  if (accounts.limits.size >= accounts.sweepAt) sweep(accounts)
  accounts.limits.set(key, limit)
  return limit
}

/** One that is as good as new does not have to be remembered. Where most are in use, it is not looked again for every new one. */
function sweep(accounts: Accounts): void {
  for (const [key, limit] of accounts.limits) if (limit.isUnused) accounts.limits.delete(key)
  accounts.sweepAt = Math.max(worthSweeping, 2 * accounts.limits.size)
}
