import { coreError } from "../errors/core-error.ts"
import type { Conflict, ConflictKind } from "./conflict.ts"
import { pathMatcher, type PathMatcher } from "./path-pattern.ts"
import type { ConflictPolicy, ConflictRule } from "./policy.ts"

const kinds: readonly ConflictKind[] = ["write-write", "delete-edit", "overlapping-edit"]

/** What has chosen where no policy has. */
export const engineRule = "engine"

/** Where somebody who knew all sides wrote something else, or took away what it was in, before a policy was asked. */
export const supersededRule = "superseded"

/** Commits carry it, by the hundred. */
const maxNameLength = 64

interface Entry {
  readonly matcher: PathMatcher
  readonly kinds: ReadonlySet<string>
  readonly policy: ConflictPolicy
}

/** Which policy is for which conflicts of one collection: the first that fits. */
export class PolicyTable {
  readonly #entries: readonly Entry[]
  readonly #versionField: string | undefined

  /**
   * @param versionField the root key of the schema's version, which is not the application's to write: no policy is for it.
   * @throws SynclineError `options-invalid`
   */
  constructor(rules: readonly ConflictRule[], versionField?: string) {
    this.#entries = entriesOf(rules)
    this.#versionField = versionField
  }

  /** Absent where the engine's choice stands. A record whose place is not known fits nothing but `**`. */
  policyFor({ kind, path }: Pick<Conflict, "kind" | "path">): ConflictPolicy | undefined {
    if (path?.length === 1 && path[0] === this.#versionField) return undefined
    return this.#entries.find(entry => entry.kinds.has(kind) && fits(entry, path))?.policy
  }
}

/** @throws SynclineError `options-invalid` for what is no list of rules. */
export function assertRules(rules: readonly ConflictRule[]): void {
  entriesOf(rules)
}

function entriesOf(rules: readonly ConflictRule[]): readonly Entry[] {
  if (!Array.isArray(rules))
    throw coreError("options-invalid", "conflicts are a list of { path, policy }, also if it is one")
  return (rules as readonly ConflictRule[]).map(entryOf)
}

function fits({ matcher }: Entry, path: Conflict["path"]): boolean {
  // Whatever a path is, this one and the root are matched by the same patterns only if they match all.
  return path === undefined
    ? matcher.matches([]) && matcher.matches(["\u0000", "\u0000"])
    : matcher.matches(path)
}

function entryOf(rule: ConflictRule): Entry {
  const policy = rule.policy as ConflictPolicy | undefined
  if (typeof policy !== "object" || typeof policy.name !== "string" || !Array.isArray(policy.kinds))
    throw coreError(
      "options-invalid",
      `the rule for ${JSON.stringify(rule.path)} needs a policy, such as lastWriterWins() with its parentheses`
    )
  if (["", engineRule, supersededRule].includes(policy.name) || policy.name.length > maxNameLength)
    throw coreError(
      "options-invalid",
      `a policy cannot have the name "${policy.name.slice(0, maxNameLength)}"; give it another, of at most ${maxNameLength} characters`
    )
  const wanted: readonly ConflictKind[] = rule.kinds ?? policy.kinds
  for (const kind of wanted)
    if (!kinds.includes(kind) || !policy.kinds.includes(kind))
      throw coreError(
        "options-invalid",
        `${policy.name} does not settle "${kind}"; it settles ${policy.kinds.join(", ")}`
      )
  return { matcher: pathMatcher(rule.path), kinds: new Set(wanted), policy }
}
