import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { recordClasses } from "./finding.ts"
import { checkMode } from "./verify-mode.ts"
import type { SinkReport, VerifyReport } from "./verify-report.ts"

/** A failure as plain data. */
export interface FailureJson {
  readonly message: string
  readonly code?: string
}

/** A sink's part of a report as plain data. */
export type SinkReportJson = Omit<SinkReport, "error"> & { readonly error?: FailureJson }

/** A report as plain data: what `JSON.stringify` writes of it, `JSON.parse` and `reportFromJson` bring back. */
export type VerifyReportJson = Omit<VerifyReport, "sinks"> & { readonly sinks: readonly SinkReportJson[] }

/** A report as plain data, for files, logs and other processes. `JSON.stringify` of the report itself loses errors. */
export function reportToJson(report: VerifyReport): VerifyReportJson {
  return { ...report, sinks: report.sinks.map(sinkReportToJson) }
}

/**
 * The report that was made plain, for `repair` as good as the first one.
 *
 * @throws SynclineError `options-invalid` for what is no report.
 */
export function reportFromJson(json: unknown): VerifyReport {
  const report = json as Partial<VerifyReportJson> | null | undefined
  if (!Array.isArray(report?.sinks) || report.mode === undefined)
    throw coreError("options-invalid", "this is no report of a verification; give what reportToJson made")
  checkMode(report.mode)
  return { ...(report as VerifyReportJson), sinks: report.sinks.map(sinkReportFromJson) }
}

/** One sink's part. */
export function sinkReportToJson({ error, ...report }: SinkReport): SinkReportJson {
  if (error === undefined) return report
  const code = isSynclineError(error) ? { code: error.code } : {}
  return { ...report, error: { message: error.message, ...code } }
}

/**
 * One sink's part.
 *
 * @throws SynclineError `options-invalid`.
 */
export function sinkReportFromJson(json: unknown): SinkReport {
  const report = json as SinkReportJson | null | undefined
  const counts: unknown = report?.counts
  const areCounts =
    typeof counts === "object" &&
    counts !== null &&
    recordClasses.every(each => Number.isSafeInteger((counts as Record<string, unknown>)[each]))
  if (!areCounts || typeof report?.sink !== "string" || !isFindings(report.findings))
    throw coreError("options-invalid", "a sink's part of a report lacks its name, its counts or its findings")
  const { error, ...rest } = report
  return error === undefined ? rest : { ...rest, error: new Error(error.message) }
}

function isFindings(findings: unknown): boolean {
  const classes: readonly string[] = recordClasses
  return (
    Array.isArray(findings) &&
    findings.every(
      (each: { id?: unknown; class?: unknown; token?: unknown } | null) =>
        typeof each?.id === "string" &&
        classes.includes(String(each.class)) &&
        (each.token === undefined || typeof each.token === "string")
    )
  )
}
