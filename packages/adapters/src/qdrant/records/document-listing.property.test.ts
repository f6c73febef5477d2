import { compareUtf8 } from "@syncline/core"
import fc from "fast-check"
import { expect, it } from "vitest"
import type { PointPage, ReadOptions } from "../client/qdrant-requests.ts"
import type { StoredPoint } from "../points/point.ts"
import { DocumentListing } from "./document-listing.ts"
import type { SinkPlace } from "./sink-place.ts"

/** A place of records and rows with these ids, in any order. */
function placeOf(records: readonly string[], rows: readonly string[]): SinkPlace {
  const points: Readonly<Record<string, readonly StoredPoint[]>> = {
    records: records.map((document, id) => ({ id, payload: { document } })),
    rows: rows.map((parent_id, id) => ({ id, payload: { parent_id } }))
  }
  const scroll = (name: string, _: ReadOptions, limit: number, offset: PointPage["next_page_offset"]) => {
    const from = Number(offset ?? 0)
    const all = points[name] ?? []
    return Promise.resolve({
      points: all.slice(from, from + limit),
      next_page_offset: from + limit < all.length ? from + limit : null
    })
  }
  return {
    requests: { scroll },
    records: "records",
    tables: [{ name: "rows", labelField: "parent_id", shape: {} }],
    tenant: {},
    limits: { query: 3 }
  } as unknown as SinkPlace
}

const ids = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "ä", "\uFF5E", "\u{1F600}"), minLength: 1, maxLength: 3 }),
  { maxLength: 25 }
)

it("[QD16] whatever the room, pages one after the other list every id once, in UTF-8 order, up to the end of the range", async () => {
  await fc.assert(
    fc.asyncProperty(
      ids,
      ids,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (records, rows, room, limit) => {
        const listing = new DocumentListing(placeOf(records, rows), () => 0, room)
        const through = "b"
        const listed: string[] = []
        for (const end of [through, undefined])
          for (let after = end === undefined ? through : undefined; ; after = listed.at(-1)) {
            const { ids: page } = await listing.ids({
              ...(after !== undefined && { after }),
              ...(end !== undefined && { through: end }),
              limit
            })
            listed.push(...page)
            if (page.length < limit) break
          }
        expect(listed).toEqual([...new Set([...records, ...rows])].sort(compareUtf8))
      }
    )
  )
})

it("[QD16] a listing is gone on with, not made again, unless it is old", async () => {
  const place = placeOf(
    Array.from({ length: 9 }, (_, i) => `n/${i}`),
    []
  )
  let [requests, nowMs] = [0, 0]
  const scroll = place.requests.scroll.bind(place.requests)
  Object.assign(place.requests, {
    scroll: (...args: Parameters<typeof scroll>) => (requests++, scroll(...args))
  })
  const listing = new DocumentListing(place, () => nowMs)
  for (const after of [undefined, "n/2", "n/5"])
    await listing.ids({ ...(after !== undefined && { after }), limit: 3 })
  expect(requests).toBe(4)
  nowMs = 70_000
  await listing.ids({ after: "n/8", limit: 3 })
  expect(requests).toBe(8)
})

it("[QD16] a listing that took long to make is gone on with for longer", async () => {
  const place = placeOf(
    Array.from({ length: 9 }, (_, i) => `n/${i}`),
    []
  )
  let [requests, nowMs] = [0, 0]
  const scroll = place.requests.scroll.bind(place.requests)
  Object.assign(place.requests, {
    scroll: (...args: Parameters<typeof scroll>) => (requests++, (nowMs += 30_000), scroll(...args))
  })
  const listing = new DocumentListing(place, () => nowMs)
  await listing.ids({ limit: 3 })
  expect([requests, nowMs]).toEqual([4, 120_000])
  nowMs += 1_100_000
  await listing.ids({ after: "n/2", limit: 3 })
  expect(requests).toBe(4)
  nowMs += 200_000
  await listing.ids({ after: "n/5", limit: 3 })
  expect(requests).toBe(8)
})

it.each([
  ["the same page", [3, 3]],
  ["a former page", [6, 3]],
  ["texts and then numbers", ["a", 3]]
] as const)("[QD16] a server that answers with %s again is not asked for ever", async (_, offsets) => {
  const place = placeOf([], [])
  let requests = 0
  const scroll = (): Promise<PointPage> => {
    if (requests > 3) throw new Error("asked for more")
    return Promise.resolve({ points: [], next_page_offset: offsets[requests++ % 2] ?? null })
  }
  Object.assign(place.requests, { scroll })
  await expect(new DocumentListing(place, () => 0).ids({ limit: 3 })).rejects.toMatchObject({
    code: "sink-failed"
  })
})
