// Of the clock package, where they are defined for all: who catches errors of this one needs no other import.
export { isSynclineError, SynclineError } from "@syncline/clock"
export type { Commit, CommitHeader, CommitKind, Dependency } from "./commit/commit.ts"
export { Version, type VersionEntry } from "./commit/version.ts"
export type {
  Conflict,
  ConflictAction,
  ConflictKind,
  ConflictResolution,
  ConflictSide,
  ConflictState
} from "./conflict/conflict.ts"
export type { PathPattern } from "./conflict/path-pattern.ts"
export type { ConflictPolicy, ConflictRule, Dispute, PolicyDecision } from "./conflict/policy.ts"
export { type Coverage, meaningOf } from "./consistency/coverage.ts"
export type { Finding, FindingClass, RecordClass } from "./consistency/finding.ts"
export { formatRepair, formatReport } from "./consistency/format-report.ts"
export {
  type FailureJson,
  reportFromJson,
  reportToJson,
  type SinkReportJson,
  type VerifyReportJson
} from "./consistency/report-json.ts"
export type { SinkReport, VerifyReport } from "./consistency/verify-report.ts"
export type {
  BloomMode,
  DocumentsMode,
  FullMode,
  MerkleMode,
  SampleMode,
  VerifyMode
} from "./consistency/verify-mode.ts"
export type { PendingDocument, VerifyOptions, VerifyProgress } from "./consistency/verify-options.ts"
export {
  type Collection,
  collection,
  type CollectionOptions,
  type DocumentOf,
  type FieldsValue,
  type SchemaValue,
  type ShapeValue
} from "./document/collection.ts"
export type { CollectionRules, RuleOptions } from "./document/collection-rules.ts"
export { collectionOf, type DocumentId, keyOf, parseDocumentId } from "./document/document-id.ts"
export type { Draft } from "./document/draft/draft.ts"
export { replace } from "./document/draft/marker.ts"
export { move } from "./document/draft/move.ts"
export { DraftText, type TextKey, textOf } from "./document/draft/text-of.ts"
export type { JsonObject, JsonValue, Path } from "./document/json.ts"
export type { Change, ContainerRef, Content, KindReader, Operation } from "./document/operation.ts"
export type {
  SchemaVersion,
  Upgrade,
  Upgrades,
  VersionOptions,
  WhenNewer
} from "./document/schema-version.ts"
export {
  type ContainerKind,
  counter,
  type CounterShape,
  list,
  type ListShape,
  map,
  type MapShape,
  register,
  type RegisterShape,
  type RegisterValue,
  type Shape,
  type ShapeFields,
  text,
  type TextShape
} from "./document/shape.ts"
export type { SchemaInput, SchemaResult, StandardSchema } from "./document/standard-schema.ts"
export type { ValidationIssue } from "./document/validation.ts"
export type { Engine, EngineChange, EngineDocument, EngineDocumentOptions } from "./engine/engine.ts"
export type {
  CommitHistory,
  ContainerPlace,
  ElementDeletion,
  ElementInsertion,
  ElementRange,
  Footprint,
  FootprintReader,
  KeyWrite,
  ObjectId,
  SequenceEdit
} from "./engine/footprint.ts"
export { coreError, type CoreErrorCode } from "./errors/core-error.ts"
export type { HistoryDiffOptions } from "./history/document-history.ts"
export type {
  CommitChanges,
  HistoryEntry,
  HistoryOptions,
  HistoryPage,
  PastState
} from "./history/history-page.ts"
export type { AdoptedRecord } from "./history/adoption-note.ts"
export type { RevertedVersion } from "./history/revert-note.ts"
export type { AcceptOptions } from "./link/accept-link.ts"
export type { Applicant, Authorize, Grant, Refusal } from "./link/authorization.ts"
export type { GivenUp } from "./sync/given-up.ts"
export type { DocumentRule } from "./sync/link-grant.ts"
export type { ScopeView, Substitutes } from "./sync/scope-view.ts"
export type { Paths, SyncScope } from "./sync/sync-scope.ts"
export type { BackoffOptions } from "./link/backoff.ts"
export type { ConnectOptions, Credentials } from "./link/connect-link.ts"
export type {
  LevelMetrics,
  Link,
  LinkMetrics,
  LinkGranted,
  LinkPeer,
  LinkProblem,
  LinkProgress,
  LinkStatus
} from "./link/link.ts"
export { connectionPair, memoryTransport } from "./link/memory-transport.ts"
export type {
  RejectedDocument,
  SyncMonitor,
  SyncPhase,
  SyncStatus,
  Unsynced
} from "./link/sync-status.ts"
export type { Closed, CloseReason, Connection, Transport } from "./link/transport.ts"
export { custom } from "./policy/custom.ts"
export { manual } from "./policy/manual.ts"
export { mergeMax, mergeMin, mergeText, mergeUnion } from "./policy/merge.ts"
export { firstWriterWins, lastWriterWins } from "./policy/writer-wins.ts"
export type { MigrationPhase } from "./migration/migration-state.ts"
export type { Meter, Metric, MetricLabels, ReadGauge } from "./ports/meter.ts"
export type { Logger, Ports, RandomPort, TimePort, TimerPort } from "./ports/ports.ts"
export { silentLogger, systemPorts } from "./ports/system-ports.ts"
export { column, type ColumnKind } from "./projection/column.ts"
export type { ChildSource, PlainTable, RowSource } from "./projection/plain-table.ts"
export { compareOrderKeys, type OrderKey } from "./projection/order-key.ts"
export type { CellValue, ProjectedContent } from "./projection/projected-content.ts"
export type { DurableDocument, ProjectionSource, StoredValue } from "./projection/projection-source.ts"
export { defineProjection, type OpenProjection, type Projection } from "./projection/projection.ts"
export type { BackoffLimits } from "./projection/backoff-delay.ts"
export type { BatchLimits } from "./projection/batch-size.ts"
export type { LeaseOptions } from "./projection/lease-keeper.ts"
export type { ParkedDocument } from "./projection/parked-documents.ts"
export type { BreakerState } from "./projection/projector-machine.ts"
export type { BreakerLimits, FeedingOptions, ProjectionStrategy } from "./projection/projector-options.ts"
export type { PublishedGuarantees } from "./projection/published-guarantees.ts"
export type { ReadMode, ReadOptions, RecordReading, RecordState } from "./projection/sink-reader.ts"
export type { SinkEvent } from "./projection/sink-event.ts"
export type { ProjectorStatus } from "./projection/projector-status.ts"
export type { Projector } from "./projection/projector.ts"
export type { SearchChunk, SearchHit, SearchOptions, SearchQuery } from "./projection/search.ts"
export type { SearchPlace, TableSearch } from "./projection/table-search.ts"
export { sinkMetrics } from "./projection/sink-metrics.ts"
export { realText, type SealedRow, sealedRows, Sealer } from "./projection/seal.ts"
export type {
  IdRange,
  LeaseWish,
  RangeFingerprint,
  Sink,
  SinkContent,
  SinkContext,
  SinkEntry,
  SinkGuarantees,
  SinkLease,
  SinkRecord,
  SinkRepair,
  SinkRepairOutcome,
  SinkSession,
  SinkValues,
  SinkWrite,
  Watermark
} from "./projection/sink.ts"
export type { ColumnLayout, TableLayout, VectorDistance } from "./projection/table-layout.ts"
export type { PartDefinition } from "./projection/table-part.ts"
export type { ColumnCondition, VectorFilter, VectorMatch, VectorQuery } from "./projection/vector-query.ts"
export { childRows, documentsTable, table, type TableDefinition } from "./projection/table.ts"
export type { RepairOptions } from "./repair/repair-found.ts"
export type { Repairable, RepairHost } from "./repair/repair-host.ts"
export type { ExecuteOptions, RepairProgress } from "./repair/repair-job.ts"
export type { RepairOperation, RepairOutcome, RepairReport } from "./repair/repair-report.ts"
export type { PlanOptions } from "./repair/plan-repair.ts"
export type { RepairPolicy, SourceOfTruth } from "./repair/source-of-truth.ts"
export { CodePointText } from "./replica/code-point-text.ts"
export { CommitHandle } from "./replica/commit-handle.ts"
export { CounterField, type CounterPath } from "./replica/counter-field.ts"
export type { ConflictEvent } from "./replica/conflict-event.ts"
export { type ConflictFilter, Conflicts } from "./replica/conflicts.ts"
export { type ChangeOptions, Document, type EditOptions, type RevertOptions } from "./replica/document.ts"
export type { IdentityChoice } from "./replica/identity.ts"
export { openReplica, type ReplicaOptions } from "./replica/open-replica.ts"
export type { EventStreamOptions, StreamedEvent } from "./replica/event-stream.ts"
export type { SinkOptions } from "./replica/projections.ts"
export type { ReplicaEvent } from "./replica/replica-events.ts"
export { Replica } from "./replica/replica.ts"
export type { ReplicaSync } from "./replica/replica-sync.ts"
export { TextField } from "./replica/text-field.ts"
export { checkBatch, rememberedPositions } from "./store/check-batch.ts"
export { compareUtf8 } from "./store/compare-utf8.ts"
export { emptyLog } from "./store/log-hash.ts"
export { type MemoryStore, memoryStore, type MemoryStoreOptions } from "./store/memory-store.ts"
export { memoryWitness } from "./store/memory-witness.ts"
export type {
  DocumentWrite,
  Durability,
  IntegrityProblem,
  LogEnd,
  Page,
  Store,
  StoreBatch,
  StoredDocument,
  StoredHead,
  StoredRecord,
  StoreSession,
  ValueWrite
} from "./store/store.ts"
export type { SyncWitness, Witness, WitnessRecord } from "./store/witness.ts"
export type { SyncHost } from "./sync/sync-host.ts"
export { UndoManager, type UndoOptions } from "./undo/undo-manager.ts"
export type { SyncLevel } from "./sync/reconcile/level.ts"
export type { SyncLimits } from "./sync/sync-limits.ts"
