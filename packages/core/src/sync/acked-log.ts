import type { Frame } from "./frame.ts"
import type { OutgoingState } from "./sync-state.ts"

/** Up to where the peer is known to have our log, read off what was sent and acknowledged. */
export class AckedLog {
  /** Payloads sent so far. */
  #payloads = 0
  /** The one of which chunks are still to come: how much, and up to where the peer has the log with it. */
  #open: { left: number; readonly position: number | undefined } | undefined
  /** Payloads with which the peer has everything up to a position, in order. */
  readonly #marks: { readonly payload: number; readonly position: number }[] = []
  #position = 0

  /** A frame went out. What comes whole between the chunks of another counts before it. */
  sent(frame: Frame): void {
    if (frame.kind === "chunk") return this.#continue(frame.bytes.length)
    if (frame.kind !== "commits" && frame.kind !== "snapshot") return
    const position = frame.kind === "commits" ? frame.through?.position : undefined
    const left = frame.total - frame.bytes.length - (frame.kind === "snapshot" ? frame.offset : 0)
    if (left > 0) this.#open = { left, position }
    else this.#complete(position)
  }

  /** The position, as of this state. */
  update({ started, pump, front, bulk, sent, acked, through }: OutgoingState): number {
    let position = this.#position
    for (let mark = this.#marks[0]; mark !== undefined && mark.payload <= acked; mark = this.#marks[0]) {
      this.#marks.shift()
      position = mark.position
    }
    // At rest, what the peer sent us itself is behind us, too, of which it is told nothing.
    const isOut = front === undefined && bulk === undefined
    const rests = started && pump === "resting" && isOut && acked === sent
    this.#position = Math.max(this.#position, position, rests ? through : 0)
    return this.#position
  }

  #continue(bytes: number): void {
    const open = this.#open
    if (open === undefined) return
    open.left -= bytes
    if (open.left > 0) return
    this.#open = undefined
    this.#complete(open.position)
  }

  #complete(position: number | undefined): void {
    this.#payloads++
    if (position !== undefined) this.#marks.push({ payload: this.#payloads, position })
  }
}
