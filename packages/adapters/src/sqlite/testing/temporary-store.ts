import { join } from "node:path"
import type { Store } from "@syncline/core"
import { StoreBatches } from "@syncline/core/testing"
import { sqliteStore, type SqliteStoreOptions } from "../store/sqlite-store.ts"
import { temporaryFolder } from "./temporary-folder.ts"

/** A store in a folder of its own, not made yet, with the paths tests tamper with. */
export interface TemporaryStore {
  readonly folder: string
  readonly path: string
  /** Another `Store` on the same file. */
  open(options?: SqliteStoreOptions): ReturnType<Store["open"]>
}

/** Makes one, for the test that is running. */
export function temporaryStore(): TemporaryStore {
  const folder = temporaryFolder()
  const path = join(folder, "notes.db")
  const stateDirectory = join(folder, "state")
  return {
    folder,
    path,
    open: (options = {}) => sqliteStore(path, { durability: "process", stateDirectory, ...options }).open()
  }
}

/** Writes `count` documents `c/0`, `c/1` … of one record each, and closes the store. */
export async function fillStore(store: TemporaryStore, count: number): Promise<void> {
  const session = await store.open()
  const record = "r".repeat(100)
  await new StoreBatches().append(
    session,
    Array.from({ length: count }, (_, index) => ({
      id: `c/${index}`,
      record,
      body: "b".repeat(50),
      base: "base"
    }))
  )
  await session.close()
}
