import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { coreError } from "../errors/core-error.ts"
import { parseDocumentId, type DocumentId } from "../document/document-id.ts"
import type { StoreSession } from "../store/store.ts"

/** One thing that a copy of a store takes along. Positions are no part of it: another store counts for itself. */
export type StoreEntry =
  | {
      readonly kind: "document"
      readonly id: DocumentId
      readonly digest: Uint8Array
      readonly body: Uint8Array
      readonly base?: Uint8Array
      /** Records of it follow; a document without any is all in its base. */
      readonly hasRecords: boolean
    }
  | { readonly kind: "record"; readonly id: DocumentId; readonly bytes: Uint8Array }
  | { readonly kind: "value"; readonly space: string; readonly key: string; readonly value: Uint8Array }

/**
 * Small values that are part of what documents mean. Left behind is what belongs to one store and one place: its identity and epoch, which two must
 * never have, how far peers and links are, and what is kept for sinks, which are filled anew.
 */
const copiedSpaces = ["conflict", "quarantine", "audit", "audit-head", "imported-rows"] as const

const pageSize = 250

/** Everything that a copy takes along, in an order that depends on nothing but the content. A page, or one document, at a time. */
export async function* entriesOf(session: StoreSession): AsyncIterable<StoreEntry> {
  yield* documentsOf(session)
  yield* recordsOf(session)
  for (const space of copiedSpaces) yield* valuesIn(session, space)
}

async function* documentsOf(session: StoreSession): AsyncIterable<StoreEntry> {
  for (let after: DocumentId | undefined; ; ) {
    const heads = await session.scanHeads({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    for (const { id } of heads) {
      const stored = await session.loadDocument(id)
      if (stored === undefined)
        throw coreError("store-corrupt", `"${id}" is listed and not there; run checkIntegrity()`)
      const { head, base, records } = stored
      const kept = base === undefined ? {} : { base }
      yield {
        kind: "document",
        id,
        digest: head.digest,
        body: head.body,
        ...kept,
        hasRecords: records.length > 0
      }
    }
    after = heads.at(-1)?.id
    if (heads.length < pageSize) return
  }
}

async function* recordsOf(session: StoreSession): AsyncIterable<StoreEntry> {
  for (let after = 0; ; ) {
    const records = await session.readLog({ after, limit: pageSize })
    for (const { document, bytes } of records) yield { kind: "record", id: document, bytes }
    after = records.at(-1)?.position ?? after
    if (records.length < pageSize) return
  }
}

async function* valuesIn(session: StoreSession, space: string): AsyncIterable<StoreEntry> {
  for (let after: string | undefined; ; ) {
    const page = { space, limit: pageSize, ...(after === undefined ? {} : { after }) }
    const values = await session.listValues(page)
    for (const { key, value } of values) yield { kind: "value", space, key, value }
    after = values.at(-1)?.key
    if (values.length < pageSize) return
  }
}

const kinds = { document: 1, record: 2, value: 3 } as const

/** The bytes of an entry; equal entries have equal bytes. */
export function encodeEntry(entry: StoreEntry): Uint8Array {
  const writer = new ByteWriter()
  writer.u8(kinds[entry.kind])
  if (entry.kind === "document") {
    writer.varString(entry.id)
    writer.bytes(entry.digest)
    writer.u8((entry.hasRecords ? 1 : 0) + (entry.base === undefined ? 0 : 2))
    writer.varBytes(entry.body)
    if (entry.base !== undefined) writer.varBytes(entry.base)
  } else if (entry.kind === "record") {
    writer.varString(entry.id)
    writer.varBytes(entry.bytes)
  } else {
    writer.varString(entry.space)
    writer.varString(entry.key)
    writer.varBytes(entry.value)
  }
  return writer.finish()
}

/** @throws SynclineError `codec-invalid`, and what a reader throws for bytes that end early. */
export function decodeEntry(bytes: Uint8Array): StoreEntry {
  const reader = new ByteReader(bytes)
  const kind = reader.u8()
  const most = bytes.length
  const blob = (): Uint8Array => reader.varBytes(most).slice()
  if (kind === kinds.value) {
    const value = {
      kind: "value",
      space: reader.varString(1024),
      key: reader.varString(most),
      value: blob()
    } as const
    reader.expectEnd()
    if ((copiedSpaces as readonly string[]).includes(value.space)) return value
    throw coreError("codec-invalid", `a copy has no values of space "${value.space}"`)
  }
  if (kind !== kinds.document && kind !== kinds.record)
    throw coreError(
      "codec-invalid",
      `unknown entry ${kind} in a copy of a store; it may be of a newer Syncline`
    )
  const id = parseDocumentId(reader.varString(2048))
  if (kind === kinds.record) {
    const record = { kind: "record", id, bytes: blob() } as const
    reader.expectEnd()
    return record
  }
  const digest = reader.bytes(32).slice()
  const flags = reader.u8()
  const body = blob()
  const base = (flags & 2) === 0 ? {} : { base: blob() }
  reader.expectEnd()
  return { kind: "document", id, digest, body, ...base, hasRecords: (flags & 1) !== 0 }
}
