import { type ActorId, compareActorIds } from "../actor/actor-id.ts"
import { assertSeq, type Dot, dotAfter, type DotRange } from "../actor/dot.ts"
import { ByteReader } from "../bytes/byte-reader.ts"
import { ByteWriter } from "../bytes/byte-writer.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import type { CausalOrder } from "../version-vector/causal-order.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { readCloud, writeCloud } from "./cloud-codec.ts"
import { type ContextDecodeOptions, resolveContextLimits } from "./context-limits.ts"
import { normalizeSpans, type Span, type Spans, spansHave, subtractSpans } from "./spans.ts"

const NO_CLOUD: ReadonlyMap<ActorId, Spans> = new Map()

/**
 * Any set of dots: a version vector for what is contiguous, and a cloud of ranges for what arrived ahead of a gap.
 *
 * Immutable and always compact: a range that touches the vector becomes part of it, so equal sets have one form, and a
 * context without gaps is just its vector. Sizes below: n entries, c ranges.
 */
export class CausalContext {
  /** The set of no dots. */
  static readonly empty: CausalContext = new CausalContext(VersionVector.empty, NO_CLOUD)

  /** The contiguous part: per actor all dots from 1 up to the first gap. */
  readonly vector: VersionVector
  readonly #cloud: ReadonlyMap<ActorId, Spans>

  private constructor(vector: VersionVector, cloud: ReadonlyMap<ActorId, Spans>) {
    this.vector = vector
    this.#cloud = cloud
  }

  /** The set of a vector's dots and those of some ranges, in any order and overlapping. Throws `dot-invalid`. */
  static from(vector: VersionVector, ranges: Iterable<DotRange> = []): CausalContext {
    return new CausalContext(vector, NO_CLOUD).withRanges(ranges)
  }

