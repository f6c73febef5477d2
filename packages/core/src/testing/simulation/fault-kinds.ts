/** What the network does to a message; rolled for each one that is sent. */
export const messageFaults = [
  /** It is lost, and nobody is told. */
  "drop",
  /** It comes twice. */
  "duplicate",
  /** It overtakes those sent before it. */
  "reorder",
  /** It is held up, and all behind it, for longer than links wait. */
  "delay",
  /** The connection breaks, and both sides notice. */
  "cut",
  /** The connection goes dead, and neither side is told. */
  "halfOpen",
  /** Some of its bits are turned over. */
  "flip",
  /** Its end is missing. */
  "truncate",
  /** It begins as it was, and ends as another one that was sent before. */
  "splice",
  /** One that was sent before is sent again in its place, then it. */
  "replay",
  /** Somebody who knows how messages are checked turns bits over, cuts, or joins it with another. */
  "forge"
] as const

/** What a disk does; rolled for each operation of a store. */
export const storeFaults = [
  /** The process dies while it reads. */
  "crashAtRead",
  /** The process dies in the middle of an append; nothing of it is there afterwards. */
  "tornAppend",
  /** The process dies after an append is there, and before it is told so. */
  "crashAfterAppend",
  /** A read is rejected. */
  "readError",
  /** An append is rejected; nothing of it is there. */
  "appendError",
  /** An operation takes some time. */
  "slowDisk"
] as const

/** What happens to machines and lines; rolled for each step. */
export const stepFaults = [
  /** A process dies, and comes up again a little later. */
  "crash",
  /** A machine loses power: with the process goes what its disk had not synced. Peers are not told. */
  "powerLoss",
  /** A disk takes no appends for a while. */
  "diskFull",
  /** A line is silent in both directions for a while. */
  "partition",
  /** A line is silent in one direction for a while. */
  "oneWay",
  /** A line is silent now and then. */
  "flap",
  /** A store is put back to an older state of it; its witness is not. */
  "restoreBackup",
  /** A machine is put back to an older state, witness included: it writes on under a name that was used since. */
  "restoreMachine",
  /** Another machine goes on with a copy of a store. */
  "copyStore",
  /** Another machine goes on as a copy of one, witness included: two write under one name. */
  "cloneMachine",
  /** A store is emptied, its witness kept. */
  "wipe",
  /** A clock jumps by up to ten years, forward or back. */
  "skew",
  /** Another set of collections is granted over a line, from its next connection on. */
  "regrant"
] as const

/** What happens to what is granted over lines, and to credentials; rolled for each step. */
export const grantFaults = [
  /** Prefixes and documents may be read instead of collections. */
  "narrow",
  /** Some of what may be read may not be written. */
  "limitWrites",
  /** A rule hides some documents. */
  "hide",
  /** A rule refuses what is written to some documents. */
  "forbid",
  /** Nobody is let in. */
  "refuse",
  /** Less is granted, and who is connected is decided about anew at once. */
  "revoke",
  /** Everything is granted again. */
  "grantAll",
  /** Credentials end, and are renewed before that. */
  "renewed",
  /** Credentials end, and some time later there are newer ones. */
  "renewedLate",
  /** Credentials end, and there are no newer ones. */
  "expired"
] as const

/** A way of a message to go wrong. */
export type MessageFault = (typeof messageFaults)[number]
/** A way of a disk to go wrong. */
export type StoreFault = (typeof storeFaults)[number]
/** A way of a machine or line to go wrong. */
export type StepFault = (typeof stepFaults)[number] | GrantFault
/** A way of a grant to change. */
export type GrantFault = (typeof grantFaults)[number]
/** Anything that can go wrong. */
export type FaultKind = MessageFault | StoreFault | StepFault

/** How probable each fault is: per message, per operation of a store, per step. What is not named does not happen. */
export type FaultRates = Partial<Readonly<Record<FaultKind, number>>>

/** Every kind of fault. */
export const faultKinds: readonly FaultKind[] = [
  ...messageFaults,
  ...storeFaults,
  ...stepFaults,
  ...grantFaults
]

/** Faults after which two machines write under one name. */
export const sharingFaults: readonly FaultKind[] = ["restoreMachine", "cloneMachine"]

/** Faults after which messages say what nobody meant, and are believed. A bad line does not do that. */
export const hostileFaults: readonly FaultKind[] = ["forge"]

const networkRates: FaultRates = {
  drop: 0.02,
  duplicate: 0.03,
  reorder: 0.03,
  delay: 0.004,
  cut: 0.006,
  halfOpen: 0.004,
  partition: 0.04,
  oneWay: 0.03,
  flap: 0.02
}

const diskRates: FaultRates = {
  crashAtRead: 0.003,
  tornAppend: 0.01,
  crashAfterAppend: 0.01,
  readError: 0.005,
  appendError: 0.02,
  slowDisk: 0.05,
  crash: 0.03,
  powerLoss: 0.03,
  diskFull: 0.02
}

const identityRates: FaultRates = {
  restoreBackup: 0.02,
  restoreMachine: 0.02,
  copyStore: 0.01,
  cloneMachine: 0.01,
  wipe: 0.01,
  skew: 0.03
}

const hostileRates: FaultRates = {
  flip: 0.01,
  truncate: 0.01,
  splice: 0.01,
  replay: 0.01,
  forge: 0.03,
  regrant: 0.03
}

const grantRates: FaultRates = Object.fromEntries(grantFaults.map(kind => [kind, 0.06]))

/**
 * Rates to begin with. Each history takes some of its kinds, so that no fault hides behind another for ever (Groce et
 * al., Swarm Testing, 2012).
 */
export const allFaults: FaultRates = {
  ...networkRates,
  ...diskRates,
  ...identityRates,
  ...hostileRates,
  ...grantRates
}
