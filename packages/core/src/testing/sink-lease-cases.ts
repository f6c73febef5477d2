import { assertEqual, assertRejects, assertThat } from "./contract-assert.ts"
import type { SinkCase } from "./sink-contract.ts"
import { column } from "../projection/column.ts"
import type { SinkSession } from "../projection/sink.ts"
import { table } from "../projection/table.ts"
import { contractContext, noteId, SinkWorkbench } from "./sink-workbench.ts"

const ttlMs = 1000
const start = Date.UTC(2026, 0, 1)
const otherEpoch = "a".repeat(32)

async function openOther(bench: SinkWorkbench): Promise<SinkSession> {
  return bench.sink().open({ ...contractContext(bench.source), epoch: otherEpoch })
}

/** Opens the sink with other tables than the contract's, for who asks for the lease later, or for who does not. */
function openAltered(bench: SinkWorkbench, nowMs: number, holder?: string): Promise<SinkSession> {
  const context = contractContext(bench.source)
  const ports = { ...context.ports, time: { nowMs: () => nowMs } }
  return bench.fixture
    .sink([table("notes", { columns: { other: column.text(() => "x") } })])
    .open({ ...context, ports, ...(holder !== undefined && { holder }) })
}

/** For sinks that have a lease; those that do not pass. */
export const sinkLeaseCases: readonly SinkCase[] = [
  {
    title:
      "[SC14] a lease is one holder's until its time is over or it is given back; its fence grows with each holder",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const [one, two] = [await bench.open(), await bench.open()]
      assertEqual(one.guarantees.lease ?? false, one.takeLease !== undefined, "what is said of it")
      if (one.takeLease !== undefined && two.takeLease !== undefined) {
        const first = await one.takeLease({ holder: "one", ttlMs, nowMs: start })
        assertEqual(
          await two.takeLease({ holder: "two", ttlMs, nowMs: start + 999 }),
          first,
          "while it is held"
        )
        const renewed = await one.takeLease({ holder: "one", ttlMs, nowMs: start + 999 })
        assertEqual([renewed.fence, renewed.untilMs], [first.fence, start + 1999], "renewed")
        const second = await two.takeLease({ holder: "two", ttlMs, nowMs: start + 2000 })
        assertEqual([second.holder, second.fence], ["two", first.fence + 1], "when its time is over")
        await two.releaseLease?.("two")
        const third = await bench.open()
        const taken = await third.takeLease?.({ holder: "three", ttlMs, nowMs: start + 2001 })
        assertEqual([taken?.holder, taken?.fence], ["three", first.fence + 2], "given back")
        await third.close()
      }
      await Promise.all([one.close(), two.close()])
    }
  },
  {
    title:
      "[SC14] a holder that opens the sink anew has the lease at once, and its former session has it no more",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const [former, anew] = [await bench.open(), await bench.open()]
      if (former.takeLease !== undefined) {
        const first = await former.takeLease({ holder: "one", ttlMs, nowMs: start })
        const taken = await anew.takeLease?.({ holder: "one", ttlMs, nowMs: start + 1 })
        assertEqual([taken?.holder, taken?.fence], ["one", first.fence + 1], "taken anew")
        await assertRejects(
          former.takeLease({ holder: "one", ttlMs, nowMs: start + 2 }),
          "sink-fenced",
          "renewing the former session"
        )
        await former.releaseLease?.("one")
        const other = await bench.open()
        const held = await other.takeLease?.({ holder: "two", ttlMs, nowMs: start + 3 })
        assertEqual(held, taken, "given back by the former session")
        await other.close()
        await bench.apply(anew, bench.put(1))
      }
      await Promise.all([former.close(), anew.close()])
    }
  },
  {
    title: "[SC14] a session that lost the lease does not have it back, also where it is free again",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const [one, two] = [await bench.open(), await openOther(bench)]
      if (one.takeLease !== undefined) {
        await one.takeLease({ holder: "one", ttlMs, nowMs: start })
        await two.takeLease?.({ holder: "two", ttlMs, nowMs: start + 5000 })
        await two.releaseLease?.("two")
        await assertRejects(
          one.takeLease({ holder: "one", ttlMs, nowMs: start + 5001 }),
          "sink-fenced",
          "taking it again"
        )
        await assertRejects(bench.apply(one, bench.put(1)), "sink-fenced", "apply")
      }
      await Promise.all([one.close(), two.close()])
    }
  },
  {
    title: "[SC15] whoever lost the lease, or never had it, writes nothing",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const [one, two, without] = [await bench.open(), await bench.open(), await bench.open()]
      if (one.takeLease !== undefined) {
        await one.takeLease({ holder: "one", ttlMs, nowMs: start })
        await bench.apply(one, bench.put(1))
        await two.takeLease?.({ holder: "two", ttlMs, nowMs: start + 5000 })
        for (const session of [one, without]) {
          await assertRejects(bench.apply(session, bench.put(1)), "sink-fenced", "apply")
          await assertRejects(
            session.repair([{ id: noteId(1), token: undefined, write: undefined }]),
            "sink-fenced",
            "repair"
          )
          await assertRejects(session.raiseGeneration(session.generation), "sink-fenced", "raiseGeneration")
        }
        const [record] = await two.read([noteId(1)])
        assertEqual(record?.key?.height, 1, "what the first wrote while it held it")
        await bench.apply(two, bench.put(1))
      }
      await Promise.all([one.close(), two.close(), without.close()])
    }
  },
  {
    title:
      "[SC16] taken over from another store, the generation has risen, and everything is to be applied anew",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const own = await bench.open()
      const other = await openOther(bench)
      if (own.takeLease !== undefined) {
        await own.takeLease({ holder: "own", ttlMs, nowMs: start })
        await bench.apply(own, bench.put(1))
        const before = own.generation
        await other.takeLease?.({ holder: "other", ttlMs, nowMs: start + 5000 })
        assertEqual([other.generation, other.watermark.position], [before + 1, 0], "the other store's")
        const again = await bench.open()
        await again.takeLease?.({ holder: "own again", ttlMs, nowMs: start + 10_000 })
        assertEqual([again.generation, again.watermark.position], [before + 2, 0], "back again")
        const same = await bench.open()
        await same.takeLease?.({ holder: "same store", ttlMs, nowMs: start + 15_000 })
        assertThat(same.generation === before + 2, "another holder of the same store goes on where it was")
        await Promise.all([again.close(), same.close()])
      }
      await Promise.all([own.close(), other.close()])
    }
  },
  {
    title:
      "[SC20] opening with another mapping changes nothing while another holds the lease, and does for who may take it",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      if (session.takeLease !== undefined) {
        const { untilMs } = await session.takeLease({ holder: "one", ttlMs, nowMs: start })
        await bench.apply(session, bench.put(1))
        await assertRejects(openAltered(bench, untilMs - 1, "two"), "sink-leased", "standing by")
        await assertRejects(openAltered(bench, untilMs - 1), "sink-fenced", "not asking for the lease")
        await bench.apply(session, bench.put(2))
        const [record] = await session.read([noteId(1)])
        const again = await bench.open()
        assertEqual(
          [record?.sealed, again.projection, again.watermark.position],
          [true, session.projection, session.watermark.position],
          "as the holder left it"
        )
        await again.close()
        await assertRejects(openAltered(bench, untilMs), "sink-fenced", "not asking for what has run out")
        const [own, next] = [await openAltered(bench, start, "one"), await openAltered(bench, untilMs, "two")]
        assertEqual(
          [own.projection, next.projection],
          [session.projection + 1, session.projection + 1],
          "the holder itself, and the next one"
        )
        await Promise.all([own.close(), next.close()])
      }
      await session.close()
    }
  }
]
