import type { Frame } from "./frame.ts"
import type { OutgoingState } from "./sync-state.ts"

/** Up to where the peer is known to have our log, read off what was sent and acknowledged. */
export class AckedLog {
  /** Payloads begun so far. */
  #payloads = 0
  /** Payloads with which the peer has everything up to a position, in order. */
  readonly #marks: { readonly payload: number; readonly position: number }[] = []
  #position = 0

  /** A frame went out. */
  sent(frame: Frame): void {
    if (frame.kind !== "commits" && frame.kind !== "snapshot") return
    this.#payloads++
    if (frame.kind === "commits" && frame.through !== undefined)
      this.#marks.push({ payload: this.#payloads, position: frame.through.position })
  }

  /** The position, as of this state. */
  update({ started, pump, payload, sent, acked, through }: OutgoingState): number {
    let position = this.#position
    for (let mark = this.#marks[0]; mark !== undefined && mark.payload <= acked; mark = this.#marks[0]) {
      this.#marks.shift()
      position = mark.position
    }
    // At rest, what the peer sent us itself is behind us, too, of which it is told nothing.
    const rests = started && pump === "resting" && payload === undefined && acked === sent
    this.#position = Math.max(this.#position, position, rests ? through : 0)
    return this.#position
  }
}
