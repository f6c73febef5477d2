import { webSocketTransport } from "@syncline/adapters/websocket"
import type { Link, Replica } from "@syncline/core"
import { memoryRoute } from "../core/linked-replicas.ts"
import type { Contender, End } from "./contender.ts"
import { appendToNote, openNotes, readNote, writeNotes } from "./notes.ts"
import { serveReplica } from "./served-replica.ts"

/** Syncline over its WebSocket transport, with stores in memory. */
export async function synclineContender(): Promise<Contender> {
  const [server, client] = [await openNotes(), await openNotes()]
  return new Syncline(await serveReplica(server), { server, client }, server)
}

/** The same; both ends get the documents from a third replica, and meet when they have them. */
export async function strangersContender(): Promise<Contender> {
  const [server, client] = [await openNotes(), await openNotes()]
  return new Syncline(await serveReplica(server), { server, client }, await openNotes())
}

class Syncline implements Contender {
  readonly port: number
  readonly #ends: Record<End, Replica>
  readonly #origin: Replica
  #link: Link | undefined

  /** @param origin where documents are created. */
  constructor(port: number, ends: Record<End, Replica>, origin: Replica) {
    this.port = port
    this.#ends = ends
    this.#origin = origin
  }

  async create(count: number): Promise<void> {
    await writeNotes(this.#origin, 0, count)
    if (this.#origin === this.#ends.server) return
    for (const end of Object.values(this.#ends)) {
      const link = end.connect(memoryRoute(this.#origin).transport)
      await link.synced()
      link.close()
    }
    await this.#origin.close()
  }

  connect(port: number): void {
    this.#link = this.#ends.client.connect(webSocketTransport(`ws://127.0.0.1:${port}/sync`))
  }

  disconnect(): void {
    this.#link?.close()
  }

  async append(end: End, index: number, addition: string): Promise<void> {
    await appendToNote(this.#ends[end], index, addition)
  }

  async atRest(): Promise<void> {
    await this.#ends.server.flush()
    await this.#ends.client.flush()
  }

  /** Each end found its root and the other's equal. */
  async equal(): Promise<void> {
    await this.#link?.synced()
    while (this.#ends.server.links.at(-1)?.status !== "live")
      await new Promise(resolve => setTimeout(resolve, 1))
  }

  read(end: End, index: number): Promise<string | undefined> {
    return readNote(this.#ends[end], index)
  }
}
