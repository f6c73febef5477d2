import { coreError } from "../errors/core-error.ts"
import type { LeaseWish, SinkContext, SinkLease, Watermark } from "./sink.ts"

/** What orders the records of a sink before their heights do, as its database has it. */
export interface SinkAge {
  readonly generation: number
  /** Version of the mapping. */
  readonly projection: number
}

/** A lease as a sink's database keeps it. */
export interface StoredLease extends SinkLease {
  /** The store of its holder. */
  readonly epoch: string
}

/**
 * For a sink to call in the transaction of its opening, before anything is changed in what lies there: by whoever only stands by, nothing is. Who does not ask for the
 * lease may still open what there is nothing to alter in, to read it; where there never was a lease, everybody may open.
 *
 * @param sink its name.
 * @param alters whether the opening is about to bring the sink to another mapping, or its tables to what they should be.
 * @throws SynclineError `sink-leased` where another than `holder` has the lease, and its time is not over; `sink-fenced` where nobody is named who will ask for it.
 */
export function mustLeaveLeased(
  sink: string,
  stored: StoredLease | undefined,
  { holder, ports }: Pick<SinkContext, "holder" | "ports">,
  alters: boolean
): void {
  if (stored === undefined) return
  const nowMs = ports.time.nowMs()
  if (holder !== undefined && isOthers(stored, holder, nowMs)) throw leasedError(sink, stored.untilMs, nowMs)
  if (holder === undefined && alters)
    throw coreError(
      "sink-fenced",
      `sink ${sink} has a lease, and its tables are for its holder to alter; ask for the lease (\`lease: {}\`), or declare the tables as the holder does`,
      { details: { sink, fence: stored.fence } }
    )
}

/** What whoever wants a lease hears while another has it. */
export function leasedError(sink: string, untilMs: number, nowMs: number): Error {
  return coreError(
    "sink-leased",
    `another writer holds sink ${sink} for ${Math.max(0, untilMs - nowMs)} ms more; this one waits for it`,
    { details: { sink, untilMs } }
  )
}

function isOthers(stored: StoredLease, holder: string, nowMs: number): boolean {
  return stored.holder !== holder && stored.untilMs > nowMs
}

/** What a session finds in its database when it is opened. */
export interface SinkOpening {
  /** Where the sink lies, for messages. */
  readonly place: string
  /** The store's. */
  readonly epoch: string
  readonly age: SinkAge
  /** That of this store; absent where its log was never applied. */
  readonly watermark: Watermark | undefined
  /** Whether there are records, whoever brought them. */
  readonly hasRecords: boolean
}

/** What becomes of somebody's wish for the lease. */
export interface LeaseAnswer {
  /** As `SinkSession.takeLease` is to give it. */
  readonly lease: SinkLease
  /** To be put in the stored one's place; absent where another holds it. */
  readonly write?: StoredLease
  /** The generation to be put in the stored one's place, and all watermarks to be taken back: the lease was another store's until now. */
  readonly generation?: number
}

/**
 * How a session of a transactional sink stands to its database: generation, mapping, watermark and lease, and who may write. For sinks to build on: they read and
 * write rows, inside one transaction with what `mustHold` and `mustBeCurrent` have looked at, and tell it once that is through.
 */
export class SinkStanding {
  readonly inherited: boolean
  readonly #place: string
  readonly #epoch: string
  #age: SinkAge
  #watermark: Watermark
  /** Of the lease that was taken; 0 where none ever was. */
  #fence = 0

  constructor({ place, epoch, age, watermark, hasRecords }: SinkOpening) {
    this.#place = place
    this.#epoch = epoch
    this.#age = { generation: age.generation, projection: age.projection }
    this.#watermark = watermark ?? { epoch, position: 0 }
    this.inherited = watermark === undefined && hasRecords
  }

  get age(): SinkAge {
    return this.#age
  }

  get watermark(): Watermark {
    return this.#watermark
  }

