import type { Contender } from "./contender.ts"

/** Who can be measured. `strangers` is Syncline where both ends got their documents from a third replica and never met. */
export type ContenderName = "Syncline" | "Syncline, strangers" | "automerge-repo" | "Hocuspocus"

/** What the process that measures one contender is to do. */
export interface PeersOrder {
  readonly contender: ContenderName
  readonly documents: number
  /** How many documents are changed before each reconnection, half of them at either end. */
  readonly changes: readonly number[]
  /** How long nothing must pass until it is over: longer than any of them waits before it says more, shorter than pings are apart. */
  readonly silenceMs: number
}

/** What getting equal cost, both ends and both directions together. */
export interface SyncCost {
  readonly bytes: number
  /** From the client's `connect` until both ends had the same documents, and until no more bytes came. */
  readonly equalMs: number
  readonly silentMs: number
  /** Processor time of this process, in which both ends live, until they had the same documents. */
  readonly cpuMs: number
}

/** What it found. */
export interface PeersFigures {
  /** Of a client that had nothing; absent for strangers, who begin with something. */
  readonly first?: SyncCost
  /** Of each reconnection asked for, in that order; for strangers the only one is their first meeting. */
  readonly reconnects: readonly SyncCost[]
}

/** Makes the contender of that name. Only its own libraries are loaded. */
export async function openContender(name: ContenderName): Promise<Contender> {
  switch (name) {
    case "Syncline":
      return (await import("./syncline-contender.ts")).synclineContender()
    case "Syncline, strangers":
      return (await import("./syncline-contender.ts")).strangersContender()
    case "automerge-repo":
      return (await import("./automerge-repo-contender.ts")).automergeRepoContender()
    case "Hocuspocus":
      return (await import("./hocuspocus-contender.ts")).hocuspocusContender()
  }
}
