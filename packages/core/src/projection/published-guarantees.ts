import type { SinkGuarantees } from "./sink.ts"

/** What holds at a sink, from what its backend can do; in words that may be shown to a user, too. */
export interface PublishedGuarantees extends SinkGuarantees {
  /** While one replica at a time writes to it. */
  readonly withOneWriter: string
  /** While several replicas write to it. */
  readonly withSeveralWriters: string
  /** Once nothing is written any more. */
  readonly atRest: string
  /** Of verification and repair. */
  readonly ofRepair: string
}

/** Puts what a sink can do into words. */
export function publishedGuarantees(guarantees: SinkGuarantees): PublishedGuarantees {
  const { writes, atomicWatermark, compareAndSwap, tombstones, lease = false } = guarantees
  const conditional = writes === "conditional"
  const once = atomicWatermark
    ? "Records and how far they reach change together, so that a reader never sees a batch in part."
    : "A batch shows document by document; after a crash parts of it are written again, to the same effect."
  const deleted = tombstones
    ? ""
    : " A deletion leaves no trace, so that a write that comes late can bring a document back until the next verification."
  return {
    ...guarantees,
    withOneWriter: `${conditional ? "An older record never replaces a newer one, whatever comes late or twice." : "What arrives last stays, also where it is older."} ${once}${deleted}`,
    withSeveralWriters: conditional
      ? "Each record is some writer's newest; of two that do not know each other the one with more commits stays, until a writer that has both writes their merge."
      : "Records may go back to older states while several write; give the sink one writer.",
    atRest: conditional
      ? `Everything is as in the documents, once one live writer that has all commits has caught up. ${lease ? "Where no writer has them all, let them ask for the sink's lease: one of them writes at a time." : "Where no writer has them all, give the sink one writer: it has no lease."}`
      : "Everything is as in the documents of the one writer, once a verification after its last write was clean.",
    ofRepair: compareAndSwap
      ? "A record is mended only while it still is what verification read."
      : "A record that changes while it is mended may be overwritten; verify again afterwards."
  }
}