  /**
   * Decides about the lease, by what is stored. Changes nothing: `held` says that it is written.
   *
   * @throws SynclineError `sink-fenced` where this session had it, and lost it to another one.
   */
  answer(before: StoredLease | undefined, age: SinkAge, { holder, ttlMs, nowMs }: LeaseWish): LeaseAnswer {
    if (before !== undefined && isOthers(before, holder, nowMs)) {
      const { holder: present, fence, untilMs } = before
      return { lease: { holder: present, fence, untilMs } }
    }
    const isRenewed = before?.holder === holder && before.fence === this.#fence
    // Somebody else had it meanwhile: what this session knows of the sink, and has under way, is of the time before.
    if (this.#fence !== 0 && !isRenewed) throw this.#fencedOff(before?.fence ?? 0)
    const fence = isRenewed ? this.#fence : (before?.fence ?? 0) + 1
    const lease = { holder, fence, untilMs: Math.ceil(nowMs + ttlMs) }
    const isTakeover = before !== undefined && before.epoch !== this.#epoch
    return {
      lease,
      write: { ...lease, epoch: this.#epoch },
      ...(isTakeover && { generation: age.generation + 1 })
    }
  }

  /** What `answer` said is written. */
  held({ write, generation }: LeaseAnswer): void {
    if (write !== undefined) this.#fence = write.fence
    if (generation !== undefined) this.raised(generation)
  }

  /**
   * What is to be put in the stored lease's place where this session gives it back; `undefined` where it is not this one's. The same holder may have
   * opened the sink anew meanwhile: what comes late must not take the lease from that session.
   */
  givenBack(stored: StoredLease | undefined, holder: string): StoredLease | undefined {
    return stored?.holder === holder && stored.fence === this.#fence ? { ...stored, untilMs: 0 } : undefined
  }

  /** @throws SynclineError `sink-fenced` unless the stored lease, if there ever was one, is what this session took. */
  mustHold(stored: Pick<StoredLease, "fence"> | undefined): void {
    const fence = stored?.fence ?? 0
    if (fence !== this.#fence) throw this.#fencedOff(fence)
  }

  /**
   * What the database says of itself, as it was read: `undefined` where nothing does any more.
   *
   * @throws SynclineError `sink-fenced` then: somebody emptied it under this session.
   */
  mustBeThere<Age extends SinkAge>(age: Age | undefined): Age {
    if (age !== undefined) return age
    throw coreError(
      "sink-fenced",
      `${this.#place}: what the sink keeps of itself is gone; opened anew, it begins again`
    )
  }

  /** @throws SynclineError `sink-fenced`, also where generation or mapping changed under this session, or nothing says which they are. */
  mustBeCurrent(stored: Pick<StoredLease, "fence"> | undefined, age: SinkAge | undefined): void {
    const { generation, projection } = this.mustBeThere(age)
    this.mustHold(stored)
    if (generation === this.#age.generation && projection === this.#age.projection) return
    throw coreError(
      "sink-fenced",
      `${this.#place}: another writer raised the generation or changed the mapping; open the sink anew`,
      { details: { generation, projection } }
    )
  }

  /**
   * The watermark of this store only grows, unless the generation does: one that is lower came with an earlier state of the database, put back under this session.
   *
   * @param stored as it was read; absent where there is none.
   * @throws SynclineError `sink-fenced`.
   */
  mustReach(stored: Pick<Watermark, "position"> | undefined): void {
    const { position } = this.#watermark
    const found = stored?.position ?? 0
    if (found >= position) return
    throw coreError(
      "sink-fenced",
      `${this.#place}: an earlier state was put back (it is at ${found}, and was at ${position}); opened anew, the sink goes on from there`,
      { details: { found, position } }
    )
  }

  /** The generation is this by now, and everything is to be applied anew. */
  raised(generation: number): void {
    this.#age = { ...this.#age, generation }
    this.#watermark = { epoch: this.#epoch, position: 0 }
  }

  /** A batch up to there is written. */
  applied(watermark: Watermark): void {
    if (watermark.position > this.#watermark.position) this.#watermark = watermark
  }

  #fencedOff(fence: number): Error {
    return coreError("sink-fenced", `${this.#place}: another writer took the lease; open the sink anew`, {
      details: { fence }
    })
  }
}
