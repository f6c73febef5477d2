import { describe, expect, it } from "vitest"
import type { Finding, FindingClass, RecordClass } from "../consistency/finding.ts"
import { recordClasses } from "../consistency/finding.ts"
import type { SinkReport, VerifyReport } from "../consistency/verify-report.ts"
import { formatPlan, planFromJson } from "./plan-json.ts"
import type { Coverage } from "../consistency/coverage.ts"
import { planRepair } from "./plan-repair.ts"
import type { RepairPlan } from "./repair-plan.ts"

function sinkReport(sink: string, findings: readonly Finding[], consistent = 100): SinkReport {
  const counts = Object.fromEntries(
    recordClasses.map(each => [each, each === "consistent" ? consistent : countOf(findings, each)])
  ) as Record<RecordClass, number>
  return { sink, counts, pending: 0, parked: 0, findings, truncated: false }
}

function countOf(findings: readonly Finding[], wanted: RecordClass): number {
  return findings.filter(each => each.class === wanted).length
}

function report(...sinks: readonly SinkReport[]): VerifyReport {
  return { mode: { kind: "full" }, contents: true, sinks, durationMs: 1, clean: false }
}

function finding(id: string, found: FindingClass, token?: string): Finding {
  return { id, class: found, expectedHeight: 5, foundHeight: 3, ...(token === undefined ? {} : { token }) }
}

/** A plan with each document in two operations. */
function twice(plan: RepairPlan): RepairPlan {
  return { ...plan, operations: [...plan.operations, ...plan.operations] }
}

describe("planRepair", () => {
  it("[RP8] one operation for each document, with every sink that has it wrong, and what it costs", () => {
    const found = report(
      sinkReport("rows", [finding("notes/1", "stale", "t1"), finding("notes/2", "orphan", "t2")]),
      sinkReport("vectors", [finding("notes/1", "missing")])
    )
    const plan = planRepair(found)
    expect(plan.operations).toEqual([
      {
        id: "notes/1",
        source: "document",
        targets: [
          { sink: "rows", class: "stale", action: "write", token: "t1" },
          { sink: "vectors", class: "missing", action: "write" }
        ],
        reason: "stale in rows (record 3, document 5); missing in vectors (record 3, document 5)",
        cost: { documents: 1, records: 2 }
      },
      {
        id: "notes/2",
        source: "document",
        targets: [{ sink: "rows", class: "orphan", action: "remove", token: "t2" }],
        reason: "orphan in rows (record 3, document 5)",
        cost: { documents: 0, records: 1 }
      }
    ])
    expect(plan).toMatchObject({ cost: { documents: 1, records: 3 }, complete: true, refused: [] })
  })

  it("[RP8] a plan is plain data, and text for people", () => {
    const plan = planRepair(report(sinkReport("rows", [finding("notes/1", "stale", "t1")])))
    expect(planFromJson(JSON.parse(JSON.stringify(plan)))).toEqual(plan)
    expect(formatPlan(plan).split("\n")).toEqual([
      "1 document to be repaired: 1 record, 1 document to load",
      "  notes/1: stale in rows (record 3, document 5); from document"
    ])
  })

  it.each([
    [undefined],
    [{}],
    [{ ...planRepair(report()), format: 2 }],
    [{ ...planRepair(report()), operations: [{ id: 1 }] }],
    [twice(planRepair(report(sinkReport("rows", [finding("notes/1", "stale", "t1")]))))],
    [{ ...planRepair(report()), refused: [{}] }],
    [{ ...planRepair(report()), cost: {} }]
  ])("[RP8] what is no plan is refused: %j", json => {
    expect(() => planFromJson(json)).toThrowError(expect.objectContaining({ code: "options-invalid" }))
  })

  it.each([{ signal: AbortSignal.abort() }, { sinks: ["rows"] }, { sinks: [null] }, "report", null])(
    "[RP8] what is no report is refused: %j",
    given => {
      expect(() => planRepair(given as never)).toThrowError(
        expect.objectContaining({
          code: "options-invalid",
          message: expect.stringContaining("give what verify() gave") as string
        })
      )
    }
  )

  it("[RP5] removals above the share are refused in that sink alone, unless forced", () => {
    const orphans = Array.from({ length: 6 }, (_, i) => finding(`notes/${i}`, "orphan", `t${i}`))
    const found = report(sinkReport("rows", orphans, 94), sinkReport("vectors", orphans.slice(0, 1), 99))
    const plan = planRepair(found)
    expect(plan.refused).toHaveLength(6)
    expect(plan.refused[0]).toMatchObject({ id: "notes/0", target: { sink: "rows" } })
    expect(plan.operations).toMatchObject([{ id: "notes/0", targets: [{ sink: "vectors" }] }])
    expect(formatPlan(plan)).toContain("6 left alone: 6 records (6.0 %) would be removed")
    expect(planRepair(found, { force: true }).refused).toEqual([])
  })

  const merkle = { kind: "merkle", nodes: 1, leaves: 1, marked: 1, looked: 1 } as const
  const chosen = { kind: "documents", looked: 1 } as const

  it.each<readonly [Coverage, string]>([
    [{ ...merkle, documents: 99 }, "removed"],
    [{ ...merkle, documents: 9 }, "refused"],
    [{ kind: "bloom", rate: 0.01, documents: 99, records: 100 }, "removed"],
    [{ kind: "bloom", rate: 0.01, documents: 99, records: 10 }, "refused"],
    [{ ...chosen, among: { documents: 9, records: 100 } }, "removed"],
    [{ ...chosen, among: { documents: 99, records: 10 } }, "refused"],
    [chosen, "refused"],
    [{ kind: "full" }, "refused"],
    [{ kind: "sample", population: 100, judged: 1, wrong: 1, atMost: 1 }, "refused"]
  ])("[RP5] the share is of what the sink has, not of what was looked at: %j, %s", (coverage, outcome) => {
    const one = { ...sinkReport("rows", [finding("notes/1", "orphan", "t")], 0), coverage }
    const { operations, refused } = planRepair(report(one))
    expect([operations.length, refused.length]).toEqual(outcome === "removed" ? [1, 0] : [0, 1])
  })
})
