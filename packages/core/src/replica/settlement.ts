import type { Dot } from "@syncline/clock"
import type { Conflict } from "../conflict/conflict.ts"
import { supersededRule } from "../conflict/policy-table.ts"
import { isSame, isShown } from "../conflict/shown-side.ts"
import { ReplaceMarker, TextMarker } from "../document/draft/marker.ts"
import type { JsonValue, Path } from "../document/json.ts"
import { type Decided, isWinner, type Standing, standingOf } from "./decide-conflict.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** What is to be done about a conflict, now. */
export interface Settlement {
  readonly conflict: Conflict
  readonly rule: string
  readonly shows?: Dot
  /** What is to be put there; absent if what is there stays. */
  readonly write?: { readonly path: Path; readonly content: unknown }
}

/** What is written where nothing is to be any more. */
const nothing: unique symbol = Symbol("nothing")

/**
 * What a decision comes to by now: nothing is written where somebody wrote since who knew all sides. `undefined`: what the
 * policy saw is not what is there, and it has to be asked again.
 */
export function settlementOf(
  core: ReplicaCore,
  state: DocumentState,
  decided: Decided
): Settlement | undefined {
  const { conflict } = decided.one
  const standing = standingOf(core, state, conflict)
  const isOver = typeof standing === "string" || standing.shows === "another"
  if (decided.rule === supersededRule || isOver) return { conflict, rule: supersededRule }
  if (!isSame(standing.value, decided.seen)) return undefined
  const { rule, side, value } = decided
  if (side === undefined) return { conflict, rule, ...toValue(state, conflict, standing, value?.of) }
  const settled = { conflict, rule, shows: side.dot }
  const stays = isWinner(conflict, side) || (side.action !== "edit" && isShown(side, standing.value))
  if (stays) return settled
  const content = decided.past ?? contentOf(state, conflict, standing.path, side.value)
  return { ...settled, write: { path: standing.path, content } }
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

function toValue(
  state: DocumentState,
  conflict: Conflict,
  { path, sides, value }: Standing,
  wanted: JsonValue | undefined
): Pick<Settlement, "shows" | "write"> {
  const shown = sides.find(side => side.action !== "edit" && isShown(side, wanted))
  return {
    ...(shown === undefined ? {} : { shows: shown.dot }),
    ...(isSame(wanted, value) ? {} : { write: { path, content: contentOf(state, conflict, path, wanted) } })
  }
}

function contentOf(
  state: DocumentState,
  { kind }: Conflict,
  path: Path,
  value: JsonValue | undefined
): unknown {
  if (value === undefined) return nothing
  // Edited from inside: a text or list of the shape cannot be replaced, and others edit in it.
  if (kind === "overlapping-edit") return value
  const isText = typeof value === "string" && state.document.kindAt(path) === "text"
  return new ReplaceMarker(isText ? new TextMarker(value) : value)
}
