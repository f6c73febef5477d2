import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join, normalize } from "node:path"
import { attachSyncServer } from "@syncline/adapters/websocket/server"
import { openReplica, type Replica, type Store } from "@syncline/core"
import { presence } from "@syncline/core/presence"
import { yjs } from "@syncline/core/yjs"
import { notes } from "./src/notes.ts"

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css"
}

/** A running server: the page's files, and a replica that all tabs sync with. */
export interface NotesServer {
  readonly url: string
  readonly replica: Replica
  close(): Promise<void>
}

/** Serves the built page in `folder`, and syncs whoever comes: add `authorize` where that is not for everybody. */
export async function serveNotes(store: Store, folder: string, port = 0): Promise<NotesServer> {
  const replica = await openReplica({ store, engine: yjs(), collections: [notes], presence: presence() })
  const http = createServer((request, response) => {
    const file = fileAt(request.url ?? "/")
    readFile(join(folder, file)).then(
      body =>
        response
          .writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" })
          .end(body),
      () => response.writeHead(404).end()
    )
  })
  const sync = await attachSyncServer(http, { accept: connection => void replica.accept(connection) })
  await new Promise<void>(resolve => http.listen(port, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    replica,
    close: async () => {
      await sync.close()
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
      await replica.close()
    }
  }
}

/** Within the folder. Not everything that can be asked for is a URL: what is none is the name of no file. */
function fileAt(target: string): string {
  const pathname = URL.canParse(target, "http://localhost")
    ? new URL(target, "http://localhost").pathname
    : ""
  return normalize(pathname === "/" ? "/index.html" : `/${pathname}`)
}
