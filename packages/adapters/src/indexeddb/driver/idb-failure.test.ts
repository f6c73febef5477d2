import { coreError } from "@syncline/core"
import { expect, test } from "vitest"
import { idbFailure } from "./idb-failure.ts"

class QuotaExceededError extends Error {
  override readonly name = "QuotaExceededError"
}

test.each([new DOMException("", "QuotaExceededError"), new QuotaExceededError("")])(
  "[IDB10] a full quota is known by its name, whichever class it has here (%#)",
  cause => {
    const failure = idbFailure(cause, "writing notes")
    expect(failure).toMatchObject({
      code: "store-failed",
      cause,
      details: { domException: "QuotaExceededError" }
    })
    expect(failure.message).toMatch(/writing notes failed .*storage is full/)
  }
)

test("[IDB8] what IndexedDB never throws has no such detail, and what is ours comes back as it is", () => {
  expect(idbFailure(new TypeError("no function"), "reading")).toMatchObject({ details: {} })
  const ours = coreError("store-closed", "closed")
  expect(idbFailure(ours, "reading")).toBe(ours)
})
