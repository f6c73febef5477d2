import { type ActorId, type Dot, type HlcStamp, isActorId } from "@syncline/clock"
import type { JsonObject } from "../document/json.ts"
import type { IndexedCommit } from "./causal-order.ts"
import type { Conflict, ConflictResolution } from "./conflict.ts"

/** The annotation that belongs to Syncline; applications have all others. */
const reservedAnnotation = "syncline"

interface Note {
  readonly resolution: ConflictResolution
  readonly named: ReadonlySet<string>
}

/** Annotations of a commit that resolves what these commits disagree about. */
export function withResolutionNote(sides: readonly Dot[], meta: JsonObject | undefined): JsonObject {
  return { ...meta, [reservedAnnotation]: { resolved: sides.map(({ actor, seq }) => [actor, seq]) } }
}

/** Which commits a commit names as resolved; `undefined` for others, and for what is not understood. */
export function resolvedDots(meta: JsonObject | undefined): readonly Dot[] | undefined {
  const resolved = memberOf(memberOf(meta, reservedAnnotation), "resolved")
  if (!Array.isArray(resolved)) return undefined
  const dots: Dot[] = []
  for (const pair of resolved as readonly unknown[]) {
    const [actor, seq] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
    if (typeof actor !== "string" || !isActorId(actor) || typeof seq !== "number") return undefined
    dots.push({ actor, seq })
  }
  return dots
}

/** The resolutions of a document, by what they name. */
export class Resolutions {
  readonly #notes = new Map<string, Note[]>()

  /** Says whether the commit is one. O(dots named). */
  add({ dot, stamp, meta }: IndexedCommit): boolean {
    const dots = resolvedDots(meta)
    if (dots === undefined || dots.length === 0) return false
    const author = meta?.author
    const note: Note = {
      resolution: { dot, stamp, ...(typeof author === "string" ? { author } : {}) },
      named: new Set(dots.map(nameOf))
    }
    for (const name of note.named) this.#notes.set(name, [...(this.#notes.get(name) ?? []), note])
    return true
  }

  /** The record with the earliest resolution that names all its sides, of those here and the one it has. */
  applyTo(conflict: Conflict): Conflict {
    const names = conflict.sides.map(({ dot }) => nameOf(dot))
    const notes = this.#notes.get(names[0] ?? "")?.filter(({ named }) => names.every(name => named.has(name)))
    const known = conflict.resolution === undefined ? [] : [conflict.resolution]
    const [resolution] = [...known, ...(notes ?? []).map(note => note.resolution)].sort(byTime)
    return resolution === undefined ? conflict : { ...conflict, state: "resolved", resolution }
  }
}

function byTime(a: Resolved, b: Resolved): number {
  return (
    a.stamp - b.stamp ||
    (a.dot.actor < b.dot.actor ? -1 : a.dot.actor > b.dot.actor ? 1 : a.dot.seq - b.dot.seq)
  )
}

type Resolved = { readonly dot: { readonly actor: ActorId; readonly seq: number }; readonly stamp: HlcStamp }

function nameOf({ actor, seq }: Dot): string {
  return `${actor}${seq}`
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}
