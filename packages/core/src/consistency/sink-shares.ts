import type { SinkReport } from "./verify-report.ts"

/** What a report's findings are of a sink; 0 to 1. */
export interface SinkShares {
  /** Of all documents and records, in either of which something is wrong. */
  readonly wrong: number
  /** Of all records, those that no document explains. */
  readonly orphans: number
}

/**
 * Shares of a sink, in the collections that were asked for, and not of what a mode happened to look at: `merkle` looks at little else than what is wrong. Where
 * documents were chosen and nothing is known of others, as in reports of former versions, they are of what was looked at.
 */
export function sinkShares(report: SinkReport): SinkShares {
  const { consistent, missing, orphan } = report.counts
  const looked = Object.values(report.counts).reduce((sum, count) => sum + count, 0)
  const { all, records } = populationOf(report)
  return {
    wrong: (looked - consistent) / Math.max(1, looked, all),
    orphans: orphan / Math.max(1, looked - missing, records)
  }
}

/** As far as the counts do not say it; both sides together, and the sink's. */
function populationOf({ counts, coverage }: SinkReport): { readonly all: number; readonly records: number } {
  const { missing, orphan } = counts
  switch (coverage?.kind) {
    case "bloom":
      return { all: coverage.documents + orphan, records: coverage.records }
    case "merkle":
      // Whatever is missing or orphaned was found; each other document has its record.
      return { all: coverage.documents + orphan, records: coverage.documents - missing + orphan }
    case "documents": {
      const { documents = 0, records = 0 } = coverage.among ?? {}
      return { all: documents + orphan, records }
    }
    default:
      return { all: 0, records: 0 }
  }
}
