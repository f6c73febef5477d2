import { withRefused } from "./plan-parts.ts"
import type { RepairCost, RepairPlan } from "./repair-plan.ts"

/** Why an entry is not being repaired. */
export type QueuedState =
  /** It is its turn when all of higher priority are done. */
  | "waiting"
  /** So much is wrong, or would be removed, that somebody should look first; see `approve`. */
  | "held"
  /** Under way. */
  | "running"
  /** It failed, and is tried again at `nextMs`. */
  | "backing-off"

/** What is wrong in one collection, waiting to be repaired. */
export interface QueuedRepair {
  /** The collection; empty for records under what is no document id. */
  readonly id: string
  readonly state: QueuedState
  /** Higher first; among equals, what has waited longest. */
  readonly priority: number
  /** What is repaired in its turn: so many documents, and what that costs. */
  readonly documents: number
  readonly cost: RepairCost
  /** Records without a document that are left until it is approved: more than `maxDeleteShare` of a sink. */
  readonly refused: number
  /** Times it was tried. */
  readonly attempts: number
  /** Since when it waits, and when it is tried next; Unix milliseconds. */
  readonly queuedMs: number
  readonly nextMs: number
  /** Why it failed last, is held, or has something refused. */
  readonly reason?: string
}

/** An entry with what is to be done. */
export interface QueueEntry extends Omit<QueuedRepair, "documents" | "cost" | "refused"> {
  readonly plan: RepairPlan
  /** Somebody looked at it, and had it repaired. */
  readonly isApproved?: boolean
  /** Before its last attempt; the next pause is drawn from it. */
  readonly pauseMs?: number
}

/** What a verification found in a collection. */
export interface FoundPlan {
  readonly id: string
  readonly plan: RepairPlan
  /** The greatest share of a sink in which something is wrong. */
  readonly share: number
}

/** How what is found gets into the queue. */
export interface EntrySettings {
  readonly holdAbove: number
  /** Of an entry that is new. */
  readonly priority: number
  readonly nowMs: number
}

/** The entry for what was found in a collection, which takes the place of the former one. */
export function entryOf(
  { id, plan, share }: FoundPlan,
  former: QueueEntry | undefined,
  { holdAbove, priority, nowMs }: EntrySettings
): QueueEntry {
  const isApproved = former?.isApproved === true
  const wanted = isApproved ? withRefused(plan) : plan
  const isTooMuch = share > holdAbove && !isApproved
  const reasons = [
    ...(isTooMuch ? [`${(100 * share).toFixed(1)} % of a sink is wrong`] : []),
    ...wanted.refused.slice(0, 1).map(({ reason }) => reason)
  ]
  const isBackingOff = former?.state === "backing-off"
  const reason = reasons.length > 0 ? reasons.join("; ") : isBackingOff ? former.reason : undefined
  const isHeld = isTooMuch || wanted.operations.length === 0
  return {
    id,
    plan: wanted,
    state: isHeld ? "held" : isBackingOff ? "backing-off" : "waiting",
    priority: former?.priority ?? priority,
    attempts: former?.attempts ?? 0,
    ...(isApproved ? { isApproved } : {}),
    ...(former?.pauseMs === undefined ? {} : { pauseMs: former.pauseMs }),
    queuedMs: former?.queuedMs ?? nowMs,
    nextMs: former?.nextMs ?? nowMs,
    ...(reason === undefined ? {} : { reason })
  }
}

/** Whether there is something in an entry for somebody to approve. */
export function isApprovable({ state, plan }: QueueEntry): boolean {
  return state === "held" || plan.refused.length > 0
}

/** An entry that somebody approved: nothing of it is held or refused any more. One that is running goes on as it is, and comes again with the rest. */
export function approvedEntry(entry: QueueEntry): QueueEntry {
  if (entry.state === "running") return { ...entry, isApproved: true }
  const { reason, ...rest } = entry
  const isBackingOff = entry.state === "backing-off"
  return {
    ...rest,
    plan: withRefused(entry.plan),
    state: isBackingOff ? "backing-off" : "waiting",
    isApproved: true,
    ...(isBackingOff && reason !== undefined ? { reason } : {})
  }
}

/** As the queue is shown. */
export function toQueued({
  plan: { operations, cost, refused },
  pauseMs: _pauseMs,
  isApproved: _isApproved,
  ...entry
}: QueueEntry): QueuedRepair {
  return { ...entry, documents: operations.length, cost, refused: refused.length }
}
