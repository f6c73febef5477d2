import type { ActorId, HlcStamp } from "@syncline/clock"
import { parseActorId } from "@syncline/clock"
import { keyedId } from "@syncline/diff/set"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { equalBytes, toHex } from "../codec/hex.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { collectionOf, parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import type { PresenceHook } from "../presence/presence-hook.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { emptyLog, nextLogHash } from "../store/log-hash.ts"
import type { NameDigest } from "../replica/name-digest.ts"
import { RootIndex } from "../replica/root-index.ts"
import { unitSecret } from "../replica/unit-secret.ts"
import type { LogEnd, StoreSession } from "../store/store.ts"
import type {
  DocumentDelta,
  DocumentVersionEntry,
  DurableGroup,
  IncomingBatch,
  IncomingReport,
  PeerCursor,
  Rejection,
  SyncHost,
  UnitRoot
} from "../sync/sync-host.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import type { ScopeView } from "../sync/scope-view.ts"
import type { SyncScope } from "../sync/sync-scope.ts"
import type { SeededRandom } from "./seeded-random.ts"

interface LogRecord {
  readonly commits: readonly Commit[]
  readonly end: LogEnd
}

/**
 * A replica reduced to what sync can see: a set of commits per document, a log, cursors. Nothing is merged or stored,
 * so a test of the protocol fails for reasons of the protocol. Documents are what their commits' bytes are.
 */
export class ModelSyncHost implements SyncHost {
  readonly ports: Ports
  readonly epoch: string
  readonly actor: ActorId
  /** A document with more commits than this is handed to strangers as a snapshot. */
  snapshotAbove: number = Number.POSITIVE_INFINITY
  /** Documents whose commits are refused. */
  readonly refuses: Set<DocumentId> = new Set()
  /** Documents said to have forked chains of this replica's. */
  readonly forked: Set<DocumentId> = new Set()
  /** How long the index takes to be built that roots come from, when they are first asked for. */
  indexMs = 0
  #indexed: Promise<void> | undefined
  /** Every `receive` fails as a broken disk would make it. */
  broken = false
  /** What replicas show of themselves. */
  presence: PresenceHook | undefined
  readonly #documents = new Map<DocumentId, Commit[]>()
  readonly #log: LogRecord[] = []
  readonly #positions = new Map<DocumentId, number>()
  readonly #cursors = new Map<string, PeerCursor>()
  readonly #nameDigest: NameDigest
  #roots: RootIndex
  readonly #listeners = new Set<(group: DurableGroup) => void>()

  /** @param nameDigest another way to make 8-byte ids: one with collisions. */
  constructor(ports: Ports, random: SeededRandom, nameDigest: NameDigest = keyedId) {
    this.ports = ports
    this.#nameDigest = nameDigest
    this.epoch = toHex(random.bytes(16))
    this.#roots = this.#newRoots()
    this.actor = parseActorId(toHex(random.bytes(8)))
  }

  get end(): LogEnd {
    return this.#log.at(-1)?.end ?? emptyLog
  }

  /** Makes one local commit that builds on everything here of its document. */
  write(id: string, update: Uint8Array): Commit {
    const document = parseDocumentId(id)
    const version = this.#versionOf(document)
    const own = version.entryOf(this.actor)
    const dependencies = version.entries
      .filter(({ actor }) => actor !== this.actor)
      .map(({ actor, seq, hash }) => ({ actor, seq, hash8: hash.subarray(0, 8) }))
    const dot = { actor: this.actor, seq: (own?.seq ?? 0) + 1 }
    const stamp = 0 as HlcStamp
    const commit = sealCommit(
      own?.hash ?? chainStart,
      { document, dot, kind: "change", engine: "yjs", stamp, dependencies, genesis: [] },
      update
    )
    this.#append([commit])
    return commit
  }

  /** Everything here, as text: equal texts, equal replicas. */
  contents(): string {
    const lines = [...this.#documents].map(
      ([id, commits]) =>
        `${id} ${commits
          .map(({ hash }) => toHex(hash))
          .sort()
          .join(" ")}`
    )
    return lines.sort().join("\n")
  }

