import type { Connection } from "../../packages/core/src/link/transport.ts"
import type { Frame } from "../../packages/core/src/sync/frame.ts"
import { readFrame } from "../../packages/core/src/sync/frame-reader.ts"
import { writeFrame } from "../../packages/core/src/sync/frame-writer.ts"
import type { FuzzRandom } from "./fuzz-target.ts"
import { mangleMessage, mutateFrame } from "./mutate-frame.ts"
import { recordedFrames } from "./recorded-frames.ts"

/** Frames that carry what documents are made of: what a liar says in them may be as good as what is true. */
const content: ReadonlySet<Frame["kind"]> = new Set(["commits", "snapshot", "chunk"])

/** Stands before the honest side's ear and changes one message in a few. */
export class Liar {
  /** How often it lied so far, and whether about what documents are made of. */
  readonly lied: { times: number; content: boolean } = { times: 0, content: false }
  readonly #random: FuzzRandom
  readonly #rate: number

  constructor(random: FuzzRandom) {
    this.#random = random
    this.#rate = 2 + random.below(12)
  }

  /** The same connection, on which somebody else speaks now and then. */
  before(connection: Connection): Connection {
    const listen = connection.onMessage.bind(connection)
    // Frames are numbered, so whatever is left out or put in, the numbers go on: the lie is in what is said.
    let ordinal = 1
    connection.onMessage = listener =>
      listen(message => {
        for (const frame of this.#instead(message)) {
          const bytes = frame instanceof Uint8Array ? frame : bytesOf(ordinal++, frame)
          if (bytes !== undefined) listener(bytes)
        }
      })
    return connection
  }

  #instead(message: Uint8Array): readonly (Frame | Uint8Array)[] {
    const { frame } = readFrame(message, 2 ** 24)
    const random = this.#random
    if (random.below(this.#rate) > 0) return [frame]
    this.lied.times++
    const other = recordedFrames()[random.below(recordedFrames().length)]?.frame ?? frame
    switch (random.below(6)) {
      case 0:
        return []
      case 1:
        return this.#said([frame, frame])
      case 2:
        return this.#said([frame, other])
      case 3:
        return this.#said([other, frame])
      case 4:
        this.lied.content ||= content.has(frame.kind)
        return [mangleMessage(message, random)]
      default:
        return this.#said([mutateFrame(frame, random)])
    }
  }

  #said(frames: readonly Frame[]): readonly Frame[] {
    this.lied.content ||= frames.some(({ kind }) => content.has(kind))
    return frames
  }
}

function bytesOf(ordinal: number, frame: Frame): Uint8Array | undefined {
  try {
    return writeFrame(ordinal, frame)
  } catch {
    return undefined
  }
}
