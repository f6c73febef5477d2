import { expect, it } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { ModelSyncHost } from "../testing/model-sync-host.ts"
import type { Grant } from "./authorization.ts"

const rule = { name: "all of it", mayRead: () => true, mayWrite: () => true }

/** Counts what is held open of a replica: listeners to what becomes durable, and views of what it has. */
function watchHeld(host: ModelSyncHost): () => readonly number[] {
  const held = [new Set<object>(), new Set<object>()] as const
  const [subscribe, open] = [host.onDurable.bind(host), host.scopeView.bind(host)]
  host.onDurable = listener => {
    const stop = subscribe(listener)
    held[0].add(stop)
    return () => {
      held[0].delete(stop)
      stop()
    }
  }
  host.scopeView = (scope, ruled) => {
    const view = open(scope, ruled)
    held[1].add(view)
    const close = (): void => {
      held[1].delete(view)
      view.close()
    }
    return { roots: view.roots.bind(view), unit: view.unit.bind(view), close }
  }
  return () => held.map(({ size }) => size)
}

it.each<[string, number, Grant]>([
  ["everything", 0, { read: "all" }],
  ["less than a collection, after a rule", 0, { read: ["a/x/"], documents: rule }],
  ["an index that takes its time", 2_000, { read: "all" }]
])(
  "[LK73] who goes away while it is decided about it leaves nothing behind: %s",
  async (_, indexMs, grant) => {
    const fleet = new LinkFleet(1, 2)
    const host = fleet.host(1)
    host.write("a/x/1", new Uint8Array(9))
    host.indexMs = indexMs
    const held = watchHeld(host)
    for (let i = 0; i < 5; i++) {
      const authorize = () =>
        new Promise<Grant>(resolve => void fleet.time.schedule(500, () => resolve(grant)))
      const link = fleet.connect(0, 1, {}, { authorize })
      await fleet.time.advance(indexMs === 0 ? 100 : 1_000)
      link.close()
      await fleet.time.advance(10_000)
    }
    expect(fleet.accepted.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "closed"))
    expect(held()).toEqual([0, 0])
  }
)

it("[LK73] a link that is closed while its credentials are fetched again leaves nothing behind either", async () => {
  const fleet = new LinkFleet(1, 2)
  const held = watchHeld(fleet.host(0))
  const link = fleet.connect(0, 1, {
    credentials: () => new Promise(resolve => void fleet.time.schedule(500, () => resolve(Uint8Array.of(1))))
  })
  await fleet.time.advance(100)
  await link.reauthorize()
  await fleet.time.advance(600)
  link.close()
  await fleet.time.advance(10_000)
  expect(held()).toEqual([0, 0])
})
