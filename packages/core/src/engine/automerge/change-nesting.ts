import { type ChunkColumn, columnIn, columnSpecs, readNumber, readRuns, type Run } from "./chunk-columns.ts"

/**
 * How deep the objects of a change are inside of each other, not counting what was there before it. Costs what the runs
 * of two columns cost: what is written into one object at one go is one.
 *
 * @param startOp number of the first operation; the others count on.
 */
export function nestingOf(columns: readonly ChunkColumn[], data: Uint8Array, startOp: number): number {
  const actors = readRuns(columnIn(columns, data, columnSpecs.objectActor), readNumber)
  const counters = readRuns(columnIn(columns, data, columnSpecs.objectCounter), readNumber)
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
