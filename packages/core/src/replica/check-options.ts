import { coreError } from "../errors/core-error.ts"
import type { ReplicaOptions } from "./open-replica.ts"

/**
 * Catches what a type checker would have, before anything is opened: a wrong option would otherwise show at the first
 * document, as an error about something else.
 *
 * @throws SynclineError `options-invalid`
 */
export function checkOptions(options: ReplicaOptions): void {
  expectMethod(options.store, "open", "store", "a store, such as sqliteStore(path) or memoryStore()")
  expectMethod(options.engine, "open", "engine", "an engine, such as yjs() with its parentheses")
  if (options.audit !== undefined)
    expectMethod(options.audit, "start", "audit", "auditing, as auditTrail() gives it, with its parentheses")
  if (options.presence !== undefined)
    expectMethod(
      options.presence,
      "start",
      "presence",
      "presence, as presence() gives it, with its parentheses"
    )
  for (const { name, engine } of Array.isArray(options.collections) ? options.collections : [])
    if (engine !== undefined)
      expectMethod(
        engine,
        "open",
        `collections.${name}.engine`,
        "an engine, such as automerge() with its parentheses"
      )
  for (const name of ["collections", "sinks"] as const)
    if (options[name] !== undefined && !Array.isArray(options[name]))
      throw coreError("options-invalid", `openReplica takes a list as \`${name}\`, also of one`)
}

function expectMethod(value: unknown, method: string, option: string, what: string): void {
  const holder = value as Readonly<Record<string, unknown>> | null | undefined
  if (typeof holder === "object" && holder !== null && typeof holder[method] === "function") return
  throw coreError("options-invalid", `openReplica needs \`${option}\`: ${what}`)
}
