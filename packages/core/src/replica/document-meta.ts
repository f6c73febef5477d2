import type { ActorId, Dot, HlcStamp, VersionVector } from "@syncline/clock"
import type { Commit, Dependency } from "../commit/commit.ts"
import { chainStart } from "../commit/commit-hash.ts"
import type { ChainEnd, DocumentFacts } from "../commit/document-facts.ts"
import type { Version, VersionEntry } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { ContainerRef } from "../document/operation.ts"
import type { PastHashes } from "./past-hashes.ts"

/** Mutable facts of an open document: grows by commits. Reading it as facts costs nothing; `facts()` copies. */
export class DocumentMeta implements DocumentFacts {
  readonly id: DocumentId
  readonly engine: string
  readonly #chains: Map<ActorId, ChainEnd>
  readonly #tips = new Set<ActorId>()
  readonly #genesis: Map<string, ContainerRef>
  readonly #forked: Set<ActorId>
  #deletion: VersionVector | undefined
  #stamp: HlcStamp
  #base: Version
  #basePosition: number
  #baseBytes: number
  /** The version but for the chains in `#moved`. */
  #version: Version
  readonly #moved = new Map<ActorId, VersionEntry>()
  #past: Map<ActorId, Map<number, Uint8Array>> | undefined
  tailCommits: number
  tailBytes: number

