/** Sequence numbers `from` to `to`, both included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Set of sequence numbers in its one form: ascending spans with a gap between any two. */
export type Spans = readonly Span[]

/** Sorts and joins spans given in any order into that form. */
export function normalizeSpans(spans: readonly Span[]): Spans {
  const joined: Span[] = []
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || span.from > last.to + 1) joined.push({ from: span.from, to: span.to })
    else if (span.to > last.to) joined[joined.length - 1] = { from: last.from, to: span.to }
  }
  return joined
}

/** What `a` has and `b` lacks. */
export function subtractSpans(a: Spans, b: Spans): Spans {
  const left: Span[] = []
  let j = 0
  for (const { from, to } of a) {
    let start = from
    while (j < b.length && (b[j] as Span).to < start) j++
    for (let k = j; k < b.length && (b[k] as Span).from <= to; k++) {
      const hole = b[k] as Span
      if (hole.from > start) left.push({ from: start, to: hole.from - 1 })
      start = hole.to + 1
    }
    if (start <= to) left.push({ from: start, to })
  }
  return left
}

/** Whether `seq` is in one of the spans; O(log n). */
export function spansHave(spans: Spans, seq: number): boolean {
  let low = 0
  let high = spans.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const span = spans[middle] as Span
    if (seq < span.from) high = middle - 1
    else if (seq > span.to) low = middle + 1
    else return true
  }
  return false
}
