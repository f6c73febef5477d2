import type { ActorId, Dot } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import { maxContainers } from "../codec/facts-codec.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit, Dependency } from "../commit/commit.ts"
import { maxVersionEntries } from "../commit/version.ts"
import type { Rejection } from "../sync/sync-host.ts"
import { containerKey, type DocumentMeta } from "./document-meta.ts"
import { type ReceivedCommit, type SealedBatch, sealReceived, startsWith } from "./seal-received.ts"

/** Why a commit was not accepted. */
export type Problem = Pick<Rejection, "reason" | "message">

/** Unproven: a hash did not fit, which damage explains as well as another branch does. Nothing is put aside for that. */
type Refusal = Problem & { readonly isUnproven?: boolean }

/** Two commits under one dot: here and as received. */
export interface Fork extends Dot {
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
}

/** What became of received commits of one document. */
export interface LinkedCommits {
  /** New here, chained and with all dependencies: to be applied, in this order. */
  readonly accepted: readonly Commit[]
  /** Had before. */
  readonly known: number
  /** Why others were not accepted; the first reason. */
  readonly problem?: Problem
  /** Commits on another branch of a chain, and what builds on one: to be kept aside. Their hashes are verified. */
  readonly aside: readonly Commit[]
  readonly forks: readonly Fork[]
  /** Actors whose chain is another one at the sender, in a place that cannot be told from what was received. */
  readonly suspects: ReadonlySet<ActorId>
}

/** Whether linking these commits needs hashes between the base and the ends of the chains. */
export function needsPast(meta: DocumentMeta, packed: readonly PackedCommit[]): boolean {
  if (meta.hasPast) return false
  const inside = (actor: ActorId, seq: number) => seq > meta.base.get(actor) && seq < meta.seqOf(actor)
  return packed.some(
    ({ dot, dependencies }) =>
      inside(dot.actor, dot.seq - 1) ||
      inside(dot.actor, dot.seq) ||
      dependencies.some(({ actor, seq }) => inside(actor, seq))
  )
}

/**
 * Chains received commits onto what is here. A commit that does not fit takes only those with it that build on it. O(commits) hashes.
 */
export function linkCommits(meta: DocumentMeta, packed: readonly PackedCommit[]): LinkedCommits {
  const linking = new Linking(meta, sealReceived(meta, packed))
  return linking.result()
}

class Linking {
  readonly #meta: DocumentMeta
  readonly #batch: SealedBatch
  readonly #accepted: Commit[] = []
  readonly #aside: Commit[] = []
  readonly #forks: Fork[] = []
  readonly #suspects = new Set<ActorId>()
  /** Ends of chains that accepted commits have moved. */
  readonly #ends = new Map<ActorId, number>()
  readonly #hashes = new Map<string, Uint8Array>()
  /** Predefined containers with those of accepted commits, by key; absent until there are any of those. */
  #containers: Set<string> | undefined
  /** By actor, from which seq on nothing of the batch is taken, and why. */
  readonly #refused = new Map<ActorId, Refusal & { readonly seq: number }>()
  #known = 0
  #first: Problem | undefined

  constructor(meta: DocumentMeta, batch: SealedBatch) {
    this.#meta = meta
    this.#batch = batch
  }

  result(): LinkedCommits {
    for (const received of this.#batch.commits) this.#take(received)
    return {
      accepted: this.#accepted,
      known: this.#known,
      aside: this.#aside,
      forks: this.#forks,
      suspects: this.#suspects,
      ...(this.#first === undefined ? {} : { problem: this.#first })
    }
  }

  #take(received: ReceivedCommit): void {
    const { actor, seq } = received.packed.dot
    if (received.isVerified) this.#acquit(received.packed.dot)
    const refused = this.#refused.get(actor)
    const problem = refused !== undefined && seq >= refused.seq ? refused : this.#problemOf(received)
    if (problem === "known") this.#known++
    else if (problem !== undefined) this.#refuse(received, problem)
    else if (received.sealed !== undefined) this.#accept(received.sealed)
  }

  /** What came damaged comes again as it is: nothing is to be said against this chain any more. */
  #acquit({ actor, seq }: Dot): void {
    const refused = this.#refused.get(actor)
    if (refused?.isUnproven !== true || refused.seq !== seq) return
    this.#refused.delete(actor)
    this.#suspects.delete(actor)
  }

