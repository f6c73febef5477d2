import { parseActorId } from "@syncline/clock"
import type { AcceptOptions } from "../link/accept-link.ts"
import { acceptLink } from "../link/accept-link.ts"
import type { Link } from "../link/link.ts"
import type { Closed, Connection } from "../link/transport.ts"
import type { Frame, HelloFrame } from "../sync/frame.ts"
import { protocolVersion } from "../sync/frame.ts"
import { readFrame } from "../sync/frame-reader.ts"
import { writeFrame } from "../sync/frame-writer.ts"
import { LinkFleet } from "./link-fleet.ts"

/** How a hostile peer introduces itself. */
export const hostileHello: HelloFrame = {
  kind: "hello",
  minProtocol: protocolVersion,
  maxProtocol: protocolVersion,
  epoch: "ee".repeat(16),
  actor: parseActorId("0123456789abcdef"),
  root: new Uint8Array(20),
  end: { position: 9, hash: new Uint8Array(16) },
  maxFrameBytes: 2 ** 18,
  windowBytes: 2 ** 20,
  maxPayloadBytes: 2 ** 26,
  scope: "all"
}

/** Somebody at the other end of an accepted connection who follows no rules. */
export class HostilePeer {
  readonly fleet: LinkFleet = new LinkFleet(1, 2)
  readonly link: Link
  readonly heard: Frame[] = []
  closed: Closed | undefined
  readonly #connection: Connection
  #ordinal = 1

  constructor(options: AcceptOptions = {}) {
    this.fleet.host(0).write("notes/1", new Uint8Array(500))
    const [theirs, ours] = this.fleet.network.pair("hostile")
    this.#connection = theirs
    theirs.onMessage(message => this.heard.push(readFrame(message, 2 ** 20).frame))
    theirs.onClose(closed => (this.closed = closed))
    this.link = acceptLink(this.fleet.host(0), ours, options)
  }

  raw(message: Uint8Array): void {
    this.#connection.send(message)
  }

  say(...frames: readonly Frame[]): void {
    for (const frame of frames) this.raw(writeFrame(this.#ordinal++, frame))
  }

  /** Why the connection ended, after a while. */
  async outcome(ms = 1_000): Promise<Closed["reason"] | undefined> {
    await this.fleet.time.advance(ms)
    return this.closed?.reason
  }
}
