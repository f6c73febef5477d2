/** What one link may use of this side, and how long it waits. Every value has a default; see `syncLimits`. */
export interface SyncLimits {
  /**
   * Largest frame taken in, told to the peer, and sent. A power of two from 8 KiB. A link that dials uses smaller ones where a connection fell silent
   * amid a transfer, for on a slow line that is what a large frame looks like.
   */
  readonly maxFrameBytes: number
  /** Bytes of commits and snapshots the peer may have under way to us, told to the peer. A power of two from 4 KiB. */
  readonly windowBytes: number
  /** Largest batch or snapshot put together from chunks, told to the peer. A power of two from 8 KiB. */
  readonly maxPayloadBytes: number
  /** Largest first frame: it comes from somebody not yet known. */
  readonly maxHelloBytes: number
  /** Aimed at for one batch of commits, before compression. */
  readonly batchBytes: number
  /**
   * Live, a commit goes out at once where none did for so long, and what follows it leaves together when that time is over. Default: a
   * frame of a screen, which is no wait for people. 0: each at once.
   */
  readonly batchIntervalMs: number
  /** Durable commits kept for a peer without credit; beyond this they are read again from the log. */
  readonly maxQueuedBytes: number
  /** Commits taken into one transaction, in bytes of frames. */
  readonly maxReceiveBytes: number
  /**
   * Documents and commits that are taken in a second, at the most; the peer is slowed down by its credit, and loses nothing. A document counts
   * in each batch that has something of it, one that is not taken as well. At least 1. See `Grant.account`.
   */
  readonly maxDocumentsPerSecond: number
  readonly maxCommitsPerSecond: number
  /** What was not used of these for so long may come at once: from a second on. */
  readonly burstSeconds: number
  /** Documents read, or told to differ, at a time. */
  readonly pageEntries: number
  /** How long who dialed may take to say who it is. */
  readonly helloTimeoutMs: number
  /**
   * How long who was dialed may take to answer that: `authorize`, and building the index where there is none yet. The dialing side waits
   * as long as it says, the other one takes as long as it says. Default: the silence after which any connection is given up.
   */
  readonly admitTimeoutMs: number
  /** Silence after which the peer is asked whether it is there. */
  readonly pingIntervalMs: number
  /** Silence after that question which ends the connection. */
  readonly pingTimeoutMs: number
  /** How long nothing may come of a comparison or transfer that is under way, however well pings are answered. */
  readonly stallTimeoutMs: number
  /**
   * Documents of which the other side does not take what is here, kept apart where this side dialed; some 300 bytes each, fewer documents where their ids are long. With more
   * of them the link stays unequal, and says so.
   */
  readonly maxKeptDocuments: number
  /** Rest after which a live link compares roots. */
  readonly settleMs: number
  /** First wait before a link that is still unequal after an exchange tries again; doubles each time. */
  readonly divergedRetryMs: number
}

/** Findings on their way unanswered: enough for as many units as are reconciled at a time. */
export const maxFoundInFlight = 32

/** Full frames that these may amount to. */
export const maxFoundFrames = 4

/** Most documents told to differ and not answered, or asked for and not sent: as many again may be asked for by others. */
export const maxFoundEntries = 2048

/** Units being reconciled at a time: each may hold a message of the peer's, and a sketch. */
export const maxOpenUnits = 32

/** Documents a peer may ask for at a time, waiting to be answered. */
export const maxOpenWants = 4096

/** Collections one side may have. */
export const maxUnits = 100_000

/** Documents asked about at a time. */
export const maxAsked = 256

/** Charged for each frame of a batch or snapshot on top of its content, so that empty ones are not free. */
export const frameCharge = 64

/** Pieces in which a payload goes out that others may overtake: what one of them waits for is little beside the window. */
export const bulkChunkBytes: number = 2 ** 16

/** Larger aims for a batch are cut to this, so that what it holds is bounded: a commit counts as 256 bytes and 32 for each thing it names. */
const maxBatchAim = 2 ** 20

/** Commits in one batch, and so documents: twice what fits the largest aim, sixteen times what fits that of the default. */
export const maxBatchCommits: number = maxBatchAim / 128

/** Documents of one step that were not taken and are told of one by one; of the rest it is told how many. */
export const maxRejectionsTold = 100

/** Smaller pieces of a batch or snapshot are refused, unless they are its end: each costs the receiver an object. */
export const minChunkBytes = 1024

/** Frames one list of unit roots may be cut into. */
export const maxRootsFrames = 1024

/** Kept free in a frame for everything but content: the longest document id has 1,536 bytes. */
export const frameOverhead = 2048

const defaults: SyncLimits = {
  maxFrameBytes: 2 ** 18,
  windowBytes: 2 ** 21,
  maxPayloadBytes: 2 ** 26,
  maxHelloBytes: 2 ** 14,
  batchBytes: 2 ** 17,
  batchIntervalMs: 16,
  maxQueuedBytes: 2 ** 20,
  maxReceiveBytes: 2 ** 19,
  maxDocumentsPerSecond: 5_000,
  maxCommitsPerSecond: 50_000,
  burstSeconds: 10,
  pageEntries: 256,
  helloTimeoutMs: 10_000,
  admitTimeoutMs: 30_000,
  pingIntervalMs: 20_000,
  pingTimeoutMs: 10_000,
  stallTimeoutMs: 60_000,
  maxKeptDocuments: 2 ** 17,
  settleMs: 500,
  divergedRetryMs: 1_000
}

/** Defaults with these changes; sizes that travel are rounded down to the power of two they travel as. */
export function syncLimits(changes: Partial<SyncLimits> = {}): SyncLimits {
  const merged = { ...defaults, ...changes }
  return {
    ...merged,
    batchBytes: Math.min(maxBatchAim, merged.batchBytes),
    maxFrameBytes: Math.max(2 ** 13, powerOfTwo(merged.maxFrameBytes)),
    windowBytes: Math.max(2 ** 12, powerOfTwo(merged.windowBytes)),
    maxPayloadBytes: Math.max(2 ** 13, powerOfTwo(merged.maxPayloadBytes))
  }
}

function powerOfTwo(value: number): number {
  return 2 ** Math.min(40, Math.floor(Math.log2(Math.max(1, value))))
}
