import { isSynclineError } from "@syncline/clock"
import type { Conflict, ConflictSide } from "../conflict/conflict.ts"
import type { ConflictPolicy, Dispute, PolicyDecision } from "../conflict/policy.ts"
import { supersededRule } from "../conflict/policy-table.ts"
import { completeSides } from "../conflict/resolution.ts"
import { dotName } from "../conflict/resolution-note.ts"
import { defaultAt, isSame, isShown, valueAt } from "../conflict/shown-side.ts"
import { ReplaceMarker } from "../document/draft/marker.ts"
import type { JsonValue, Path } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** A record with the policy that is to settle it. */
export interface OpenConflict {
  readonly conflict: Conflict
  readonly policy: ConflictPolicy
}

/** What is decided about a record, to be done if things still are as they were seen. */
export interface Decided {
  readonly one: OpenConflict
  readonly rule: string
  /** What was there when it was decided. */
  readonly seen: JsonValue | undefined
  /** A side, or a value; absent: what is there stays. */
  readonly side?: ConflictSide
  readonly value?: { readonly of: JsonValue | undefined }
  /** What the side had there, in the form drafts take, where that had to be read from history. */
  readonly past?: unknown
}

/** Where a conflict stands now, and what shows there. */
export interface Standing {
  readonly path: Path
  readonly value: JsonValue | undefined
  readonly sides: readonly ConflictSide[]
  /** `another`: somebody who knew all sides wrote there since. */
  readonly shows: "a side" | "another" | "not kept"
}

/** Asks a policy. `undefined`: the record stays open. Throws what the policy throws. */
export async function decideConflict(
  core: ReplicaCore,
  state: DocumentState,
  one: OpenConflict,
  signal: AbortSignal
): Promise<Decided | undefined> {
  const { conflict, policy } = one
  const standing = standingOf(core, state, conflict)
  if (standing === "no key") return undefined
  const superseded = { one, rule: supersededRule, seen: undefined }
  if (standing === "nowhere" || standing.shows === "another") return superseded
  if (standing.shows === "not kept") return undefined
  const dispute = disputeOf(core, state, conflict, standing, signal)
  const decision = enforced(conflict) ?? checked(policy, await policy.decide?.(dispute))
  if (decision === "leave-open") return undefined
  const decided = { one, rule: policy.name, seen: standing.value }
  if (!("winner" in decision)) return { ...decided, value: { of: decision.value } }
  const side = chosenSide(dispute, decision.winner)
  if (isWinner(conflict, side)) return { ...decided, side }
  const past = await pastOf(core, state, side, standing)
  const isKept = side.action === "remove" || side.action === "delete" || side.value !== undefined
  if (past === undefined && (side.action === "edit" || !isKept)) return undefined
  return { ...decided, side, ...(past === undefined ? {} : { past }) }
}

/** Where a conflict stands by now; what is known from a record alone is there if lists cannot have moved it. */
export function standingOf(
  core: ReplicaCore,
  state: DocumentState,
  conflict: Conflict
): Standing | "nowhere" | "no key" {
  const index = state.conflicts?.index
  const path = index?.knows(conflict.place) === true ? index.pathNow(conflict.place) : recordedPath(conflict)
  if (typeof path === "string") return path
  const value = valueAt(state.document.value(), path)
  const sides = index?.sidesOf(conflict) ?? conflict.sides
  const absent = defaultAt(core.setupOf(state.id).shape, path)
  // Where a key was removed, a default may show.
  const shown = isSame(value, absent) && isRemoved(conflict, sides) ? undefined : value
  return { path, value, sides, shows: whatShows(state, conflict, sides, shown) }
}

/** Whether a side shows. Of a deletion and several edits, all edits show or none. */
export function isWinner({ sides, winner }: Conflict, side: ConflictSide): boolean {
  if (winner === undefined) return false
  const shown = sides.find(({ dot }) => dotName(dot) === dotName(winner))
  return shown?.action === "edit" ? side.action === "edit" : dotName(side.dot) === dotName(winner)
}

