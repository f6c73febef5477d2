import { Version } from "../../commit/version.ts"
import type { DocumentId } from "../../document/document-id.ts"
import type { FoundFrame, VersionsEntry } from "../frame.ts"
import { idBytes, treeKeyBytes } from "../frame.ts"
import type { SyncHost } from "../sync-host.ts"
import { frameOverhead, maxFoundEntries, maxFoundFrames, maxFoundInFlight } from "../sync-limits.ts"
import { shortened } from "../version-entries.ts"
import { versionsEntrySize } from "../versions-codec.ts"
import type { SyncLevel } from "./level.ts"

/** What is to be told of one unit. */
export interface Finding {
  readonly unit: number
  readonly level: SyncLevel
  /** Names of what only the peer has. */
  readonly only: readonly Uint8Array[]
  /** Documents of ours that differ. */
  readonly documents: readonly DocumentId[]
  readonly last: boolean
}

/** Tells the peer what was found, a frame at a time, never far ahead of its answers and of what it asks for because of them. */
export class FoundTeller {
  readonly #host: SyncHost
  readonly #mostEntries: number
  readonly #maxFrameBytes: number
  readonly #onFound: (frame: FoundFrame) => void
  readonly #findings: Finding[] = []
  #isRunning = false
  #isStopped = false
  /** Of each frame the peer has not answered, the first one first. */
  readonly #unanswered: { readonly bytes: number; readonly entries: number }[] = []
  #openWants = 0
  #wake: () => void = () => {}

  constructor(
    host: SyncHost,
    limits: { readonly pageEntries: number; readonly maxFrameBytes: number },
    onFound: (frame: FoundFrame) => void
  ) {
    this.#host = host
    this.#mostEntries = Math.min(limits.pageEntries, maxFoundEntries / 4)
    this.#maxFrameBytes = limits.maxFrameBytes - 2 * frameOverhead
    this.#onFound = onFound
  }

  /** Tells this after what is being told. Rejected when the store fails. */
  async tell(finding: Finding): Promise<void> {
    this.#findings.push(finding)
    if (this.#isRunning) return
    this.#isRunning = true
    for (let next = this.#findings.shift(); next !== undefined; next = this.#findings.shift())
      await this.#tell(next)
    this.#isRunning = false
  }

  /** How many frames the peer has not answered, and how many documents it asked for are to be sent. */
  pace(unanswered: number, openWants: number): void {
    this.#unanswered.splice(0, this.#unanswered.length - unanswered)
    this.#openWants = openWants
    this.#wake()
  }

  stop(): void {
    this.#isStopped = true
    this.#findings.length = 0
    this.#wake()
  }

  async #tell({ unit, level, only, documents, last }: Finding): Promise<void> {
    const size = level === "merkle" ? treeKeyBytes : idBytes
    let [names, from]: [number, number] = [0, 0]
    do {
      await this.#turn()
      if (this.#isStopped) return
      const told = only.slice(names, names + Math.floor(this.#maxFrameBytes / size))
      names += told.length
      const room = names < only.length ? 0 : this.#maxFrameBytes - told.length * size
      const { entries, forked } = await this.#entries(documents.slice(from, from + this.#mostEntries), room)
      from += entries.length
      const isLast = last && names >= only.length && from >= documents.length
      if (this.#isStopped) return
      const bytes = told.length * size + entries.reduce((sum, entry) => sum + versionsEntrySize(entry), 0)
      this.#unanswered.push({ bytes, entries: entries.length })
      this.#onFound({ kind: "found", unit, level, only: told, entries, forked, last: isLast })
    } while (names < only.length || from < documents.length)
  }

  /** What we have of the first of these documents, as many as fit. */
  async #entries(
    documents: readonly DocumentId[],
    room: number
  ): Promise<Pick<FoundFrame, "entries" | "forked">> {
    const entries: VersionsEntry[] = []
    const forked: number[] = []
    let bytes = 0
    for (const document of documents) {
      const ours = await this.#host.entry(document)
      // What was there when it was compared is there still; a version unknown is told as such.
      const entry = shortened(ours ?? { document, version: Version.empty }, this.#maxFrameBytes)
      bytes += versionsEntrySize(entry)
      if (bytes > room) break
      if (ours?.forked !== undefined) forked.push(entries.length)
      entries.push(entry)
    }
    return { entries, forked }
  }

  async #turn(): Promise<void> {
    while (!this.#isStopped && !this.#hasRoom) await new Promise<void>(resolve => (this.#wake = resolve))
  }

  /** Whether one more frame, however full, is within what the peer holds. */
  get #hasRoom(): boolean {
    const bytes = this.#unanswered.reduce((sum, frame) => sum + frame.bytes, 0)
    const entries = this.#unanswered.reduce((sum, frame) => sum + frame.entries, this.#openWants)
    return (
      this.#unanswered.length < maxFoundInFlight &&
      bytes <= (maxFoundFrames - 1) * this.#maxFrameBytes &&
      entries + this.#mostEntries <= maxFoundEntries
    )
  }
}
