import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { measureJson, refuseKey } from "./measure-json.ts"
import { isOddName } from "./odd-name.ts"
import { isJsonScalar } from "./same-json.ts"
import { writeNewMembers } from "./write-new-members.ts"

type Members = Readonly<Record<string, unknown>>

/** Writes what turns one object into the other; `diff` does so for two values under the same name. */
export function diffMembers(
  context: DiffContext,
  a: Members,
  b: Members,
  diff: (a: unknown, b: unknown) => void
): void {
  const keys = Object.keys(a)
  const others = Object.keys(b)
  let gone: string[] | undefined
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? ""
    // Members mostly come in the same order on both sides; then no search is needed to know that `b` has one.
    if (key === others[i] || Object.hasOwn(b, key)) diffMember(context, key, a[key], b[key], diff)
    else (gone ??= []).push(key)
  }
  const kept = keys.length - (gone?.length ?? 0)
  if (gone === undefined && kept === others.length) return
  const come = others.filter(key => !Object.hasOwn(a, key))
  writeNewMembers(context, a, b, gone ?? [], come)
}

function diffMember(
  context: DiffContext,
  key: string,
  a: unknown,
  b: unknown,
  diff: (a: unknown, b: unknown) => void
): void {
  // Most members are the same text or number; they need no path.
  if (a === b && isJsonScalar(a)) return
  const { writer } = context
  writer.enter(key)
  if (isOddName(key)) replaceMember(context, key, a, b)
  else diff(a, b)
  writer.leave()
}

function replaceMember(context: DiffContext, key: string, a: unknown, b: unknown): void {
  if (sameOnBudget(context, a, b)) return
  const path = context.writer.pointer()
  if (key === "__proto__") refuseKey(path)
  measureJson(a, Infinity, path)
  context.writer.replace(path, b, measureJson(b, Infinity, path))
}
