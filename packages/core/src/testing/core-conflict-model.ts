import type { Commit } from "../commit/commit.ts"
import type { JsonValue } from "../document/json.ts"
import { sameJson } from "../conflict/same-json.ts"
import type { Footprint, FootprintReader, SequenceEdit } from "../engine/footprint.ts"
import { placeKey } from "../engine/footprint.ts"
import type { ConflictMember } from "./core-conflict-fleet.ts"

/** What one commit did at one place, for all to compare with all. */
interface Deed {
  readonly commit: Commit
  readonly role: "write" | "remove" | "edit"
  readonly action: string
  readonly value?: JsonValue | undefined
  readonly edit?: SequenceEdit
}

/**
 * The conflicts of a document, found the long way: pasts as sets, every pair of commits compared at every place, episodes
 * by walking the graph. One line each: kind, sides.
 */
export function modelConflicts(member: ConflictMember, commits: readonly Commit[]): readonly string[] {
  const pasts = pastsOf(commits)
  const places = deedsByPlace(member.reader, commits)
  const lines: string[] = []
  for (const [place, deeds] of places) {
    const kind = place.slice(0, place.indexOf(" "))
    const isConcurrent = (a: Deed, b: Deed): boolean =>
      a.commit !== b.commit && !pasts.get(a.commit)?.has(b.commit) && !pasts.get(b.commit)?.has(a.commit)
    const crowded = crowdedPairs(deeds, isConcurrent, (a, b) => pasts.get(b.commit)?.has(a.commit) === true)
    const isEdge = (a: Deed, b: Deed): boolean =>
      (isConcurrent(a, b) && isAgainst(kind, a, b)) || crowded.has(a, b)
    for (const episode of componentsOf(deeds, isEdge)) {
      const heads = episode.filter(
        deed => !episode.some(other => other.role === deed.role && pasts.get(other.commit)?.has(deed.commit))
      )
      if (kind === "write-write" && heads.every(({ value }) => sameJson(value, heads[0]?.value))) continue
      lines.push(`${kind} ${heads.map(sideName).sort().join(" ")}`)
    }
  }
  return lines.sort()
}

function sideName({ commit: { dot }, action }: Deed): string {
  return `${dot.actor.slice(0, 2)}.${dot.seq}.${action}`
}

/** The past of each commit as a set, each after what it builds on. */
export function pastsOf(commits: readonly Commit[]): ReadonlyMap<Commit, ReadonlySet<Commit>> {
  const pasts = new Map<Commit, ReadonlySet<Commit>>()
  const find = (actor: string, seq: number) =>
    commits.filter(({ dot }) => dot.actor === actor && dot.seq === seq)
  for (const commit of commits) {
    const { dot, dependencies } = commit
    const direct = [
      ...find(dot.actor, dot.seq - 1),
      ...dependencies.flatMap(({ actor, seq }) => find(actor, seq))
    ]
    const past = new Set(direct.flatMap(one => [one, ...(pasts.get(one) ?? [])]))
    pasts.set(commit, new Set(commits.filter(one => past.has(one))))
  }
  return pasts
}

function deedsByPlace(
  reader: FootprintReader,
  commits: readonly Commit[]
): ReadonlyMap<string, readonly Deed[]> {
  const places = new Map<string, Deed[]>()
  const add = (place: string, deed: Deed): void => {
    const deeds = places.get(place) ?? []
    places.set(place, deeds)
    if (!deeds.some(({ commit, role }) => commit === deed.commit && role === deed.role)) deeds.push(deed)
  }
  const footprints = commits.map(commit => ({ commit, footprint: footprintOf(reader, commit) }))
  // Every container that was edited inside, with where it is.
  const containers = new Map<string, ReturnType<FootprintReader["placeOf"]>>()
  for (const { commit, footprint } of footprints) {
    const role = commit.kind === "delete" ? "remove" : "edit"
    add("delete-edit root", { commit, role, action: role === "edit" ? "edit" : "delete" })
    for (const write of footprint.writes) {
      const { value } = write
      add(`write-write ${placeKey(write)}`, {
        commit,
        role: "write",
        action: value === undefined ? "remove" : "set",
        value
      })
    }
    for (const edit of footprint.edits)
      add(`overlapping-edit ${edit.container}`, { commit, role: "edit", action: actionOf(edit), edit })
    for (const { container } of [...footprint.writes, ...footprint.edits])
      for (
        let at: string | undefined = container;
        at !== undefined && at !== "";
        at = containers.get(at)?.container
      ) {
        if (!containers.has(at)) containers.set(at, reader.placeOf(at, commit.update))
        add(`delete-edit ${at}`, { commit, role: "edit", action: "edit" })
      }
  }
  for (const { commit, footprint } of footprints)
    for (const [container, place] of containers) {
      if (place === undefined) continue
      for (const { value } of footprint.writes.filter(
        write => place.key !== undefined && placeKey(write) === placeKey(place)
      ))
        add(`delete-edit ${container}`, {
          commit,
          role: "remove",
          action: value === undefined ? "remove" : "set"
        })
      if (place.key === undefined && footprint.edits.some(edit => hasDeleted(edit, container)))
        add(`delete-edit ${container}`, { commit, role: "remove", action: "delete" })
    }
  return places
}

