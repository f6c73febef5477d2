import type { JsonObject } from "../document/json.ts"
import type { VectorDistance } from "../projection/table-layout.ts"
import type { SinkSession } from "../projection/sink.ts"
import type { VectorFilter } from "../projection/vector-query.ts"
import { chunkText } from "../vectors/chunk-text.ts"
import { featureHashing } from "../vectors/feature-hashing.ts"
import { scoreOf } from "../vectors/nearest-rows.ts"
import { assertEqual, assertRejects, assertThat } from "./contract-assert.ts"
import type { ContractCase } from "./contract-case.ts"
import { SeededRandom } from "./seeded-random.ts"
import { noteId } from "./sink-workbench.ts"
import {
  contractVectors,
  type MakeVectorSink,
  randomBody,
  VectorBench,
  type VectorSinkFixture
} from "./vector-sink-fixture.ts"

interface VectorCase {
  readonly title: string
  readonly check: (fixture: VectorSinkFixture) => Promise<void>
}

/** Backends compute in 32 bits, and store what they normalised. */
const tolerance = 1e-4
const allDistances: readonly VectorDistance[] = ["cosine", "dot", "euclidean"]

/** What is expected to be in a sink: the body of each document, and its topic and size. */
type Model = Map<string, JsonObject>

function nearestCase(distance: VectorDistance, seed: number): VectorCase {
  return {
    title: `[VS1] the nearest rows by ${distance} are found, nearest first, after edits and deletions`,
    check: async fixture => {
      const bench = new VectorBench(fixture, contractVectors({ distance }))
      const random = new SeededRandom(seed + 1)
      const model = await fill(bench, random)
      const session = await bench.open()
      for (let query = 0; query < 8; query++)
        await checkNearest(bench, session, model, randomBody(random) || "tide")
      await session.close()
    }
  }
}

function damageCase(what: "changed" | "missing"): VectorCase {
  return {
    title: `[VS6] a vector that is ${what} is found by verification, and mended`,
    check: async fixture => {
      const bench = new VectorBench(fixture)
      for (let key = 0; key < 5; key++) bench.putNote(key, `shell number ${key}`)
      const projector = await bench.project()
      const id = noteId(3)
      if (what === "missing") await fixture.damage.removeVector("note_chunks", id, 0)
      else await fixture.damage.setVector("note_chunks", id, 0, await bench.vectorOf("something else"))
      const report = await bench.verify(projector)
      const found = report.sinks.flatMap(({ findings }) =>
        findings.map(finding => [finding.id, finding.class])
      )
      assertEqual(found, [[id, "mismatch"]], "findings")
      await bench.repair(projector, report)
      assertThat((await bench.verify(projector)).clean, "it is clean after the repair")
      const { session } = projector
      if (session !== undefined)
        assertEqual((await textsNear(bench, session, "shell number 3"))[0], "shell number 3", "nearest")
      await projector.close()
    }
  }
}

