import { parseDocumentId } from "../document/document-id.ts"
import { emptyLog, nextLogHash } from "../store/log-hash.ts"
import type { DocumentWrite, LogEnd, StoreSession, ValueWrite } from "../store/store.ts"

/** What is to be written of one document, positions and hashes left to `StoreBatches`. */
export interface PlannedWrite {
  /** `collection/key`. */
  readonly id: string
  /** Text of the record; without one the head stays where it is. */
  readonly record?: string
  readonly body?: string
  readonly base?: string
  readonly dropThrough?: number
}

/** Makes batches that continue a log, for tests of stores: digests and hashes are well-formed, contents short texts. */
export class StoreBatches {
  #end: LogEnd = emptyLog
  readonly #positions: Map<string, number> = new Map()

  /** The end of the log after the batches made so far. */
  get end(): LogEnd {
    return this.#end
  }

  /** The writes of one batch, taken as appended. */
  next(...planned: readonly PlannedWrite[]): readonly DocumentWrite[] {
    return planned.map(write => this.#plan(write))
  }

  /** Makes a batch and appends it. */
  async append(
    session: StoreSession,
    planned: readonly PlannedWrite[],
    values: readonly ValueWrite[] = []
  ): Promise<void> {
    await session.append({ documents: this.next(...planned), values })
  }

  #plan({ id: text, record, body = "", base, dropThrough }: PlannedWrite): DocumentWrite {
    const id = parseDocumentId(text)
    const bytes = record === undefined ? undefined : encodeText(record)
    if (bytes !== undefined) {
      this.#end = { position: this.#end.position + 1, hash: nextLogHash(this.#end, id, bytes) }
      this.#positions.set(text, this.#end.position)
    }
    const position = this.#positions.get(text) ?? 0
    const digest = new Uint8Array(32).fill(position % 256)
    return {
      head: { id, digest, position, body: encodeText(body) },
      ...(bytes && { record: { bytes, logHash: this.#end.hash } }),
      ...(base !== undefined && { base: encodeText(base) }),
      ...(dropThrough !== undefined && { dropThrough })
    }
  }
}

/** Text as bytes. */
export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Bytes as the text they came from. */
export function decodeText(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder().decode(bytes)
}
