/**
 * What a history did, boiled down: two runs with one hash took the same course. Not cryptographic; two lanes of 32 bits
 * in the manner of FNV-1a.
 */
export class TraceHash {
  #low = 0x811c9dc5
  #high = 0x9e3779b1
  #events = 0

  /** Events so far. */
  get events(): number {
    return this.#events
  }

  /** One event: its kind and the numbers that say what it was. */
  add(kind: string, ...numbers: readonly number[]): void {
    this.#events++
    for (let i = 0; i < kind.length; i++) this.#mix(kind.charCodeAt(i))
    for (const number of numbers) {
      this.#mix(number >>> 0)
      if (number > 0xffffffff) this.#mix(Math.floor(number / 2 ** 32))
    }
  }

  /** One event with content. */
  addBytes(kind: string, bytes: Uint8Array, ...numbers: readonly number[]): void {
    this.add(kind, bytes.length, ...numbers)
    for (let i = 0; i < bytes.length; i++) this.#mix(bytes[i] ?? 0)
  }

  /** 16 hex digits. */
  get value(): string {
    return [this.#high, this.#low].map(lane => (lane >>> 0).toString(16).padStart(8, "0")).join("")
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193)
    this.#high = Math.imul(this.#high ^ value ^ (this.#low >>> 15), 0x85ebca6b)
  }
}
