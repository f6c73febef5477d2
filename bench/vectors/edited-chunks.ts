import { parseDocumentId, systemPorts } from "@syncline/core"
import { contractContext, SyntheticSource } from "@syncline/core/testing"
import { featureHashing, vectors } from "@syncline/core/vectors"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"

interface Story {
  readonly body: string
}

const target = 3
const words =
  "sea lantern harbour and the drifting cheese window quiet road which upon lighthouse keeper wrote letters every evening of a".split(
    " "
  )

/** Edits of one paragraph each in a document of about 200 chunks: how many chunks are embedded because of it. */
async function runEditedChunks(context: BenchContext): Promise<void> {
  const random = seededRandom(200)
  const embedder = featureHashing()
  let embedded = 0
  const definition = vectors<Story>("story_chunks", {
    collection: "stories",
    text: story => story.body,
    embed: {
      ...embedder,
      embed: (texts, options) => {
        embedded += texts.length
        return embedder.embed(texts, options)
      }
    }
  })
  const paragraphs = Array.from({ length: 520 }, () => paragraph(random))
  const source = new SyntheticSource(systemPorts())
  const maker = definition.part.open(contractContext(source))
  const project = async (): Promise<number> => {
    embedded = 0
    await maker.rowsOf(source.put(parseDocumentId("stories/1"), { body: paragraphs.join("\n\n") }))
    return embedded
  }
  const chunks = await project()
  const counts: number[] = []
  for (let edit = 0; edit < (context.quick ? 20 : 500); edit++) {
    const at = Math.floor(random() * paragraphs.length)
    paragraphs[at] = edited(paragraphs[at] ?? "", edit, random)
    counts.push(await project())
  }
  counts.sort((a, b) => a - b)
  const rows = [
    { metric: "chunks embedded after an edit of one paragraph, at most", ours: counts.at(-1) ?? 0 },
    {
      metric: "chunks embedded after an edit of one paragraph, median",
      ours: counts[counts.length >> 1] ?? 0
    },
    { metric: "chunks embedded after saving without an edit", ours: await project() }
  ]
  for (const { metric, ours } of rows)
    context.report({
      bench: "vectors/edited-chunks",
      input: `${chunks} chunks, ${counts.length} edits`,
      metric,
      unit: "",
      ours,
      peer: fixedSize(paragraphs),
      peerName: "cutting every 1,200 characters, median",
      ratio: ours / fixedSize(paragraphs),
      better: "lower",
      target: metric.endsWith("without an edit") ? "0" : `≤ ${target}`,
      met: metric.endsWith("without an edit") ? ours === 0 : ours <= target
    })
  maker.close?.()
}

function edited(text: string, edit: number, random: () => number): string {
  if (edit % 3 === 0) return paragraph(random)
  const at = text.indexOf(" ", Math.floor(random() * text.length * 0.8))
  return edit % 3 === 1
    ? `${text.slice(0, at)} edited${text.slice(at)}`
    : `${text} One more sentence ${edit}.`
}

/** What most do: of the texts after an insertion in the middle, those that no piece had before. */
function fixedSize(paragraphs: readonly string[]): number {
  const text = paragraphs.join("\n\n")
  const before = new Set(pieces(text))
  const middle = text.length >> 1
  return pieces(`${text.slice(0, middle)}edited ${text.slice(middle)}`).filter(piece => !before.has(piece))
    .length
}

function pieces(text: string): string[] {
  return Array.from({ length: Math.ceil(text.length / 1_200) }, (_, i) =>
    text.slice(1_200 * i, 1_200 * (i + 1))
  )
}

function paragraph(random: () => number): string {
  const sentence = (): string =>
    Array.from(
      { length: 5 + Math.floor(random() * 20) },
      () => words[Math.floor(random() * words.length)]
    ).join(" ")
  return `${Array.from({ length: 2 + Math.floor(random() * 6) }, sentence).join(". ")}.`
}

/** How much of a document an edit makes to be embedded anew. */
export const benches: readonly Bench[] = [{ name: "vectors/edited-chunks", run: runEditedChunks }]
