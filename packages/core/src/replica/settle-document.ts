import type { Conflict } from "../conflict/conflict.ts"
import { answerTo } from "../conflict/resolution.ts"
import { type ConflictAnswer, withAnswers } from "../conflict/resolution-note.ts"
import type { DocumentState } from "./document-state.ts"
import { DocumentWriter } from "./document-writer.ts"
import { inTime } from "./in-time.ts"
import { canSettle } from "./can-settle.ts"
import { checkedAnnotations } from "./next-header.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { type Decided, decideConflict, type OpenConflict } from "./decide-conflict.ts"
import { type Settlement, settlementOf, writeSettlements } from "./settlement.ts"

/** How policies are asked, and who hears that one failed. */
export interface Settling {
  readonly signal: AbortSignal
  readonly onFailure: (open: OpenConflict, error: unknown) => void
  /** What the policy saw was not there any more when it had decided: it is to be asked again. */
  readonly onChanged: (open: OpenConflict) => void
  /** Some record stays open: a policy left it so or failed, or the document takes nothing now. */
  readonly onLeft: () => void
}

/** Policies that are asked before everybody else gets a turn. */
const decisionsAtOnce = 500

/** What the annotation of one commit names, counted in dots of up to 20 bytes: together below the 64 KiB it may have. */
const maxDotsNamed = 3_000

/**
 * Asks policies about the records of a document, and settles what they decide by as few commits as can name it: one for
 * some hundred records. What is no longer as it was when the policy was asked is left out: whoever changed it is told.
 *
 * Done when all have decided that do so within a second. What others decide is settled when they have: the rest of the
 * document, and other documents, do not wait for them.
 */
export async function settleDocument(
  core: ReplicaCore,
  state: DocumentState,
  open: readonly OpenConflict[],
  settling: Settling
): Promise<void> {
  const leave = (one: OpenConflict, error?: unknown): void => {
    settling.onLeft()
    if (error !== undefined && !core.closed) settling.onFailure(one, error)
  }
  const reporting = { ...settling, onFailure: leave }
  for (let at = 0; at < open.length; at += decisionsAtOnce) {
    if (!(await isPrepared(core, state))) return settling.onLeft()
    try {
      // What policies see is what they write into: an upgrade may take something away, or put it elsewhere.
      new DocumentWriter(core, state).upgrade()
    } catch (error) {
      if (canSettle(state)) for (const one of open.slice(at)) leave(one, error)
      return settling.onLeft()
    }
    const asked = open.slice(at, at + decisionsAtOnce).filter(({ conflict }) => isCurrent(state, conflict))
    const answers = asked.map(one => decisionOf(core, state, one, settling.signal, leave))
    const decided = await inTime(
      core.ports.timers,
      answers,
      late => void settleAll(core, state, late, reporting)
    )
    await settleAll(core, state, decided, reporting)
    await new Promise<void>(resolve => core.ports.timers.schedule(0, resolve))
  }
}

async function settleAll(
  core: ReplicaCore,
  state: DocumentState,
  decided: readonly (Decided | undefined)[],
  settling: Settling
): Promise<void> {
  const all = decided.filter(one => one !== undefined)
  if (all.length === 0) return
  if (!(await isPrepared(core, state))) return all.forEach(({ one }) => settling.onChanged(one))
  const still = all.filter(({ one }) => isCurrent(state, one.conflict))
  for (const batch of batchesOf(still)) commitAll(core, state, batch, settling)
}

/** Whether all that is known about conflicts is at hand, and something may be written. */
async function isPrepared(core: ReplicaCore, state: DocumentState): Promise<boolean> {
  while (!core.closed && canSettle(state) && state.conflicts?.isCurrent !== true) {
    await core.conflicts.prepare(state)
    // Where they cannot be looked for, nothing would be known of what was settled either.
    if (state.conflicts === undefined) return false
  }
  return !core.closed && canSettle(state)
}

async function decisionOf(
  core: ReplicaCore,
  state: DocumentState,
  one: OpenConflict,
  signal: AbortSignal,
  leave: (one: OpenConflict, error?: unknown) => void
): Promise<Decided | undefined> {
  try {
    const decided = await decideConflict(core, state, one, signal)
    if (decided !== undefined) return decided
    leave(one)
  } catch (error) {
    leave(one, error)
  }
  return undefined
}

/** Whether a record is as it was told, and open. */
function isCurrent({ conflicts }: DocumentState, conflict: Conflict): boolean {
  return conflicts?.current(conflict)?.state === "open"
}

function* batchesOf(decided: readonly Decided[]): Generator<readonly Decided[]> {
  let batch: Decided[] = []
  let dots = 0
  for (const each of decided) {
    const { originals, over } = answerTo(each.one.conflict)
    // An answer takes as much by itself as a few dots, and so does the name of its policy.
    const own = originals.length + over.length + 3 + Math.ceil(each.rule.length / 20)
    if (batch.length > 0 && dots + own > maxDotsNamed) {
      yield batch
      batch = []
      dots = 0
    }
    batch.push(each)
    dots += own
  }
  if (batch.length > 0) yield batch
}

/** By one commit; where something in it is refused, by one each. */
function commitAll(
  core: ReplicaCore,
  state: DocumentState,
  batch: readonly Decided[],
  settling: Pick<Settling, "onFailure" | "onChanged">
): void {
  const settlements = batch.flatMap(decided => {
    const settlement = settlementOf(core, state, decided)
    if (settlement === undefined) settling.onChanged(decided.one)
    return settlement ?? []
  })
  try {
    // Of several about one place, what was said last is written last.
    if (settlements.length > 0)
      commit(
        core,
        state,
        [...settlements].sort((a, b) => latestOf(a) - latestOf(b))
      )
  } catch (error) {
    const [only] = batch
    if (batch.length === 1 && only !== undefined) settling.onFailure(only.one, error)
    else for (const one of batch) if (canSettle(state)) commitAll(core, state, [one], settling)
  }
}

function commit(core: ReplicaCore, state: DocumentState, batch: readonly Settlement[]): void {
  const before = checkedAnnotations(withAnswers(batch.map(answerOf), undefined))
  new DocumentWriter(core, state).answer(draft => writeSettlements(draft, batch), { before, isUpkeep: true })
}

function latestOf({ conflict }: Settlement): number {
  return Math.max(...conflict.sides.map(({ stamp }) => stamp))
}

function answerOf({ conflict, rule, shows }: Settlement): ConflictAnswer {
  return {
    ...answerTo(conflict),
    rule,
    ...(shows === undefined ? {} : { shows })
  }
}
