import { column } from "../projection/column.ts"
import { table } from "../projection/table.ts"
import { assertEqual, assertRejects, assertThat } from "./contract-assert.ts"
import type { SinkCase } from "./sink-contract.ts"
import { contractContext, noteId, SinkWorkbench } from "./sink-workbench.ts"

/** Writing: conditional, idempotent, whole, and the watermark with it. */
export const sinkApplyCases: readonly SinkCase[] = [
  {
    title: "[SC1] a document applied is there, with its key, digest and seal",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const { id, digest, position } = bench.put(1)
      await bench.apply(session, bench.put(2), bench.put(1))
      const [entry] = await session.read([id])
      const key = { generation: session.generation, projection: session.projection, height: 2 }
      assertEqual([entry?.key, entry?.deleted, entry?.sealed], [key, false, true], "entry")
      assertThat(entry?.digest?.length === 32 && position === 1, "the digest is there")
      assertThat(entry?.digest?.some((byte, index) => byte !== digest[index]) === true, "it is the newer one")
      await session.close()
    }
  },
  {
    title: "[SC2] an older version never replaces a newer one, the same one changes nothing",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const [older, newer] = [bench.put(1, "old", ["x", "y", "z"]), bench.put(1, "new", [])]
      await bench.apply(session, newer)
      const before = await session.read([newer.id])
      await bench.apply(session, older)
      await bench.apply(session, newer)
      assertEqual(await session.read([newer.id]), before, "record")
      await session.close()
    }
  },
  {
    title: "[SC3] a deletion stays as a tombstone that no older version overcomes, a newer one does",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const [first, deletion, again] = [bench.put(1), bench.delete(1), bench.put(1)]
      await bench.apply(session, first, deletion, first)
      const [tombstone] = await session.read([noteId(1)])
      assertEqual(
        [tombstone?.deleted, tombstone?.key?.height, tombstone?.sealed],
        [true, 2, true],
        "tombstone"
      )
      await bench.apply(session, again)
      const [alive] = await session.read([noteId(1)])
      assertEqual([alive?.deleted, alive?.sealed], [false, true], "undeleted")
      await session.close()
    }
  },
  {
    title: "[SC4] the watermark is kept with its hash, by store, and never moves back",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const logHash = new Uint8Array(16).fill(3)
      await session.apply([], { epoch: bench.source.epoch, position: 9, logHash })
      await session.apply([], { epoch: bench.source.epoch, position: 4 })
      assertEqual(session.watermark, { epoch: bench.source.epoch, position: 9, logHash }, "watermark")
      await session.close()
      const reopened = await bench.open()
      assertEqual(
        reopened.watermark,
        { epoch: bench.source.epoch, position: 9, logHash },
        "after opening again"
      )
      await reopened.close()
    }
  },
  {
    title: "[SC5] a batch that fails leaves neither records nor watermark",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const [good, bad] = [await bench.write(session, bench.put(1)), await bench.write(session, bench.put(2))]
      const other = await bench.open()
      await other.raiseGeneration(other.generation)
      await assertRejects(
        session.apply([good, bad], { epoch: bench.source.epoch, position: 2 }),
        "sink-fenced",
        "apply"
      )
      assertEqual(await other.read([noteId(1), noteId(2)]), [], "records")
      assertEqual(session.watermark.position, 0, "watermark")
      await Promise.all([session.close(), other.close()])
    }
  },
  {
    title: "[SC6] raising the generation is a compare-and-swap and rewinds every store's watermark",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const [one, two] = [await bench.open(), await bench.open()]
      const from = one.generation
      await bench.apply(one, bench.put(1))
      await one.raiseGeneration(from)
      await two.raiseGeneration(from)
      assertEqual([one.generation, two.generation], [from + 1, from + 1], "generations")
      assertEqual([one.watermark.position, two.watermark.position], [0, 0], "watermarks")
      await Promise.all([one.close(), two.close()])
    }
  },
  {
    title: "[SC7] a session says whether it inherits records its own store's log did not bring",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const first = await bench.open()
      assertEqual(first.inherited, false, "empty")
      await bench.apply(first, bench.put(1))
      await first.close()
      const context = { ...contractContext(bench.source), epoch: "a".repeat(32) }
      const [same, other] = [await bench.open(), await bench.sink().open(context)]
      assertEqual([same.inherited, other.inherited], [false, true], "of this store, of another")
      await Promise.all([same.close(), other.close()])
    }
  },
  {
    title: "[SC8] another mapping raises the projection version once and rewinds the watermark",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const first = await bench.open()
      await bench.apply(first, bench.put(1))
      await first.close()
      const changed = [
        table("titles", { columns: { position: column.integer((_, { position }) => position) } })
      ]
      const context = contractContext(bench.source)
      for (let opening = 0; opening < 2; opening++) {
        const session = await fixture.sink(changed).open(context)
        assertEqual(
          [session.projection, session.watermark.position],
          [first.projection + 1, 0],
          "version, watermark"
        )
        await session.close()
      }
    }
  },
  {
    title:
      "[SC21] emptied under an open session, it takes nothing more from that, and opened anew it begins again",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const documents = [1, 2, 3].map(key => bench.put(key))
      await bench.apply(session, ...documents)
      await fixture.damage.removeEverything()
      await assertRejects(bench.apply(session, bench.put(4)), "sink-fenced", "apply")
      await session.close()
      const again = await bench.open()
      assertEqual([again.watermark.position, again.inherited], [0, false], "watermark, whether it inherits")
      assertEqual(await again.scan({ limit: 9, contents: true }), [], "records")
      await bench.apply(again, ...documents)
      await again.close()
      const kept = await bench.open()
      const sealed = (await kept.scan({ limit: 9, contents: true })).map(entry => entry.sealed)
      assertEqual([kept.watermark.position, ...sealed], [3, true, true, true], "after opening once more")
      await kept.close()
    }
  },
  {
    title: "[SC9] closed, it refuses every call",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      await session.close()
      await session.close()
      await assertRejects(
        session.apply([], { epoch: bench.source.epoch, position: 1 }),
        "sink-failed",
        "apply"
      )
      await assertRejects(session.read([noteId(1)]), "sink-failed", "read")
    }
  }
]
