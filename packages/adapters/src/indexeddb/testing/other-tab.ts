import { vi } from "vitest"
import type { indexedDbStore } from "../store/indexeddb-store.ts"

/** The store's module as another tab has it, on a platform without Web Locks: nothing in memory is shared. */
export async function otherTab(): Promise<{ readonly indexedDbStore: typeof indexedDbStore }> {
  vi.stubGlobal("navigator", {})
  vi.resetModules()
  return import("../store/indexeddb-store.ts")
}
