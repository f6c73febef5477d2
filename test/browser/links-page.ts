// What a page does that links its replica to a worker's and to those of other tabs.
import { type BroadcastChannelPeers, joinBroadcastChannel } from "@syncline/adapters/broadcastchannel"
import { acceptMessagePort, type MessagePortLike, messagePortTransport } from "@syncline/adapters/messageport"
import {
  type Connection,
  type Link,
  memoryStore,
  openReplica,
  type Replica,
  type Transport
} from "@syncline/core"
import { transportContract, type TransportFixture } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"

/** What is used of the platform here; nothing else of the project needs the types of browsers. */
interface Platform {
  readonly MessageChannel: new () => { readonly port1: MessagePortLike; readonly port2: MessagePortLike }
  readonly Worker: new (
    url: string,
    options: { readonly type: "module" }
  ) => MessagePortLike & { terminate(): void }
  readonly SharedWorker: new (
    url: string,
    options: { readonly type: "module" }
  ) => { readonly port: MessagePortLike }
}

const { MessageChannel, Worker, SharedWorker } = globalThis as unknown as Platform
const links = new Set<Link>()
let replica: Replica | undefined
let tabs: BroadcastChannelPeers | undefined
let channels = 0

function own(): Replica {
  if (replica === undefined) throw new Error("open comes first")
  return replica
}

function keep(link: Link): Link {
  links.add(link)
  void link.closed.then(() => links.delete(link))
  return link
}

async function portFixture(): Promise<TransportFixture> {
  const { port1, port2 } = new MessageChannel()
  const waiting: ((connection: Connection) => void)[] = []
  const stop = acceptMessagePort(port2, connection => waiting.shift()?.(connection))
  return {
    transport: messagePortTransport(port1),
    accepted: () => new Promise(resolve => waiting.push(resolve)),
    dispose: async () => stop()
  }
}

async function tabFixture(): Promise<TransportFixture> {
  const name = `contract-${channels++}`
  const waiting: ((connection: Connection) => void)[] = []
  const accept = (connection: Connection) => waiting.shift()?.(connection)
  let near: BroadcastChannelPeers | undefined
  const transport = await new Promise<Transport>(resolve => {
    const connect = (found: Transport) => {
      resolve(found)
      return { close: () => {} }
    }
    near = joinBroadcastChannel(name, { address: "a", connect, accept })
    far.push(joinBroadcastChannel(name, { address: "b", connect, accept }))
  })
  return {
    transport,
    accepted: () => new Promise(resolve => waiting.push(resolve)),
    dispose: async () => {
      near?.close()
      far.pop()?.close()
    }
  }
}

const far: BroadcastChannelPeers[] = []

/** Runs the contract; the titles of what did not hold. */
async function contract(kind: "port" | "tab"): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { title, run } of transportContract(kind, kind === "port" ? portFixture : tabFixture))
    await run().catch((error: unknown) => failed.push(`${title}: ${String(error)}`))
  return failed
}

/** Who a tab is, and how soon one that says nothing is given up: its link before it is greeted and afterwards, and the tab. */
interface TabSettings {
  readonly address: string
  readonly helloTimeoutMs: number
  readonly admitTimeoutMs: number
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly answerTimeoutMs: number
}

/** What the test calls. */
export interface LinksPage {
  readonly contract: typeof contract
  open(): Promise<void>
  write(id: string, text: string): Promise<void>
  read(id: string): Promise<unknown>
  startWorker(): void
  joinSharedWorker(): void
  joinTabs(name: string, settings?: TabSettings): void
  peers(): number
  /** Whether this one other tab is all that is known of. */
  knowsOnly(address: string): boolean
  /** Links that are live now. */
  liveLinks(): number
  synced(): Promise<void>
}

const page: LinksPage = {
  contract,
  open: async () => {
    replica = await openReplica({ store: memoryStore(), engine: yjs() })
  },
  write: async (id, text) => {
    await (await own().load(id)).change(draft => {
      draft["by"] = text
    }).durable
  },
  read: async id => (await own().load(id)).value,
  startWorker: () => {
    const worker = new Worker("/worker.js", { type: "module" })
    keep(own().connect(messagePortTransport(worker)))
  },
  joinSharedWorker: () => {
    const { port } = new SharedWorker("/shared.js", { type: "module" })
    keep(own().connect(messagePortTransport(port)))
  },
  joinTabs: (name, settings) => {
    const { address, answerTimeoutMs, ...limits }: Partial<TabSettings> = settings ?? {}
    tabs = joinBroadcastChannel(name, {
      ...(address !== undefined && { address }),
      ...(answerTimeoutMs !== undefined && { answerTimeoutMs }),
      connect: transport => keep(own().connect(transport, { limits })),
      accept: connection => void keep(own().accept(connection, { limits }))
    })
  },
  peers: () => tabs?.peers.length ?? 0,
  knowsOnly: address => tabs?.peers.join() === address,
  liveLinks: () => [...links].filter(({ status }) => status === "live").length,
  synced: async () => {
    await Promise.all([...links].map(link => link.synced()))
  }
}
Object.assign(globalThis, { page })
