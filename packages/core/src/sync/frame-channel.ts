import { isSynclineError } from "@syncline/clock"
import type { Closed, CloseReason, Connection } from "../link/transport.ts"
import type { Frame } from "./frame.ts"
import { readFrame } from "./frame-reader.ts"
import { writeFrame } from "./frame-writer.ts"
import type { SyncLevel } from "./reconcile/level.ts"

/** What went over one channel. */
export interface ChannelCounts {
  framesIn: number
  framesOut: number
  bytesIn: number
  bytesOut: number
  /** Frames that came a second time and were dropped. */
  duplicates: number
  /** Bytes of reconciliation, both directions, by level. */
  readonly levelBytes: { [L in SyncLevel]: number }
}

/** Who hears what a channel brings. */
export interface ChannelListener {
  /** `size`: the message's bytes. */
  onFrame(frame: Frame, size: number): void
  /** The peer sent what cannot be taken, or frames went missing; the connection is still open. */
  onBroken(closed: Closed): void
  /** The connection ended without our doing. */
  onLost(closed: Closed): void
}

/** Control frames nobody reads must not pile up here; beyond this many bytes unsent the peer is not listening. */
const maxUnsentControlBytes = 1 << 22

/**
 * Frames over a connection. Numbers what goes out and checks the numbers of what comes in, so that loss, duplication
 * and reordering below us are noticed with the first frame they touch: a duplicate is dropped, a gap ends the
 * connection, and the next one goes on from the cursors.
 */
export class FrameChannel {
  readonly counts: ChannelCounts = {
    framesIn: 0,
    framesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    duplicates: 0,
    levelBytes: { list: 0, rateless: 0, ranges: 0, merkle: 0 }
  }
  readonly #connection: Connection
  readonly #listener: ChannelListener
  readonly #maxFrameBytes: number
  readonly #maxHelloBytes: number
  #nextIn = 1
  #nextOut = 1
  #open = true
  /** The peer does not read: nothing more is put into its queue but why that ends. */
  #isFull = false

  constructor(
    connection: Connection,
    listener: ChannelListener,
    limits: { readonly maxFrameBytes: number; readonly maxHelloBytes: number }
  ) {
    this.#connection = connection
    this.#listener = listener
    this.#maxFrameBytes = limits.maxFrameBytes
    this.#maxHelloBytes = limits.maxHelloBytes
    connection.onMessage(message => this.#receive(message))
    connection.onClose(closed => {
      if (!this.#open) return
      this.#open = false
      listener.onLost(closed)
    })
  }

  /** Bytes sent and not yet handed to the network. */
  get bufferedBytes(): number {
    return this.#connection.bufferedBytes
  }

  /** Sends one frame. Does nothing once closed, nor once the peer has left too much unread. */
  send(frame: Frame): void {
    if (!this.#open || this.#isFull) return
    this.#write(frame)
    if (this.#connection.bufferedBytes <= maxUnsentControlBytes + this.#maxFrameBytes * 16) return
    this.#isFull = true
    this.#break("flow-control", "the peer does not read what it makes us send")
  }

  #write(frame: Frame): void {
    const bytes = writeFrame(this.#nextOut, frame)
    this.#nextOut++
    this.counts.framesOut++
    this.counts.bytesOut += bytes.length
    this.#countLevel(frame, bytes.length)
    try {
      this.#connection.send(bytes, true)
    } catch (error) {
      this.#lose(error)
    }
  }

  /** Closes the connection; `tell` sends a last frame that says why. Nothing is heard afterwards. */
  close(closed: Closed, tell: boolean): void {
    if (tell && this.#open) this.#write({ kind: "close", ...closed })
    this.#open = false
    this.#connection.close(closed)
  }

  #receive(message: Uint8Array): void {
    if (!this.#open) return
    this.counts.framesIn++
    this.counts.bytesIn += message.length
    try {
      const { ordinal, frame } = readFrame(
        message,
        this.#nextIn === 1 ? this.#maxHelloBytes : this.#maxFrameBytes
      )
      this.#accept(ordinal, frame, message.length)
    } catch (error) {
      if (!isSynclineError(error))
        return this.#break("internal", `a frame could not be read: ${String(error)}`)
      this.#break(error.code === "frame-limit" ? "frame-too-large" : "protocol-violation", error.message)
    }
  }

  #accept(ordinal: number, frame: Frame, size: number): void {
    if (ordinal !== 0 && ordinal < this.#nextIn) {
      this.counts.duplicates++
      return
    }
    if (ordinal === 0 || (this.#nextIn === 1 && ordinal !== 1))
      return this.#break("protocol-violation", `the first frame has number ${ordinal}`)
    if (ordinal > this.#nextIn)
      return this.#break(
        "connection-lost",
        `frame ${this.#nextIn} went missing, frame ${ordinal} came instead`
      )
    this.#nextIn++
    this.#countLevel(frame, size)
    this.#listener.onFrame(frame, size)
  }

  #countLevel(frame: Frame, size: number): void {
    if (frame.kind === "reconcile" || frame.kind === "found") this.counts.levelBytes[frame.level] += size
  }

  /** A connection that throws is none any more, whatever it says of itself. */
  #lose(error: unknown): void {
    this.#open = false
    const message = error instanceof Error ? error.message : String(error)
    this.#listener.onLost({ reason: "connection-lost", message: `sending failed: ${message}` })
  }

  #break(reason: CloseReason, message: string): void {
    if (this.#open) this.#listener.onBroken({ reason, message })
  }
}
