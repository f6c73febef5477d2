export {
  type LeaseAnswer,
  mustLeaveLeased,
  type SinkAge,
  type SinkOpening,
  SinkStanding,
  type StoredLease
} from "./sink-standing.ts"