function recordedPath({ kind, path }: Conflict): Path | "no key" {
  return path !== undefined && hasKeysOnly(path) && (kind === "write-write" || path.length > 0)
    ? path
    : "no key"
}

function isRemoved({ winner }: Conflict, sides: readonly ConflictSide[]): boolean {
  return sides.some(
    ({ dot, action }) => action === "remove" && winner !== undefined && dotName(dot) === dotName(winner)
  )
}

function whatShows(
  { conflicts }: DocumentState,
  { kind, place, winner, sides: recorded }: Conflict,
  sides: readonly ConflictSide[],
  value: JsonValue | undefined
): Standing["shows"] {
  if (kind === "overlapping-edit" || winner === undefined) return "a side"
  const shown = [...sides, ...recorded].find(({ dot }) => dotName(dot) === dotName(winner))
  if (shown?.action === "edit") {
    // What was edited and is in its place goes on being edited.
    if (conflicts?.index.knows(place) !== true) return "not kept"
    return conflicts.index.isThere(place) ? "a side" : "another"
  }
  if (shown === undefined || (shown.action !== "remove" && shown.value === undefined)) return "not kept"
  return isShown(shown, value) ? "a side" : "another"
}

function disputeOf(
  core: ReplicaCore,
  state: DocumentState,
  conflict: Conflict,
  { path, value, sides }: Standing,
  signal: AbortSignal
): Dispute {
  const ancestor = async (): Promise<JsonValue | undefined> => {
    const dots = sides.map(({ dot }) => dot)
    const past = await ifKept(core.histories.use(state, history => history.before(dots, signal)))
    return past === undefined || !hasKeysOnly(path) ? undefined : valueAt(past.value, path)
  }
  return { conflict, path, sides, value, ancestor, trusts: stamp => core.clock.trusts(stamp), signal }
}

/** What a function gives where types are not checked could be anything: a misspelt `value` must not be taken for nothing. */
function checked({ name }: ConflictPolicy, decision: unknown): PolicyDecision {
  if (decision === undefined || decision === null || decision === "leave-open") return "leave-open"
  if (
    typeof decision === "object" &&
    Object.hasOwn(decision, "winner") !== Object.hasOwn(decision, "value")
  ) {
    const { winner } = decision as { readonly winner?: unknown }
    const isDot = typeof winner === "object" && winner !== null
    if (isDot || Object.hasOwn(decision, "value")) return decision as PolicyDecision
  }
  throw coreError(
    "options-invalid",
    `the policy "${name}" decided nothing that is understood; give { value }, { winner } with the dot of a side, or "leave-open"`
  )
}

/** A resolution that names all is not asked for again: it is to show. */
function enforced(conflict: Conflict): PolicyDecision | undefined {
  const [complete] = completeSides(conflict)
  return complete === undefined ? undefined : { winner: complete.dot }
}

function chosenSide({ conflict, sides }: Dispute, winner: ConflictSide["dot"]): ConflictSide {
  const side = [...sides, ...conflict.sides].find(({ dot }) => dotName(dot) === dotName(winner))
  if (side === undefined || conflict.kind === "overlapping-edit")
    throw coreError(
      "options-invalid",
      "a policy chose a winner that is none of the sides, or where all sides show; give a value instead"
    )
  return side
}

/** What all editors had there, or what a side had set if that is made of containers. */
async function pastOf(
  core: ReplicaCore,
  state: DocumentState,
  side: ConflictSide,
  { path, sides }: Standing
): Promise<unknown> {
  const isPlain = typeof side.value !== "object" || side.value === null
  if ((side.action !== "edit" && isPlain) || !hasKeysOnly(path)) return undefined
  const read = side.action === "edit" ? sides.filter(({ action }) => action === "edit") : [side]
  const dots = read.map(({ dot }) => dot)
  const past = await ifKept(core.histories.use(state, history => history.restorableWith(dots)))
  if (past === undefined || valueAt(past.value, path) === undefined) return undefined
  return new ReplaceMarker(path.reduce<unknown>(memberOf, past.marked))
}

function memberOf(at: unknown, key: string): unknown {
  return (at as Readonly<Record<string, unknown>>)[key]
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