const cases: readonly VectorCase[] = [
  {
    title:
      "[VS2] conditions on the payload hold for all rows that are found, and leave out none for which they hold",
    check: async fixture => {
      const bench = new VectorBench(fixture)
      const random = new SeededRandom(7)
      const model = await fill(bench, random)
      const session = await bench.open()
      const filters: VectorFilter[] = [
        { topic: "t1" },
        { topic: { in: ["t0", "t2"] }, size: { gte: 100 } },
        { size: { gt: 50, lte: 300 } },
        { size: { lt: 0 } },
        { topic: { gte: "t1", lt: "t2" } },
        { topic: { in: ["t0", "t1"], gt: "t0" } }
      ]
      for (const filter of filters) await checkNearest(bench, session, model, "storm anchor", filter)
      await session.close()
    }
  },
  {
    title: "[VS3] a query that does not fit the table is refused",
    check: async fixture => {
      const session = await new VectorBench(fixture).open()
      const query = { table: "note_chunks", vector: new Float32Array(16).fill(1), limit: 3 }
      const bad = [
        { ...query, table: "others" },
        { ...query, vector: new Float32Array(15) },
        { ...query, vector: new Float32Array(16).fill(Number.NaN) },
        { ...query, limit: 0 },
        { ...query, limit: 4_097 },
        { ...query, filter: { nothing: "a" } },
        { ...query, filter: { topic: 1 } },
        { ...query, filter: { topic: null as never } },
        { ...query, filter: { topic: { in: "sea" as never } } },
        { ...query, filter: (() => true) as never },
        { ...query, filter: { size: { gte: "a" } } },
        { ...query, filter: { size: { gt: 1n as never } } }
      ]
      assertEqual(await nearestOf(session, { ...query, limit: 4_096 }), [], "as many as may be asked for")
      for (const each of bad)
        await assertRejects(
          nearestOf(session, each),
          "query-invalid",
          JSON.stringify(each, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))
        )
      await session.close()
    }
  },
  {
    title: "[VS4] what an older delivery brings late is not found; what a newer one took away is gone",
    check: async fixture => {
      const bench = new VectorBench(fixture)
      const session = await bench.open()
      const [old, now] = [bench.putNote(1, "a ferry in the mist"), bench.putNote(1, "letters of an evening")]
      await bench.apply(session, now)
      await bench.apply(session, old)
      assertEqual(await textsNear(bench, session, "ferry mist"), ["letters of an evening"], "after both")
      await bench.apply(session, bench.delete(1))
      assertEqual(await textsNear(bench, session, "letters"), [], "after the deletion")
      await session.close()
    }
  },
  {
    title: "[VS5] a match says which version it is of",
    check: async fixture => {
      const bench = new VectorBench(fixture)
      const session = await bench.open()
      bench.putNote(1, "rope")
      const document = bench.putNote(1, "rope and salt")
      await bench.apply(session, document)
      const [match] = await nearestOf(session, {
        table: "note_chunks",
        vector: await bench.vectorOf("rope"),
        limit: 1
      })
      assertEqual([match?.key?.height, match?.digest], [2, document.digest], "height and digest")
      assertEqual([match?.id, match?.ordinal, match?.row["topic"]], [noteId(1), 0, "sea"], "row")
      await session.close()
    }
  },
  {
    title:
      "[VS7] another embedder is another mapping: everything is embedded anew, vectors of the former one are gone",
    check: async fixture => {
      const before = new VectorBench(fixture)
      before.putNote(1, "keel and buoy")
      await (await before.project()).close()
      const embed = featureHashing({ dimensions: 32 })
      const after = new VectorBench(fixture, contractVectors({ embed }))
      after.putNote(1, "keel and buoy")
      const projector = await after.project()
      const session = projector.session as SinkSession
      assertEqual(await textsNear(after, session, "keel"), ["keel and buoy"], "found")
      const former = { table: "note_chunks", vector: await before.vectorOf("keel"), limit: 1 }
      await assertRejects(nearestOf(session, former), "query-invalid", "a vector of the former embedder")
      await projector.close()
    }
  },
  {
    title: "[VS8] a document without text has no rows, and is right",
    check: async fixture => {
      const bench = new VectorBench(fixture)
      bench.putNote(1, " \n")
      const projector = await bench.project()
      assertThat((await bench.verify(projector)).clean, "it is clean")
      assertEqual(await textsNear(bench, projector.session as SinkSession, "tide"), [], "found")
      await projector.close()
    }
  }
]

/** What a backend with vectors can do. */
export interface VectorSinkAbilities {
  /** Those it has; all of them if not told. */
  readonly distances?: readonly VectorDistance[]
  /** `false`: it does not give back the vectors that were written, so that one changed in place is not found. See `SinkGuarantees.vectorContents`. */
  readonly vectorContents?: boolean
}

/**
 * What every sink with vectors must do beside what `sinkContract` says, as cases for any test runner. Rules VS1 to VS8 of core's SPEC.md.
 *
 * `name` completes the titles: `vectorSinkContract("sqlite-vec", makeSink)`.
 */
