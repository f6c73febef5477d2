import type { Bench, BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { interleaved } from "./interleaved.ts"
import { type MeasuredEngine, measuredEngines, openSheets, sheets } from "./sheet.ts"

const name = "core/overhead-keystroke"
const target = 1.5
const keysARound = 500
/** What the compiler takes on both sides until speeds stay what they are. */
const warmUpRounds = 60
const words = "Documents that people edit anywhere, at any time. "

async function runKeystrokeOverhead(context: BenchContext): Promise<void> {
  for (const measured of measuredEngines)
    for (const characters of [0, 100_000])
      for (const untilDurable of [false, true])
        await measureTyping(context, measured, characters, untilDurable)
}

/** In turns: keys into a document, and the same keys into the library's own. What the next turn needs is not timed. */
async function measureTyping(
  context: BenchContext,
  measured: MeasuredEngine,
  characters: number,
  untilDurable: boolean
): Promise<void> {
  const replica = await openSheets(measured)
  const document = await replica.load(sheets, "typed")
  const raw = measured.raw()
  if (characters > 0) {
    const before = words.repeat(characters / words.length)
    document.text("body").insert(0, before)
    raw.splice(0, 0, before)
  }
  await replica.flush()
  const next = typedPositions(characters)
  const positions = (): readonly number[] => Array.from({ length: keysARound }, next)
  let typed: readonly number[] = []
  const body = document.text("body")
  const ours = async (): Promise<number> => {
    const start = performance.now()
    for (const at of typed) body.insert(at, "x")
    const spent = performance.now() - start
    await replica.flush()
    return untilDurable ? performance.now() - start : spent
  }
  const peer = (): number => {
    const start = performance.now()
    for (const at of typed) raw.splice(at, 0, "x")
    const spent = performance.now() - start
    raw.updates.length = 0
    return spent
  }
  let turns = 0
  const inTurn = <T>(run: () => T): T => {
    if (turns++ % 2 === 0) typed = positions()
    return run()
  }
  const rounds = (count: number) =>
    interleaved(
      count,
      () => inTurn(ours),
      () => inTurn(peer)
    )
  if (!context.quick) await rounds(warmUpRounds)
  const { ours: mine, peer: theirs, ratio } = await rounds(context.quick ? 1 : 40)
  if (document.value.body !== raw.text) throw new Error("the two did not end with one text")
  await replica.close()
  context.report({
    bench: name,
    input: `${measured.name}, ${characters === 0 ? "a new text" : "a text of 100k characters"}`,
    metric: untilDurable ? `${keysARound} keys, until durable in memory` : "until the call returns",
    unit: "µs a key",
    ours: (mine * 1000) / keysARound,
    peer: (theirs * 1000) / keysARound,
    peerName: `${measured.name} and the bytes of each change`,
    ratio,
    better: "lower",
    // The library alone keeps nothing, so there is no asking for a ratio to that.
    target: untilDurable ? "" : `≤ ${target}`,
    met: untilDurable ? null : ratio <= target
  })
}

/** Somebody types words, and goes elsewhere after each. */
function typedPositions(characters: number): () => number {
  const random = seededRandom(characters)
  let length = characters
  let at = 0
  let key = 0
  return () => {
    at = key++ % 8 === 0 ? Math.floor(random() * (length + 1)) : at + 1
    length++
    return at
  }
}

/** What a key costs in a document beside the library alone. */
export const benches: readonly Bench[] = [{ name, run: runKeystrokeOverhead }]