function footprintOf(reader: FootprintReader, { update }: Commit): Footprint {
  return update.length === 0 ? { writes: [], edits: [] } : reader.read(update)
}

function actionOf({ inserted, deleted }: SequenceEdit): string {
  if (inserted.length === 0) return "delete"
  return deleted.length > 0 ? "replace" : "insert"
}

function isAgainst(kind: string, a: Deed, b: Deed): boolean {
  if (kind === "write-write") return true
  if (kind === "delete-edit") return a.role !== b.role
  if (a.edit === undefined || b.edit === undefined) return false
  const [mine, theirs] = [a.edit, b.edit]
  const meets = elementsOf(mine).some(element => hasDeleted(theirs, element))
  return meets && [...mine.inserted, ...theirs.inserted].some(insertion => insertion.replaces)
}

class Pairs {
  readonly #pairs = new Map<Deed, Set<Deed>>()

  add(a: Deed, b: Deed): void {
    for (const [from, to] of [
      [a, b],
      [b, a]
    ] as const)
      this.#pairs.set(from, new Set([...(this.#pairs.get(from) ?? []), to]))
  }

  has(a: Deed, b: Deed): boolean {
    return this.#pairs.get(a)?.has(b) === true
  }
}

/** Who put something where others, or others and they themselves, deleted what was around it. */
function crowdedPairs(
  deeds: readonly Deed[],
  isConcurrent: (a: Deed, b: Deed) => boolean,
  isBefore: (a: Deed, b: Deed) => boolean
): Pairs {
  const pairs = new Pairs()
  for (const deed of deeds)
    for (const { left, right } of deed.edit?.inserted ?? []) {
      const guessed = right === undefined && left !== undefined ? after(left) : (right ?? undefined)
      const around = [left, guessed].map(id =>
        id === undefined ? [] : deeds.filter(({ edit }) => edit !== undefined && hasDeleted(edit, id))
      )
      const others = around.map(all => all.filter(other => isConcurrent(deed, other)))
      const isBetween = others.every(some => some.length > 0)
      for (const other of others.flat())
        if (isBetween || (right === undefined && other.edit !== undefined && isWithin(left, other.edit)))
          pairs.add(deed, other)
      for (const [side, all] of around.entries()) {
        const own = all.filter(other => other === deed || isBefore(other, deed))
        const theirs = others[side] ?? []
        if (own.length > 0 && theirs.length > 0)
          for (const other of [...own, ...theirs]) pairs.add(deed, other)
      }
    }
  return pairs
}

function after(element: string): string {
  const [source, number] = element.split(":")
  return `${source}:${Number(number) + 1}`
}

/** Whether a run of deletions begins at or before an element and goes on after it. */
function isWithin(left: string | undefined, edit: SequenceEdit): boolean {
  const [source, number] = left?.split(":") ?? []
  return edit.deleted.some(
    range =>
      range.source === source &&
      range.from <= Number(number) &&
      Number(number) < range.to &&
      (range.continues || Number(number) < range.to - 1)
  )
}

function elementsOf({ deleted }: SequenceEdit): string[] {
  return deleted.flatMap(({ source, from, to }) =>
    Array.from({ length: to - from }, (_, at) => `${source}:${from + at}`)
  )
}

function hasDeleted(edit: SequenceEdit, element: string): boolean {
  return elementsOf(edit).includes(element)
}

function componentsOf(
  deeds: readonly Deed[],
  isEdge: (a: Deed, b: Deed) => boolean
): readonly (readonly Deed[])[] {
  const left = new Set(deeds)
  const components: Deed[][] = []
  for (const start of left) {
    const component = [start]
    left.delete(start)
    for (const at of component)
      for (const other of left)
        if (isEdge(at, other)) {
          left.delete(other)
          component.push(other)
        }
    if (component.length > 1) components.push(component)
  }
  return components
}
