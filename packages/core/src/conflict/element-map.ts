import type { ElementRange, ObjectId } from "../engine/footprint.ts"

/** So many elements share a bucket: enough that a long range takes few, few enough that a bucket is soon looked through. */
const bucketSize = 64

/** What is known of elements of lists and texts, to be found by ranges of them. */
export class ElementMap<T> {
  readonly #buckets = new Map<string, { readonly range: ElementRange; readonly value: T }[]>()

  /** Cost: the range's length / 64. */
  add(range: ElementRange, value: T): void {
    for (const name of bucketsOf(range)) {
      const bucket = this.#buckets.get(name)
      if (bucket === undefined) this.#buckets.set(name, [{ range, value }])
      else bucket.push({ range, value })
    }
  }

  /** What was added for ranges that have an element in common with this one; some more than once. */
  *overlapping(range: ElementRange): Generator<T> {
    if (this.#buckets.size === 0) return
    for (const name of bucketsOf(range))
      for (const entry of this.#buckets.get(name) ?? [])
        if (entry.range.from < range.to && range.from < entry.range.to) yield entry.value
  }
}

/** The range of one element. */
export function rangeOf(id: ObjectId): ElementRange {
  const [source = "", number = ""] = id.split(":")
  return { source, from: Number(number), to: Number(number) + 1 }
}

function* bucketsOf({ source, from, to }: ElementRange): Generator<string> {
  const last = Math.floor((to - 1) / bucketSize)
  for (let bucket = Math.floor(from / bucketSize); bucket <= last; bucket++) yield `${source}:${bucket}`
}
