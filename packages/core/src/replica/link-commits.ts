import type { ActorId, Dot } from "@syncline/clock"
import { equalBytes, toHex } from "../codec/hex.ts"
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
  /** Why others were not accepted; the first reason that still holds. */
  readonly problem?: Problem
  /** Commits on another branch of a chain, and what builds on one: to be kept aside. Their hashes are verified. */
  readonly aside: readonly Commit[]
  readonly forks: readonly Fork[]
  /** Actors whose chain is another one at the sender, in a place that cannot be told from what was received. */
  readonly suspects: ReadonlySet<ActorId>
  /** Of a chain that goes on with `accepted` another branch came along: to be linked again once those are here. */
  readonly hasRivals: boolean
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
 *
 * @param out hashes, in hex, of commits that are not to be taken: those of a branch which another one is to replace.
 */
export function linkCommits(
  meta: DocumentMeta,
  packed: readonly PackedCommit[],
  out: ReadonlySet<string> = new Set()
): LinkedCommits {
  const linking = new Linking(meta, sealReceived(meta, packed), out)
  return linking.result()
}

class Linking {
  readonly #meta: DocumentMeta
  readonly #batch: SealedBatch
  /** Hashes, in hex, of commits that are not to be taken. */
  readonly #out: ReadonlySet<string>
  readonly #accepted: Commit[] = []
  readonly #aside: Commit[] = []
  readonly #forks: Fork[] = []
  readonly #suspects = new Set<ActorId>()
  /** By dot, whose chain may be another one at the sender. What came damaged may come again as it is, and is no doubt any more. */
  readonly #doubts = new Map<string, ActorId>()
  /** Ends of chains that accepted commits have moved. */
  readonly #ends = new Map<ActorId, number>()
  readonly #hashes = new Map<string, Uint8Array>()
  /** Predefined containers with those of accepted commits, by key; absent until there are any of those. */
  #containers: Set<string> | undefined
  /** Why what was not accepted was not, by dot and hash: each branch answers for itself. */
  readonly #refused = new Map<string, Refusal>()
  /** By dot, in the order in which they came. */
  readonly #problems = new Map<string, Problem>()
  #known = 0
  #hasRivals = false

  constructor(meta: DocumentMeta, batch: SealedBatch, out: ReadonlySet<string>) {
    this.#meta = meta
    this.#batch = batch
    this.#out = out
  }

