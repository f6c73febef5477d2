import { coreError, type LeaseWish, type SinkLease } from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"

interface Row {
  readonly holder: string
  readonly epoch: string
  readonly fence: number
  readonly untilMs: number
}

/** What taking a lease came to. */
export interface TakenLease {
  readonly lease: SinkLease
  /** It was another store's until now: the generation has to rise. */
  readonly isTakeover: boolean
}

/** The lease of a SQLite sink, in the one row of `syncline_lease`. Every call is part of a transaction of the caller's. */
export class LeaseRow {
  readonly #path: string
  readonly #epoch: string
  readonly #read: SqliteStatement
  readonly #write: SqliteStatement
  readonly #giveBack: SqliteStatement
  #fence = 0

  constructor(connection: SqliteConnection, path: string, epoch: string) {
    this.#path = path
    this.#epoch = epoch
    this.#read = connection.prepare("SELECT holder, epoch, fence, until_ms AS untilMs FROM syncline_lease")
    this.#write = connection.prepare(`
      INSERT INTO syncline_lease VALUES (1, ?, ?, ?, ?) ON CONFLICT (only_row) DO UPDATE SET
      holder = excluded.holder, epoch = excluded.epoch, fence = excluded.fence, until_ms = excluded.until_ms`)
    this.#giveBack = connection.prepare("UPDATE syncline_lease SET until_ms = 0 WHERE holder = ?")
  }

  /** As `SinkSession.takeLease`. */
  take({ holder, ttlMs, nowMs }: LeaseWish): TakenLease {
    const before = this.#read.get() as Row | undefined
    if (before !== undefined && before.holder !== holder && before.untilMs > nowMs) {
      const { holder: present, fence, untilMs } = before
      return { lease: { holder: present, fence, untilMs }, isTakeover: false }
    }
    const isRenewed = before?.holder === holder && before.fence === this.#fence
    // Somebody else had it meanwhile: what this session knows of the sink, and has under way, is of the time before.
    if (this.#fence !== 0 && !isRenewed) throw this.#fencedOff(before?.fence ?? 0)
    const fence = isRenewed ? this.#fence : (before?.fence ?? 0) + 1
    const untilMs = Math.ceil(nowMs + ttlMs)
    this.#write.run(holder, this.#epoch, fence, untilMs)
    const isTakeover = before !== undefined && before.epoch !== this.#epoch
    return { lease: { holder, fence, untilMs }, isTakeover }
  }

  /** What was taken is in force, now that its transaction is through. */
  hold({ fence }: SinkLease): void {
    this.#fence = fence
  }

  /** As `SinkSession.releaseLease`. */
  release(holder: string): void {
    this.#giveBack.run(holder)
  }

  /** @throws SynclineError `sink-fenced` */
  mustHold(): void {
    const { fence } = (this.#read.get() as Row | undefined) ?? { fence: 0 }
    if (fence !== this.#fence) throw this.#fencedOff(fence)
  }

  #fencedOff(fence: number): Error {
    return coreError("sink-fenced", `${this.#path}: another writer took the lease; open the sink anew`, {
      details: { fence }
    })
  }
}
