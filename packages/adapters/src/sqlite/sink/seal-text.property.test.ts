import { childRows, column, parseDocumentId, table } from "@syncline/core"
import { contractContext, SinkWorkbench } from "@syncline/core/testing"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { temporaryFolder } from "../testing/temporary-folder.ts"
import { sqliteSink } from "./sqlite-sink.ts"

interface Cells {
  readonly text: string | null
  readonly integer: number | null
  readonly real: number | null
  readonly boolean: boolean | null
  readonly bytes: readonly number[] | null
  readonly children: readonly (number | null)[]
}

// Every kind of column, twice where order among its kind matters.
const everything = table<Cells>("everything", {
  columns: {
    first: column.real(cells => cells.real),
    text: column.text(cells => cells.text),
    integer: column.integer(cells => cells.integer),
    bytes: column.bytes(cells => cells.bytes && Uint8Array.from(cells.bytes)),
    second: column.real(cells => cells.integer && cells.integer / 3),
    boolean: column.boolean(cells => cells.boolean),
    json: column.json(cells => cells.children),
    time: column.timestamp(cells => cells.integer && Math.abs(cells.integer) % 1e12)
  },
  children: {
    numbers: childRows((cells: Cells) => cells.children, { number: column.real(number => number) }),
    names: childRows((cells: Cells) => cells.children, { name: column.text(number => `${number}`) })
  }
})

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const cells = fc.record({
  text: fc.option(fc.string({ unit: "binary" })),
  integer: fc.option(fc.maxSafeInteger()),
  real: fc.option(finite),
  boolean: fc.option(fc.boolean()),
  bytes: fc.option(fc.array(fc.nat(255), { maxLength: 40 })),
  children: fc.array(fc.option(finite), { maxLength: 4 })
})

describe("sealed texts", () => {
  it("[SK9] SQLite and the sealer make the same text of any row", async () => {
    const path = `${temporaryFolder()}/sink.db`
    const bench = new SinkWorkbench({ sink: () => sqliteSink(path, { tables: [everything] }) })
    const session = await bench.sink().open(contractContext(bench.source))
    let key = 0
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 5 }), async values => {
        const { id } = bench.put(`before-${key++}`)
        const documents = values.map(value =>
          bench.source.put(parseDocumentId(`${id}/${key++}`), { ...value })
        )
        await bench.apply(session, ...documents)
        expect(await session.sealsHold?.({ after: id, through: `${id}0`, limit: 10 })).toBe(true)
        expect((await session.read(documents.map(each => each.id))).every(({ sealed }) => sealed)).toBe(true)
      }),
      { numRuns: 200 }
    )
    await session.close()
  })
})
