import type { ByteReader } from "@syncline/clock/bytes"
import { takeApart } from "./change-header.ts"
import { columnIn, columnSpecs, readNumber, readRuns, readSigned, type Run } from "./chunk-columns.ts"

/** What a change does to places that may have been there before: keys of maps, elements of lists and texts. */
export interface ChangePlaces {
  /** Who made it, in hex. */
  readonly actor: string
  /** Places out of which it takes what it knows of. */
  readonly emptied: ReadonlySet<string>
  /** Places it puts something into. */
  readonly filled: ReadonlySet<string>
  readonly operations: number
}

/** In the column of actions. */
const deletion = 3
const mark = 7

/**
 * Units of a key or an actor that places are told apart by: where a long one stood in each of a million, memory would not do. Places that look
 * the same are at worst integrated one after the other.
 */
const told = 64

/** Whether a change deletes anything. Cost: the runs of one column. */
export function deletes(update: Uint8Array): boolean {
  const { columns, data } = takeApart(update)
  for (const { value } of readRuns(columnIn(columns, data, columnSpecs.action), readNumber))
    if (value === deletion) return true
  return false
}

/** How many operations a change has. Cost: the runs of one column. */
export function countOperations(update: Uint8Array): number {
  const { columns, data } = takeApart(update)
  let count = 0
  for (const { length } of readRuns(columnIn(columns, data, columnSpecs.action), readNumber)) count += length
  return count
}

/** Reads where a change deletes and writes. Cost: its operations. */
export function placesOf(update: Uint8Array): ChangePlaces {
  const { actor, others, columns, data } = takeApart(update)
  const actors = [actor, ...others].map(name => name.slice(0, told))
  const column = <T>(spec: number, read: (column: ByteReader) => T): Iterator<T | undefined, void> =>
    each(readRuns(columnIn(columns, data, spec), read))
  const objectActors = column(columnSpecs.objectActor, readNumber)
  const objectCounters = column(columnSpecs.objectCounter, readNumber)
  const elementActors = column(columnSpecs.elementActor, readNumber)
  const elementSteps = column(columnSpecs.elementCounter, readSigned)
  const keys = column(columnSpecs.key, readKey)
  const insertions = each(readFlags(columnIn(columns, data, columnSpecs.isInsertion)))
  const [emptied, filled] = [new Set<string>(), new Set<string>()]
  let [element, operations] = [0, 0]
  for (const { length, value: action } of readRuns(columnIn(columns, data, columnSpecs.action), readNumber))
    for (let left = length; left > 0; left--) {
      operations++
      const object = `${objectCounters.next().value ?? ""}@${actors[objectActors.next().value ?? -1] ?? ""}`
      const elementActor = elementActors.next().value
      element += elementSteps.next().value ?? 0
      const key = keys.next().value
      const isInsertion = insertions.next().value === true
      if (isInsertion || action === mark) continue
      const member = key === undefined ? `#${element}@${actors[elementActor ?? -1] ?? ""}` : `/${key}`
      if (action === deletion) emptied.add(object + member)
      else filled.add(object + member)
    }
  return { actor, emptied, filled, operations }
}

function readKey(column: ByteReader): string {
  return column.varString(column.remaining).slice(0, told)
}

/** Runs of false and true in turns, false first. */
function* readFlags(column: ByteReader): Generator<Run<boolean>, void> {
  for (let value = false; column.remaining > 0; value = !value) yield { length: column.varUint(), value }
}

/** One by one. */
function* each<T>(runs: Iterable<Run<T>>): Generator<T | undefined, void> {
  for (const { length, value } of runs) for (let left = length; left > 0; left--) yield value
}
