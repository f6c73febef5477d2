import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { logHashBytes } from "../store/log-hash.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"
import { valuePages, valuesIn } from "../store/value-pages.ts"
import type { PeerCursor } from "../sync/sync-host.ts"
import type { ReplicaCore } from "./replica-core.ts"

const space = "peer-cursor"

/** Cursors listed at a time. */
const pageLimit = 1_024

/** How many cursors are kept, and after how many greetings it is looked whether there are more. */
export interface CursorBounds {
  readonly most: number
  /** The first look comes after fewer: not everybody meets many peers in one opening. */
  readonly firstLook: number
  readonly everyGreetings: number
}

/** Each takes some 60 bytes. A peer chooses its own name, and each grant has cursors of its own, so nothing else bounds how many there are. */
const defaults: CursorBounds = { most: 16_384, firstLook: 16, everyGreetings: 1_024 }

/** How far this replica has applied another store's log, as a small value. */
export function peerCursorWrite(cursor: PeerCursor, nowMs: number): ValueWrite {
  const writer = new ByteWriter()
  writer.varUint(cursor.position)
  writer.bytes(cursor.logHash)
  writer.varUint(Math.max(0, Math.floor(nowMs)))
  return { space, key: cursor.epoch, value: writer.finish() }
}

/** The cursors of a replica. Of too many the oldest go: with those peers it is found out again what differs. */
export class PeerCursors {
  readonly #core: Pick<ReplicaCore, "session" | "writer" | "ports">
  readonly #bounds: CursorBounds
  #untilLook: number

  constructor(core: Pick<ReplicaCore, "session" | "writer" | "ports">, bounds: CursorBounds = defaults) {
    this.#core = core
    this.#bounds = bounds
    this.#untilLook = bounds.firstLook
  }

  /** The cursor into that store that was saved last. Asked for at least once in a connection that saves one. */
  async load(epoch: string): Promise<PeerCursor | undefined> {
    if (--this.#untilLook === 0) void this.#look()
    const bytes = await this.#core.session.readValue(space, epoch)
    if (bytes === undefined) return undefined
    const reader = new ByteReader(bytes)
    return { epoch, position: reader.varUint(), logHash: reader.bytes(logHashBytes).slice() }
  }

  async save(cursor: PeerCursor): Promise<void> {
    const write = peerCursorWrite(cursor, this.#core.ports.time.nowMs())
    await this.#core.writer.attach([write], undefined, new Set())
  }

  async #look(): Promise<void> {
    this.#untilLook = this.#bounds.everyGreetings
    try {
      await this.#prune()
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#core.ports.logger.debug("old cursors of peers were not removed; it is tried again", { message })
    }
  }

  /** More than has to go, so that it is not for every new one. */
  async #prune(): Promise<void> {
    const all = await savedTimes(this.#core.session)
    const { most } = this.#bounds
    if (all.length <= most) return
    const oldest = all.sort((a, b) => a.savedMs - b.savedMs).slice(0, all.length - Math.ceil(most * 0.75))
    const writes = oldest.map(({ key }) => ({ space, key, value: null }))
    await this.#core.writer.attach(writes, undefined, new Set())
  }
}

async function savedTimes(
  session: StoreSession
): Promise<{ readonly key: string; readonly savedMs: number }[]> {
  const all: { readonly key: string; readonly savedMs: number }[] = []
  for await (const page of valuePages(valuesIn(session, space), pageLimit))
    for (const { key, value } of page) all.push({ key, savedMs: savedMsOf(value) })
  return all
}

/** Those of before times were written are the oldest. */
function savedMsOf(value: Uint8Array): number {
  const reader = new ByteReader(value)
  reader.varUint()
  reader.bytes(logHashBytes)
  return reader.remaining === 0 ? 0 : reader.varUint()
}
