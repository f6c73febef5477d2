// Runs in a process of its own, started by peers.ts: one contender, its figures to the parent.
import { seededRandom } from "../harness/seeded-random.ts"
import { type Contender, type End, firstText } from "./contender.ts"
import { countingProxy } from "./counting-proxy.ts"
import { openContender, type PeersFigures, type PeersOrder, type SyncCost } from "./peers-order.ts"

const order = JSON.parse(process.argv[2] ?? "") as PeersOrder
const random = seededRandom(order.documents)
const contender = await openContender(order.contender)
const proxy = await countingProxy(contender.port)
process.send?.(await run(contender))

async function run(measured: Contender): Promise<PeersFigures> {
  const texts = Array.from({ length: order.documents }, (_, index) => firstText(index))
  await measured.create(order.documents)
  await measured.atRest()
  const first = order.contender === "Syncline, strangers" ? undefined : await costOf(measured, texts)
  const reconnects: SyncCost[] = []
  for (const changed of order.changes) {
    await disconnected(measured)
    await edit(measured, texts, changed)
    reconnects.push(await costOf(measured, texts))
  }
  return { ...(first === undefined ? {} : { first }), reconnects }
}

async function costOf(measured: Contender, texts: readonly string[]): Promise<SyncCost> {
  globalThis.gc?.()
  proxy.reset()
  const cpu = process.cpuUsage()
  const start = performance.now()
  measured.connect(proxy.port)
  await measured.equal(texts)
  const equalMs = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  await proxy.silent(order.silenceMs)
  const { up, down, lastAt } = proxy.traffic
  await mustHave(measured, texts)
  return { bytes: up + down, equalMs, silentMs: lastAt - start, cpuMs: (user + system) / 1000 }
}

async function disconnected(measured: Contender): Promise<void> {
  measured.disconnect()
  while (proxy.connections > 0) await new Promise(resolve => setTimeout(resolve, 10))
  await measured.atRest()
}

/** Changes so many documents, spread over all, at one end and the other in turns. */
async function edit(measured: Contender, texts: string[], changed: number): Promise<void> {
  for (let i = 0; i < changed; i++) {
    const index = Math.floor(((i + 0.5) * texts.length) / changed)
    // Random, so that what is sent of it cannot be compressed away.
    const addition = ` ${random().toString(36).slice(2, 12)}`
    const end: End = i % 2 === 0 ? "server" : "client"
    await measured.append(end, index, addition)
    texts[index] = `${texts[index]}${addition}`
  }
  await measured.atRest()
}

/** The figures are worth nothing where the documents are not what they should be. */
async function mustHave(measured: Contender, texts: readonly string[]): Promise<void> {
  for (const [index, text] of texts.entries())
    for (const end of ["server", "client"] as const)
      if ((await measured.read(end, index)) !== text)
        throw new Error(`${order.contender} was done, and document ${index} at the ${end} was not as written`)
}
