import type { ActorId, Dot } from "@syncline/clock"
import { equalBytes, toHex } from "../../codec/hex.ts"
import type { Commit } from "../../commit/commit.ts"
import type { Version, VersionEntry } from "../../commit/version.ts"
import type { DocumentId } from "../../document/document-id.ts"
import { Violation } from "./violation.ts"

/** A promise that a commit is durable on a machine, given when its disk had taken that many appends. */
interface Claim {
  readonly commit: Commit
  readonly appends: number
}

/** A commit kept aside by somebody: which dot, and what it wrote. */
export interface AsideCommit {
  readonly document: DocumentId
  readonly actor: ActorId
  readonly seq: number
  readonly update: Uint8Array
}

/**
 * What replicas said: which commits they made, and which are durable where. A claim holds until the disk it was made of
 * is put back to before it.
 */
export class CommitLedger {
  /** By document, actor and seq; several under one dot where a name was used by two. */
  readonly #made = new Map<string, Commit[]>()
  readonly #claims = new Map<number, Claim[]>()
  /** Ends of chains whose commits were folded before anybody heard of them. */
  readonly #folded = new Set<string>()
  /** Documents in which two commits have one dot. */
  readonly #forked = new Set<DocumentId>()

  /** How many commits were made. */
  get size(): number {
    return this.#made.size
  }

  /** Gives the commit that was made under the same dot before, if there is another one. */
  made(commit: Commit): Commit | undefined {
    const key = keyOf(commit.document, commit.dot.actor, commit.dot.seq)
    const known = this.#made.get(key)
    if (known === undefined) this.#made.set(key, [commit])
    if (known === undefined || known.some(({ hash }) => equalBytes(hash, commit.hash))) return undefined
    known.push(commit)
    this.#forked.add(commit.document)
    return known[0]
  }

  /** What was made under a dot. */
  madeAs(document: DocumentId, { actor, seq }: Dot): readonly Commit[] {
    return this.#made.get(keyOf(document, actor, seq)) ?? []
  }

  /** A chain reached this far on its writer's disk, in a fold that keeps no commit of it. */
  madeUpTo(document: DocumentId, { actor, seq, hash }: VersionEntry): void {
    this.#folded.add(`${keyOf(document, actor, seq)} ${toHex(hash)}`)
  }

  isMade(document: DocumentId, actor: ActorId, seq: number, hash: Uint8Array): boolean {
    const key = keyOf(document, actor, seq)
    const isKnown = this.#made.get(key)?.some(commit => equalBytes(commit.hash, hash)) === true
    return isKnown || this.#folded.has(`${key} ${toHex(hash)}`)
  }

  /** Whether two commits of this document were made under one dot. */
  isForked(document: DocumentId): boolean {
    return this.#forked.has(document)
  }

  /** Whether that is so of any document. */
  get hasForks(): boolean {
    return this.#forked.size > 0
  }

  /** A replica said that a commit is durable. */
  claim(machine: number, commit: Commit, appends: number): void {
    const claims = this.#claims.get(machine) ?? []
    this.#claims.set(machine, claims)
    claims.push({ commit, appends })
  }

  /** A disk was put back to what it was after that many appends. */
  cut(machine: number, appends: number): void {
    const claims = this.#claims.get(machine) ?? []
    this.#claims.set(
      machine,
      claims.filter(claim => claim.appends <= appends)
    )
  }

  /** Documents of which something should be durable on some machine. */
  get claimed(): ReadonlySet<DocumentId> {
    return new Set([...this.#claims.values()].flatMap(claims => claims.map(({ commit }) => commit.document)))
  }

  /**
   * Fails unless every commit of a document that should be durable on these machines is in a version that is to have what they have,
   * or was put aside because of a fork.
   */
  assertNoneLost(
    machines: readonly number[],
    document: DocumentId,
    held: Version | undefined,
    aside: () => readonly AsideCommit[]
  ): void {
    for (const machine of machines)
      for (const { commit } of this.#claims.get(machine) ?? []) {
        const { dot } = commit
        if (commit.document !== document) continue
        if (held?.has(dot) === true && !this.isForked(document)) continue
        if (this.isForked(document) && this.#isKept(commit, machines, held, aside())) continue
        throw new Violation(
          "lost",
          `commit ${dot.actor}:${dot.seq} of ${document} was durable on machine ${machine} and is gone`
        )
      }
  }

  /** Fails when a version names a commit that nobody made. */
  assertNoneInvented(machine: string, document: DocumentId, version: Version): void {
    for (const { actor, seq, hash } of version.entries)
      if (!this.isMade(document, actor, seq, hash))
        throw new Violation(
          "invented",
          `${machine} holds ${actor}:${seq} ${toHex(hash.subarray(0, 8))} of ${document}, which nobody made`
        )
  }

  /** Fails when a version names a commit without one that it builds on. */
  assertComplete(machine: string, document: DocumentId, version: Version): void {
    for (const { actor, seq, hash } of version.entries) {
      const commit = this.madeAs(document, { actor, seq }).find(made => equalBytes(made.hash, hash))
      const missing = commit?.dependencies.find(dependency => !version.has(dependency))
      if (missing !== undefined)
        throw new Violation(
          "incomplete",
          `${machine} counts ${actor}:${seq} of ${document} and lacks ${missing.actor}:${missing.seq}, which it builds on`
        )
    }
  }

  /** Of a dot with several commits among these machines one is in the document, and all others must be aside; dependents may be, too. */
  #isKept(
    { document, dot }: Commit,
    machines: readonly number[],
    held: Version | undefined,
    aside: readonly AsideCommit[]
  ): boolean {
    const rivals = this.#made.get(keyOf(document, dot.actor, dot.seq)) ?? []
    const isAside = (commit: Commit) =>
      aside.some(
        one =>
          one.document === document &&
          one.actor === dot.actor &&
          one.seq === dot.seq &&
          equalBytes(one.update, commit.update)
      )
    const left = rivals.filter(commit => !isAside(commit) && this.#isClaimed(commit, machines))
    return left.length <= (held?.has(dot) === true ? 1 : 0)
  }

  #isClaimed({ hash }: Commit, machines: readonly number[]): boolean {
    return machines.some(machine =>
      this.#claims.get(machine)?.some(({ commit }) => equalBytes(commit.hash, hash))
    )
  }
}

function keyOf(document: DocumentId, actor: ActorId, seq: number): string {
  return `${document} ${actor} ${seq}`
}
