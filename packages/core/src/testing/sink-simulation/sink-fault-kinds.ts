import { type StoreFault, storeFaults } from "../simulation/fault-kinds.ts"

/** What happens to a call of a sink; rolled for each one. */
const sinkCallFaults = [
  /** It is rejected, and nothing is done. */
  "sinkError",
  /** It takes a while. */
  "sinkSlow",
  /** It is given up, or rejected, and done all the same, some time later. */
  "sinkLate",
  /** It is done, and then rejected. */
  "lostAnswer",
  /** A write is done twice. */
  "appliedTwice",
  /** A former write is done once more, before this call or some time later. */
  "replayed",
  /** The process dies, and the call is not done. */
  "crashBeforeSink",
  /** The call is done, and the process dies before it is told. */
  "crashAfterSink",
  /** The process dies, and the call is done some time later. */
  "crashBeforeLate"
] as const

/** What happens to processes, disks and databases; rolled for each step. */
export const sinkStepFaults = [
  /** A process dies, and comes up again a little later. */
  "crash",
  /** The disk of a store takes no appends for a while. */
  "storeFull",
  /** A sink takes no writes for a while. */
  "sinkFull",
  /** A sink is started anew with nothing in it. */
  "sinkWiped",
  /** A sink is put back to an earlier state of it. */
  "sinkRestored",
  /** A record is damaged behind the sink's back, in one of the ways that verification has to find. */
  "sinkDamaged",
  /** Another writer takes a sink's lease, and lets it run out. */
  "leaseLost"
] as const

/** A way of a call of a sink to go wrong. */
export type SinkCallFault = (typeof sinkCallFaults)[number]
/** A way of a process, a disk or a database to go wrong. */
export type SinkStepFault = (typeof sinkStepFaults)[number]
/** Anything that can go wrong around a sink. `publishError`: readers cannot be pointed at another sink. */
export type SinkFaultKind = StoreFault | SinkCallFault | SinkStepFault | "publishError"

/** How probable each fault is: per call of a sink, per operation of a store, per step. What is not named does not happen. */
export type SinkFaultRates = Partial<Readonly<Record<SinkFaultKind, number>>>

/** Every kind of fault around sinks. */
export const sinkFaultKinds: readonly SinkFaultKind[] = [
  ...storeFaults,
  ...sinkCallFaults,
  ...sinkStepFaults,
  "publishError"
]

/** Rates to begin with. Each history takes some of the kinds. */
export const allSinkFaults: SinkFaultRates = {
  crashAtRead: 0.004,
  tornAppend: 0.015,
  crashAfterAppend: 0.015,
  readError: 0.01,
  appendError: 0.02,
  slowDisk: 0.05,
  sinkError: 0.06,
  sinkSlow: 0.1,
  sinkLate: 0.05,
  lostAnswer: 0.06,
  appliedTwice: 0.08,
  replayed: 0.08,
  crashBeforeSink: 0.01,
  crashAfterSink: 0.015,
  crashBeforeLate: 0.01,
  crash: 0.06,
  storeFull: 0.04,
  sinkFull: 0.05,
  sinkWiped: 0.04,
  sinkRestored: 0.06,
  sinkDamaged: 0.1,
  leaseLost: 0.08,
  publishError: 0.2
}
