import { sinkContract, vectorSinkContract } from "@syncline/core/testing"
import { describe, it } from "vitest"
import { contractSink, contractVectorSink } from "./testing/contract-fixtures.ts"

describe("qdrantSink", () => {
  for (const { title, run } of sinkContract("qdrant", contractSink)) it(title, () => run())
  for (const { title, run } of vectorSinkContract("qdrant", contractVectorSink, { vectorContents: false }))
    it(title, () => run())
})
