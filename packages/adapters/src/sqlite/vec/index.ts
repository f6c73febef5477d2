export { sqliteVecSink, type SqliteVecSinkOptions } from "./sqlite-vec-sink.ts"
