export { attachSyncServer, type SyncServer, type SyncServerOptions } from "./attach-sync-server.ts"
