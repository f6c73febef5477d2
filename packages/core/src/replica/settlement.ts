import { isSynclineError } from "@syncline/clock"
import type { Conflict, ConflictSide } from "../conflict/conflict.ts"
import type { ConflictPolicy, Dispute, PolicyDecision } from "../conflict/policy.ts"
import { supersededRule } from "../conflict/policy-table.ts"
import { completeSides } from "../conflict/resolution.ts"
import { dotName } from "../conflict/resolution-note.ts"
import { sameJson } from "../conflict/same-json.ts"
import { isShown, valueAt } from "../conflict/shown-side.ts"
import { ReplaceMarker, TextMarker } from "../document/draft/marker.ts"
import type { JsonValue, Path } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** A record with the policy that is to settle it. */
export interface OpenConflict {
  readonly conflict: Conflict
  readonly policy: ConflictPolicy
}

/** What is to be done about a conflict. */
export interface Settlement {
  readonly conflict: Conflict
  readonly rule: string
  readonly shows?: ConflictSide["dot"]
  /** What is to be put there; absent if what is there stays. */
  readonly write?: { readonly path: Path; readonly content: unknown }
}

/** What is written: this, or nothing any more. */
const nothing: unique symbol = Symbol("nothing")

/** Asks a policy about a conflict. `undefined`: it stays open. Throws what the policy throws. */
export async function decide(
  core: ReplicaCore,
  state: DocumentState,
  { conflict, policy }: OpenConflict,
  signal: AbortSignal
): Promise<Settlement | undefined> {
  const place = placeOf(state, conflict)
  if (place === "no key") return undefined
  if (place === "nowhere") return { conflict, rule: supersededRule }
  const dispute = disputeOf(core, state, conflict, place, signal)
  const shown = shownIn(state, dispute)
  if (shown === "not kept") return undefined
  if (shown === "another") return { conflict, rule: supersededRule }
  const decision = enforced(conflict) ?? (await policy.decide?.(dispute)) ?? "leave-open"
  if (decision === "leave-open") return undefined
  const settled = await settlementOf(core, state, dispute, decision)
  return settled && { ...settled, rule: policy.name }
}

/** Executes settlements on a draft of the document's value. */
export function writeSettlements(draft: object, settlements: readonly Settlement[]): void {
  for (const { write } of settlements) {
    if (write === undefined) continue
    let at = draft as Record<string | number, unknown>
    for (const step of write.path.slice(0, -1)) at = at[step] as typeof at
    const last = write.path.at(-1) ?? ""
    if (write.content === nothing) delete at[last]
    else at[last] = write.content
  }
}

/** Where it is by now. What is known from a record alone is there if lists cannot have moved it. */
function placeOf({ conflicts }: DocumentState, { kind, place, path }: Conflict): Path | "nowhere" | "no key" {
  if (conflicts?.index.knows(place) === true) return conflicts.index.pathNow(place)
  const isKnown = path?.every(step => typeof step === "string") === true
  return isKnown && (kind === "write-write" || path.length > 0) ? path : "no key"
}

function disputeOf(
  core: ReplicaCore,
  state: DocumentState,
  conflict: Conflict,
  path: Path,
  signal: AbortSignal
): Dispute {
  const sides = state.conflicts?.index.sidesOf(conflict) ?? conflict.sides
  return {
    conflict,
    path,
    sides,
    value: valueAt(state.document.value(), path),
    ancestor: async () => {
      const dots = sides.map(({ dot }) => dot)
      const past = await ifKept(core.histories.of(state).before(dots, signal))
      return past === undefined || !hasKeysOnly(path) ? undefined : valueAt(past.value, path)
    },
    trusts: stamp => core.clock.trusts(stamp),
    signal
  }
}

/** Whose what is there is. A place that was written to since is answered by that. */
function shownIn(
  { conflicts }: DocumentState,
  { conflict, sides, value }: Dispute
): "winner" | "another" | "not kept" {
  const { kind, winner } = conflict
  if (kind === "overlapping-edit" || winner === undefined) return "winner"
  const shown = [...sides, ...conflict.sides].find(side => dotName(side.dot) === dotName(winner))
  // What was edited and is in its place goes on being edited.
  if (shown?.action === "edit") {
    if (conflicts?.index.knows(conflict.place) !== true) return "not kept"
    return conflicts.index.isThere(conflict.place) ? "winner" : "another"
  }
  if (shown === undefined || (shown.action !== "remove" && shown.value === undefined)) return "not kept"
  return isShown(shown, value) ? "winner" : "another"
}

