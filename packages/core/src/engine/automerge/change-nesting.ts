import { ByteReader } from "@syncline/clock/bytes"
import { type ChunkColumn, readSigned } from "./chunk-columns.ts"

/** The columns of a change that say in which object each operation is: who made that, and as which operation. */
const objectActor = 0x01
const objectCounter = 0x02

/** So many operations after each other with the same value in a column; `undefined` for none. */
interface Run {
  readonly length: number
  readonly value: number | undefined
}

/**
 * How deep the objects of a change are inside of each other, not counting what was there before it. Costs what the runs
 * of two columns cost: what is written into one object at one go is one.
 *
 * @param startOp number of the first operation; the others count on.
 */
export function nestingOf(columns: readonly ChunkColumn[], data: Uint8Array, startOp: number): number {
  const actors = readRuns(columnIn(columns, data, objectActor))
  const counters = readRuns(columnIn(columns, data, objectCounter))
  /** First operation of each stretch inside one object, and how deep that is. */
  const starts: number[] = []
  const depths: number[] = []
  let at = 0
  let deepest = 0
  for (const [actor, counter, length] of together(actors, counters)) {
    // Actor 0 is the one who made the change: the object may be of this change.
    const inside = actor === 0 && counter !== undefined ? counter - startOp : -1
    const depth = inside < 0 || inside >= at ? 0 : (depths[indexBelow(starts, inside)] ?? 0) + 1
    deepest = Math.max(deepest, depth)
    starts.push(at)
    depths.push(depth)
    at += length
  }
  return deepest
}

/** Stretches over which neither column changes. */
function* together(
  actors: Iterator<Run, void>,
  counters: Iterator<Run, void>
): Generator<readonly [number | undefined, number | undefined, number]> {
  let actor = actors.next()
  let counter = counters.next()
  let [actorsLeft, countersLeft] = [actor.value?.length ?? 0, counter.value?.length ?? 0]
  while (actor.value !== undefined && counter.value !== undefined) {
    const length = Math.min(actorsLeft, countersLeft)
    yield [actor.value.value, counter.value.value, length]
    actorsLeft -= length
    countersLeft -= length
    if (actorsLeft === 0) {
      actor = actors.next()
      actorsLeft = actor.value?.length ?? 0
    }
    if (countersLeft === 0) {
      counter = counters.next()
      countersLeft = counter.value?.length ?? 0
    }
  }
}

function* readRuns(column: ByteReader): Generator<Run, void> {
  while (column.remaining > 0) {
    const length = readSigned(column)
    if (length === 0) yield { length: column.varUint(), value: undefined }
    else if (length > 0) yield { length, value: column.varUint() }
    else for (let left = -length; left > 0; left--) yield { length: 1, value: column.varUint() }
  }
}

function columnIn(columns: readonly ChunkColumn[], data: Uint8Array, spec: number): ByteReader {
  let start = 0
  for (const column of columns) {
    if (column.spec === spec) return new ByteReader(data.subarray(start, start + column.length))
    start += column.length
  }
  return new ByteReader(new Uint8Array())
}

/** The last of ascending numbers that is not above one. */
function indexBelow(numbers: readonly number[], wanted: number): number {
  let low = 0
  let high = numbers.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) <= wanted) low = middle
    else high = middle
  }
  return low
}
