import { equalBytes } from "../codec/hex.ts"
import { coreError } from "../errors/core-error.ts"
import { mustBeBytes } from "./must-be-bytes.ts"
import { nextEntryHash, noEntries } from "./entry-hash.ts"

/** What a tab can still hold; no document of a sane size comes near. */
const maxFrameBytes = 1024 * 1024 * 1024

/**
 * The entries of an export, whose bytes come in pieces of any size. Holds one entry, and one piece, at a time.
 *
 * @throws SynclineError `codec-invalid` for what is no export, `codec-limit`, `codec-corrupt` where the hash at the end is another, or there is none
 */
export async function* framesOf(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  magic: Uint8Array
): AsyncIterable<Uint8Array> {
  const pieces = new PieceReader(source)
  const begin = await pieces.take(magic.length)
  if (begin === undefined || !equalBytes(begin, magic))
    throw coreError("codec-invalid", "this is no export of a store, or one of a newer Syncline")
  let hash = noEntries
  for (;;) {
    const length = await frameLength(pieces)
    if (length === 0) break
    const entry = await pieces.must(length)
    hash = nextEntryHash(hash, entry)
    yield entry
  }
  if (!equalBytes(await pieces.must(hash.length), hash)) throw damaged("its hash is another")
}

async function frameLength(pieces: PieceReader): Promise<number> {
  let length = 0
  for (let scale = 1; ; scale *= 128) {
    const [byte = 0] = await pieces.must(1)
    length += (byte & 0x7f) * scale
    if (length > maxFrameBytes)
      throw coreError("codec-limit", `an entry of ${length} bytes is more than is read`)
    if (byte < 0x80) return length
  }
}

/** Bytes by number, whatever pieces they come in. */
class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  #held: Uint8Array = new Uint8Array(0)
  #at = 0

  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#pieces = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  }

  async must(length: number): Promise<Uint8Array> {
    const bytes = await this.take(length)
    if (bytes === undefined) throw damaged("it ends early")
    return bytes
  }

  /** `undefined` when there are not so many any more. */
  async take(length: number): Promise<Uint8Array | undefined> {
    const ready = this.#held.subarray(this.#at, this.#at + length)
    if (ready.length === length) {
      this.#at += length
      return new Uint8Array(ready)
    }
    // Copied, for a source may use its buffer again; `slice` of a Buffer would be no copy.
    const parts: Uint8Array[] = [new Uint8Array(ready)]
    for (let missing = length - ready.length; missing > 0; ) {
      const next = await this.#pieces.next()
      if (next.done === true) return undefined
      const piece = next.value
      mustBeBytes(piece)
      parts.push(new Uint8Array(piece.subarray(0, missing)))
      this.#held = piece
      this.#at = Math.min(missing, piece.length)
      missing -= this.#at
    }
    return joined(parts, length)
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function damaged(how: string): Error {
  return coreError("codec-corrupt", `the export of a store was damaged: ${how}; nothing of it can be opened`)
}
