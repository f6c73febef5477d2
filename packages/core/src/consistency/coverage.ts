/** The confidence of a sample's bound. Nineteen of twenty samples have a bound that holds. */
export const sampleConfidence = 0.95

/** What was looked at in one sink. */
export type Coverage =
  | { readonly kind: "full" }
  | {
      readonly kind: "documents"
      /** Looked at: documents, and records without one. */
      readonly looked: number
      /** With `changedSince`: the position after which documents counted as changed. */
      readonly since?: number
      /**
       * Where something was found, what it is a share of: documents and records there are in the collections asked for, each counted up to a thousand for
       * each finding; records only where there are some without a document, for nothing else is a share of them.
       */
      readonly among?: { readonly documents: number; readonly records?: number }
    }
  | {
      readonly kind: "sample"
      /** Documents and records there are, as counted on the way. */
      readonly population: number
      /** Looked at, and the sink was due to be right about them. */
      readonly judged: number
      /** Of these, not right: findings and parked documents. */
      readonly wrong: number
      /** No greater share of the population is wrong, with `sampleConfidence`. */
      readonly atMost: number
    }
  | {
      readonly kind: "bloom"
      readonly documents: number
      readonly records: number
      /** The chance with which one missing or orphaned record was overlooked, by how full the filters were. */
      readonly rate: number
    }
  | {
      readonly kind: "merkle"
      /** In the collections asked for. */
      readonly documents: number
      /** Sums read of the sink's tree. */
      readonly nodes: number
      /** Entries read in buckets whose sums differed. */
      readonly leaves: number
      /** Ids under which others had changed something since they were last found right. */
      readonly marked: number
      /** Looked at wholly: what differed, and what was marked. */
      readonly looked: number
    }

/** What a verification that looked at this says, in words. */
export function meaningOf(coverage: Coverage, contents: boolean): string {
  switch (coverage.kind) {
    case "full":
      return `every document and record was compared by ${contents ? "keys, hashes and contents" : "keys and hashes"}`
    case "documents": {
      const since = coverage.since === undefined ? "" : ` that changed after position ${coverage.since}`
      return `${coverage.looked} documents${since} were looked at; nothing is said of others`
    }
    case "sample":
      return `${coverage.wrong} of ${coverage.judged} drawn from ${coverage.population} documents and records are wrong: at most ${percent(coverage.atMost)} of all at ${percent(sampleConfidence)}`
    case "bloom":
      return `${coverage.documents} documents and ${coverage.records} records were compared by id: one without the other was overlooked with a chance of ${percent(coverage.rate)}; versions and contents were not looked at`
    case "merkle":
      return `${coverage.documents} documents were compared with what the sink wrote, by ${coverage.nodes} sums and ${coverage.leaves} entries of its tree; ${coverage.marked} records that others had changed, and what differed, were read; changes that bypass the database's triggers are not seen`
  }
}

/** Two digits that count, rounded up: a bound must not be said to be lower than it is. */
function percent(share: number): string {
  if (share <= 0) return "0 %"
  const step = 10 ** (Math.floor(Math.log10(100 * share)) - 1)
  const rounded = Math.min(100, Math.ceil(Number(((100 * share) / step).toFixed(6))) * step)
  return `${Number(rounded.toPrecision(3))} %`
}
