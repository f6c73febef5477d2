export { readActorId, readDot, writeActorId, writeDot } from "./actor/actor-codec.ts"
export {
  type ActorId,
  actorIdFromBytes,
  actorIdToBytes,
  compareActorIds,
  isActorId,
  parseActorId
} from "./actor/actor-id.ts"
export { ActorTable, type ActorTableOptions } from "./actor/actor-table.ts"
export { CausalContext } from "./causal-context/causal-context.ts"
export type { ContextDecodeOptions, ContextLimits } from "./causal-context/context-limits.ts"
export type { DottedSetLimits } from "./dotted-version-vector-set/dotted-set-codec.ts"
export { DottedVersionVectorSet } from "./dotted-version-vector-set/dotted-version-vector-set.ts"
export { Stability } from "./stability/stability.ts"
export { compareDots, type Dot, type DotRange } from "./actor/dot.ts"
export type { BytesErrorCode } from "./bytes/bytes-error-code.ts"
export type { ClockErrorCode } from "./error/clock-error-code.ts"
export { isSynclineError, SynclineError, type SynclineErrorOptions } from "./error/syncline-error.ts"
export {
  HLC_COUNTERS_PER_MS,
  HLC_EPOCH_MS,
  HLC_LAST_STAMP,
  type HlcStamp,
  hlcStampFromParts,
  hlcStampToParts,
  isHlcStamp,
  parseHlcStamp,
  stampToDate
} from "./hlc/hlc-stamp.ts"
export {
  DEFAULT_MAX_DRIFT_MS,
  type HlcObservation,
  HybridLogicalClock,
  type HybridLogicalClockOptions
} from "./hlc/hybrid-logical-clock.ts"
export type { CausalOrder } from "./version-vector/causal-order.ts"
export type { VectorLimits } from "./version-vector/vector-limits.ts"
export {
  type VectorDecodeOptions,
  type VectorEncodeOptions,
  VersionVector
} from "./version-vector/version-vector.ts"
