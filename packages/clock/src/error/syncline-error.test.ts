import { expect, test } from "vitest"
import { isSynclineError, SynclineError } from "./syncline-error.ts"

test("[ER1] an error carries its code, message and name", () => {
  const error = new SynclineError("sample-code", "It failed")
  expect(error).toMatchObject({
    code: "sample-code",
    message: "It failed",
    name: "SynclineError",
    details: {}
  })
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe("SynclineError: It failed")
})

test("[ER2] the guard knows an error, with or without its code", () => {
  const error: unknown = new SynclineError("sample-code", "It failed")
  expect(isSynclineError(error)).toBe(true)
  expect(isSynclineError(error, "sample-code")).toBe(true)
  expect(isSynclineError(error, "other-code")).toBe(false)
})

test("[ER2] the guard knows an error of another copy of the package", () => {
  const foreign = Object.assign(new Error("It failed"), { code: "sample-code" })
  Object.defineProperty(foreign, Symbol.for("@syncline/SynclineError"), { value: true })
  expect(isSynclineError(foreign, "sample-code")).toBe(true)
})

test.each([null, undefined, "text", 1, {}, new Error("plain"), { code: "sample-code" }])(
  "[ER2] %s is no such error",
  value => {
    expect(isSynclineError(value)).toBe(false)
  }
)

test("[ER3] details are a frozen copy and the cause is kept", () => {
  const cause = new Error("below")
  const details = { id: 7 }
  const error = new SynclineError("sample-code", "It failed", { cause, details })
  details.id = 8
  expect(error.details).toEqual({ id: 7 })
  expect(Object.isFrozen(error.details)).toBe(true)
  expect(error.cause).toBe(cause)
  expect("cause" in new SynclineError("sample-code", "It failed")).toBe(false)
})
