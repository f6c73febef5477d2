import type { DocumentId } from "../document/document-id.ts"
import type { TimerPort } from "../ports/ports.ts"
import type { PresenceEntry, PresenceLine } from "./presence-hook.ts"
import { frameIntervalMs, maxBufferedBytes, maxFrameContent, maxFrameEntries } from "./presence-limits.ts"

/** What an entry costs beside document and state, at most. */
const entryOverhead = 32

/** What one connection is to be told: which states changed, not how. Sent newest only, one frame an interval. */
export class PresenceOutbox {
  readonly #line: PresenceLine
  readonly #timers: TimerPort
  readonly #read: (document: DocumentId, peer: string) => PresenceEntry | undefined
  readonly #changed = new Map<string, { readonly document: DocumentId; readonly peer: string }>()
  #waiting = false
  #closed = false
  #cancel: (() => void) | undefined

  /** @param read gives what there is to tell of a peer in a document, as of the call. */
  constructor(
    line: PresenceLine,
    timers: TimerPort,
    read: (document: DocumentId, peer: string) => PresenceEntry | undefined
  ) {
    this.#line = line
    this.#timers = timers
    this.#read = read
  }

  /** There is something new of a peer in a document. */
  add(document: DocumentId, peer: string): void {
    if (this.#closed) return
    this.#changed.set(`${peer}${document}`, { document, peer })
    if (this.#waiting) return
    this.#waiting = true
    // What is said in one go is sent in one frame.
    this.#timers.microtask(() => this.#flush())
  }

  close(): void {
    this.#closed = true
    this.#changed.clear()
    this.#cancel?.()
  }

  #flush(): void {
    if (this.#closed) return
    if (this.#line.bufferedBytes <= maxBufferedBytes) this.#send()
    this.#cancel = this.#timers.schedule(frameIntervalMs, () => {
      this.#waiting = this.#changed.size > 0
      if (this.#waiting) this.#flush()
    })
  }

  #send(): void {
    const entries: PresenceEntry[] = []
    let room = Math.min(maxFrameContent, this.#line.maxFrameBytes - entryOverhead)
    for (const [key, { document, peer }] of this.#changed) {
      const entry = this.#line.allows(document) ? this.#read(document, peer) : undefined
      const bytes = entry === undefined ? 0 : entryOverhead + sizeOf(document) + sizeOf(entry.state ?? "")
      if (entries.length > 0 && (bytes > room || entries.length >= maxFrameEntries)) break
      this.#changed.delete(key)
      if (entry !== undefined) entries.push(entry)
      room -= bytes
    }
    if (entries.length > 0) this.#line.send(entries)
  }
}

const encoder = new TextEncoder()

function sizeOf(text: string): number {
  return encoder.encode(text).length
}
