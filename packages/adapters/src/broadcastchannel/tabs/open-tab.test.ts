import {
  coreError,
  type Link,
  memoryStore,
  type MemoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  systemPorts
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { afterEach, describe, expect, it, vi } from "vitest"
import { openTab, type TabOptions } from "./open-tab.ts"
import type { Tab } from "./tab.ts"

const { timers } = systemPorts()
let names = 0
const ends: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A browser with one app: its stores outlive tabs. A server that leaders connect to. */
class Browser {
  readonly name = `tabs-${process.pid}-${names++}`
  readonly stores = new Map<string, MemoryStore>()
  readonly errors: unknown[] = []
  readonly connected: string[] = []
  /** Names of stores, each time one was opened. */
  readonly opened: string[] = []
  #waiting: (() => void)[] = []
  server: Replica | undefined

  async start(): Promise<this> {
    const server = await openReplica({ store: memoryStore(), engine: yjs() })
    ends.push(() => server.close())
    this.server = server
    return this
  }

  async tab(options: Partial<TabOptions> = {}): Promise<Tab> {
    const tab = await openTab(this.name, {
      open: store => this.open(store),
      connect: replica => this.connect(replica),
      stored: async () => [...this.stores.keys()],
      onError: error => this.errors.push(error),
      returnMs: 0,
      ...options
    })
    ends.push(() => tab.close())
    return tab
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  open(store: string): Promise<Replica> {
    this.opened.push(store)
    for (const look of this.#waiting.splice(0)) look()
    const disk = this.stores.get(store) ?? memoryStore({ name: store })
    this.stores.set(store, disk)
    return openReplica({ store: disk, engine: yjs() })
  }

  connect(replica: Replica): readonly Link[] {
    this.connected.push(replica.actor.toString())
    return [replica.connect(memoryTransport(timers, connection => this.server?.accept(connection), "server"))]
  }
}

async function until(tab: Tab, condition: (tab: Tab) => boolean): Promise<void> {
  await new Promise<void>(resolve => {
    const look = () => {
      if (condition(tab)) resolve()
    }
    const stop = tab.onChange(look)
    ends.push(async () => stop())
    look()
  })
}

async function write(replica: Replica, id: string): Promise<void> {
  await (await replica.load(id)).change(draft => {
    draft["by"] = id
  }).durable
}

/** Waits until it is there. */
async function arrived(replica: Replica, id: string): Promise<void> {
  const document = await replica.load(id)
  await new Promise<void>(resolve => {
    const look = () => {
      if ("by" in document.value) resolve()
    }
    document.subscribe(look)
    look()
  })
}

describe("openTab", () => {
  it("[TB1] the first tab has the store of that name, the next ones have numbered ones, and a closed tab's is used again", async () => {
    const browser = await new Browser().start()
    const options = { returnMs: 60_000 }
    const [first, second] = [await browser.tab(options), await browser.tab(options)]
    expect([first.store, second.store]).toEqual([browser.name, `${browser.name}~1`])
    await first.close()
    expect((await browser.tab()).store).toBe(browser.name)
  })

  it("[TB2] one tab leads and alone connects; what others write reaches the server through it, and they see how its links stand", async () => {
    const browser = await new Browser().start()
    const [first, second] = [await browser.tab(), await browser.tab()]
    await until(second, ({ upstream }) => upstream[0]?.phase === "live")
    expect([first.role, second.role, browser.connected.length]).toEqual(["leader", "follower", 1])
    expect(second.upstream).toEqual([{ name: "server", phase: "live", unsynced: 0 }])
    await write(second.replica, "notes/second")
    await arrived(browser.server as Replica, "notes/second")
  })

  it("[TB3] another tab leads when the leader closes, and goes on where that stopped", async () => {
    const browser = await new Browser().start()
    const [first, second] = [await browser.tab(), await browser.tab()]
    await until(second, ({ others }) => others === 1)
    await first.close()
    await until(second, ({ role, upstream }) => role === "leader" && upstream[0]?.phase === "live")
    await write(second.replica, "notes/after")
    await arrived(browser.server as Replica, "notes/after")
    expect(browser.connected).toHaveLength(2)
  })

  it("[TB4] what a tab left in its store is brought over by the leader, though that tab is gone", async () => {
    const browser = await new Browser().start()
    const alone = await browser.open(`${browser.name}~3`)
    await write(alone, "notes/left")
    await alone.close()
    const tab = await browser.tab()
    await arrived(tab.replica, "notes/left")
    await arrived(browser.server as Replica, "notes/left")
    expect(browser.errors).toEqual([])
  })

  it("[TB4] also what a tab wrote in the moment it closed", async () => {
    const browser = await new Browser().start()
    const [first, second] = [await browser.tab(), await browser.tab()]
    await until(first, ({ others }) => others === 1)
    const opened = browser.opened.length
    await write(second.replica, "notes/late")
    await second.close()
    await arrived(first.replica, "notes/late")
    await until(first, ({ others }) => others === 0)
    await browser.until(() => browser.opened.length > opened)
    expect(browser.opened.at(-1)).toBe(second.store)
  })

  it("[TB9] a page that is reloaded gets its store back", async () => {
    const browser = await new Browser().start()
    const [first, second] = [await browser.tab({ returnMs: 60_000 }), await browser.tab()]
    await until(first, ({ others }) => others === 1)
    await second.close()
    expect((await browser.tab()).store).toBe(second.store)
  })

  it("[TB5] a store that only a newer version of the app reads is left to it", async () => {
    const browser = await new Browser().start()
    const newer = coreError("store-newer", "written by a newer version")
    const tab = await browser.tab({
      open: store => (store === browser.name ? Promise.reject(newer) : browser.open(store))
    })
    expect(tab.store).toBe(`${browser.name}~1`)
    expect(tab.skipped).toEqual([{ store: browser.name, error: newer }])
  })

  it("[TB6] any other error of open is told, and the store is free again", async () => {
    const browser = await new Browser().start()
    const open = () => Promise.reject(new RangeError("no"))
    await expect(browser.tab({ open })).rejects.toThrow(RangeError)
    expect((await browser.tab()).store).toBe(browser.name)
  })

  it("[TB6] when all stores are taken, it says so", async () => {
    const browser = await new Browser().start()
    await browser.tab({ maxTabs: 1 })
    await expect(browser.tab({ maxTabs: 1 })).rejects.toMatchObject({ code: "store-locked" })
  })

  it("[TB7] a connect that throws is told, and the tab leads without links", async () => {
    const browser = await new Browser().start()
    const tab = await browser.tab({
      connect: () => {
        throw new RangeError("no server")
      }
    })
    await until(tab, ({ role }) => role === "leader")
    expect(browser.errors).toEqual([expect.any(RangeError)])
    expect(tab.upstream).toEqual([])
  })

  it("[TB7] a connect that gives no list is told, and another tab leads when that one closes", async () => {
    const browser = await new Browser().start()
    const connect = (async () => []) as unknown as NonNullable<TabOptions["connect"]>
    const [first, second] = [await browser.tab({ connect }), await browser.tab()]
    await until(first, ({ role }) => role === "leader")
    await first.close()
    await until(second, ({ role }) => role === "leader")
    expect(browser.errors).toEqual([expect.any(TypeError)])
  })

  it("[TB7] an onError that throws disturbs nothing", async () => {
    const browser = await new Browser().start()
    const fail = () => {
      throw new RangeError("no")
    }
    const first = await browser.tab({ connect: fail, stored: fail, onError: fail })
    await until(first, ({ role }) => role === "leader")
    const second = await browser.tab()
    await first.close()
    await until(second, ({ role }) => role === "leader")
    expect(second.upstream).toHaveLength(1)
  })

  it("[TB10] a tab closes though stores are not listed, and another one leads", async () => {
    const browser = await new Browser().start()
    const never = () => new Promise<never>(() => {})
    const [first, second] = [await browser.tab({ stored: never }), await browser.tab()]
    await until(first, ({ role }) => role === "leader")
    await first.close()
    await until(second, ({ role }) => role === "leader")
    expect(second.upstream).toHaveLength(1)
  })

  it("[TB10] a tab closes though what another one left does not open; nobody has that store before it did", async () => {
    const browser = await new Browser().start()
    const left = `${browser.name}~1`
    const opening = Promise.withResolvers<Replica>()
    const begun = Promise.withResolvers<void>()
    const open = (store: string) => {
      if (store !== left) return browser.open(store)
      begun.resolve()
      return opening.promise
    }
    const first = await browser.tab({ open, stored: async () => [left] })
    await begun.promise
    await first.close()
    const [second, third] = [await browser.tab({ stored: async () => [] }), await browser.tab()]
    expect([second.store, third.store]).toEqual([browser.name, `${browser.name}~2`])
    opening.resolve(await browser.open(left))
  })

  it("[TB10] a store is free again also where closing its replica fails", async () => {
    const browser = await new Browser().start()
    const first = await browser.tab()
    const close = first.replica.close.bind(first.replica)
    vi.spyOn(first.replica, "close").mockImplementation(async () => {
      await close()
      throw new RangeError("quota")
    })
    await expect(first.close()).rejects.toThrow(RangeError)
    ends.splice(1)
    expect((await browser.tab()).store).toBe(browser.name)
  })

  it("[TB6] a store is free again, and closed, where the tab cannot meet others", async () => {
    const browser = await new Browser().start()
    const broken = function () {
      throw new RangeError("no channels")
    }
    const broadcastChannel = broken as unknown as NonNullable<TabOptions["broadcastChannel"]>
    await expect(browser.tab({ broadcastChannel })).rejects.toThrow(RangeError)
    expect((await browser.tab()).store).toBe(browser.name)
  })

  it("[TB1] a name that would be a store of other tabs is refused", async () => {
    const browser = await new Browser().start()
    const options = { open: (store: string) => browser.open(store) }
    await expect(openTab("notes~1", options)).rejects.toMatchObject({ code: "options-invalid" })
  })

  it("[TB11] each state is told once, those of a tab that takes over among them", async () => {
    const browser = await new Browser().start()
    const [first, second] = [await browser.tab(), await browser.tab()]
    const state = ({ role, others, upstream }: Tab) => JSON.stringify([role, others, upstream])
    await until(second, ({ others, upstream }) => others === 1 && upstream[0]?.phase === "live")
    const told = [state(second)]
    second.onChange(() => told.push(state(second)))
    await first.close()
    await until(second, ({ role, upstream }) => role === "leader" && upstream[0]?.phase === "live")
    // Who asks how the leader's links stand changes nothing of them.
    const third = await browser.tab()
    await until(third, ({ upstream }) => upstream[0]?.phase === "live")
    await until(second, ({ others }) => others === 1)
    expect(told.filter((each, at) => each === told[at - 1])).toEqual([])
    expect(told.length).toBeGreaterThan(3)
  })

  it("[TB8] what others post on its channels is no harm", async () => {
    const browser = await new Browser().start()
    const [first, second] = [await browser.tab(), await browser.tab()]
    await until(second, ({ upstream }) => upstream[0]?.phase === "live")
    const stranger = new BroadcastChannel(`syncline/${browser.name}/upstream`)
    const links = [
      null,
      { name: 1 },
      { name: "x", phase: "toString", unsynced: 0 },
      { name: "x", phase: "live", unsynced: 3 }
    ]
    stranger.postMessage("nonsense")
    stranger.postMessage({ syncline: "upstream", from: "x", links })
    await until(second, ({ upstream }) => upstream[0]?.name === "x")
    expect(second.upstream).toEqual([{ name: "x", phase: "live", unsynced: 3 }])
    stranger.close()
    expect(first.upstream[0]?.name).toBe("server")
  })
})
