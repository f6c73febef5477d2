export {
  type LeaseAnswer,
  type SinkAge,
  type SinkOpening,
  SinkStanding,
  type StoredLease
} from "./sink-standing.ts"
