import type { ActorId, Dot, HlcStamp } from "@syncline/clock"
import type { VersionVector } from "@syncline/clock"
import type { Commit, CommitHeader, Dependency } from "../commit/commit.ts"
import { chainStart } from "../commit/commit-hash.ts"
import type { Version } from "../commit/version.ts"
import { type ChainEnd, type DocumentFacts, versionOf } from "../commit/document-facts.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { ContainerRef } from "../document/operation.ts"

/** Mutable facts of an open document: grows by commits, gives immutable copies. */
export class DocumentMeta {
  readonly id: DocumentId
  readonly engine: string
  readonly #chains: Map<ActorId, ChainEnd>
  readonly #genesis: Map<string, ContainerRef>
  #deletion: VersionVector | undefined
  #stamp: HlcStamp
  #base: Version
  #version: Version | undefined
  #basePosition: number
  #baseBytes: number
  tailCommits: number
  tailBytes: number

  constructor(id: DocumentId, facts: DocumentFacts) {
    this.id = id
    this.engine = facts.engine
    this.#chains = new Map(facts.chains)
    this.#genesis = new Map(facts.genesis.map(container => [containerKey(container), container]))
    this.#deletion = facts.deletion
    this.#stamp = facts.stamp
    this.#base = facts.base
    this.#basePosition = facts.basePosition
    this.#baseBytes = facts.baseBytes
    this.tailCommits = facts.tailCommits
    this.tailBytes = facts.tailBytes
  }

  /** The version now. Cached until the next commit. */
  get version(): Version {
    this.#version ??= versionOf(this.#chains)
    return this.#version
  }

  get stamp(): HlcStamp {
    return this.#stamp
  }

  get base(): Version {
    return this.#base
  }

  get baseBytes(): number {
    return this.#baseBytes
  }

  get genesis(): readonly ContainerRef[] {
    return [...this.#genesis.values()]
  }

  /** Dead iff no commit here was unseen by the deletions (decision 9). */
  get deleted(): boolean {
    return this.#deletion?.dominates(this.version.vector) ?? false
  }

  chainOf(actor: ActorId): ChainEnd | undefined {
    return this.#chains.get(actor)
  }

  /** The hash the next commit of an actor chains to. */
  previousHash(actor: ActorId): Uint8Array {
    return this.#chains.get(actor)?.hash ?? chainStart
  }

  hasGenesis(container: ContainerRef): boolean {
    return this.#genesis.has(containerKey(container))
  }

  /** What a local commit of this actor depends on now: the frontier, without its own chain; ascending by actor. */
  dependenciesOf(actor: ActorId): readonly Dependency[] {
    const tips: Dependency[] = []
    for (const [other, { seq, hash, tip }] of this.#chains)
      if (tip && other !== actor) tips.push({ actor: other, seq, hash8: hash.subarray(0, 8) })
    return tips.length < 2 ? tips : tips.sort((a, b) => (a.actor < b.actor ? -1 : 1))
  }

  /** Takes in a commit whose dependencies are here and whose seq is the next of its actor. */
  absorb(commit: Commit): void {
    for (const dependency of commit.dependencies) this.#cover(dependency)
    this.#chains.set(commit.dot.actor, { seq: commit.dot.seq, hash: commit.hash, tip: true })
    for (const container of commit.genesis) this.#genesis.set(containerKey(container), container)
    if (commit.stamp > this.#stamp) this.#stamp = commit.stamp
    if (commit.seen !== undefined) this.#deletion = this.#deletion?.merge(commit.seen) ?? commit.seen
    this.#version = undefined
  }

  /** Takes in everything a snapshot knows: chains go to the further end, tips that the other side has passed fall. */
  join(facts: DocumentFacts): void {
    for (const [actor, theirs] of facts.chains) {
      const ours = this.#chains.get(actor)
      if (ours === undefined || ours.seq < theirs.seq) this.#chains.set(actor, theirs)
      else if (ours.seq === theirs.seq) this.#chains.set(actor, { ...ours, tip: ours.tip && theirs.tip })
    }
    for (const container of facts.genesis) this.#genesis.set(containerKey(container), container)
    if (facts.stamp > this.#stamp) this.#stamp = facts.stamp
    if (facts.deletion !== undefined) this.#deletion = this.#deletion?.merge(facts.deletion) ?? facts.deletion
    this.#version = undefined
  }

  /** From now on the stored base covers this version, and nothing is stored beyond it but what is told. */
  rebase(stored: Pick<DocumentFacts, "base" | "basePosition" | "baseBytes" | "tailCommits" | "tailBytes">): void {
    this.#base = stored.base
    this.#basePosition = stored.basePosition
    this.#baseBytes = stored.baseBytes
    this.tailCommits = stored.tailCommits
    this.tailBytes = stored.tailBytes
  }

  /** An immutable copy of everything. */
  facts(): DocumentFacts {
    return {
      engine: this.engine,
      chains: new Map(this.#chains),
      ...(this.#deletion === undefined ? {} : { deletion: this.#deletion }),
      stamp: this.#stamp,
      genesis: this.genesis,
      base: this.#base,
      basePosition: this.#basePosition,
      baseBytes: this.#baseBytes,
      tailCommits: this.tailCommits,
      tailBytes: this.tailBytes
    }
  }

  #cover(dot: Dot): void {
    const chain = this.#chains.get(dot.actor)
    if (chain?.tip === true && chain.seq === dot.seq) this.#chains.set(dot.actor, { ...chain, tip: false })
  }
}

/** What a container is known by. */
export function containerKey(container: ContainerRef): string {
  return JSON.stringify([container.kind, ...container.path])
}

/** The header of the next local commit. */
export function nextHeader(
  meta: DocumentMeta,
  actor: ActorId,
  stamp: HlcStamp,
  change: Pick<CommitHeader, "kind" | "genesis"> & Pick<Partial<CommitHeader>, "meta">
): CommitHeader {
  const dot = { actor, seq: (meta.chainOf(actor)?.seq ?? 0) + 1 }
  return {
    document: meta.id,
    dot,
    kind: change.kind,
    stamp,
    dependencies: meta.dependenciesOf(actor),
    genesis: change.genesis.filter(container => !meta.hasGenesis(container)),
    ...(change.kind === "delete" ? { seen: meta.version.vector.with(dot) } : {}),
    ...(change.meta === undefined ? {} : { meta: change.meta })
  }
}
