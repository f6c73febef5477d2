/** A sum over what a sink wrote below one node of its tree. */
export interface TreeSum {
  readonly count: number
  /** Of the leaves below, as 128-bit numbers, modulo 2¹²⁸: 32 upper case hex digits. */
  readonly sum: string
}

/** What a sink wrote last under one id. */
export interface TreeLeaf {
  readonly id: string
  /** As `SinkTracking.leafOf` makes it. */
  readonly leaf: string
}

/** What a verification begins with, so that it can tell what others changed before from what they change meanwhile. */
export interface TrackingRound {
  /** Grows with each verification; what others change from now on is marked as of this round. */
  readonly round: number
  /** How often something happened by which changes may have gone by unseen. */
  readonly incident: number
  /** Why the sink cannot vouch for records that nobody reads; absent: it can. */
  readonly unsure?: string
}

/**
 * What a sink keeps so that a verification can leave most of it unread: a tree over the digests it wrote, and marks at what others changed since. `mode: { kind: "merkle" }`
 * goes by it. Whatever writes through the sink changes the tree in the transaction of its write; whatever else writes leaves a mark in the transaction of its own.
 *
 * The tree has a root, 64 nodes below it, and 64 buckets below each; `bucketPath` says in which one a document is.
 *
 * Calls are rejected with `sink-fenced` where the account is gone, and those that change it also where another session has the sink by now.
 */
export interface SinkTracking {
  /**
   * Begins a round. Looks whether everything is in place that notices changes, puts it there where it is not, and counts that as an incident: from
   * then on the sink is unsure, until `accept`.
   */
  begin(): Promise<TrackingRound>
  /** The keyed hash that stands for a document of this digest, written under the generation and projection version in force. Only the store's key makes it. */
  leafOf(key: Uint8Array, digest: Uint8Array): string
  /** The sums at these paths, in their order; nothing written there: count 0, sum 0. */
  sums(paths: readonly string[]): Promise<readonly TreeSum[]>
  /** What was written in a bucket. */
  leaves(bucket: string): Promise<readonly TreeLeaf[]>
  /** The ids under which others changed something before a round began, ascending, after `after`. Fewer than `limit`: no more follow. */
  marked(round: TrackingRound, after: string | undefined, limit: number): Promise<readonly string[]>
  /** These were read since the round began, and right: takes away the marks from before it. */
  forget(round: TrackingRound, ids: readonly string[]): Promise<void>
  /**
   * All there is was read since the round began, contents too, and was right: what happened before it does not matter any more. Where the sink was
   * unsure, its tree is made anew from the records. Does nothing where something happened since, or where changes may still go by unseen.
   */
  accept(round: TrackingRound): Promise<void>
}
