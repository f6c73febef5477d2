import { type Dot, isActorId } from "@syncline/clock"
import type { JsonObject, JsonValue } from "../document/json.ts"

/** The annotation that belongs to Syncline; applications have all others. */
const reservedAnnotation = "syncline"

/** What a commit says about one conflict that it settles. */
export interface ConflictAnswer {
  /** `Conflict.place`. */
  readonly place: string
  /** The commits that disagreed, none of which is a resolution itself. */
  readonly originals: readonly Dot[]
  /** Resolutions that disagreed, and are answered with what they answered. */
  readonly over: readonly Dot[]
  /** The policy that decided; absent if a person did. */
  readonly rule?: string
  /** Whose work shows now; absent if that of none, or of all. */
  readonly shows?: Dot
}

/** As annotations have it: dots as numbers of an actor and a seq, for a commit may answer hundreds. */
interface PackedAnswer {
  readonly at: string
  readonly of: readonly JsonValue[]
  readonly over?: readonly JsonValue[]
  readonly rule?: string
  readonly shows?: JsonValue
}

/** What was read of annotations already: that of one commit is asked for at each place it touches. */
const known = new WeakMap<JsonObject, readonly ConflictAnswer[]>()

/** Annotations of a commit that settles conflicts. */
export function withAnswers(answers: readonly ConflictAnswer[], meta: JsonObject | undefined): JsonObject {
  const actors: string[] = []
  const pack = ({ actor, seq }: Dot): JsonValue => {
    if (!actors.includes(actor)) actors.push(actor)
    return [actors.indexOf(actor), seq]
  }
  const packed = answers.map(
    ({ place, originals, over, rule, shows }): JsonObject => ({
      at: place,
      of: originals.map(pack),
      ...(over.length === 0 ? {} : { over: over.map(pack) }),
      ...(rule === undefined ? {} : { rule }),
      ...(shows === undefined ? {} : { shows: pack(shows) })
    })
  )
  return { ...meta, [reservedAnnotation]: { resolved: { actors, answers: packed } } }
}

/** The conflicts that a commit settles, several of one place among them; none for other commits, and for what is not understood. */
export function answersOf(meta: JsonObject | undefined): readonly ConflictAnswer[] {
  if (meta === undefined || !Object.hasOwn(meta, reservedAnnotation)) return noAnswers
  const read = known.get(meta) ?? readAnswers(meta)
  known.set(meta, read)
  return read
}

/** Whether a commit settles conflicts. */
export function isResolution(meta: JsonObject | undefined): boolean {
  return answersOf(meta).length > 0
}

/**
 * Which original commits a commit stands for at a place: those it named there. One that a policy made wrote nothing
 * else, so at other places it stands for all it named. `undefined`: for itself.
 */
export function standsFor(meta: JsonObject | undefined, place: string): readonly Dot[] | undefined {
  const all = answersOf(meta)
  const own = all.filter(answer => answer.place === place)
  if (all.length === 0 || (own.length === 0 && all.some(({ rule }) => rule === undefined))) return undefined
  const dots = (own.length > 0 ? own : all).flatMap(({ originals }) => originals)
  return [...new Map(dots.map(dot => [dotName(dot), dot])).values()]
}

/** A dot as a key of maps. */
export function dotName({ actor, seq }: Dot): string {
  return `${actor}${seq}`
}

const noAnswers: readonly ConflictAnswer[] = []

function readAnswers(meta: JsonObject): readonly ConflictAnswer[] {
  const note = memberOf(memberOf(meta, reservedAnnotation), "resolved")
  const actors = memberOf(note, "actors")
  const answers = memberOf(note, "answers")
  if (!Array.isArray(actors) || !Array.isArray(answers)) return noAnswers
  const read: ConflictAnswer[] = []
  for (const one of answers as readonly unknown[]) {
    const answer = unpack(one as Partial<PackedAnswer> | null, actors as readonly unknown[])
    if (answer === undefined) return noAnswers
    read.push(answer)
  }
  return read
}

function unpack(
  packed: Partial<PackedAnswer> | null,
  actors: readonly unknown[]
): ConflictAnswer | undefined {
  const [at, rule] = [memberOf(packed, "at"), memberOf(packed, "rule")]
  const originals = dotsOf(memberOf(packed, "of"), actors)
  const over = dotsOf(memberOf(packed, "over") ?? [], actors)
  const shown = memberOf(packed, "shows")
  const shows = shown === undefined ? [] : dotsOf([shown], actors)
  if (typeof at !== "string" || originals === undefined || over === undefined || shows === undefined)
    return undefined
  if (originals.length === 0 || (rule !== undefined && typeof rule !== "string")) return undefined
  return {
    place: at,
    originals,
    over,
    ...(rule === undefined ? {} : { rule }),
    ...(shows[0] === undefined ? {} : { shows: shows[0] })
  }
}

function dotsOf(packed: unknown, actors: readonly unknown[]): readonly Dot[] | undefined {
  if (!Array.isArray(packed)) return undefined
  const dots: Dot[] = []
  for (const pair of packed as readonly unknown[]) {
    const [number, seq] = Array.isArray(pair) ? (pair as readonly unknown[]) : []
    const actor = typeof number === "number" ? actors[number] : undefined
    if (typeof actor !== "string" || !isActorId(actor) || typeof seq !== "number") return undefined
    dots.push({ actor, seq })
  }
  return dots
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}
