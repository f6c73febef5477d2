import { afterEach, expect, test, vi } from "vitest"
import { requestPersistence, storageEstimate } from "./storage-persistence.ts"

afterEach(() => vi.unstubAllGlobals())

function platform(storage: object): void {
  vi.stubGlobal("navigator", { storage })
}

test.each([
  ["granted before", true, false, true],
  ["granted now", false, true, true],
  ["denied", false, false, false]
])("[IDB12] persistence that is %s", async (_, before, now, expected) => {
  platform({ persisted: async () => before, persist: async () => now })
  expect(await requestPersistence()).toBe(expected)
})

test("[IDB12] where the platform refuses, or cannot say, nothing is promised", async () => {
  platform({
    persist: () => Promise.reject(new TypeError("opaque origin")),
    estimate: () => Promise.reject(new Error())
  })
  expect([await requestPersistence(), await storageEstimate()]).toEqual([false, undefined])
  vi.stubGlobal("navigator", {})
  expect([await requestPersistence(), await storageEstimate()]).toEqual([false, undefined])
})

test("[IDB12] the estimate is in bytes", async () => {
  platform({ estimate: async () => ({ usage: 10, quota: 1000 }) })
  expect(await storageEstimate()).toEqual({ usedBytes: 10, quotaBytes: 1000 })
})
