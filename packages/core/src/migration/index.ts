export {
  type BadRow,
  type ImportOptions,
  type ImportProgress,
  type ImportReport,
  importRows
} from "./import-rows.ts"
export { jsonLines, type SourceRow } from "./json-lines.ts"
export { migrateSink, SinkMigration, type MigrationWait } from "./migrate-sink.ts"
export type { MigrationOptions, PublishOptions } from "./migration-settings.ts"
export type { MigrationPhase } from "./migration-state.ts"
export type { MigrationStatus } from "./migration-status.ts"
export type { MigrationProgress } from "./progress-meter.ts"
export {
  type CopyOptions,
  type CopyProgress,
  type CopyReport,
  copyStore,
  exportStore,
  importStore
} from "./copy-store.ts"