/** A resolution that names all is not asked for again: it is to show. */
function enforced(conflict: Conflict): PolicyDecision | undefined {
  const [complete] = completeSides(conflict)
  return complete === undefined ? undefined : { winner: complete.dot }
}

async function settlementOf(
  core: ReplicaCore,
  state: DocumentState,
  dispute: Dispute,
  decision: Exclude<PolicyDecision, "leave-open">
): Promise<Omit<Settlement, "rule"> | undefined> {
  const { conflict, sides, path, value } = dispute
  if (!("winner" in decision)) {
    const shows = sides.find(side => side.action !== "edit" && isShown(side, decision.value))
    const keeps = decision.value === value || isSame(decision.value, value)
    return {
      conflict,
      ...(shows === undefined ? {} : { shows: shows.dot }),
      ...(keeps ? {} : { write: { path, content: contentOf(state, dispute, decision.value) } })
    }
  }
  const side = [...sides, ...conflict.sides].find(({ dot }) => dotName(dot) === dotName(decision.winner))
  if (side === undefined || conflict.kind === "overlapping-edit")
    throw coreError(
      "options-invalid",
      "a policy chose a winner that is none of the sides; give a value instead"
    )
  const settled = { conflict, shows: side.dot }
  if (isWinner(conflict, side)) return settled
  if (side.action === "edit") {
    const editors = sides.filter(({ action }) => action === "edit")
    const content = await restored(core, state, editors, path)
    return content === undefined ? undefined : { ...settled, write: { path, content } }
  }
  if (isShown(side, value)) return settled
  if (side.action !== "remove" && side.value === undefined) return undefined
  return { ...settled, write: { path, content: await contentOfSide(core, state, dispute, side) } }
}

/** Of a deletion and several edits, all edits show or none. */
function isWinner({ sides, winner }: Conflict, side: ConflictSide): boolean {
  if (winner === undefined) return false
  const shown = sides.find(({ dot }) => dotName(dot) === dotName(winner))
  return shown?.action === "edit" ? side.action === "edit" : dotName(side.dot) === dotName(winner)
}

function contentOf(state: DocumentState, { conflict, path }: Dispute, value: JsonValue | undefined): unknown {
  if (value === undefined) return nothing
  // Edited from inside, so that what others write there meanwhile stays.
  if (conflict.kind === "overlapping-edit") return value
  const isText = typeof value === "string" && state.document.kindAt(path) === "text"
  return new ReplaceMarker(isText ? new TextMarker(value) : value)
}

/** What a side set, made of the same kinds of containers where that can be read. */
async function contentOfSide(
  core: ReplicaCore,
  state: DocumentState,
  dispute: Dispute,
  side: ConflictSide
): Promise<unknown> {
  const { value } = side
  if (typeof value !== "object" || value === null) return contentOf(state, dispute, value)
  return (await restored(core, state, [side], dispute.path)) ?? new ReplaceMarker(value)
}

/** What was there for the authors of these sides, taken together. */
async function restored(
  core: ReplicaCore,
  state: DocumentState,
  sides: readonly ConflictSide[],
  path: Path
): Promise<unknown> {
  if (!hasKeysOnly(path)) return undefined
  const dots = sides.map(({ dot }) => dot)
  const past = await ifKept(core.histories.of(state).restorableWith(dots))
  if (past === undefined || valueAt(past.value, path) === undefined) return undefined
  const marked = path.reduce(
    (at: unknown, key) => (at as Readonly<Record<string, unknown>>)[key],
    past.marked
  )
  return new ReplaceMarker(marked)
}

/** What history no longer has is no failure of a policy. */
async function ifKept<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isSynclineError(error, "version-before-base")) return undefined
    throw error
  }
}

/** Positions in lists lead elsewhere in other versions. */
function hasKeysOnly(path: Path): path is readonly string[] {
  return path.every(step => typeof step === "string")
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a !== undefined && b !== undefined && sameJson(a, b)
}
