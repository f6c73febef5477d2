import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { equalBytes } from "../codec/hex.ts"
import { parseDocumentId } from "../document/document-id.ts"
import type { KeptDocuments, RememberedDocument } from "../sync/kept-documents.ts"
import type { SyncHost } from "../sync/sync-host.ts"

/** Written after this much time at the earliest: what was not written is found out again after a crash. */
const saveDelayMs = 5_000

/** Documents written, at most; the rest is found out again. */
const maxWritten = 1_000

/** Longest name of a grant and id of a document, in bytes. */
const maxGrantBytes = 64
const maxIdBytes = 1536

const digestBytes = 32

/** Remembers beyond a link's life, under its name, what the other side did not take. */
export class KeptMemory {
  readonly #host: SyncHost
  readonly #kept: KeptDocuments
  readonly #name: string
  #cancel: (() => void) | undefined

  constructor(host: SyncHost, kept: KeptDocuments, name: string) {
    this.#host = host
    this.#kept = kept
    this.#name = name
  }

  /** Takes up what an earlier life left. Never rejected: without it, it is only found out again. */
  async load(): Promise<void> {
    try {
      const bytes = await this.#host.linkMemory?.loadKept(this.#name)
      if (bytes === undefined) return
      const [grant, documents] = decode(bytes)
      this.#kept.restore(grant, await this.#stillApart(documents))
    } catch (error) {
      this.#fail("read", error)
    }
  }

  /** Without what was given up since this was written: it is here as it is there, and equal roots would never be asked about. */
  async #stillApart(documents: readonly RememberedDocument[]): Promise<readonly RememberedDocument[]> {
    const apart: RememberedDocument[] = []
    for (const one of documents) {
      const theirs = one.standing?.theirs
      const ours = theirs && (await this.#host.entry(one.document))?.digest
      if (theirs === undefined || ours === undefined || !equalBytes(ours, theirs)) apart.push(one)
    }
    return apart
  }

  /** Something changed. */
  note(): void {
    if (this.#host.linkMemory === undefined) return
    this.#cancel ??= this.#host.ports.timers.schedule(saveDelayMs, () => this.#save())
  }

  /** The link is over: writes what was not written. */
  end(): void {
    if (this.#cancel === undefined) return
    this.#cancel()
    this.#save()
  }

  #save(): void {
    this.#cancel = undefined
    const { grant } = this.#kept
    if (grant === undefined) return
    const bytes = encode(grant, this.#kept.remembered(maxWritten))
    void this.#host.linkMemory
      ?.saveKept(this.#name, bytes)
      .catch((error: unknown) => this.#fail("written", error))
  }

  #fail(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#host.ports.logger.debug(`what a link keeps apart was not ${what}`, { link: this.#name, message })
  }
}

function encode(grant: string, documents: readonly RememberedDocument[]): Uint8Array {
  const writer = new ByteWriter()
  writer.varString(grant)
  writer.varUint(documents.length)
  for (const { document, isRefused, standing } of documents) {
    writer.varString(document)
    writer.u8(
      (isRefused ? 1 : 0) | (standing === undefined ? 0 : 2) | (standing?.theirs === undefined ? 0 : 4)
    )
    if (standing?.theirs !== undefined) writer.bytes(standing.theirs)
  }
  return writer.finish()
}

function decode(bytes: Uint8Array): readonly [string, readonly RememberedDocument[]] {
  const reader = new ByteReader(bytes)
  const grant = reader.varString(maxGrantBytes)
  const documents = Array.from({ length: reader.varUint(maxWritten) }, (): RememberedDocument => {
    const document = parseDocumentId(reader.varString(maxIdBytes))
    const flags = reader.u8()
    const theirs = flags & 4 ? reader.bytes(digestBytes).slice() : undefined
    return { document, isRefused: (flags & 1) !== 0, standing: flags & 2 ? { theirs } : undefined }
  })
  return [grant, documents]
}
