import { expect, test } from "vitest"
import { coreError } from "../errors/core-error.ts"
import { DamagedSink, foundIn } from "../testing/core-damaged-sink.ts"
import { reportFromJson, reportToJson } from "./report-json.ts"
import { SinkTally } from "./sink-tally.ts"
import type { VerifyReport } from "./verify-report.ts"

const failed: VerifyReport = {
  mode: { kind: "full" },
  contents: true,
  sinks: [new SinkTally("rows", 10).report({ error: coreError("sink-failed", "disk gone") })],
  durationMs: 1,
  clean: false
}

test.each([
  { kind: "full" },
  { kind: "documents", prefix: "notes/1" },
  { kind: "sample", count: 30 },
  { kind: "bloom", rate: 0.001 }
] as const)("[VF15] a report of %o is the same after a way through JSON", async mode => {
  const sink = await DamagedSink.make(1)
  const report = await sink.verify(mode)
  expect(reportFromJson(JSON.parse(JSON.stringify(reportToJson(report))))).toEqual(report)
  expect(foundIn(report).length).toBeGreaterThan(0)
})

test("[VF15] what kept a sink from being verified is plain data on the way, with its code", () => {
  const json = JSON.parse(JSON.stringify(reportToJson(failed))) as unknown
  expect(json).toMatchObject({ sinks: [{ error: { message: "disk gone", code: "sink-failed" } }] })
  expect(reportFromJson(json).sinks[0]?.error).toMatchObject({ message: "disk gone" })
})

test.each([
  null,
  "report",
  { sinks: [] },
  { ...reportToJson(failed), mode: { kind: "half" } },
  { ...reportToJson(failed), sinks: [{ sink: "rows", counts: {}, findings: [] }] },
  { ...reportToJson(failed), sinks: [{ ...failed.sinks[0], findings: [{ id: 5, class: "stale" }] }] },
  { ...reportToJson(failed), sinks: [{ ...failed.sinks[0], findings: [{ id: "a/b", class: "odd" }] }] }
])("[VF15] %o is refused as a report", json => {
  expect(() => reportFromJson(json)).toThrow(expect.objectContaining({ code: "options-invalid" }))
})
