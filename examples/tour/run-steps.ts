import { adoptRows } from "./steps/adopt-rows.ts"
import { damageAndRepair } from "./steps/damage-and-repair.ts"
import { disagree } from "./steps/disagree.ts"
import { editOffline } from "./steps/edit-offline.ts"
import { importPackages } from "./steps/import-packages.ts"
import { joinReplica } from "./steps/join-replica.ts"
import { killWriters } from "./steps/kill-writer.ts"
import { loseSink } from "./steps/lose-sink.ts"
import { migrateEmbedding } from "./steps/migrate-embedding.ts"
import { queryTables } from "./steps/query-tables.ts"
import { replayTrace } from "./steps/replay-trace.ts"
import { restoreBackup } from "./steps/restore-backup.ts"
import { searchTexts } from "./steps/search-texts.ts"
import type { Tour } from "./tour.ts"

/** The tour, step by step. `workspace` is the folder whose packages are imported. */
export async function runSteps(tour: Tour, workspace: string): Promise<void> {
  const a = await importPackages(tour, workspace)
  const team = await joinReplica(tour, a)
  await editOffline(tour, team)
  await disagree(tour, team.a)
  await queryTables(tour, team.b)
  await damageAndRepair(tour, team.a)
  await adoptRows(tour, team)
  await loseSink(tour, team.a)
  await team.b.replica.close()
  await team.wire.cut()
  await team.a.replica.close()
  await searchTexts(tour)
  await migrateEmbedding(tour)
  await killWriters(tour)
  await restoreBackup(tour)
  await replayTrace(tour, workspace)
}