  /** What lies beyond a gap: ranges in order of actor, then seq. */
  get cloud(): DotRange[] {
    return [...this.#cloud]
      .sort(([a], [b]) => compareActorIds(a, b))
      .flatMap(([actor, spans]) => spans.map(span => rangeOf(actor, span)))
  }

  /** How many dots this has. Strictly grows along causality. */
  get height(): number {
    let height = this.vector.height
    for (const spans of this.#cloud.values()) for (const { from, to } of spans) height += to - from + 1
    return height
  }

  /** Whether the dot is in this set; O(log n + log c). */
  has(dot: Dot): boolean {
    return this.vector.has(dot) || spansHave(this.#cloud.get(dot.actor) ?? [], dot.seq)
  }

  /** The dot the actor's next event gets: after its highest, gaps or not. Throws `vector-overflow` after 2⁵³−1. */
  next(actor: ActorId): Dot {
    const last = this.#cloud.get(actor)?.at(-1)
    return dotAfter(actor, last === undefined ? this.vector.get(actor) : last.to)
  }

  /** This set and one dot. For many, {@link withRanges} is cheaper. Throws `dot-invalid`. */
  with(dot: Dot): CausalContext {
    return this.has(dot) ? this : this.withRanges([{ actor: dot.actor, from: dot.seq, to: dot.seq }])
  }

  /** This set and the dots of some ranges, in any order and overlapping. Throws `dot-invalid`. */
  withRanges(ranges: Iterable<DotRange>): CausalContext {
    const added = new Map<ActorId, Span[]>()
    for (const { actor, from, to } of ranges) {
      assertRange({ actor, from, to })
      const spans = added.get(actor)
      if (spans === undefined) added.set(actor, [{ from, to }])
      else spans.push({ from, to })
    }
    return added.size === 0 ? this : this.#joined(this.vector, added)
  }

  /** The union of both: the least set that dominates them. */
  merge(other: CausalContext): CausalContext {
    if (other.#cloud.size === 0 && this.#cloud.size === 0) {
      const vector = this.vector.merge(other.vector)
      return vector === this.vector ? this : new CausalContext(vector, NO_CLOUD)
    }
    return this.#joined(this.vector.merge(other.vector), other.#cloud)
  }

  /** What this has and `other` lacks, in order of actor, then seq. */
  diff(other: CausalContext): DotRange[] {
    const missing: DotRange[] = []
    for (const actor of this.#actors()) {
      for (const span of subtractSpans(this.#spansOf(actor), other.#spansOf(actor))) {
        missing.push(rangeOf(actor, span))
      }
    }
    return missing
  }

  /** The gaps: dots below an actor's highest that this lacks, in order of actor, then seq. */
  gaps(): DotRange[] {
    return this.cloud.map(({ actor, from }, i, cloud) => {
      const before = cloud[i - 1]
      const known = before?.actor === actor ? before.to : this.vector.get(actor)
      return { actor, from: known + 1, to: from - 1 }
    })
  }

  /** Whether this has every dot of `other` (so also when they are equal). */
  dominates(other: CausalContext): boolean {
    if (other.#cloud.size === 0) return this.vector.dominates(other.vector)
    return this.height >= other.height && other.diff(this).length === 0
  }

  /** Whether both are the same set of dots. */
  equals(other: CausalContext): boolean {
    return this.compare(other) === "equal"
  }

  /** How this relates to `other`: `before` means that `other` has all of this and more. */
  compare(other: CausalContext): CausalOrder {
    const above = this.dominates(other)
    const below = other.dominates(this)
    if (above) return below ? "equal" : "after"
    return below ? "before" : "concurrent"
  }

  /** The canonical bytes: the vector's, then the cloud; SPEC has the format. */
  encode(): Uint8Array<ArrayBuffer> {
    const writer = new ByteWriter()
    this.writeTo(writer)
    return writer.finish()
  }

  /** {@link encode}, as a part of a larger message. */
  writeTo(writer: ByteWriter): void {
    this.vector.writeTo(writer)
    writeCloud(writer, this.#cloud, this.vector)
  }

  /** The set these bytes encode. Accepts exactly the canonical form; throws the `bytes-*` codes. */
  static decode(bytes: Uint8Array, options: ContextDecodeOptions = {}): CausalContext {
    const reader = new ByteReader(bytes, { maxBytes: resolveContextLimits(options.limits).maxBytes })
    const context = CausalContext.readFrom(reader, options)
    reader.expectEnd()
    return context
  }

  /** {@link decode}, as a part of a larger message, whose reader limits the bytes. */
  static readFrom(reader: ByteReader, options: ContextDecodeOptions = {}): CausalContext {
    const vector = VersionVector.readFrom(reader, options)
    const cloud = readCloud(reader, vector, resolveContextLimits(options.limits))
    return new CausalContext(vector, cloud)
  }

  #joined(vector: VersionVector, added: ReadonlyMap<ActorId, Spans>): CausalContext {
    const cloud = new Map<ActorId, Spans>()
    const grown: Array<readonly [ActorId, number]> = []
    for (const actor of new Set([...this.#cloud.keys(), ...added.keys()])) {
      const loose = [...(this.#cloud.get(actor) ?? []), ...(added.get(actor) ?? [])]
      const [first, ...rest] = normalizeSpans([...baseSpans(vector.get(actor)), ...loose])
      if (first?.from === 1) grown.push([actor, first.to])
      const beyond = first === undefined || first.from === 1 ? rest : [first, ...rest]
      if (beyond.length > 0) cloud.set(actor, beyond)
    }
    return new CausalContext(vector.withAll(grown), cloud.size === 0 ? NO_CLOUD : cloud)
  }

  #actors(): ActorId[] {
    return [...new Set([...this.vector.actors(), ...this.#cloud.keys()])].sort(compareActorIds)
  }

  #spansOf(actor: ActorId): Spans {
    return [...baseSpans(this.vector.get(actor)), ...(this.#cloud.get(actor) ?? [])]
  }
}

function baseSpans(seq: number): Spans {
  return seq === 0 ? [] : [{ from: 1, to: seq }]
}

function rangeOf(actor: ActorId, span: Span): DotRange {
  return { actor, from: span.from, to: span.to }
}

function assertRange(range: DotRange): void {
  assertSeq(range.from, range.actor)
  assertSeq(range.to, range.actor)
  if (range.from <= range.to) return
  throw new SynclineError<ClockErrorCode>(
    "dot-invalid",
    `The range ${range.from} to ${range.to} of actor ${range.actor} runs backwards`,
    { details: { ...range } }
  )
}
