import { sqliteStore } from "@syncline/adapters/sqlite"
import { keyOf, openReplica, parseDocumentId, type Replica } from "@syncline/core"
import { type Embedder, scoreOf } from "@syncline/core/vectors"
import { yjs } from "@syncline/core/yjs"
import { count, counted, duration } from "../format.ts"
import { packages } from "../package-document.ts"
import { query } from "../plain-sql.ts"
import { chunkSize, type ReadmeSearch, readmeSearch, searchedText } from "../readme-chunks.ts"
import type { Tour } from "../tour.ts"

const questions = ["run tests in a browser", "parse a date", "compress bytes"]
const hitsWanted = 3
/** More would mean that an edit moves what it did not touch. */
const mostEmbedded = 3

/** In no README. */
const paragraph =
  "A walrus plays the bassoon at midnight. Penguins waltz along the harbour wall until the bassoon falls silent, and the walrus bows to applauding puffins."

/** A sink with vectors is added to a store that has everything, searched, and follows an edit. */
export async function searchTexts(tour: Tour): Promise<void> {
  tour.step(
    "Search",
    "B opens again, with a sink of vectors beside: READMEs in chunks, embedded here, searched with sqlite-vec."
  )
  const path = tour.path("search.db")
  const search = readmeSearch(path)
  const started = performance.now()
  const replica = await openB(tour, search)
  const sink = replica.sink("search")
  await sink.drain()
  const { texts: chunks } = search.definition.counts
  const rows = query<{ text: string; parent_id: string }>(path, "SELECT parent_id, text FROM readme_chunks")
  tour.say(
    `${counted(rows.length, "chunk")}, ${count(chunks)} embedded (equal ones once), in ${duration(performance.now() - started)}`
  )

  for (const question of questions) {
    const hits = await replica.search(question, { collection: packages, limit: hitsWanted })
    tour.say(`"${question}": ${hits.map(({ document }) => keyOf(parseDocumentId(document))).join(", ")}`)
    const best = await exhaustive(search.embedder, question, rows)
    tour.check(
      `"${question}": the scores are those of comparing with every chunk in JavaScript`,
      hits.every(({ document, score }) => Math.abs(score - (best.get(document) ?? 0)) < 1e-4) &&
        Math.abs(
          (hits.at(-1)?.score ?? 0) - ([...best.values()].sort((a, b) => b - a)[hitsWanted - 1] ?? 0)
        ) < 1e-4
    )
  }
  await editLongest(tour, replica, search)
  await replica.close()
  await openAgain(tour, path)
}

async function editLongest(tour: Tour, replica: Replica, search: ReadmeSearch): Promise<void> {
  const longest = await longestReadme(replica)
  const document = await replica.load(packages, longest)
  const before = search.definition.counts
  document.text("readme").insert(document.value.readme.length >> 1, `\n\n${paragraph}\n\n`)
  const [hit] = await replica.search("a walrus with a bassoon, and waltzing penguins", {
    limit: 1,
    stale: "wait"
  })
  const { counts } = search.definition
  // Of the calls one was for the text searched for.
  const embedded = counts.texts - before.texts - 1
  tour.check(
    "a paragraph put in the middle of the longest README is found at once",
    hit?.document === document.id
  )
  tour.check(
    `of its ${counted(Math.ceil(searchedText(document.value).length / chunkSize), "chunk")} or so, at most ${mostEmbedded} were embedded: ${embedded}`,
    embedded > 0 && embedded <= mostEmbedded
  )
  tour.figure("chunks embedded after an edit", count(embedded))
  const report = await replica.verify()
  tour.check("verification, vectors included, finds nothing wrong", report.clean)
}

/** What was embedded is in the store: a new sink file needs no embedder. */
async function openAgain(tour: Tour, path: string): Promise<void> {
  const search = readmeSearch(`${path}-again`)
  const replica = await openB(tour, search)
  await replica.sink("search").drain()
  tour.check(
    "opened again with an empty sink: filled again, and nothing embedded",
    search.definition.counts.texts === 0
  )
  await replica.close()
}

function openB(tour: Tour, search: ReadmeSearch): Promise<Replica> {
  return openReplica({
    store: sqliteStore(tour.path("b.db"), { stateDirectory: tour.stateDirectory }),
    engine: yjs(),
    collections: [packages],
    sinks: [search.sink]
  })
}

async function longestReadme(replica: Replica): Promise<string> {
  let longest = { key: "", length: -1 }
  for await (const id of replica.list(packages.name)) {
    const document = await replica.load(packages, keyOf(id))
    const { length } = document.deleted ? "" : document.value.readme
    if (length > longest.length) longest = { key: keyOf(id), length }
  }
  return longest.key
}

/** The highest score of each document's chunks. */
async function exhaustive(
  embedder: Embedder,
  question: string,
  rows: readonly { readonly text: string; readonly parent_id: string }[]
): Promise<ReadonlyMap<string, number>> {
  const options = { signal: new AbortController().signal }
  const [asked = []] = await embedder.embed([question], options)
  const vectors = await embedder.embed(
    rows.map(({ text }) => text),
    options
  )
  const best = new Map<string, number>()
  rows.forEach(({ parent_id: id }, i) => {
    const score = scoreOf("cosine", Float32Array.from(asked), Float32Array.from(vectors[i] ?? []))
    best.set(id, Math.max(best.get(id) ?? -1, score))
  })
  return best
}
