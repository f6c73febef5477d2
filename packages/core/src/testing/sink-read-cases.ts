import { assertEqual, assertThat } from "./contract-assert.ts"
import type { SinkCase } from "./sink-contract.ts"
import { noteId, SinkWorkbench } from "./sink-workbench.ts"

/** Ids whose UTF-8 order differs from JavaScript's own order of strings. */
const keys = ["b", "a", "ä", "\u{1F600}", "\uFF5E", "a/b", "A"]
const inOrder = ["A", "a", "a/b", "b", "ä", "\uFF5E", "\u{1F600}"].map(noteId)

/** Reading what is there, and compare-and-swap on it. */
export const sinkReadCases: readonly SinkCase[] = [
  {
    title: "[SC10] scan lists ids in UTF-8 order, in ranges and pages",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      await bench.apply(session, ...keys.map(key => bench.put(key)))
      for (const contents of [true, false]) {
        const ids = async (range: object, limit = 100): Promise<readonly string[]> =>
          (await session.scan({ ...range, limit, contents })).map(({ id }) => id)
        assertEqual(await ids({}), inOrder, "everything")
        assertEqual(await ids({ after: noteId("a"), through: noteId("ä") }), inOrder.slice(2, 5), "a range")
        assertEqual(await ids({ after: noteId("a") }, 2), inOrder.slice(2, 4), "a page")
        assertEqual(await ids({ after: noteId("\u{1F600}") }), [], "after the last")
      }
      await session.close()
    }
  },
  {
    title: "[SC11] a fingerprint says of a range what its records say, and that they are regular",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      await bench.apply(session, ...keys.map(key => bench.put(key)), bench.delete("b"))
      const range = { after: noteId("A"), through: noteId("ä") }
      const found = await session.fingerprint?.({ ...range, limit: 9 })
      if (found !== undefined) {
        const entries = await session.scan({ ...range, limit: 9, contents: false })
        const heights = entries.map(({ key, deleted }) => `${key?.height}${deleted ? "-" : ""}`)
        const digests = new Uint8Array(entries.flatMap(({ digest }) => [...(digest ?? [])]))
        const ids = entries.map(({ id }) => id).join("\n")
        assertEqual(
          found,
          { count: 4, ids, heights: heights.join(","), digests, regular: true },
          "fingerprint"
        )
        assertEqual((await session.fingerprint?.({ limit: 3 }))?.count, 3, "limited")
        assertEqual((await session.fingerprint?.({ after: noteId("z"), limit: 9 }))?.count, 3, "to the end")
      }
      await session.close()
    }
  },
  {
    title: "[SC13] seals hold until content changes, goes, or lies where no record is",
    check: async fixture => {
      const { damage } = fixture
      for (const change of [
        undefined,
        () => damage.setTitle(noteId(2), "other"),
        () => damage.removeRows(noteId(2), "note_tags"),
        () => damage.addRow(noteId("zz"))
      ]) {
        const bench = new SinkWorkbench(fixture)
        const session = await bench.open()
        await session.raiseGeneration(session.generation)
        await bench.apply(session, bench.put(1), bench.put(2), bench.put("z"))
        await change?.()
        const held = await session.sealsHold?.({ limit: 9 })
        assertEqual(held, held === undefined ? undefined : change === undefined, "whether seals hold")
        await session.close()
      }
    }
  },
  {
    title: "[SC12] repair swaps only what still is what was read, to the last bit",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      await bench.apply(session, bench.put(1), bench.put(2))
      const write = await bench.write(session, bench.put(1, "right"))
      await fixture.damage.setKey(noteId(1), "height", 2n ** 53n)
      const [read] = await session.read([noteId(1)])
      await fixture.damage.setKey(noteId(1), "height", 2n ** 53n + 1n)
      const late = await session.repair([{ id: noteId(1), token: read?.token, write }])
      assertEqual(late, ["changed-meanwhile"], "one unit later")
      const [again] = await session.read([noteId(1)])
      assertEqual(await session.repair([{ id: noteId(1), token: again?.token, write }]), ["swapped"], "now")
      const [mended] = await session.read([noteId(1)])
      assertEqual([mended?.key?.height, mended?.sealed], [2, true], "mended")
      assertEqual(
        await session.repair([{ id: noteId(2), token: undefined, write }]),
        ["changed-meanwhile"],
        "there"
      )
      await session.close()
    }
  },
  {
    title: "[SC17] rows are shown as they are found, with the record they belong to, in order",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      await bench.apply(session, bench.put(1, "one", ["x", "y"]), bench.put(2))
      const show = async (...ids: readonly string[]) => {
        const found = (await session.readRows?.(ids)) ?? []
        return found.map(({ token, rows }) => ({
          token,
          // A sink may have tables of its own beside those.
          rows: rows
            .filter(({ table }) => table.vector === undefined)
            .map(({ table, ordinal, values }) => [table.name, Number(ordinal), ...values])
        }))
      }
      if (session.readRows !== undefined) {
        await fixture.damage.setTitle(noteId(1), "by hand")
        const raw = JSON.stringify({ title: "one", size: 3.5, tags: ["x", "y"] })
        const rows = [
          ["notes", 0, "by hand", 3.5, raw],
          ["note_tags", 0, "x"],
          ["note_tags", 1, "y"]
        ]
        const [record] = await session.read([noteId(1)])
        assertEqual(await show(noteId(1), noteId("none")), [{ token: record?.token, rows }], "changed")
        await fixture.damage.removeBookkeeping(noteId(1))
        assertEqual((await show(noteId(1)))[0]?.rows, rows, "without bookkeeping")
      }
      await session.close()
    }
  },
  {
    title: "[SC12] a token changes with every part of what lies under an id, content included",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      await bench.apply(session, bench.put(1), bench.put(2))
      const tokens = new Set<string>()
      const note = async (): Promise<void> => {
        const [record] = await session.read([noteId(1)])
        tokens.add(String(record?.token))
      }
      const { damage } = fixture
      await note()
      for (const change of [
        () => damage.setTitle(noteId(1), "other"),
        () => damage.addTag(noteId(1)),
        () => damage.setDeleted(noteId(1), true),
        () => damage.setDigest(noteId(1), new Uint8Array(32)),
        () => damage.setKey(noteId(1), "generation", 7n),
        () => damage.removeRows(noteId(1), "notes"),
        () => damage.removeBookkeeping(noteId(1))
      ]) {
        await change()
        await note()
      }
      assertThat(tokens.size === 8, `eight states have eight tokens, not ${tokens.size}`)
      await session.close()
    }
  }
]
