import { planRepair } from "../repair/plan-repair.ts"
import { startRepair } from "../repair/start-repair.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import type { SinkCase } from "./sink-contract.ts"
import { noteId, SinkWorkbench } from "./sink-workbench.ts"

/** What somebody changed in a sink goes into the document, for every sink that shows its rows. */
export const sinkAdoptCase: SinkCase = {
  title:
    "[RP17] what was changed in it is adopted by the document, what is computed or of another type is not",
  check: async fixture => {
    const bench = new SinkWorkbench(fixture)
    for (let key = 1; key <= 4; key++) bench.put(key, `note ${key}`)
    const projector = await bench.project()
    if (projector.session?.readRows !== undefined) {
      await fixture.damage.setTitle(noteId(1), "by hand")
      await fixture.damage.addTag(noteId(2))
      await fixture.damage.breakJson(noteId(3))
      const host = bench.host(projector)
      const plan = planRepair(await host.verify(), { sourceOfTruth: `sink:${projector.name}` })
      const { operations } = await startRepair({ repairing: host }, plan).done
      assertEqual(
        operations.map(({ id, outcome, refusal }) => [id, outcome, refusal]),
        [
          [noteId(1), "adopted", undefined],
          [noteId(2), "adopted", undefined],
          [noteId(3), "failed", "not-a-value"]
        ],
        "operations"
      )
      const [first, second] = [await bench.source.capture(noteId(1)), await bench.source.capture(noteId(2))]
      assertEqual([first?.value["title"], second?.value["tags"]], ["by hand", ["a", "b", "added"]], "values")
      await projector.drain()
      const left = (await host.verify()).sinks[0]?.findings.map(({ id }) => id)
      assertEqual(left, [noteId(3)], "what is left")
    } else assertThat(projector.session !== undefined, "the sink is open")
    await projector.close()
  }
}
