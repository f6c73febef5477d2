import { ByteWriter } from "@syncline/clock/bytes"
import { LITERAL_PIECE_BYTES, WINDOW_LITERAL_BYTES, WINDOW_RUNS } from "./delta-format.ts"

/** Collects literals and copied blocks until it is time to send them. */
export class DeltaWindow {
  #literals = new Uint8Array(1 << 16)
  #literalBytes = 0
  readonly #runs = new ByteWriter(1024)
  #runCount = 0
  // The run that is still growing.
  #runLiterals = 0
  #runBlock = 0
  #runBlocks = 0
  /** Block after the last one copied, over all windows: where the next run of blocks is expected to begin. */
  #expected = 0

  /** Whether nothing was collected. */
  get isEmpty(): boolean {
    return this.#runCount === 0 && this.#runLiterals === 0 && this.#runBlocks === 0
  }

  /** Whether it must be taken before more is added: a piece of literals and a run still fit. */
  get isFull(): boolean {
    return this.#literalBytes >= WINDOW_LITERAL_BYTES || this.#runCount >= WINDOW_RUNS - 1
  }

  /** Adds new bytes, at most `LITERAL_PIECE_BYTES` at once; they are copied. */
  literal(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    if (this.#runBlocks > 0) this.#closeRun()
    this.#reserve(bytes.length)
    this.#literals.set(bytes, this.#literalBytes)
    this.#literalBytes += bytes.length
    this.#runLiterals += bytes.length
  }

  /** Adds a block of the old version. */
  copy(block: number): void {
    if (this.#runBlocks > 0 && block !== this.#runBlock + this.#runBlocks) this.#closeRun()
    if (this.#runBlocks === 0) this.#runBlock = block
    this.#runBlocks++
  }

  /** Everything collected, as the format lays it out; begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    this.#closeRun()
    const count = new ByteWriter()
    count.varUint(this.#runCount)
    const literals = this.#literals.subarray(0, this.#literalBytes)
    const payload = new Uint8Array(count.length + this.#runs.length + literals.length)
    let at = 0
    for (const part of [count.finish(), this.#runs.finish(), literals]) {
      payload.set(part, at)
      at += part.length
    }
    this.#runs.reset()
    this.#runCount = 0
    this.#literalBytes = 0
    return payload
  }

  #closeRun(): void {
    if (this.#runLiterals === 0 && this.#runBlocks === 0) return
    this.#runs.varUint(this.#runLiterals)
    this.#runs.varUint(this.#runBlocks)
    if (this.#runBlocks > 0) {
      this.#runs.varInt(this.#runBlock - this.#expected)
      this.#expected = this.#runBlock + this.#runBlocks
    }
    this.#runCount++
    this.#runLiterals = 0
    this.#runBlocks = 0
  }

  #reserve(bytes: number): void {
    const needed = this.#literalBytes + bytes
    if (needed <= this.#literals.length) return
    const doubled = Math.min(2 * this.#literals.length, WINDOW_LITERAL_BYTES + LITERAL_PIECE_BYTES)
    const grown = new Uint8Array(Math.max(needed, doubled))
    grown.set(this.#literals.subarray(0, this.#literalBytes))
    this.#literals = grown
  }
}