  result(): LinkedCommits {
    for (const received of this.#batch.commits) this.#take(received)
    const [problem] = this.#problems.values()
    return {
      accepted: this.#accepted,
      known: this.#known,
      aside: this.#aside,
      forks: this.#forks,
      suspects: new Set([...this.#suspects, ...this.#doubts.values()]),
      hasRivals: this.#hasRivals,
      ...(problem === undefined ? {} : { problem })
    }
  }

  #take(received: ReceivedCommit): void {
    if (received.isVerified && this.#doubts.size > 0) this.#doubts.delete(dotKey(received.packed.dot))
    const problem = this.#problemOf(received)
    if (problem === "known") this.#known++
    else if (problem !== undefined) this.#refuse(received, problem)
    else if (received.sealed !== undefined) this.#accept(received.sealed)
  }

  #accept(commit: Commit): void {
    const key = dotKey(commit.dot)
    // Out of the frame it came in: that is not kept alive for one update.
    this.#accepted.push({ ...commit, update: new Uint8Array(commit.update) })
    this.#ends.set(commit.dot.actor, commit.dot.seq)
    if (commit.genesis.length > 0) this.#containers = this.#withContainers(commit.genesis)
    this.#hashes.set(key, commit.hash)
    // A piece may come before what it builds on, and then again with that.
    if (this.#problems.get(key)?.reason === "missing-dependency") this.#problems.delete(key)
  }

  #refuse({ packed: { dot }, sealed, isVerified }: ReceivedCommit, refusal: Refusal): void {
    const { reason, message, isUnproven = false } = refusal
    const key = dotKey(dot)
    if (!this.#problems.has(key)) this.#problems.set(key, { reason, message })
    if (sealed === undefined) return
    const name = commitKey(dot, sealed.hash)
    if (!isUnproven || !this.#refused.has(name)) this.#refused.set(name, refusal)
    if (reason === "forked" && !isUnproven && isVerified) this.#aside.push(sealed)
  }

  #problemOf(received: ReceivedCommit): Refusal | "known" | undefined {
    const { packed, sealed, isVerified } = received
    const { actor, seq } = packed.dot
    const end = this.#endOf(actor)
    if (sealed !== undefined && this.#out.size > 0 && this.#out.has(toHex(sealed.hash)))
      return forked(packed.dot)
    if (seq <= end) return this.#problemOfKnown(received)
    const isOnOurs = seq === end + 1 && this.#isOnOurs(received)
    const before = isOnOurs ? undefined : this.#refusalBefore(received)
    if (before !== undefined) return before
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
    if (!isOnOurs) return forked(packed.dot)
    for (const dependency of sealed.dependencies) {
      const problem = this.#problemOfDependency(dependency)
      if (problem !== undefined) return problem
    }
    return this.#problemOfClaim(sealed)
  }

  /** Whether its hash covers what is here before it, and not that of another branch. */
  #isOnOurs({ packed: { dot }, previous }: ReceivedCommit): boolean {
    const ours = this.#hashAt({ actor: dot.actor, seq: dot.seq - 1 })
    return previous?.sealed === undefined || ours === undefined || equalBytes(previous.sealed.hash, ours)
  }

  /** Why the commit before it on its own branch was not taken, if that came and was not. */
  #refusalBefore({ previous }: ReceivedCommit): Refusal | undefined {
    return previous?.sealed && this.#refused.get(commitKey(previous.packed.dot, previous.sealed.hash))
  }

  #problemOfKnown(received: ReceivedCommit): Refusal | "known" {
    const { packed, sealed, isVerified } = received
    const { dot, check8 } = packed
    const ours = this.#hashAt(dot)
    if (ours === undefined) return "known"
    const isHere = dot.seq <= this.#meta.seqOf(dot.actor)
    if (sealed !== undefined && isVerified) {
      if (equalBytes(sealed.hash, ours)) return "known"
      // Where two branches part is the first place where they differ: what follows goes with it.
      if (!this.#isOnOurs(received)) return this.#refusalBefore(received) ?? forked(dot)
      if (!isHere) return this.#rivalOf(dot)
      this.#forks.push({ ...dot, ours, theirs: sealed.hash })
      return forked(dot)
    }
    if (!isHere || check8 === undefined || startsWith(ours, check8)) return "known"
    return this.#doubt(dot)
  }

  /** Ours has come with the same batch: which of the two stays is decided once it is here. */
  #rivalOf(dot: Dot): Refusal {
    this.#hasRivals = true
    return { ...forked(dot), isUnproven: true }
  }

  #doubt(dot: Dot): Refusal {
    this.#doubts.set(dotKey(dot), dot.actor)
    return { ...forked(dot), isUnproven: true }
  }

  /** The sender's chain is not what is here with these commits added, as far as one can tell. */
  #unverified({ actor, seq }: Dot): Refusal {
    if (!this.#batch.vouched.has(actor))
      return invalid(`commit ${actor}:${seq} comes without the hash that vouches for it`)
    if (!this.#batch.disproved.has(actor))
      return missing(`the chain of ${actor} cannot be followed beyond ${seq}`)
    if (this.#isNew)
      return { ...invalid(`commit ${actor}:${seq} is not what its sender's hash says`), isUnproven: true }
    return this.#doubt({ actor, seq })
  }

  #problemOfDependency({ actor, seq, hash8 }: Dependency): Refusal | undefined {
    const isHere = seq <= this.#endOf(actor)
    const ours = isHere ? this.#hashAt({ actor, seq }) : undefined
    // Below the base the hash is not known any more and the sender's word stands.
    if (isHere && (ours === undefined || startsWith(ours, hash8))) return undefined
    const refused = this.#refused.get(commitKey({ actor, seq }, hash8))
    if (refused !== undefined) return refused
    if (!isHere) return missing(`commit ${actor}:${seq} is not here`)
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

  #hashAt(dot: Dot): Uint8Array | undefined {
    return this.#hashes.get(dotKey(dot)) ?? this.#meta.hashAt(dot.actor, dot.seq)
  }

  #endOf(actor: ActorId): number {
    return this.#ends.get(actor) ?? this.#meta.seqOf(actor)
  }
}

function dotKey({ actor, seq }: Dot): string {
  return `${actor}${seq}`
}

/** By a hash, or the first 8 bytes of one. */
function commitKey(dot: Dot, hash: Uint8Array): string {
  return `${dotKey(dot)} ${toHex(hash.subarray(0, 8))}`
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
