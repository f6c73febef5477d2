import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { JsonValue } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import { maxStateBytes } from "./presence-limits.ts"
import type { PresenceRoom } from "./presence-room.ts"

/** Another replica, where it shows itself. */
export interface PeerPresence {
  /** Which one: 16 hex digits, another ones each time it is opened. Not proven: whoever may write here may claim any. */
  readonly peer: string
  /** What it shows. Frozen. */
  readonly state: JsonValue
}

/** How much there is of it. */
export interface PresenceCounts {
  /** States held, of all documents, the own ones included. */
  readonly states: number
  /** Entries that were not taken: out of scope, too many, too fast, no JSON. */
  readonly dropped: number
}

/**
 * Who else is here, and what they show of themselves: names, cursors, "is typing". Never stored, gone half a minute
 * after its replica was heard last, and with the connection it came over. Travels over all links of replicas
 * that have presence, through them, too.
 */
export class Presence {
  readonly #room: PresenceRoom

  /** Comes with `openReplica({ presence: presence() })`. */
  constructor(room: PresenceRoom) {
    this.#room = room
  }

  /** Who this replica is to the others. */
  get self(): string {
    return this.#room.self
  }

  get counts(): PresenceCounts {
    return this.#room.counts
  }

  /**
   * Shows this in a document, instead of what was shown there before. Call it as often as you like: it is sent at most every
   * 50 ms.
   *
   * @throws SynclineError `document-id-invalid`, `value-unsupported` for what is no JSON, `codec-limit` for more than 4 KiB
   *   of it, and for more than 256 documents at a time.
   */
  set(document: string, state: JsonValue): void {
    const id = parseDocumentId(document)
    const text = jsonOf(id, state)
    if (new TextEncoder().encode(text).length > maxStateBytes)
      throw coreError(
        "codec-limit",
        `the presence in "${id}" is larger than ${maxStateBytes} bytes of JSON`,
        {
          details: { document: id }
        }
      )
    this.#room.show(id, text)
  }

  /** Shows nothing in a document any more. */
  clear(document: string): void {
    this.#room.hide(parseDocumentId(document))
  }

  /** What this replica shows in a document. */
  own(document: string): JsonValue | undefined {
    return this.#room.own(parseDocumentId(document))
  }

  /** The other replicas that show themselves in a document, in order of `peer`. */
  others(document: string): readonly PeerPresence[] {
    return this.#room.others(parseDocumentId(document))
  }

  /** Calls back with `others` after each change of them, once a tick. Returns the unsubscribe. */
  on(document: string, listener: (others: readonly PeerPresence[]) => void): () => void {
    return this.#room.on(parseDocumentId(document), listener)
  }
}

function jsonOf(document: DocumentId, state: JsonValue): string {
  try {
    const text: unknown = JSON.stringify(state)
    if (typeof text === "string") return text
  } catch (cause) {
    throw unsupported(document, cause)
  }
  throw unsupported(document)
}

function unsupported(document: DocumentId, cause?: unknown): Error {
  return coreError("value-unsupported", `the presence in "${document}" is no JSON`, {
    details: { document },
    ...(cause === undefined ? {} : { cause })
  })
}
