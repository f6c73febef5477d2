import { isSynclineError } from "@syncline/clock"
import { sha256 } from "#platform"
import { openCommits } from "../codec/commit-decoder.ts"
import { equalBytes } from "../codec/hex.ts"
import { type CommitLimits, defaultCommitLimits, type PackedCommit } from "../codec/packed-commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { LogEnd } from "../store/store.ts"
import type { VersionsEntry } from "./frame.ts"
import { snapshotIdBytes } from "./frame.ts"
import { Intake } from "./intake.ts"
import type { IntakeLimit } from "./intake-limit.ts"
import { notGranted } from "./not-granted.ts"
import type { ResumeMemory } from "./resume-memory.ts"
import type { EventOf } from "./sync-event.ts"
import type { IncomingReport, PeerCursor, Rejection, SnapshotTransfer, SyncHost } from "./sync-host.ts"
import type { SyncLimits } from "./sync-limits.ts"
import { frameOverhead, maxBatchCommits } from "./sync-limits.ts"
import type { IncomingPayload } from "./sync-state.ts"
import { shortened } from "./version-entries.ts"

/** Documents asked for again between two equal comparisons; what is missing beyond that the next exchange brings. */
const maxWants = 1024

/** What is charged for a commit, or a document that is not taken, beside its update. */
const commitCharge = frameOverhead / 8

/** The peer gives up when it hears nothing for its stall timeout, which is most likely the same as here, and may be shorter. */
const breathsPerStall = 4
const longestBreathMs = 2_500

/** Documents not taken after which others get their turn. */
const refusalsAtOnce = 128

const batchLimits: CommitLimits = { ...defaultCommitLimits, maxCommits: maxBatchCommits }

/** Besides those of the store: what this side says when it cannot take something, however good it is. */
const ownCodes: readonly string[] = ["replica-closed", "code-unavailable"]

/** What the receiving side tells the session. */
export interface IncomingListener {
  onApplied(applied: Omit<EventOf<"applied">, "kind">): void
  /** Documents of a batch that arrived. */
  onDocuments(documents: ReadonlySet<DocumentId>): void
  /** What came has to wait for so long; 0: no more. */
  onLimited(waitMs: number): void
  onViolation(message: string): void
  onFailed(message: string): void
}

/** Whose data comes in. */
export interface IncomingPeer {
  /** Under which the cursor into its log is kept. */
  readonly epoch: string
  /** Whether the peer may write it here. */
  readonly takes: (document: DocumentId) => boolean
  readonly takesAny: boolean
  /** How much of it, a second. */
  readonly intake: IntakeLimit
  /** Position our claim was based on, if it was by cursor. */
  readonly base: number | undefined
  readonly maxFrameBytes: number
}

type Refused = Omit<Rejection, "reason" | "version"> & { readonly reason: string }

/** What came of one document. */
interface Part {
  readonly document: DocumentId
  readonly commits: PackedCommit[]
  readonly snapshots: SnapshotTransfer[]
}

interface Gathered {
  readonly commits: PackedCommit[]
  readonly snapshots: SnapshotTransfer[]
  readonly refused: Map<DocumentId, Refused>
  payloads: number
  frameBytes: number
  contentBytes: number
  through: LogEnd | undefined
  scanned: number | undefined
}

/**
 * Applies what one connection brings, in order, as much at a time as arrived meanwhile. The cursor moves in the
 * transaction of what it covers, and stops moving once anything was not taken, until roots are equal again.
 */
export class Incoming {
  readonly #host: SyncHost
  readonly #origin: object
  readonly #limits: SyncLimits
  readonly #memory: ResumeMemory
  readonly #listener: IncomingListener
  readonly #intake: Intake
  #peer: IncomingPeer | undefined
  #queue: IncomingPayload[] = []
  #running = false
  #held = false
  #stopped = false
  #verified: LogEnd | undefined
  /** The cursor as it is stored, once it was read or written here. */
  #stored: { readonly end: LogEnd | undefined } | undefined
  readonly #wanted = new Set<DocumentId>()

