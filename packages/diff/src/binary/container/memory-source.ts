import { isBytes } from "../../argument/is-bytes.ts"
import { invalidSource } from "../../stream/invalid-source.ts"
import type { DeltaSource } from "./delta-source.ts"
import { invalidDelta, longDelta } from "./invalid-delta.ts"

/** Reads a delta that is at hand. Nothing is copied, and nobody waits: that alone takes longer than applying a short one. */
export class MemorySource implements DeltaSource {
  readonly #delta: Uint8Array
  #at = 0

  /** @throws SynclineError `binary-limit` for more than `maxBytes`, `source-invalid` for no bytes. */
  constructor(delta: Uint8Array, maxBytes: number) {
    // Callers without types give anything.
    if (!isBytes(delta)) throw invalidSource(delta)
    if (delta.length > maxBytes) throw longDelta(maxBytes)
    this.#delta = delta
  }

  u8(): number {
    const byte = this.#delta[this.#at++]
    if (byte === undefined) throw invalidDelta("it is cut off")
    return byte
  }

  varUint(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte >= 0x80) continue
      if ((byte === 0 && scale > 1) || !Number.isSafeInteger(value)) break
      return value
    }
    throw invalidDelta("a number in it has no or another form")
  }

  bytes(length: number): Uint8Array {
    const taken = this.#delta.subarray(this.#at, this.#at + length)
    if (taken.length < length) throw invalidDelta("it is cut off")
    this.#at += length
    return taken
  }

  rest(maxBytes: number): Uint8Array {
    const all = this.#delta.subarray(this.#at)
    if (all.length > maxBytes) throw invalidDelta(`its last part is longer than ${maxBytes} bytes`)
    this.#at = this.#delta.length
    return all
  }
}