  #accept(commit: Commit): void {
    // Out of the frame it came in: that is not kept alive for one update.
    this.#accepted.push({ ...commit, update: new Uint8Array(commit.update) })
    this.#ends.set(commit.dot.actor, commit.dot.seq)
    if (commit.genesis.length > 0) this.#containers = this.#withContainers(commit.genesis)
    this.#hashes.set(`${commit.dot.actor}${commit.dot.seq}`, commit.hash)
  }

  #refuse({ packed, sealed, isVerified }: ReceivedCommit, refusal: Refusal): void {
    const { actor, seq } = packed.dot
    const { reason, message, isUnproven = false } = refusal
    if (!this.#refused.has(actor)) this.#refused.set(actor, { reason, message, isUnproven, seq })
    this.#first ??= { reason, message }
    if (reason === "forked" && !isUnproven && sealed !== undefined && isVerified) this.#aside.push(sealed)
  }

  #problemOf(received: ReceivedCommit): Refusal | "known" | undefined {
    const { packed, sealed, isVerified } = received
    const { actor, seq } = packed.dot
    const end = this.#endOf(actor)
    if (seq <= end) return this.#problemOfKnown(received)
    if (seq !== end + 1) return missing(`commit ${actor}:${seq} does not follow ${end}`)
    if (end === 0 && this.#meta.chains.size + this.#ends.size >= maxVersionEntries)
      return invalid(`the document has ${maxVersionEntries} writers and takes no more`)
    if (packed.genesis.length > 0 && this.#withContainers(packed.genesis).size > maxContainers)
      return invalid(`the document takes no more than ${maxContainers} predefined containers`)
    if (packed.dependencies.some(dependency => dependency.actor === actor))
      return invalid(`commit ${actor}:${seq} names its own chain as a dependency`)
    if (sealed === undefined)
      return missing(`the hash of something that commit ${actor}:${seq} builds on is not known here`)
    if (!isVerified) return this.#unverified(packed.dot)
    // A piece of another branch may come first, and after it, in the same batch, all of that branch.
    if (!this.#isOnOurs(received)) return forked(packed.dot)
    for (const dependency of sealed.dependencies) {
      const problem = this.#problemOfDependency(dependency)
      if (problem !== undefined) return problem
    }
    return this.#problemOfClaim(sealed)
  }

  /** Whether its hash covers the end of the chain here, and not that of another branch. */
  #isOnOurs({ packed: { dot }, previous }: ReceivedCommit): boolean {
    const ours = this.#hashAt({ actor: dot.actor, seq: dot.seq - 1 })
    return previous?.sealed === undefined || ours === undefined || equalBytes(previous.sealed.hash, ours)
  }

  #problemOfKnown({ packed, sealed, isVerified }: ReceivedCommit): Refusal | "known" {
    const ours = this.#meta.hashAt(packed.dot.actor, packed.dot.seq)
    if (ours === undefined) return "known"
    if (sealed !== undefined && isVerified) {
      if (equalBytes(sealed.hash, ours)) return "known"
      this.#forks.push({ ...packed.dot, ours, theirs: sealed.hash })
      return forked(packed.dot)
    }
    if (packed.check8 === undefined || startsWith(ours, packed.check8)) return "known"
    this.#suspects.add(packed.dot.actor)
    return { ...forked(packed.dot), isUnproven: true }
  }

  /** The sender's chain is not what is here with these commits added, as far as one can tell. */
  #unverified({ actor, seq }: Dot): Refusal {
    if (!this.#batch.vouched.has(actor))
      return invalid(`commit ${actor}:${seq} comes without the hash that vouches for it`)
    if (!this.#batch.disproved.has(actor))
      return missing(`the chain of ${actor} cannot be followed beyond ${seq}`)
    if (this.#isNew)
      return { ...invalid(`commit ${actor}:${seq} is not what its sender's hash says`), isUnproven: true }
    this.#suspects.add(actor)
    return { ...forked({ actor, seq }), isUnproven: true }
  }

  #problemOfDependency({ actor, seq, hash8 }: Dependency): Refusal | undefined {
    const refused = this.#refused.get(actor)
    if (refused !== undefined && seq >= refused.seq && seq > this.#meta.seqOf(actor)) return refused
    if (seq > this.#endOf(actor)) return missing(`commit ${actor}:${seq} is not here`)
    // Below the base the hash is not known any more and the sender's word stands.
    const ours = this.#hashAt({ actor, seq })
    if (ours === undefined || startsWith(ours, hash8)) return undefined
    if (this.#isNew) return invalid(`the commit builds on another ${actor}:${seq} than the one it came with`)
    if (!this.#forks.some(fork => fork.actor === actor)) this.#suspects.add(actor)
    return { reason: "forked", message: `the commit builds on another ${actor}:${seq} than the one here` }
  }

  /**
   * A deletion waits for all it claims to have seen, as for dependencies: were it taken by those who happen to have
   * it and refused by others, replicas would part.
   */
  #problemOfClaim({ seen, kind, dot }: Commit): Problem | undefined {
    if ((kind === "delete") !== (seen !== undefined)) return invalid("only a deletion says what it has seen")
    if (seen === undefined) return undefined
    if (seen.get(dot.actor) !== dot.seq)
      return invalid(`deletion ${dot.actor}:${dot.seq} does not name itself`)
    for (const [actor, seq] of seen)
      if (actor !== dot.actor && seq > this.#endOf(actor))
        return missing(`deletion ${dot.actor}:${dot.seq} has seen ${actor}:${seq}, which is not here`)
    return undefined
  }

  #withContainers(added: PackedCommit["genesis"]): Set<string> {
    const containers = (this.#containers ??= new Set(this.#meta.genesis.map(containerKey)))
    const isNews = added.some(container => !containers.has(containerKey(container)))
    return isNews ? new Set([...containers, ...added.map(containerKey)]) : containers
  }

  /**
   * Nothing is here which a branch could part from. A fork found all the same would be remembered in a document without
   * commits, which no peer has: roots would differ for ever.
   */
  get #isNew(): boolean {
    return this.#meta.chains.size === 0
  }

  #hashAt({ actor, seq }: Dot): Uint8Array | undefined {
    return this.#hashes.get(`${actor}${seq}`) ?? this.#meta.hashAt(actor, seq)
  }

  #endOf(actor: ActorId): number {
    return this.#ends.get(actor) ?? this.#meta.seqOf(actor)
  }
}

function missing(message: string): Problem {
  return { reason: "missing-dependency", message }
}

function invalid(message: string): Problem {
  return { reason: "invalid", message }
}

function forked({ actor, seq }: Dot): Problem {
  return {
    reason: "forked",
    message: `commit ${actor}:${seq} is not the one its dot names here: two writers used one identity`
  }
}
