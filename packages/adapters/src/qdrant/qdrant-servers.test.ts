import { sinkContract, vectorSinkContract } from "@syncline/core/testing"
import { describe, it } from "vitest"
import { contractSink, contractVectorSink } from "./testing/contract-fixtures.ts"
import { isReal } from "./testing/qdrant-place.ts"

/** As Qdrant's cloud sets it, and narrow limits beside. */
const strict = {
  enabled: true,
  unindexed_filtering_retrieve: false,
  unindexed_filtering_update: false,
  upsert_max_batchsize: 40,
  max_query_limit: 50,
  filter_max_conditions: 8,
  condition_max_size: 7,
  read_rate_limit: 30,
  write_rate_limit: 30,
  search_allow_exact: false
} as const

/** Some damages, and no long schedule: what differs here is which requests are taken. */
const isShort = ({ title }: { readonly title: string }): boolean =>
  !title.includes("any schedule") && (!title.startsWith("[RP4]") || /row|ids|many/.test(title))

describe.skipIf(isReal)("qdrantSink in strict mode", () => {
  const cases = sinkContract("qdrant, strict mode", () => contractSink({ strict })).filter(isShort)
  const vectorCases = vectorSinkContract("qdrant, strict mode", () => contractVectorSink({ strict }), {
    vectorContents: false
  })
  for (const { title, run } of cases) it(title, () => run())
  for (const { title, run } of vectorCases) it(title, () => run())
})

describe.skipIf(isReal)("qdrantSink on a server without conditions", () => {
  const cases = sinkContract("qdrant 1.15", () => contractSink({ version: "1.15.4" })).filter(isShort)
  for (const { title, run } of cases) it(title, () => run())
})
