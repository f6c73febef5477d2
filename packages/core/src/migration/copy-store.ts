import { ByteWriter } from "@syncline/clock/bytes"
import { equalBytes, toHex } from "../codec/hex.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import { copyPlace } from "../replica/store-facts.ts"
import type { Store, StoreSession } from "../store/store.ts"
import { nextEntryHash, noEntries } from "./entry-hash.ts"
import { EntryWriter } from "./entry-writer.ts"
import { framesOf } from "./export-frames.ts"
import { decodeEntry, encodeEntry, entriesOf } from "./store-entry.ts"

/** Choices for copying. */
export interface CopyOptions {
  /** Ends it with `aborted`; begun again with the same source, it goes on. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: CopyProgress) => void
  readonly ports?: Partial<Ports>
}

/** How much was copied so far. */
export interface CopyProgress {
  readonly documents: number
  readonly records: number
  readonly bytes: number
}

/** Outcome of a copy. */
export interface CopyReport extends CopyProgress {
  /** Hash over everything that was copied, 64 hex digits: read from the source, and read again from the copy. */
  readonly hash: string
}

/** A file begins with it, and ends with a frame that has no bytes and the hash of all others. */
const magic = new TextEncoder().encode("syncline/export/1\n")

/**
 * Copies all documents of a store, with their histories, conflicts and audit trails, into an empty store of any kind. Both must not be open elsewhere. A
 * document or a page is in memory at a time.
 *
 * The copy is another store: it has an epoch of its own and gets an actor of its own at its first write, so that both can be written and synced. What
 * belongs to a place stays there: how far links and sinks are; a sink that goes along is filled anew.
 *
 * What was written is read again and must have the same hash; the copy cannot be opened before. Cut off and begun again, it goes on.
 *
 * @throws SynclineError `store-conflict` for a store that holds something else, `store-corrupt` where the copy reads otherwise than the source, or the source is
 *   a copy that is not whole,
 *   `aborted`, and what stores throw
 */
export async function copyStore(from: Store, to: Store, options: CopyOptions = {}): Promise<CopyReport> {
  return withSession(from, async source => {
    await mustBeWhole(source)
    return withSession(to, target => {
      const name = `store ${toHex(source.end.hash)} ${source.end.position}`
      return receive(encodedEntries(source), target, name, options)
    })
  })
}

/** The same as bytes, for a file that `importStore` reads anywhere: about as large as the store. */
export async function* exportStore(
  from: Store,
  options: Pick<CopyOptions, "signal"> = {}
): AsyncIterable<Uint8Array> {
  const session = await from.open()
  try {
    await mustBeWhole(session)
    yield magic
    let hash = noEntries
    for await (const entry of encodedEntries(session)) {
      throwIfAborted(options.signal)
      hash = nextEntryHash(hash, entry)
      yield framed(entry)
    }
    const end = new ByteWriter()
    end.varUint(0)
    end.bytes(hash)
    yield end.finish()
  } finally {
    await session.close()
  }
}

/**
 * Copies what `exportStore` wrote into an empty store; as `copyStore` otherwise.
 *
 * @throws SynclineError `codec-invalid` for bytes that are no export, `codec-corrupt` where they were damaged or end early; as `copyStore`
 */
export async function importStore(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  to: Store,
  options: CopyOptions = {}
): Promise<CopyReport> {
  return withSession(to, target => receive(framesOf(bytes, magic), target, "export", options))
}

/** A copy of part of a store would be whole itself, and could be opened. */
async function mustBeWhole(source: StoreSession): Promise<void> {
  if ((await source.readValue(copyPlace.space, copyPlace.key)) === undefined) return
  throw coreError(
    "store-corrupt",
    "the store to copy holds a copy that is not whole; go on copying into it first"
  )
}

async function receive(
  entries: AsyncIterable<Uint8Array>,
  target: StoreSession,
  source: string,
  options: CopyOptions
): Promise<CopyReport> {
  const writer = await EntryWriter.open(target, source)
  const progress = { documents: 0, records: 0, bytes: 0 }
  let hash = noEntries
  for await (const bytes of entries) {
    throwIfAborted(options.signal)
    hash = nextEntryHash(hash, bytes)
    const entry = decodeEntry(bytes)
    await writer.take(entry, bytes.length)
    progress.bytes += bytes.length
    if (entry.kind === "document") progress.documents++
    if (entry.kind === "record") progress.records++
    if ((progress.documents + progress.records) % 1000 === 0) options.onProgress?.({ ...progress })
  }
  await writer.flush()
  let found = noEntries
  for await (const bytes of encodedEntries(target)) {
    throwIfAborted(options.signal)
    found = nextEntryHash(found, bytes)
  }
  if (!equalBytes(found, hash))
    throw coreError(
      "store-corrupt",
      "the copy reads otherwise than its source; it cannot be opened: remove it and copy again"
    )
  await writer.finish(systemPorts(options.ports).random)
  return { ...progress, hash: toHex(hash) }
}

async function* encodedEntries(session: StoreSession): AsyncIterable<Uint8Array> {
  for await (const entry of entriesOf(session)) yield encodeEntry(entry)
}

function framed(entry: Uint8Array): Uint8Array {
  const writer = new ByteWriter(entry.length + 8)
  writer.varUint(entry.length)
  writer.bytes(entry)
  return writer.finish()
}

async function withSession<T>(store: Store, work: (session: StoreSession) => Promise<T>): Promise<T> {
  const session = await store.open()
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
