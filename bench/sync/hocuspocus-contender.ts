import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider"
import { Server } from "@hocuspocus/server"
import WebSocket from "ws"
import * as Y from "yjs"
import { askUntilEqual, type Contender, type End, firstText, keyOf } from "./contender.ts"

/**
 * Hocuspocus as its documentation has it for many documents: one socket for all providers, presence for one of them only. Its
 * store is a `Map`; its bounds on documents that are being opened are raised, for it would end the connection at the defaults.
 */
export async function hocuspocusContender(): Promise<Contender> {
  const stored = new Map<string, Uint8Array>()
  const server = new Server({
    quiet: true,
    stopOnSignals: false,
    address: "127.0.0.1",
    maxPendingDocuments: Number.MAX_SAFE_INTEGER,
    maxUnauthenticatedQueueMessages: Number.MAX_SAFE_INTEGER,
    maxUnauthenticatedQueueSize: Number.MAX_SAFE_INTEGER,
    onLoadDocument: async ({ documentName, document }) => {
      const state = stored.get(documentName)
      if (state !== undefined) Y.applyUpdate(document, state)
    },
    onStoreDocument: async ({ documentName, document }) => {
      stored.set(documentName, Y.encodeStateAsUpdate(document))
    }
  })
  await server.listen(0)
  return new Hocuspocus(server, stored)
}

class Hocuspocus implements Contender {
  readonly #server: Server
  readonly #stored: Map<string, Uint8Array>
  readonly #documents: Y.Doc[] = []
  #socket: HocuspocusProviderWebsocket | undefined

  constructor(server: Server, stored: Map<string, Uint8Array>) {
    this.#server = server
    this.#stored = stored
  }

  get port(): number {
    return this.#server.address.port
  }

  async create(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const document = new Y.Doc()
      document.getText("body").insert(0, firstText(index))
      this.#stored.set(keyOf(index), Y.encodeStateAsUpdate(document))
      this.#documents.push(new Y.Doc())
    }
  }

  connect(port: number): void {
    if (this.#socket !== undefined) return void this.#socket.connect()
    const websocketProvider = new HocuspocusProviderWebsocket({
      url: `ws://127.0.0.1:${port}`,
      WebSocketPolyfill: WebSocket
    })
    this.#socket = websocketProvider
    for (const [index, document] of this.#documents.entries()) {
      const presence = index === 0 ? {} : { awareness: null }
      const provider = new HocuspocusProvider({
        websocketProvider,
        name: keyOf(index),
        document,
        ...presence
      })
      provider.attach()
    }
  }

  disconnect(): void {
    this.#socket?.disconnect()
  }

  async append(end: End, index: number, addition: string): Promise<void> {
    if (end === "client") return append(this.#documents[index], addition)
    const connection = await this.#server.hocuspocus.openDirectConnection(keyOf(index))
    await connection.transact(document => append(document, addition))
    await connection.disconnect()
  }

  async atRest(): Promise<void> {
    // Without connections it stores every document and lets go of it.
    while (this.#server.hocuspocus.getDocumentsCount() > 0)
      await new Promise(resolve => setTimeout(resolve, 10))
  }

  equal(texts: readonly string[]): Promise<void> {
    return askUntilEqual(texts, (end, index) => this.read(end, index))
  }

  read(end: End, index: number): string | undefined {
    if (end === "client") return textOf(this.#documents[index])
    const open = this.#server.hocuspocus.documents.get(keyOf(index))
    if (open !== undefined) return textOf(open)
    const state = this.#stored.get(keyOf(index))
    if (state === undefined) return undefined
    const document = new Y.Doc()
    Y.applyUpdate(document, state)
    return textOf(document)
  }
}

function append(document: Y.Doc | undefined, addition: string): void {
  const body = document?.getText("body")
  body?.insert(body.length, addition)
}

function textOf(document: Y.Doc | undefined): string | undefined {
  return document?.getText("body").toJSON()
}