  constructor(id: DocumentId, facts: DocumentFacts) {
    this.id = id
    this.engine = facts.engine
    this.#chains = new Map(facts.chains)
    for (const [actor, { tip }] of this.#chains) if (tip) this.#tips.add(actor)
    this.#genesis = new Map(facts.genesis.map(container => [containerKey(container), container]))
    this.#forked = new Set(facts.forked)
    this.#deletion = facts.deletion
    this.#stamp = facts.stamp
    this.#base = facts.base
    this.#basePosition = facts.basePosition
    this.#baseBytes = facts.baseBytes
    this.tailCommits = facts.tailCommits
    this.tailBytes = facts.tailBytes
    this.#version = facts.version
  }

  get chains(): ReadonlyMap<ActorId, ChainEnd> {
    return this.#chains
  }

  /** The version now. Cached until the next commit; O(actors) after one. */
  get version(): Version {
    this.#version = this.#version.with(...this.#moved.values())
    this.#moved.clear()
    return this.#version
  }

  get stamp(): HlcStamp {
    return this.#stamp
  }

  get base(): Version {
    return this.#base
  }

  get basePosition(): number {
    return this.#basePosition
  }

  get baseBytes(): number {
    return this.#baseBytes
  }

  get genesis(): readonly ContainerRef[] {
    return [...this.#genesis.values()]
  }

  get forked(): readonly ActorId[] {
    return this.#forked.size === 0 ? [] : [...this.#forked].sort()
  }

  get deletion(): VersionVector | undefined {
    return this.#deletion
  }

  /** Dead iff no commit here was unseen by the deletions. */
  get deleted(): boolean {
    return this.#deletion?.dominates(this.version.vector) ?? false
  }

  /** Whether `hashAt` knows the commits between the base and the ends of the chains. */
  get hasPast(): boolean {
    return this.#past !== undefined
  }

  chainOf(actor: ActorId): ChainEnd | undefined {
    return this.#chains.get(actor)
  }

  /** How far an actor's chain reaches, 0 without one. */
  seqOf(actor: ActorId): number {
    return this.#chains.get(actor)?.seq ?? 0
  }

  /** The hash the next commit of an actor chains to. */
  previousHash(actor: ActorId): Uint8Array {
    return this.#chains.get(actor)?.hash ?? chainStart
  }

  /** The hash of a commit here, where it is known: at the ends, at the base, and between them if the past was given. */
  hashAt(actor: ActorId, seq: number): Uint8Array | undefined {
    if (seq === 0) return chainStart
    const chain = this.#chains.get(actor)
    if (chain?.seq === seq) return chain.hash
    const base = this.#base.entryOf(actor)
    return base?.seq === seq ? base.hash : this.#past?.get(actor)?.get(seq)
  }

  /** The ends of chains on which no other commit here builds. */
  *tips(): Generator<Dot> {
    for (const actor of this.#tips) yield { actor, seq: this.seqOf(actor) }
  }

  hasGenesis(container: ContainerRef): boolean {
    return this.#genesis.has(containerKey(container))
  }

  /** What a local commit of this actor depends on now: the frontier, without its own chain; ascending by actor. */
  dependenciesOf(actor: ActorId): readonly Dependency[] {
    const tips: Dependency[] = []
    for (const other of this.#tips) {
      const chain = this.#chains.get(other)
      if (chain !== undefined && other !== actor)
        tips.push({ actor: other, seq: chain.seq, hash8: chain.hash.subarray(0, 8) })
    }
    return tips.length < 2 ? tips : tips.sort((a, b) => (a.actor < b.actor ? -1 : 1))
  }

  /** Takes in a commit whose dependencies are here and whose seq is the next of its actor. */
  absorb(commit: Commit): void {
    const { actor, seq } = commit.dot
    for (const dependency of commit.dependencies) this.#cover(dependency)
    const before = this.#chains.get(actor)
    this.#move(actor, { seq, hash: commit.hash, tip: true })
    for (const container of commit.genesis) this.#genesis.set(containerKey(container), container)
    if (commit.stamp > this.#stamp) this.#stamp = commit.stamp
    if (commit.seen !== undefined) this.#deletion = this.#deletion?.merge(commit.seen) ?? commit.seen
    if (this.#past === undefined) return
    const hashes = this.#past.get(actor) ?? new Map<number, Uint8Array>()
    // Of a snapshot that is not written yet there is no base to know its ends by.
    if (before !== undefined) hashes.set(before.seq, before.hash)
    this.#past.set(actor, hashes.set(seq, commit.hash))
  }

  /** Takes in everything a snapshot knows: chains go to the further end, tips that the other side has passed fall. */
  join(facts: DocumentFacts): void {
    for (const [actor, theirs] of facts.chains) {
      const ours = this.#chains.get(actor)
      if (ours === undefined || ours.seq < theirs.seq) this.#move(actor, theirs)
      else if (ours.seq === theirs.seq) this.#move(actor, { ...ours, tip: ours.tip && theirs.tip })
    }
    for (const container of facts.genesis) this.#genesis.set(containerKey(container), container)
    for (const actor of facts.forked) this.#forked.add(actor)
    if (facts.stamp > this.#stamp) this.#stamp = facts.stamp
    if (facts.deletion !== undefined) this.#deletion = this.#deletion?.merge(facts.deletion) ?? facts.deletion
    // Chains have jumped: what lies between is not known.
    this.#past = undefined
  }

  /** Remembers that two write under this name. Says whether that was news. */
  markForked(actor: ActorId): boolean {
    const isNews = !this.#forked.has(actor)
    this.#forked.add(actor)
    return isNews
  }

  /** From now on the stored base is this one. */
  rebase({
    base,
    basePosition,
    baseBytes
  }: Pick<DocumentFacts, "base" | "basePosition" | "baseBytes">): void {
    this.#base = base
    this.#basePosition = basePosition
    this.#baseBytes = baseBytes
    for (const [actor, hashes] of this.#past ?? [])
      for (const seq of hashes.keys()) if (seq < base.get(actor)) hashes.delete(seq)
  }

  /** Lets `hashAt` know what lies between the base and the ends. */
  learnPast(past: PastHashes): void {
    this.#past = new Map([...past].map(([actor, hashes]) => [actor, new Map(hashes)]))
  }

  /** A copy that changes independently. Without the past. O(actors). */
  clone(): DocumentMeta {
    return new DocumentMeta(this.id, this)
  }

  /** An immutable copy of everything. */
  facts(): DocumentFacts {
    return {
      engine: this.engine,
      chains: new Map(this.#chains),
      version: this.version,
      ...(this.#deletion === undefined ? {} : { deletion: this.#deletion }),
      stamp: this.#stamp,
      genesis: this.genesis,
      forked: this.forked,
      base: this.#base,
      basePosition: this.#basePosition,
      baseBytes: this.#baseBytes,
      tailCommits: this.tailCommits,
      tailBytes: this.tailBytes
    }
  }

  #move(actor: ActorId, end: ChainEnd): void {
    this.#chains.set(actor, end)
    if (end.tip) this.#tips.add(actor)
    else this.#tips.delete(actor)
    this.#moved.set(actor, { actor, seq: end.seq, hash: end.hash })
  }

  #cover({ actor, seq }: Dot): void {
    const chain = this.#chains.get(actor)
    if (chain?.tip !== true || chain.seq !== seq) return
    this.#chains.set(actor, { ...chain, tip: false })
    this.#tips.delete(actor)
  }
}

/** Engines name the same few objects in every change. */
const keys = new WeakMap<ContainerRef, string>()

/** What a container is known by. */
export function containerKey(container: ContainerRef): string {
  const known = keys.get(container)
  if (known !== undefined) return known
  const key = JSON.stringify([container.kind, ...container.path])
  keys.set(container, key)
  return key
}
