export { requestPersistence, storageEstimate, type StorageEstimate } from "./storage-persistence.ts"
export { type IndexedDbStoreOptions, indexedDbStore } from "./store/indexeddb-store.ts"
export { indexedDbWitness } from "./witness/indexeddb-witness.ts"
export { indexedDbSink, type IndexedDbSinkOptions } from "./sink/indexeddb-sink.ts"
