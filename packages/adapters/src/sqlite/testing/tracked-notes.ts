import { join } from "node:path"
import { expect } from "vitest"
import type { Projector, VerifyReport } from "@syncline/core"
import { type SinkFixture, SinkWorkbench } from "@syncline/core/testing"
import { loadSqliteDriver } from "../driver/sqlite-driver.ts"
import { sqliteSink } from "../sink/sqlite-sink.ts"
import { runSql } from "./raw-connection.ts"
import { SqliteSinkDamage } from "./sqlite-sink-damage.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const Driver = await loadSqliteDriver()

/** A SQLite sink with notes in it that keeps account of changes, and what its tests do to it. */
export interface TrackedNotes {
  readonly path: string
  readonly bench: SinkWorkbench
  readonly projector: Projector
  /** Verifies by the tree. */
  readonly byTree: () => Promise<VerifyReport>
  /** Verifies by contents; what finds nothing is gone on from. */
  readonly inFull: () => Promise<VerifyReport>
  /** Runs SQL as any other program would. */
  readonly run: (sql: string) => Promise<void>
}

/** A file for a sink, in a folder of this test's own. */
export function freshPath(): string {
  return join(temporaryFolder(), "sink.db")
}

/** A sink for the contract, and what others do to its file. */
export function trackedSink(path: string = freshPath(), tracking = true): SinkFixture {
  return {
    sink: tables => sqliteSink(path, { tracking, ...(tables === undefined ? {} : { tables }) }),
    damage: new SqliteSinkDamage(() => new Driver(path))
  }
}

/** A sink into which so many notes were projected; its projector runs until it is closed. */
export async function trackedNotes(count = 30): Promise<TrackedNotes> {
  const path = freshPath()
  const bench = new SinkWorkbench(trackedSink(path))
  for (let key = 0; key < count; key++) bench.put(key)
  const projector = await bench.project()
  return {
    path,
    bench,
    projector,
    byTree: () => bench.verify(projector, { mode: { kind: "merkle" } }),
    inFull: () => bench.verify(projector),
    run: sql => runSql(path, sql)
  }
}

/** What a verification is like where the sink cannot vouch for its account. */
export const unsure = { sinks: [{ error: { code: "verification-unsure" } }] } as const

/** What it found, as `id class`. */
export function foundIn({ sinks }: VerifyReport): readonly string[] {
  expect(sinks[0]?.error).toBeUndefined()
  return sinks.flatMap(({ findings }) => findings.map(each => `${each.id} ${each.class}`)).sort()
}
