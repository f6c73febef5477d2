import { coreError } from "../errors/core-error.ts"
import type { ReplicaOptions } from "./open-replica.ts"

// A record, so that an option which is added and not named here does not compile.
const known: Readonly<Record<keyof ReplicaOptions, true>> = {
  store: true,
  engine: true,
  collections: true,
  sinks: true,
  witness: true,
  identity: true,
  memoryBudgetBytes: true,
  retainCommits: true,
  retainConflicts: true,
  audit: true,
  presence: true,
  onEvent: true,
  ports: true
}

const engineExpected = "an engine, such as yjs() with its parentheses"

/**
 * Catches what a type checker would have, before anything is opened: a wrong option would otherwise show at the first
 * document, as an error about something else, or never.
 *
 * @throws SynclineError `options-invalid`
 */
export function checkOptions(options: ReplicaOptions): void {
  if (!isObject(options))
    throw invalid("openReplica needs options, such as { store: memoryStore(), engine: yjs() }")
  for (const name of Object.keys(options)) if (!Object.hasOwn(known, name)) throw unknownOption(name)
  const { store, engine, audit, presence } = options
  expect(hasMethod(store, "open"), "store", "a store, such as sqliteStore(path) or memoryStore()")
  expect(hasMethod(engine, "open"), "engine", engineExpected)
  if (audit !== undefined)
    expect(hasMethod(audit, "start"), "audit", "auditing, as auditTrail() gives it, with its parentheses")
  if (presence !== undefined)
    expect(hasMethod(presence, "start"), "presence", "presence, as presence() gives it, with its parentheses")
  eachOf(options, "collections", checkCollection)
  eachOf(options, "sinks", checkSink)
}

function checkCollection(given: unknown, option: string): void {
  const isDeclared = isObject(given) && typeof given["name"] === "string" && isObject(given["shape"])
  expect(isDeclared, option, 'a collection, such as collection("notes")')
  if (isDeclared && given["engine"] !== undefined)
    expect(hasMethod(given["engine"], "open"), `${option}.engine`, engineExpected)
}

function checkSink(given: unknown, option: string): void {
  const isSink = isObject(given) && hasMethod("sink" in given ? given["sink"] : given, "open")
  expect(
    isSink || hasMethod(given, "openSinks"),
    option,
    "a sink, such as sqliteSink(path, { tables }), { sink, strategy }, or a migration; tables are given to a sink"
  )
}

function eachOf(
  options: ReplicaOptions,
  name: "collections" | "sinks",
  check: (given: unknown, option: string) => void
): void {
  const given: unknown = options[name]
  if (given === undefined) return
  if (!Array.isArray(given)) throw invalid(`openReplica takes a list as \`${name}\`, also of one`)
  for (const [at, each] of given.entries()) check(each, `${name}[${at}]`)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}

function hasMethod(value: unknown, method: string): boolean {
  return isObject(value) && typeof value[method] === "function"
}

function expect(isGiven: boolean, option: string, what: string): void {
  if (!isGiven) throw invalid(`openReplica needs \`${option}\`: ${what}`)
}

function unknownOption(name: string): Error {
  const names = Object.keys(known)
  // What is misspelt mostly begins as it is meant.
  const meant = names.find(each => each.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()))
  const hint = meant === undefined ? "" : `; \`${meant}\` may be meant`
  return invalid(`openReplica has no option \`${name}\`${hint}. It has ${names.join(", ")}`)
}

function invalid(message: string): Error {
  return coreError("options-invalid", message)
}
