import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { memoryStore, openReplica, silentLogger } from "@syncline/core"
import { contractContext, sinkContract, type SinkFixture } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { expect, onTestFinished, test } from "vitest"
import { jsonLinesSink } from "./json-lines-sink.ts"
import { LineDamage } from "./line-damage.ts"

function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), "syncline-json-lines-"))
}

function makeSink(): SinkFixture {
  const folder = freshFolder()
  const path = join(folder, "notes.jsonl")
  return {
    sink: tables => jsonLinesSink(path, tables),
    damage: new LineDamage(path),
    remove: () => rmSync(folder, { recursive: true })
  }
}

for (const { title, run } of sinkContract("json-lines", makeSink)) test(title, () => run())

test("a replica feeds it, and a file that is gone is filled again", async () => {
  const folder = freshFolder()
  const path = join(folder, "notes.jsonl")
  const ports = { logger: silentLogger }
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [jsonLinesSink(path)],
    ports
  })
  onTestFinished(async () => {
    await replica.close()
    rmSync(folder, { recursive: true })
  })
  const note = await replica.load("notes/1")
  await note.change(draft => void (draft["title"] = "Ferries")).projected
  rmSync(path)
  await note.change(draft => void (draft["title"] = "Harbours")).projected
  expect(readFileSync(path, "utf8")).toContain("Harbours")
  expect((await replica.verify()).clean).toBe(true)
})

test("a line that somebody broke is a missing document, which repair mends", async () => {
  const folder = freshFolder()
  const path = join(folder, "notes.jsonl")
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), sinks: [jsonLinesSink(path)] })
  onTestFinished(async () => {
    await replica.close()
    rmSync(folder, { recursive: true })
  })
  const note = await replica.load("notes/1")
  await note.change(draft => void (draft["title"] = "Ferries")).projected
  writeFileSync(path, readFileSync(path, "utf8").replace('{"id":"notes/1"', '{"id":'))
  expect((await replica.verify()).sinks[0]?.findings).toMatchObject([{ id: "notes/1", class: "missing" }])
  await replica.repair()
  expect((await replica.verify()).clean).toBe(true)
})

test("a file of somebody else is left as it is", async () => {
  const folder = freshFolder()
  const path = join(folder, "notes.jsonl")
  writeFileSync(path, "precious\n")
  await expect(jsonLinesSink(path).open(contractContext())).rejects.toMatchObject({ code: "sink-foreign" })
  expect(readFileSync(path, "utf8")).toBe("precious\n")
  rmSync(folder, { recursive: true })
})

test("the guide shows this code as it is", () => {
  const [here, guide] = [import.meta.dirname, join(import.meta.dirname, "../../docs/guides/write-a-sink.md")]
  const sources = ["json-lines-sink.ts", "record-line.ts", "sink-file.ts", "json-lines-sink.test.ts"]
    .map(name => readFileSync(join(here, name), "utf8"))
    .join("\n")
  const blocks = [...readFileSync(guide, "utf8").matchAll(/```typescript\n([\s\S]*?)```/g)].map(
    ([, code = ""]) => code
  )
  expect(blocks.length).toBeGreaterThan(5)
  expect(blocks.filter(code => !sources.includes(code))).toEqual([])
})
