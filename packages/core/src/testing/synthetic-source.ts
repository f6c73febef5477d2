import { hlcStampFromParts, parseActorId } from "@syncline/clock"
import { applyPatch, type JsonPatch } from "@syncline/diff/json"
import { sha256 } from "#platform"
import { equalBytes } from "../codec/hex.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { Ports } from "../ports/ports.ts"
import type {
  DocumentSummary,
  DurableDocument,
  ProjectionSource,
  StoredValue
} from "../projection/projection-source.ts"
import type { HeadReader } from "../replica/narrow-units.ts"
import { RootIndex } from "../replica/root-index.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { emptyLog, nextLogHash } from "../store/log-hash.ts"
import { OrderedMap } from "../store/ordered-map.ts"
import type { LogEnd, StoredHead, ValueWrite } from "../store/store.ts"
import type { DigestIndex } from "../tracking/digest-index.ts"

const actor = parseActorId("00000000000000a1")

/** Documents with a log, as a replica shows them to sinks, without a replica: for tests and benches of sinks. */
export class SyntheticSource implements ProjectionSource {
  readonly ports: Ports
  readonly epoch: string
  readonly #documents = new OrderedMap<DocumentId, DurableDocument>(compareUtf8)
  readonly #heads = new OrderedMap<DocumentId, StoredHead>(compareUtf8)
  /** By position, from 1. */
  readonly #log: StoredHead[] = []
  readonly #hashes: Uint8Array[] = [emptyLog.hash]
  readonly #values = new Map<string, Uint8Array>()
  readonly #listeners = new Set<() => void>()
  #roots: RootIndex | undefined

  constructor(ports: Ports, epoch: string = "e".repeat(32)) {
    this.ports = ports
    this.epoch = epoch
  }

  /** Commits a value (`undefined` deletes the document) as its next version. */
  put(id: DocumentId, value: JsonObject | undefined): DurableDocument {
    const height = (this.#documents.get(id)?.height ?? 0) + 1
    const position = this.#log.length + 1
    const hash = sha256(new TextEncoder().encode(JSON.stringify([position, value])))
    const version = Version.from([{ actor, seq: height, hash }])
    const document: DurableDocument = {
      id,
      version,
      digest: version.digest(id),
      height,
      deleted: value === undefined,
      updatedAt: hlcStampFromParts(Date.UTC(2026, 0, 1) + position),
      position,
      value: value ?? {}
    }
    this.#append(document)
    return document
  }

  /** Commits a patched value, if the document still is what the digest names; says whether it is. */
  patch(id: DocumentId, digest: Uint8Array, patch: JsonPatch): boolean {
    const document = this.#documents.get(id)
    if (document === undefined || !equalBytes(document.digest, digest)) return false
    this.put(id, applyPatch(document.value, patch) as JsonObject)
    return true
  }

  /** A copy at this moment, as restoring a backup makes one: same epoch, same history, its own future. */
  fork(): SyntheticSource {
    const copy = new SyntheticSource(this.ports, this.epoch)
    copy.#log.push(...this.#log)
    copy.#hashes.splice(0, copy.#hashes.length, ...this.#hashes)
    for (const [id, document] of this.#documents.entries()) copy.#documents.set(id, document)
    for (const [id, head] of this.#heads.entries()) copy.#heads.set(id, head)
    for (const [key, value] of this.#values) copy.#values.set(key, value)
    return copy
  }

  get end(): LogEnd {
    return { position: this.#log.length, hash: this.#hashes.at(-1) ?? emptyLog.hash }
  }

  logHashAt(position: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#hashes[position])
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changedSince(after: number, limit: number): Promise<readonly StoredHead[]> {
    const changed: StoredHead[] = []
    for (let at = after; at < this.#log.length && changed.length < limit; at++) {
      const head = this.#log[at]
      if (head !== undefined && this.#heads.get(head.id) === head) changed.push(head)
    }
    return Promise.resolve(changed)
  }

  scanHeads(
    after: DocumentId | undefined,
    limit: number,
    collection?: string
  ): Promise<readonly StoredHead[]> {
    const heads: StoredHead[] = []
    for (const [id, head] of this.#heads.entries(after)) {
      if (collection !== undefined && !id.startsWith(`${collection}/`)) continue
      if (heads.push(head) >= limit) break
    }
    return Promise.resolve(heads)
  }

  loadHead(id: DocumentId): Promise<StoredHead | undefined> {
    return Promise.resolve(this.#heads.get(id))
  }

  summarize({ id, digest, position, body }: StoredHead): DocumentSummary {
    let height = 0
    for (let at = 1; at < body.length; at++) height = height * 256 + (body[at] ?? 0)
    return { id, digest, height, deleted: body[0] === 1, position }
  }

  digests(): Promise<DigestIndex> {
    const heads: HeadReader = {
      scanHeads: ({ after, limit, collection }) => this.scanHeads(after, limit, collection),
      loadHead: id => this.loadHead(id)
    }
    this.#roots ??= new RootIndex(heads, { secret: new Uint8Array(32), timers: this.ports.timers })
    return this.#roots.digests()
  }

  capture(id: DocumentId): Promise<DurableDocument | undefined> {
    return Promise.resolve(this.#documents.get(id))
  }

  readValue(space: string, key: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#values.get(`${space}\n${key}`))
  }

  listValues(space: string, after: string | undefined, limit: number): Promise<readonly StoredValue[]> {
    const found = [...this.#values].flatMap(([name, value]) => {
      const [inSpace, key = ""] = name.split("\n")
      const isMeant = inSpace === space && (after === undefined || compareUtf8(key, after) > 0)
      return isMeant ? [{ key, value }] : []
    })
    return Promise.resolve(found.sort((a, b) => compareUtf8(a.key, b.key)).slice(0, limit))
  }

  writeValues(values: readonly ValueWrite[]): Promise<void> {
    for (const { space, key, value } of values) {
      if (value === null) this.#values.delete(`${space}\n${key}`)
      else this.#values.set(`${space}\n${key}`, value)
    }
    return Promise.resolve()
  }

  #append(document: DurableDocument): void {
    const { id, digest, position } = document
    const body = Uint8Array.of(Number(document.deleted), ...bigEndian(document.height))
    const head = { id, digest, position, body }
    this.#hashes.push(nextLogHash(this.end, id, digest))
    this.#log.push(head)
    this.#documents.set(id, document)
    this.#heads.set(id, head)
    this.#roots?.set(id, digest)
    for (const listener of this.#listeners) listener()
  }
}

function bigEndian(value: number): number[] {
  return value < 256 ? [value] : [...bigEndian(Math.floor(value / 256)), value % 256]
}