  constructor(
    host: SyncHost,
    origin: object,
    limits: SyncLimits,
    memory: ResumeMemory,
    listener: IncomingListener
  ) {
    this.#host = host
    this.#origin = origin
    this.#limits = limits
    this.#memory = memory
    this.#listener = listener
    const breathMs = Math.min(longestBreathMs, limits.stallTimeoutMs / breathsPerStall)
    this.#intake = new Intake(host.ports, breathMs, {
      onLimited: waitMs => listener.onLimited(waitMs),
      onProgress: () => listener.onApplied({ payloads: 0, frameBytes: 0, rejections: [], wants: [] })
    })
  }

  /** Says who the peer is; before that nothing is delivered. With the stored cursor, if it was read for that. */
  begin(peer: IncomingPeer, stored?: { readonly end: LogEnd | undefined }): void {
    this.#peer = peer
    this.#stored ??= stored
  }

  /** The next payload, in order. */
  deliver(payload: IncomingPayload): void {
    this.#queue.push(payload)
    this.#start()
  }

  /** Everything of the peer's log up to `end` is here. */
  verified(end: LogEnd): void {
    this.#held = false
    this.#wanted.clear()
    this.#verified = end
    this.#start()
  }

  stop(): void {
    this.#stopped = true
    this.#queue = []
    this.#intake.stop()
  }

  #start(): void {
    if (this.#running || this.#stopped) return
    this.#running = true
    // After the current tick, so that what arrives together is applied together.
    this.#host.ports.timers.microtask(() => {
      void this.#drain().catch((error: unknown) => this.#fail(error))
    })
  }

  async #drain(): Promise<void> {
    for (;;) {
      const peer = this.#peer
      if (peer === undefined) break
      if (this.#queue.length > 0) await this.#apply(peer, this.#gather(peer))
      else if (this.#verified !== undefined) await this.#saveVerified(peer, this.#verified)
      else break
    }
    this.#running = false
  }

  #gather(peer: IncomingPeer): Gathered {
    const gathered: Gathered = {
      commits: [],
      snapshots: [],
      refused: new Map(),
      payloads: 0,
      frameBytes: 0,
      contentBytes: 0,
      through: undefined,
      scanned: undefined
    }
    while (gathered.contentBytes < this.#limits.maxReceiveBytes) {
      const payload = this.#queue.shift()
      if (payload === undefined) break
      gathered.payloads++
      gathered.frameBytes += payload.frameBytes
      if (!peer.takesAny && payload.bytes.length > 0) {
        this.#listener.onViolation("content came over a link that may write nothing")
        break
      }
      if (payload.kind === "snapshot") this.#addSnapshot(gathered, payload, peer)
      else this.#addCommits(gathered, payload, peer)
    }
    return gathered
  }

  #addSnapshot(
    gathered: Gathered,
    payload: Extract<IncomingPayload, { readonly kind: "snapshot" }>,
    peer: IncomingPeer
  ): void {
    const { document, id, bytes } = payload
    if (!equalBytes(sha256(bytes).subarray(0, snapshotIdBytes), id))
      return this.#listener.onViolation(`the snapshot of ${document} is not what its id says`)
    gathered.contentBytes += bytes.length
    if (peer.takes(document)) gathered.snapshots.push({ document, bytes })
    else refuse(gathered, document)
  }

  #addCommits(
    gathered: Gathered,
    payload: Extract<IncomingPayload, { readonly kind: "commits" }>,
    peer: IncomingPeer
  ): void {
    gathered.through = payload.through ?? gathered.through
    gathered.scanned = payload.scanned ?? gathered.scanned
    if (payload.bytes.length === 0) return
    const batch = openCommits(payload.bytes, batchLimits)
    const taken = new Set(batch.documents.filter(peer.takes))
    for (const document of batch.documents) if (!taken.has(document)) refuse(gathered, document)
    gathered.contentBytes += (batch.documents.length - taken.size) * commitCharge
    // Of what nobody takes, nothing but whose it is has to be known.
    if (taken.size === 0) return
    for (const commit of batch.commits()) {
      gathered.contentBytes += commit.update.length + commitCharge
      if (taken.has(commit.document)) gathered.commits.push(commit)
    }
  }

  async #apply(peer: IncomingPeer, gathered: Gathered): Promise<void> {
    if (this.#stopped) return
    if (gathered.refused.size > 0) await this.#refuse(peer, [...gathered.refused.values()])
    const rejections = await this.#receive(peer, gathered)
    if (this.#stopped) return
    if (!this.#held && gathered.scanned !== undefined && peer.base !== undefined)
      this.#memory.scanned = { epoch: peer.epoch, base: peer.base, scanned: gathered.scanned }
    this.#listener.onApplied({
      payloads: gathered.payloads,
      frameBytes: gathered.frameBytes,
      rejections: rejections.filter(({ reason }) => reason !== "missing-dependency"),
      wants: this.#wants(rejections, peer.maxFrameBytes)
    })
  }

  /** Says what is not taken, no faster than what is taken may come. */
  async #refuse(peer: IncomingPeer, refused: readonly Refused[]): Promise<void> {
    this.#held = true
    for await (const { items: rejections } of this.#intake.pass(peer.intake, refused, () => 0)) {
      this.#listener.onApplied({ payloads: 0, frameBytes: 0, rejections, wants: [] })
      if (rejections.length > refusalsAtOnce)
        await new Promise<void>(resolve => this.#host.ports.timers.schedule(0, resolve))
    }
  }

  async #receive(peer: IncomingPeer, gathered: Gathered): Promise<readonly Rejection[]> {
    const { through } = gathered
    const cursor =
      through === undefined
        ? undefined
        : { epoch: peer.epoch, position: through.position, logHash: through.hash }
    const parts = partsOf(gathered)
    if (parts.length === 0) {
      if (cursor !== undefined && !this.#held) await this.#saveCursor(cursor)
      return []
    }
    const rejections: Rejection[] = []
    const pieces = this.#intake.pass(
      peer.intake,
      parts,
      ({ commits, snapshots }) => commits.length + snapshots.length
    )
    for await (const { items, isLast } of pieces) {
      const report = await this.#take(items, isLast && !this.#held ? cursor : undefined)
      rejections.push(...report.rejections)
      if (report.rejections.length > 0) this.#held = true
      if (this.#stopped) break
      this.#listener.onDocuments(new Set(items.map(({ document }) => document)))
    }
    return rejections
  }

  #take(parts: readonly Part[], cursor: PeerCursor | undefined): Promise<IncomingReport> {
    // What is refused keeps the cursor where it was.
    if (cursor !== undefined) this.#stored = undefined
    return this.#host.receive({
      commits: parts.flatMap(({ commits }) => commits),
      snapshots: parts.flatMap(({ snapshots }) => snapshots),
      origin: this.#origin,
      ...(cursor === undefined ? {} : { cursor })
    })
  }

  async #saveCursor(cursor: PeerCursor): Promise<void> {
    await this.#host.savePeerCursor(cursor)
    this.#stored = { end: endOf(cursor) }
  }

  /**
   * Also when the connection has ended since: it stays true, and whoever syncs, closes and comes back would be sent all that is in
   * between. Asked for in the tick of the verdict where the cursor is known, so before anybody who waits for that can close the store.
   */
  async #saveVerified({ epoch }: IncomingPeer, end: LogEnd): Promise<void> {
    this.#verified = undefined
    this.#stored ??= { end: endOf(await this.#host.peerCursor(epoch)) }
    const { end: stored } = this.#stored
    if (stored?.position === end.position && equalBytes(stored.hash, end.hash)) return
    this.#stored = { end }
    await this.#host.savePeerCursor({ epoch, position: end.position, logHash: end.hash })
  }

  #wants(rejections: readonly Rejection[], maxFrameBytes: number): readonly VersionsEntry[] {
    const wants: VersionsEntry[] = []
    let room = maxFrameBytes - 2 * frameOverhead
    for (const { document, reason, version } of rejections) {
      if (reason !== "missing-dependency" || this.#wanted.has(document) || this.#wanted.size >= maxWants)
        continue
      const entry = shortened({ document, version }, room / 2)
      room -= 25 * entry.version.entries.length + frameOverhead
      if (room < 0) break
      this.#wanted.add(document)
      wants.push(entry)
    }
    return wants
  }

  #fail(error: unknown): void {
    this.#running = false
    if (this.#stopped) return
    const message = error instanceof Error ? error.message : String(error)
    // What cannot be decoded is the peer's doing; what cannot be stored, or lacks the code to be taken, is ours.
    if (isSynclineError(error) && !error.code.startsWith("store") && !ownCodes.includes(error.code))
      this.#listener.onViolation(message)
    else this.#listener.onFailed(message)
  }
}

/** Where a cursor is. */
export function endOf(cursor: PeerCursor | undefined): LogEnd | undefined {
  return cursor === undefined ? undefined : { position: cursor.position, hash: cursor.logHash }
}

function refuse(gathered: Gathered, document: DocumentId): void {
  gathered.refused.set(document, notGranted(document))
}

/** What was gathered, document by document: nothing of one waits for another. */
function partsOf({ commits, snapshots }: Gathered): readonly Part[] {
  const parts = new Map<DocumentId, Part>()
  const partOf = (document: DocumentId): Part => {
    const part = parts.get(document) ?? { document, commits: [], snapshots: [] }
    parts.set(document, part)
    return part
  }
  for (const snapshot of snapshots) partOf(snapshot.document).snapshots.push(snapshot)
  for (const commit of commits) partOf(commit.document).commits.push(commit)
  return [...parts.values()]
}
