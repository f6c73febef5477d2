import { expect, test } from "vitest"
import { coreError } from "../errors/core-error.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import type { Witness } from "../store/witness.ts"
import {
  type CoreOptions,
  engineInUse,
  openCore,
  pull,
  settle,
  type,
  type TestCore
} from "../testing/core-fixture.ts"
import { keepStore } from "../testing/kept-batches.ts"
import type { ReplicaEvent } from "./replica-events.ts"

async function write(replica: TestCore): Promise<void> {
  type(replica, await replica.load(), "x")
  await settle(replica)
}

/** Opens, writes one commit, closes; gives the name it was written under. */
async function session(options: CoreOptions): Promise<string> {
  const replica = await openCore(options)
  await write(replica)
  await replica.core.close()
  return replica.core.identity.actor
}

test("[ID1] a store opened again keeps its name, and the engine's", async () => {
  const options = { store: memoryStore(), witness: memoryWitness() }
  const first = await openCore(options)
  await write(first)
  await first.core.close()
  const second = await openCore(options)
  expect(second.core.identity.actor).toBe(first.core.identity.actor)
  expect(second.core.identity.of(engineInUse())).toEqual(first.core.identity.of(engineInUse()))
})

test("[ID2] a name is written with the first commit made under it, and not before", async () => {
  const kept = keepStore(memoryStore())
  const replica = await openCore({ store: kept.store, witness: memoryWitness() })
  await replica.load()
  const before = kept.batches.length
  await write(replica)
  const spaces = kept.batches
    .slice(before)
    .map(({ documents, values }) => [documents.length, values?.map(({ space }) => space)])
  expect(spaces).toEqual([[1, ["identity"]]])
  await write(replica)
  expect(kept.batches.at(-1)?.values).toEqual([])
})

test("[ID3] a store that is behind its witness writes under a new name", async () => {
  const store = memoryStore()
  const witness = memoryWitness()
  const former = await session({ store, witness })
  const backup = store.clone()
  await session({ store, witness })
  const restored = await openCore({ store: backup, witness })
  expect(restored.core.identity.actor).not.toBe(former)
})

test("[ID3] a store that is beside its witness writes under a new name", async () => {
  const store = memoryStore()
  const witness = memoryWitness()
  const former = await session({ store, witness })
  const copy = store.clone()
  await session({ store: copy, witness: memoryWitness() })
  await session({ store, witness })
  expect(await session({ store: copy, witness })).not.toBe(former)
})

test("[ID3] a store of the same length and token, but with another log, writes under a new name", async () => {
  const store = memoryStore()
  const witness = memoryWitness()
  const former = await session({ store, witness })
  const copy = store.clone()
  // Received commits move the log and not the token.
  for (const [at, seen] of [
    [store, witness],
    [copy, memoryWitness()]
  ] as const) {
    const [replica, peer] = [await openCore({ store: at, witness: seen }), await openCore()]
    await write(peer)
    await pull(replica, peer)
    await replica.core.close()
  }
  expect(await session({ store: copy, witness })).not.toBe(former)
})

test("[ID3] a copy opened where no witness knows it writes under a new name, with a new engine identity", async () => {
  const store = memoryStore()
  const original = await openCore({ store, witness: memoryWitness() })
  await write(original)
  const copy = await openCore({ store: store.clone(), witness: memoryWitness() })
  expect(copy.core.identity.actor).not.toBe(original.core.identity.actor)
  expect(copy.core.identity.of(engineInUse())).not.toEqual(original.core.identity.of(engineInUse()))
})

test("[ID4] a crash between an append and its witness loses neither the name nor the commit", async () => {
  const store = memoryStore()
  const witness = memoryWitness()
  const stale = memoryWitness()
  const replica = await openCore({ store, witness })
  await write(replica)
  const record = witness.load()
  if (record !== undefined) stale.save(record)
  await write(replica)
  store.crash()
  const again = await openCore({ store, witness: stale })
  expect(again.core.identity.actor).toBe(replica.core.identity.actor)
  expect((await again.load()).meta.version.height).toBe(2)
})

