import { type AutomergeUrl, type DocHandle, Repo, splice } from "@automerge/automerge-repo"
import { WebSocketClientAdapter, WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket"
import type { AddressInfo } from "node:net"
import { WebSocketServer } from "ws"
import { askUntilEqual, type Contender, type End, firstText } from "./contender.ts"
import { MemoryStorage } from "./memory-storage.ts"

/** The same class under types that were written for looser settings than ours. */
type AdapterServer = ConstructorParameters<typeof WebSocketServerAdapter>[0]

/** Documents created before they are stored. */
const perFlush = 100

interface Note {
  body: string
}

/**
 * automerge-repo as its own sync server sets it up: the server shares what it is asked for, both ends have a store, in which they
 * keep how far they synced with whom. The stores are `Map`s. Documents stay loaded at both ends.
 */
export async function automergeRepoContender(): Promise<Contender> {
  const webSockets = new WebSocketServer({ port: 0, host: "127.0.0.1" })
  await new Promise(resolve => webSockets.once("listening", resolve))
  const server = new Repo({
    network: [new WebSocketServerAdapter(webSockets as AdapterServer)],
    storage: new MemoryStorage(),
    sharePolicy: async () => false
  })
  return new AutomergeRepo(server, (webSockets.address() as AddressInfo).port)
}

class AutomergeRepo implements Contender {
  readonly port: number
  readonly #server: Repo
  readonly #handles: Record<End, DocHandle<Note>[]> = { server: [], client: [] }
  #urls: AutomergeUrl[] = []
  #client: { readonly repo: Repo; readonly adapter: WebSocketClientAdapter } | undefined

  constructor(server: Repo, port: number) {
    this.#server = server
    this.port = port
  }

  async create(count: number): Promise<void> {
    const { server } = this.#handles
    for (let index = 0; index < count; index++) {
      server.push(this.#server.create<Note>({ body: firstText(index) }))
      // Thousands that wait to be stored get in each other's way.
      if (index % perFlush === perFlush - 1)
        await this.#server.flush(server.slice(-perFlush).map(({ documentId }) => documentId))
    }
    this.#urls = server.map(({ url }) => url)
  }

  connect(port: number): void {
    const { repo, adapter } = this.#client ?? this.#dial(port)
    if (this.#client !== undefined) return adapter.connect(repo.peerId, adapter.peerMetadata)
    this.#client = { repo, adapter }
    for (const [index, url] of this.#urls.entries())
      void repo.find<Note>(url).then(handle => (this.#handles.client[index] = handle))
  }

  #dial(port: number): { readonly repo: Repo; readonly adapter: WebSocketClientAdapter } {
    const adapter = new WebSocketClientAdapter(`ws://127.0.0.1:${port}`)
    const repo = new Repo({ network: [adapter], storage: new MemoryStorage() })
    return { repo, adapter }
  }

  disconnect(): void {
    this.#client?.adapter.disconnect()
  }

  async append(end: End, index: number, addition: string): Promise<void> {
    this.#handles[end][index]?.change(note => splice(note, ["body"], note.body.length, 0, addition))
  }

  async atRest(): Promise<void> {
    await this.#server.flush()
    await this.#client?.repo.flush()
  }

  equal(texts: readonly string[]): Promise<void> {
    return askUntilEqual(texts, (end, index) => this.read(end, index))
  }

  read(end: End, index: number): string | undefined {
    const handle = this.#handles[end][index]
    return handle?.isReady() === true ? handle.doc().body : undefined
  }
}
