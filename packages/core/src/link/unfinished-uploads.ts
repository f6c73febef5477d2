import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { TimePort } from "../ports/ports.ts"
import type { HelloFrame } from "../sync/frame.ts"
import type { PartialPlace } from "../sync/resume-memory.ts"
import type { Assembly } from "../sync/sync-state.ts"

/** What may be kept: one of the largest payloads that links take by default, or many small ones. */
const maxKeptBytes = 2 ** 26
const maxKept = 64

/** Who does not come back within this time begins anew. */
const keepMs = 600_000

interface Kept {
  readonly partial: Assembly
  readonly atMs: number
}

/**
 * The beginnings of snapshots that connections broke off with, for those who sent them: links on the accepting side end with
 * their connection. Each is for whoever shows the same store, name and credentials again, so that nobody else can go on with it, or put
 * something else in its place. The oldest go first where there are too many, or too much; what is too old is given to nobody.
 */
export class UnfinishedUploads {
  readonly #time: TimePort
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(time: TimePort) {
    this.#time = time
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#bytes
  }

  /** Where that of one applicant is. */
  of(applicant: HelloFrame): PartialPlace {
    const name = nameOf(applicant)
    return {
      take: () => {
        this.#dropOld()
        return this.#remove(name)
      },
      put: partial => {
        this.#remove(name)
        this.#add(name, partial)
        this.#dropOld()
      }
    }
  }

  #add(name: string, partial: Assembly): void {
    this.#kept.set(name, { partial, atMs: this.#time.nowMs() })
    this.#bytes += partial.have
  }

  #remove(name: string): Assembly | undefined {
    const kept = this.#kept.get(name)
    if (kept === undefined) return undefined
    this.#kept.delete(name)
    this.#bytes -= kept.partial.have
    return kept.partial
  }

  #dropOld(): void {
    const now = this.#time.nowMs()
    for (const [name, { atMs }] of this.#kept) {
      // A clock that was set back makes nothing older.
      const isOld = Math.abs(now - atMs) > keepMs
      if (isOld || this.#bytes > maxKeptBytes || this.#kept.size > maxKept) this.#remove(name)
    }
  }
}

function nameOf({ epoch, actor, credentials }: HelloFrame): string {
  const writer = new ByteWriter(128)
  writer.varString(epoch)
  writer.varString(actor)
  writer.u8(credentials === undefined ? 0 : 1)
  if (credentials !== undefined) writer.bytes(credentials)
  return toHex(sha256(writer.finish()))
}
