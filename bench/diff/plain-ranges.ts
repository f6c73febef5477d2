/** A member: its time in seconds, or 0 where ids alone order, and its 8-byte id in hexadecimal. */
export interface PlainItem {
  readonly time: number
  readonly id: string
}

/** What plain range-based reconciliation took. */
export interface PlainCost {
  readonly bytes: number
  readonly messages: number
  readonly ours: number
  readonly theirs: number
}

// As negentropy has them: 16 parts a range, fingerprints of 16 bytes, ids in full below 32.
const PARTS = 16
const FINGERPRINT_BYTES = 16
const LISTED_BELOW = 32
const ID_BYTES = 8

type Claim =
  | { readonly kind: "skip"; readonly to: PlainItem | undefined }
  | { readonly kind: "sum"; readonly to: PlainItem | undefined; readonly sum: readonly [number, number] }
  | { readonly kind: "ids"; readonly to: PlainItem | undefined; readonly ids: readonly string[] }

/** A set in order, with running sums, so that any range's fingerprint takes two look-ups. */
export class PlainSet {
  readonly #items: readonly PlainItem[]
  readonly #highs: Int32Array
  readonly #lows: Int32Array

  constructor(items: readonly PlainItem[]) {
    this.#items = items.toSorted(compare)
    this.#highs = new Int32Array(items.length + 1)
    this.#lows = new Int32Array(items.length + 1)
    for (const [at, { id }] of this.#items.entries()) {
      this.#highs[at + 1] = (this.#highs[at] ?? 0) ^ Number.parseInt(id.slice(0, 8), 16)
      this.#lows[at + 1] = (this.#lows[at] ?? 0) ^ Number.parseInt(id.slice(8), 16)
    }
  }

  get size(): number {
    return this.#items.length
  }

  /** How many items are before a bound. */
  rank(bound: PlainItem | undefined): number {
    if (bound === undefined) return this.size
    let [low, high] = [0, this.size]
    while (low < high) {
      const middle = (low + high) >> 1
      const item = this.#items[middle]
      if (item !== undefined && compare(item, bound) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  sum(from: number, to: number): readonly [number, number] {
    return [
      (this.#highs[from] ?? 0) ^ (this.#highs[to] ?? 0),
      (this.#lows[from] ?? 0) ^ (this.#lows[to] ?? 0)
    ]
  }

  ids(from: number, to: number): string[] {
    return this.#items.slice(from, to).map(({ id }) => id)
  }

  /** The shortest bound before the item of a rank. */
  boundAt(rank: number): PlainItem | undefined {
    const [before, after] = [this.#items[rank - 1], this.#items[rank]]
    if (after === undefined || before === undefined) return after
    if (before.time !== after.time) return { time: after.time, id: "" }
    let shared = 0
    while (before.id.slice(0, 2 * shared + 2) === after.id.slice(0, 2 * shared + 2)) shared++
    return { time: after.time, id: after.id.slice(0, 2 * shared + 2) }
  }
}

/**
 * Range-based reconciliation as negentropy does it, with ids cut to 8 bytes as ours are: what it sends, in bytes, until the
 * initiator knows both sides' differences. Messages are counted, not encoded.
 */
export function plainRanges(left: PlainSet, right: PlainSet): PlainCost {
  const found = { ours: 0, theirs: 0 }
  let claims = split(left, 0, left.size, undefined)
  let [bytes, messages] = [0, 0]
  for (let initiatorSpeaks = true; claims.length > 0; initiatorSpeaks = !initiatorSpeaks) {
    bytes += messageBytes(claims)
    messages++
    claims = initiatorSpeaks ? answer(right, claims, undefined) : answer(left, claims, found)
  }
  // The responder answers also when nothing differs.
  return { bytes: messages === 1 ? bytes + 1 : bytes, messages: Math.max(2, messages), ...found }
}

function split(set: PlainSet, from: number, to: number, end: PlainItem | undefined): Claim[] {
  const count = to - from
  if (count < LISTED_BELOW) return [{ kind: "ids", to: end, ids: set.ids(from, to) }]
  return Array.from({ length: PARTS }, (_, part): Claim => {
    const start = from + Math.floor((part * count) / PARTS)
    const stop = from + Math.floor(((part + 1) * count) / PARTS)
    const bound = part === PARTS - 1 ? end : set.boundAt(stop)
    return { kind: "sum", to: bound, sum: set.sum(start, stop) }
  })
}

function answer(
  set: PlainSet,
  claims: readonly Claim[],
  initiator: { ours: number; theirs: number } | undefined
): Claim[] {
  const answers: Claim[] = []
  let from = 0
  for (const claim of claims) {
    const to = set.rank(claim.to)
    answers.push(...answerOne(set, claim, from, to, initiator))
    from = to
  }
  while (answers.at(-1)?.kind === "skip") answers.pop()
  return answers.filter((each, at) => each.kind !== "skip" || answers[at + 1]?.kind !== "skip")
}

function answerOne(
  set: PlainSet,
  claim: Claim,
  from: number,
  to: number,
  initiator: { ours: number; theirs: number } | undefined
): Claim[] {
  const skip: Claim = { kind: "skip", to: claim.to }
  if (claim.kind === "skip") return [skip]
  if (claim.kind === "sum") {
    const [high, low] = set.sum(from, to)
    return high === claim.sum[0] && low === claim.sum[1] ? [skip] : split(set, from, to, claim.to)
  }
  if (initiator === undefined) return [{ kind: "ids", to: claim.to, ids: set.ids(from, to) }]
  const [ours, theirs] = [new Set(set.ids(from, to)), new Set(claim.ids)]
  initiator.ours += [...ours].filter(id => !theirs.has(id)).length
  initiator.theirs += [...theirs].filter(id => !ours.has(id)).length
  return [skip]
}

function messageBytes(claims: readonly Claim[]): number {
  let [bytes, time] = [1, 0]
  for (const { to, ...claim } of claims) {
    // Bounds: the time since the one before, or 0 for the end; the length of the id's beginning; the beginning.
    bytes += to === undefined ? 2 : varUintBytes(to.time - time + 1) + 1 + to.id.length / 2
    time = to?.time ?? time
    bytes += 1
    if (claim.kind === "sum") bytes += FINGERPRINT_BYTES
    if (claim.kind === "ids") bytes += varUintBytes(claim.ids.length) + claim.ids.length * ID_BYTES
  }
  return bytes
}

function varUintBytes(value: number): number {
  return value < 2 ? 1 : Math.ceil((Math.floor(Math.log2(value)) + 1) / 7)
}

function compare(a: PlainItem, b: PlainItem): number {
  if (a.time !== b.time) return a.time - b.time
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
