import type { Dot } from "@syncline/clock"
import type { IndexedCommit } from "./causal-order.ts"
import type { Conflict, ConflictResolution, ConflictSide } from "./conflict.ts"
import { engineRule } from "./policy-table.ts"
import { answersOf, type ConflictAnswer, dotName } from "./resolution-note.ts"

interface Note {
  readonly resolution: ConflictResolution
  readonly answer: ConflictAnswer
  /** Dots it answers: originals, and resolutions of those. */
  readonly named: ReadonlySet<string>
}

/** What a commit that settles a record makes of it. */
interface Settler extends Pick<Conflict, "winner" | "rule"> {
  readonly isOf: ConflictResolution
}

/** The resolutions of a document, by the place they are about. */
export class Resolutions {
  readonly #notes = new Map<string, Note[]>()
  readonly #strongestOf: (place: string, dots: readonly Dot[]) => Dot | undefined

  /** @param strongestOf `ConflictIndex.strongestOf` */
  constructor(strongestOf: (place: string, dots: readonly Dot[]) => Dot | undefined) {
    this.#strongestOf = strongestOf
  }

  /** Gives the places the commit settles conflicts at. O(dots named). */
  add({ dot, stamp, meta }: IndexedCommit): readonly string[] {
    const answers = answersOf(meta)
    const author = meta?.author
    const resolution = { dot, stamp, ...(typeof author === "string" ? { author } : {}) }
    for (const answer of answers) {
      const named = new Set([...answer.originals, ...answer.over].map(dotName))
      const notes = this.#notes.get(answer.place) ?? []
      this.#notes.set(answer.place, notes)
      notes.push({ resolution, answer, named })
    }
    return answers.map(({ place }) => place)
  }

  /** The record as that of the resolutions leaves it whose work shows, of those here that settle it and the one it has. */
  applyTo(conflict: Conflict): Conflict {
    const notes = this.#notes.get(conflict.place) ?? []
    const answers = notes
      .filter(({ named }) => conflict.sides.every(({ dot }) => named.has(dotName(dot))))
      .map(note => ({ ...settledBy(note), isOf: note.resolution }))
    // Of a record that is settled, who the engine chose is not known any more, and who of the sides settled it is.
    const settling = conflict.state === "open" ? settlingSides(conflict) : []
    const sides = settling.map(({ dot, stamp, author }) => {
      const rule = notes.find(({ resolution }) => sameDot(resolution.dot, dot))?.answer.rule
      return {
        rule: rule ?? engineRule,
        ...(conflict.winner === undefined ? {} : { winner: conflict.winner }),
        isOf: { dot, stamp, ...(author === undefined ? {} : { author }) }
      }
    })
    return settleBy(conflict, this.#choose(conflict, [...answers, ...sides]))
  }

  /** That whose work the engine took, of those that did not know each other; where none did anything, the earliest. */
  #choose(conflict: Conflict, settlers: readonly Settler[]): Settler | undefined {
    const { resolution } = conflict
    const isKnown = settlers.some(({ isOf }) => resolution !== undefined && sameDot(isOf.dot, resolution.dot))
    const own = resolution === undefined || isKnown ? [] : [{ ...conflict, isOf: resolution }]
    const [earliest, ...others] = [...own, ...settlers].sort((a, b) => byTime(a.isOf, b.isOf))
    if (earliest === undefined || others.length === 0) return earliest
    const dots = [earliest, ...others].map(({ isOf }) => isOf.dot)
    const shown = this.#strongestOf(conflict.place, dots)
    return others.find(({ isOf }) => shown !== undefined && sameDot(isOf.dot, shown)) ?? earliest
  }
}

/** The commits that disagree, resolutions taken for what they resolved. */
export function originalsOf({ sides }: Pick<Conflict, "sides">): readonly Dot[] {
  const dots = sides.flatMap(({ dot, resolved }) => resolved ?? [dot])
  return [...new Map(dots.map(dot => [dotName(dot), dot])).values()]
}

/** The sides which stand for all originals. */
export function completeSides(conflict: Pick<Conflict, "sides">): readonly ConflictSide[] {
  const { length } = originalsOf(conflict)
  return conflict.sides.filter(({ resolved }) => resolved?.length === length)
}

/** The answer that a resolution of this record gives, if it names all there is to it. */
export function answerTo(conflict: Pick<Conflict, "place" | "sides">): ConflictAnswer {
  const over = conflict.sides.filter(({ resolved }) => resolved !== undefined)
  return { place: conflict.place, originals: originalsOf(conflict), over: over.map(({ dot }) => dot) }
}

/** Sides that name all originals settle a record by themselves, if one of them is what shows. */
function settlingSides(conflict: Conflict): readonly ConflictSide[] {
  const complete = completeSides(conflict)
  const { winner } = conflict
  return winner === undefined || complete.some(({ dot }) => sameDot(dot, winner)) ? complete : []
}

function settleBy(conflict: Conflict, settler: Settler | undefined): Conflict {
  if (settler === undefined) return conflict
  const { isOf: resolution, rule, winner } = settler
  if (conflict.resolution !== undefined && sameDot(conflict.resolution.dot, resolution.dot)) return conflict
  const { winner: _, ...open } = conflict
  return { ...open, rule, ...(winner === undefined ? {} : { winner }), state: "resolved", resolution }
}

function settledBy({ answer: { rule, shows } }: Note): Pick<Conflict, "winner" | "rule"> {
  return { rule: rule ?? engineRule, ...(shows === undefined ? {} : { winner: shows }) }
}

function sameDot(a: Dot, b: Dot): boolean {
  return a.actor === b.actor && a.seq === b.seq
}

function byTime(a: ConflictResolution, b: ConflictResolution): number {
  if (a.stamp !== b.stamp) return a.stamp - b.stamp
  if (a.dot.actor !== b.dot.actor) return a.dot.actor < b.dot.actor ? -1 : 1
  return a.dot.seq - b.dot.seq
}
