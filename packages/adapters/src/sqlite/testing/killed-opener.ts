import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { defineProjection } from "@syncline/core"
import { contractContext, contractTables } from "@syncline/core/testing"
import { sinkOver } from "../sink/sqlite-sink.ts"

/**
 * Opens the sink in a file in a process of its own, which ends by SIGKILL once it has run the statement that contains this text.
 *
 * @throws Error where it ended otherwise.
 */
export function openUntilKilled(path: string, text: string): void {
  const program = fileURLToPath(import.meta.url)
  const { signal, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@syncline/source", "--no-warnings", program, path, text],
    { encoding: "utf8" }
  )
  if (signal !== "SIGKILL") throw new Error(`opening ended by itself:\n${stderr}`)
}

async function openAndDie(path: string, text: string): Promise<void> {
  const sink = sinkOver(path, defineProjection([...contractTables]), {}, () =>
    Promise.resolve(connection => {
      // So small that most of what is changed lies in the file, or beside it, long before the end.
      connection.pragma("cache_size = 1")
      const exec = connection.exec.bind(connection)
      const pragma = connection.pragma.bind(connection)
      connection.exec = sql => dyingAt(sql, exec(sql))
      connection.pragma = (sql, options) => dyingAt(sql, pragma(sql, options))
    })
  )
  const dyingAt = (sql: string, result: unknown): unknown => {
    if (sql.includes(text)) process.kill(process.pid, "SIGKILL")
    return result
  }
  await sink.open(contractContext())
}

const [, program, path, text] = process.argv
if (program === fileURLToPath(import.meta.url) && path !== undefined && text !== undefined)
  await openAndDie(path, text)
