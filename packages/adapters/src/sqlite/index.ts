export { sqliteRows, type SqliteRowsOptions } from "./rows/sqlite-rows.ts"
export { type SqliteSinkOptions, sqliteSink } from "./sink/sqlite-sink.ts"
export { sqliteStore, type SqliteStoreOptions } from "./store/sqlite-store.ts"
export { type FileWitnessOptions, fileWitness } from "./witness/file-witness.ts"
