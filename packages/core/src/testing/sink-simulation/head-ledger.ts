import { decodeHead } from "../../codec/facts-codec.ts"
import { toHex } from "../../codec/hex.ts"
import type { StoreBatch } from "../../store/store.ts"

/** A durable state of a document. */
export interface LedgerHead {
  readonly position: number
  readonly height: number
  /** In hex. */
  readonly digest: string
}

/** All durable states of the documents of one store, read from what was appended to its disk: no replica is asked. */
export class HeadLedger {
  readonly #heads = new Map<string, LedgerHead[]>()

  /** Takes note of an append. */
  add({ documents }: StoreBatch): void {
    for (const { head, record } of documents) {
      if (record === undefined) continue
      const { height } = decodeHead(head.body).version
      const states = this.#heads.get(head.id) ?? []
      this.#heads.set(head.id, states)
      states.push({ position: head.position, height, digest: toHex(head.digest) })
    }
  }

  /** Ids of documents that were written. */
  get ids(): Iterable<string> {
    return this.#heads.keys()
  }

  /** The newest state at or below a log position. */
  at(id: string, position: number = Number.POSITIVE_INFINITY): LedgerHead | undefined {
    return this.#heads.get(id)?.findLast(head => head.position <= position)
  }
}
