import { verify } from "../consistency/verify.ts"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import type { VerifyReport } from "../consistency/verify-report.ts"
import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import { readAdoptionNote } from "../history/adoption-note.ts"
import { silentLogger, systemPorts } from "../ports/system-ports.ts"
import { openProjector, type Projector } from "../projection/projector.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import type { Sink, SinkContext, SinkSession, SinkWrite } from "../projection/sink.ts"
import { contractTables, type SinkFixture } from "./sink-fixture.ts"
import { type RepairOptions, repairFound } from "../repair/repair-found.ts"
import type { RepairHost } from "../repair/repair-host.ts"
import type { RepairReport } from "../repair/repair-report.ts"
import { SyntheticSource } from "./synthetic-source.ts"

/** Seals of the contract's sinks are made with this. */
export const contractSealKey: Uint8Array = new Uint8Array(32).fill(0x5e)

/** `notes/` and the key. */
export function noteId(key: string | number): DocumentId {
  return parseDocumentId(`notes/${key}`)
}

/** What the contract's sinks are opened with, for a source of documents. */
export function contractContext(source: SyntheticSource = new SyntheticSource(systemPorts())): SinkContext {
  const values: SinkContext["values"] = {
    read: (space, key) => source.readValue(space, key),
    list: (space, after, limit) => source.listValues(space, after, limit),
    write: writes => source.writeValues(writes)
  }
  return {
    epoch: source.epoch,
    sealKey: contractSealKey,
    ports: { ...source.ports, logger: silentLogger },
    values
  }
}

/** A sink of the contract with a source of documents beside it. */
export class SinkWorkbench<Fixture extends Pick<SinkFixture, "sink"> = SinkFixture> {
  readonly source: SyntheticSource
  readonly fixture: Fixture
  readonly #adopted: string[] = []

  constructor(fixture: Fixture, source: SyntheticSource = new SyntheticSource(systemPorts())) {
    this.fixture = fixture
    this.source = source
  }

  /** Commits a note as its next version. */
  put(
    key: string | number,
    title = `title of ${key}`,
    tags: readonly string[] = ["a", "b"]
  ): DurableDocument {
    return this.source.put(noteId(key), { title, size: title.length + 0.5, tags })
  }

  /** Commits a deletion. */
  delete(key: string | number): DurableDocument {
    return this.source.put(noteId(key), undefined)
  }

  /** The sink over the fixture's place, with the contract's tables. */
  sink(): Sink {
    return this.fixture.sink(contractTables)
  }

  open(): Promise<SinkSession> {
    return this.sink().open(contractContext(this.source))
  }

  /** Projects everything there is; the projector goes on until it is closed. */
  async project(): Promise<Projector> {
    const projector = await openProjector(this.source, this.sink(), {
      sealKey: contractSealKey,
      strategy: { kind: "write-through" }
    })
    await projector.drain()
    return projector
  }

  /** Verifies what the projector feeds. */
  verify(projector: Projector, options?: VerifyOptions): Promise<VerifyReport> {
    return verify(this.source, [projector], options)
  }

  /** Mends what a verification found. */
  repair(projector: Projector, report: VerifyReport, options?: RepairOptions): Promise<RepairReport> {
    return repairFound(this.host(projector), report, options)
  }

  /** What repair works with. */
  host(...projectors: readonly Projector[]): RepairHost {
    const { source } = this
    return {
      source,
      targets: projectors,
      verify: options => verify(source, projectors, options),
      tellRepaired: () => {},
      commitPatch: (id, digest, patch, meta) => {
        const isDone = source.patch(id, digest, patch)
        if (isDone) this.#adopted.push(JSON.stringify([id, readAdoptionNote(meta)]))
        return Promise.resolve(isDone)
      },
      hasAdopted: (id, adopted) => Promise.resolve(this.#adopted.includes(JSON.stringify([id, adopted])))
    }
  }

  /** What `apply` takes, in the generation and projection version in force. */
  async write(session: SinkSession, document: DurableDocument): Promise<SinkWrite> {
    const key = { generation: session.generation, projection: session.projection, height: document.height }
    return { document, key, content: await session.project(document) }
  }

  /** Applies documents in one batch, the watermark at the last one's position. */
  async apply(session: SinkSession, ...documents: readonly DurableDocument[]): Promise<void> {
    const writes = await Promise.all(documents.map(document => this.write(session, document)))
    await session.apply(writes, { epoch: this.source.epoch, position: documents.at(-1)?.position ?? 0 })
  }
}