test("[ID4] a crash between opening and the first commit, on either side of the new token, keeps the name", async () => {
  const store = memoryStore()
  const witness = memoryWitness()
  const name = await session({ store, witness })
  await openCore({ store, witness })
  store.crash()
  expect(await session({ store, witness })).toBe(name)
  expect(await session({ store, witness })).toBe(name)
})

test("[ID5] without a witness, stores that cannot be copied keep their name", async () => {
  const store = memoryStore()
  expect(await session({ store })).toBe(await session({ store }))
})

test("[ID6] on request every opening takes a new name, and a witness is not fooled by that afterwards", async () => {
  const store = memoryStore()
  const witness = memoryWitness()
  const names = [await session({ store, witness })]
  for (let i = 0; i < 2; i++) names.push(await session({ store, witness, identity: "per-opening" }))
  names.push(await session({ store, witness }))
  expect(new Set(names).size).toBe(4)
  expect(await session({ store, witness })).toBe(names[3])
})

test("[ID7] a witness that cannot be read refuses the opening; one that cannot be written costs the name, no commit", async () => {
  const unavailable = coreError("witness-unavailable", "read-only")
  const witness = memoryWitness()
  let isBroken = false
  const broken: Witness = {
    ...witness,
    load: () => {
      if (isBroken) throw unavailable
      return witness.load()
    },
    save: record => {
      if (isBroken) throw unavailable
      witness.save(record)
    }
  }
  const store = memoryStore()
  const replica = await openCore({ store, witness: broken })
  const events: ReplicaEvent[] = []
  replica.core.events.on(event => events.push(event))
  isBroken = true
  const pending = type(replica, await replica.load(), "x")
  await expect(pending.receipt?.durable).resolves.toBe(1)
  expect(events).toEqual([{ type: "witness-unavailable", error: unavailable }])
  await replica.core.close()
  await expect(openCore({ store, witness: broken })).rejects.toEqual(
    expect.objectContaining({ code: "witness-unavailable" })
  )
})

test("[ID8] a new name taken while running is written with the next commit, and documents in memory take it on", async () => {
  const options = { store: memoryStore(), witness: memoryWitness() }
  const replica = await openCore(options)
  await write(replica)
  replica.core.rotateIdentity("for the test")
  const { actor } = replica.core.identity
  await write(replica)
  const state = await replica.load()
  expect(state.meta.version.get(actor)).toBe(1)
  await replica.core.close()
  expect((await openCore(options)).core.identity.actor).toBe(actor)
})

test("[ID10] a stored name that does not decode is replaced, and keeps nobody from opening", async () => {
  const store = memoryStore()
  const former = await session({ store })
  const raw = await store.open()
  await raw.append({
    documents: [],
    values: [{ space: "identity", key: "current", value: new Uint8Array(3) }]
  })
  await raw.close()
  expect(await session({ store })).not.toBe(former)
})

test("[ID11] a witness that answers later is waited for before a commit is durable", async () => {
  const saved: number[] = []
  const inner = memoryWitness()
  const later: Witness = {
    close: () => {},
    load: async () => inner.load(),
    save: async record => {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      inner.save(record)
      saved.push(record.position)
    }
  }
  const store = memoryStore()
  const replica = await openCore({ store, witness: later })
  await type(replica, await replica.load(), "x").receipt?.durable
  expect(saved).toEqual([0, 1])
  await replica.core.close()
  expect((await openCore({ store, witness: later })).core.identity.actor).toBe(replica.core.identity.actor)
})

test("[ID7] a witness that answers later, and no, is reported, and the commit is durable", async () => {
  const inner = memoryWitness()
  let isBroken = false
  const broken: Witness = {
    ...inner,
    save: async record => {
      if (isBroken) throw new Error("quota")
      inner.save(record)
    }
  }
  const replica = await openCore({ store: memoryStore(), witness: broken })
  const events: string[] = []
  replica.core.events.on(event => events.push(event.type))
  isBroken = true
  await type(replica, await replica.load(), "x").receipt?.durable
  expect(events).toContain("witness-unavailable")
})