  /** Every commit here, by document: who made it, and its hash. */
  commits(): ReadonlyMap<DocumentId, ReadonlyMap<string, ActorId>> {
    return new Map(
      [...this.#documents].map(([id, commits]) => [
        id,
        new Map(commits.map(({ hash, dot }) => [toHex(hash), dot.actor]))
      ])
    )
  }

  /** Bytes that indexes hold. */
  get indexBytes(): number {
    return this.#roots.byteLength
  }

  /** Loses one document without a trace in the log, as a damaged disk might. */
  forget(document: DocumentId): void {
    this.#documents.delete(document)
    this.#roots = this.#newRoots()
  }

  /** Loses the newest records and the cursors, as a store restored from an old backup has. */
  loseAfter(position: number): void {
    this.#cursors.clear()
    for (const { commits } of this.#log.splice(position))
      for (const commit of commits)
        this.#documents.set(
          commit.document,
          this.#commits(commit.document).filter(other => other !== commit)
        )
    for (const [id, commits] of this.#documents) if (commits.length === 0) this.#documents.delete(id)
    this.#roots = this.#newRoots()
  }

  async logHashAt(position: number): Promise<Uint8Array | undefined> {
    return position === 0 ? emptyLog.hash : this.#log[position - 1]?.end.hash
  }

  onDurable(listener: (group: DurableGroup) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  unitRoots(): Promise<readonly UnitRoot[]> {
    return this.#roots.roots()
  }

  get unitKey(): Uint8Array {
    return this.#roots.key
  }

  scopeView(scope: SyncScope, rule?: DocumentRule): ScopeView {
    const view = this.#roots.scope(scope, rule)
    return {
      roots: async substitutes => {
        if (this.indexMs > 0) await (this.#indexed ??= this.#pass(this.indexMs))
        return view.roots(substitutes)
      },
      unit: (path, key) => view.unit(path, key),
      close: () => view.close()
    }
  }

  #pass(ms: number): Promise<void> {
    return new Promise(resolve => void this.ports.timers.schedule(ms, resolve))
  }

  async entry(document: DocumentId): Promise<DocumentVersionEntry | undefined> {
    return this.#documents.has(document) ? this.#entryOf(document) : undefined
  }

  /** Nobody writes under another's name here. */
  entryBeside(document: DocumentId): Promise<DocumentVersionEntry | undefined> {
    return this.entry(document)
  }

  async changedSince(
    after: number,
    limit: number
  ): Promise<{ readonly document: DocumentId; readonly position: number }[]> {
    const newest = new Map<DocumentId, number>()
    for (const { commits, end } of this.#log.slice(after))
      for (const { document } of commits) {
        newest.delete(document)
        newest.set(document, end.position)
      }
    return [...newest].map(([document, position]) => ({ document, position })).slice(0, limit)
  }

  async delta(
    document: DocumentId,
    known: { readonly version?: Version } | { readonly after: number }
  ): Promise<DocumentDelta> {
    const all = this.#commits(document)
    const through = this.end.position
    if ("after" in known) {
      const commits = this.#log
        .slice(known.after)
        .flatMap(record => record.commits.filter(commit => commit.document === document))
      return { document, commits, through }
    }
    const version = known.version ?? Version.empty
    if (version.entries.length === 0 && all.length > this.snapshotAbove)
      return { document, snapshot: { document, bytes: encodeCommits(all) }, commits: [], through }
    return { document, commits: all.filter(({ dot }) => !version.has(dot)), through }
  }

  async versions(
    collection: string,
    after: DocumentId | undefined,
    limit: number
  ): Promise<readonly DocumentVersionEntry[]> {
    return [...this.#documents.keys()]
      .filter(id => collectionOf(id) === collection && (after === undefined || compareUtf8(id, after) > 0))
      .sort(compareUtf8)
      .slice(0, limit)
      .map(document => this.#entryOf(document))
  }

  async version(document: DocumentId): Promise<Version> {
    return this.#versionOf(document)
  }

  async receive(batch: IncomingBatch): Promise<IncomingReport> {
    await this.#pause()
    if (this.broken) throw coreError("store-failed", "the disk is full")
    const accepted: Commit[] = []
    const rejections = new Map<DocumentId, Rejection>()
    const packed = [...(batch.snapshots ?? []).flatMap(({ bytes }) => decodeCommits(bytes)), ...batch.commits]
    for (const commit of packed) {
      const rejection = rejections.has(commit.document) ? undefined : this.#take(commit, accepted)
      if (rejection !== undefined) rejections.set(commit.document, rejection)
    }
    if (batch.cursor !== undefined && rejections.size === 0)
      this.#cursors.set(batch.cursor.epoch, batch.cursor)
    // Only the end of a run carries a check, so nothing of a document is taken when its run does not hold.
    const taken = accepted.filter(({ document }) => !rejections.has(document))
    if (taken.length > 0) this.#append(taken, batch.origin)
    return {
      applied: taken.length,
      known: packed.length - taken.length,
      rejections: [...rejections.values()]
    }
  }

  async peerCursor(epoch: string): Promise<PeerCursor | undefined> {
    return this.#cursors.get(epoch)
  }

  async savePeerCursor(cursor: PeerCursor): Promise<void> {
    this.#cursors.set(cursor.epoch, cursor)
  }

  /** A disk takes a while. */
  #pause(): Promise<void> {
    return new Promise(resolve => this.ports.timers.schedule(2, resolve))
  }

  #take(packed: PackedCommit, accepted: Commit[]): Rejection | undefined {
    const { document, dot, check8 } = packed
    const version = this.#versionWith(document, accepted)
    const reject = (reason: Rejection["reason"], message: string) => ({ document, reason, message, version })
    if (this.refuses.has(document)) return reject("invalid", "refused by the model")
    if (version.has(dot)) return undefined
    const hash8Of = new Map(
      packed.dependencies.map(dependency => [dependency, this.#hash8(document, dependency, accepted)])
    )
    const missing = [...hash8Of].some(
      ([{ hash8 }, ours]) => ours === undefined || (hash8 !== undefined && !equalBytes(hash8, ours))
    )
    if (missing || version.get(dot.actor) !== dot.seq - 1)
      return reject("missing-dependency", "something below is not here")
    const dependencies = packed.dependencies.map(dependency => ({
      ...dependency,
      hash8: hash8Of.get(dependency) as Uint8Array
    }))
    const previous = version.entryOf(dot.actor)?.hash ?? chainStart
    const commit = sealCommit(
      previous,
      {
        document,
        dot,
        kind: "change",
        engine: packed.engine,
        stamp: packed.stamp,
        dependencies,
        genesis: []
      },
      packed.update.slice()
    )
    if (check8 !== undefined && !equalBytes(commit.hash.subarray(0, 8), check8))
      return reject("invalid", "not the commit it says")
    accepted.push(commit)
    return undefined
  }

  #hash8(
    document: DocumentId,
    dot: { readonly actor: ActorId; readonly seq: number },
    accepted: readonly Commit[]
  ): Uint8Array | undefined {
    const same = (commit: Commit) =>
      commit.document === document && commit.dot.actor === dot.actor && commit.dot.seq === dot.seq
    return (this.#commits(document).find(same) ?? accepted.find(same))?.hash.subarray(0, 8)
  }

  #append(commits: readonly Commit[], origin?: object): void {
    const { end } = this
    const first = commits[0]
    if (first === undefined) return
    const next = {
      position: end.position + 1,
      hash: nextLogHash(end, first.document, encodeCommits(commits))
    }
    this.#log.push({ commits, end: next })
    for (const commit of commits)
      this.#documents.set(commit.document, [...this.#commits(commit.document), commit])
    for (const document of new Set(commits.map(commit => commit.document))) {
      this.#positions.set(document, next.position)
      this.#roots.set(document, this.#entryOf(document).digest)
    }
    const group = { commits, reset: [], end: next, ...(origin === undefined ? {} : { origin }) }
    for (const listener of this.#listeners) listener(group)
  }

  #entryOf(document: DocumentId): DocumentVersionEntry {
    const version = this.#versionOf(document)
    const forked = this.forked.has(document) ? { forked: [this.actor] } : {}
    const position = this.#positions.get(document) ?? 0
    return { document, version, digest: version.digest(document), position, ...forked }
  }

  #newRoots(): RootIndex {
    const scanHeads: StoreSession["scanHeads"] = async ({ collection, after, limit }) =>
      [...this.#documents.keys()]
        .filter(id => collection === undefined || collectionOf(id) === collection)
        .filter(id => after === undefined || compareUtf8(id, after) > 0)
        .sort(compareUtf8)
        .slice(0, limit)
        .map(id => ({ id, digest: this.#entryOf(id).digest, position: 0, body: new Uint8Array() }))
    const secret = unitSecret(new TextEncoder().encode(this.epoch), emptyLog)
    const loadHead: StoreSession["loadHead"] = async id =>
      this.#documents.has(id)
        ? { id, digest: this.#entryOf(id).digest, position: 0, body: new Uint8Array() }
        : undefined
    return new RootIndex(
      { scanHeads, loadHead },
      { secret, timers: this.ports.timers, nameDigest: this.#nameDigest }
    )
  }

  #commits(document: DocumentId): readonly Commit[] & Commit[] {
    return this.#documents.get(document) ?? []
  }

  #versionOf(document: DocumentId): Version {
    return this.#versionWith(document, [])
  }

  #versionWith(document: DocumentId, accepted: readonly Commit[]): Version {
    const commits = [...this.#commits(document), ...accepted.filter(commit => commit.document === document)]
    return Version.from(commits.map(({ dot, hash }) => ({ actor: dot.actor, seq: dot.seq, hash })))
  }
}