export function vectorSinkContract(
  name: string,
  makeSink: MakeVectorSink,
  { distances = allDistances, vectorContents = true }: VectorSinkAbilities = {}
): readonly ContractCase[] {
  const damages = vectorContents ? (["changed", "missing"] as const) : (["missing"] as const)
  return [...distances.map(nearestCase), ...cases, ...damages.map(damageCase)].map(({ title, check }) => ({
    title: `${title} (${name})`,
    run: async () => {
      const fixture = await makeSink()
      try {
        await check(fixture)
      } finally {
        await fixture.remove?.()
      }
    }
  }))
}

async function fill(bench: VectorBench, random: SeededRandom): Promise<Model> {
  const model: Model = new Map()
  for (let step = 0; step < 60; step++) {
    const id = noteId(random.integer(25))
    if (random.chance(0.15)) model.delete(id)
    else
      model.set(id, { body: randomBody(random), topic: `t${random.integer(4)}`, size: random.integer(400) })
    bench.source.put(id, model.get(id))
  }
  await (await bench.project()).close()
  return model
}

async function checkNearest(
  bench: VectorBench,
  session: SinkSession,
  model: Model,
  text: string,
  filter?: VectorFilter
): Promise<void> {
  const vector = await bench.vectorOf(text)
  const limit = 9
  const found = await nearestOf(session, { table: "note_chunks", vector, limit, ...(filter && { filter }) })
  const expected = await scoresOf(bench, model, vector, filter)
  assertEqual(found.length, Math.min(limit, expected.length), `rows near "${text}"`)
  found.forEach(({ score, row }, i) => {
    const [wanted, nearest] = [expected.find(each => each.text === row["text"]), expected[i]]
    assertThat(wanted !== undefined, `"${String(row["text"])}" is there and fulfils the conditions`)
    assertThat(
      Math.abs(score - (nearest?.score ?? 0)) < tolerance,
      `row ${i} has score ${score}, not ${nearest?.score}`
    )
    assertThat(Math.abs(score - (wanted?.score ?? 0)) < tolerance, `"${wanted?.text}" has the score told`)
  })
}

/** Scores of all rows that there should be, highest first. */
async function scoresOf(
  bench: VectorBench,
  model: Model,
  vector: Float32Array,
  filter: VectorFilter = {}
): Promise<readonly { readonly text: string; readonly score: number }[]> {
  const scores: { readonly text: string; readonly score: number }[] = []
  const distance = bench.definition.part.layouts[0]?.vector?.distance ?? "cosine"
  for (const note of model.values()) {
    if (!Object.entries(filter).every(([name, condition]) => fulfils(note[name], condition))) continue
    for (const { text } of chunkText(String(note["body"]), { size: 64 }))
      scores.push({ text, score: scoreOf(distance, vector, await bench.vectorOf(text)) })
  }
  return scores.sort((a, b) => b.score - a.score)
}

function fulfils(value: unknown, condition: VectorFilter[string]): boolean {
  if (typeof condition !== "object") return value === condition
  if ("in" in condition && !condition.in.includes(value as string)) return false
  const { gt, gte, lt, lte } = condition as Readonly<Record<string, string | undefined>>
  const held = value as string
  return (
    (gt === undefined || held > gt) &&
    (gte === undefined || held >= gte) &&
    (lt === undefined || held < lt) &&
    (lte === undefined || held <= lte)
  )
}

async function textsNear(bench: VectorBench, session: SinkSession, text: string): Promise<unknown[]> {
  const vector = await bench.vectorOf(text)
  return (await nearestOf(session, { table: "note_chunks", vector, limit: 10 })).map(({ row }) => row["text"])
}

function nearestOf(
  session: SinkSession,
  query: Parameters<NonNullable<SinkSession["nearest"]>>[0]
): ReturnType<NonNullable<SinkSession["nearest"]>> {
  if (session.nearest === undefined) throw new TypeError("a sink with vectors must have nearest()")
  return session.nearest(query)
}
