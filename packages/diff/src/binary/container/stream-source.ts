import { type ByteSource, piecesOf } from "../../stream/byte-source.ts"
import type { DeltaSource } from "./delta-source.ts"
import { invalidDelta, longDelta } from "./invalid-delta.ts"

/**
 * Reads a delta from pieces of any size. Holds no more than the bytes asked for and the piece they end in.
 *
 * Throws `binary-limit` once more than `maxBytes` have been read, and the reason of a signal while it waits.
 */
export class StreamSource implements DeltaSource {
  readonly #pieces: AsyncGenerator<Uint8Array, void, undefined>
  readonly #maxBytes: number
  #piece: Uint8Array = new Uint8Array(0)
  #at = 0
  #taken = 0

  constructor(input: ByteSource, maxBytes: number, signal?: AbortSignal) {
    this.#pieces = piecesOf(input, Number.POSITIVE_INFINITY, signal)
    this.#maxBytes = maxBytes
  }

  async u8(): Promise<number> {
    while (this.#at === this.#piece.length) if (!(await this.#advance())) throw invalidDelta("it is cut off")
    return this.#piece[this.#at++] ?? 0
  }

  async varUint(): Promise<number> {
    let value = 0
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = await this.u8()
      value += (byte & 0x7f) * scale
      if (byte >= 0x80) continue
      if ((byte === 0 && scale > 1) || !Number.isSafeInteger(value)) break
      return value
    }
    throw invalidDelta("a number in it has no or another form")
  }

  async bytes(length: number): Promise<Uint8Array> {
    const whole = this.#piece.subarray(this.#at, this.#at + length)
    if (whole.length === length) {
      this.#at += length
      return whole
    }
    const taken = await this.#collect(length)
    if (taken.length < length) throw invalidDelta("it is cut off")
    return taken
  }

  async rest(maxBytes: number): Promise<Uint8Array> {
    const all = await this.#collect(maxBytes + 1)
    if (all.length > maxBytes) throw invalidDelta(`its last part is longer than ${maxBytes} bytes`)
    return all
  }

  /** Tells the producer that nothing more is read. */
  async close(): Promise<void> {
    await this.#pieces.return()
  }

  async #collect(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let missing = length
    for (;;) {
      const part = this.#piece.subarray(this.#at, Math.min(this.#piece.length, this.#at + missing))
      this.#at += part.length
      missing -= part.length
      if (part.length > 0) parts.push(part)
      if (missing === 0 || !(await this.#advance())) return parts.length === 1 ? part0(parts) : joined(parts)
    }
  }

  async #advance(): Promise<boolean> {
    const step = await this.#pieces.next()
    if (step.done === true) return false
    this.#piece = step.value
    this.#at = 0
    this.#taken += step.value.length
    if (this.#taken > this.#maxBytes) throw longDelta(this.#maxBytes)
    return true
  }
}

function part0(parts: readonly Uint8Array[]): Uint8Array {
  return parts[0] ?? new Uint8Array(0)
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
