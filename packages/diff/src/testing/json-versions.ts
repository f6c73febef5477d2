import fc from "fast-check"

/** A container of JSON values that can be edited. */
type Container = unknown[] | Record<string, unknown>

// Names that paths have to escape, that look like indices, and that objects inherit something under.
const name = fc.oneof(
  fc.constantFrom("a", "b", "id", "", "/", "~", "~1", "0", "-", "constructor", "prototype", "toString", "é"),
  fc.string({ maxLength: 3, size: "max" }).filter(text => text !== "__proto__")
)

const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    -1,
    "",
    "a",
    "long enough to be worth a copy or a move",
    "1"
  ),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.string({ unit: "binary", maxLength: 6, size: "max" })
)

const { value } = fc.letrec<{ value: unknown; list: unknown[]; members: Record<string, unknown> }>(tie => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie("list"), tie("members")),
  list: fc.oneof(
    fc.array(tie("value"), { maxLength: 6, size: "max" }),
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 20, size: "max" }),
    fc.array(
      fc.record({ id: fc.integer({ min: 0, max: 9 }), of: leaf, in: fc.constantFrom("x", ["y"], { z: 1 }) }),
      {
        maxLength: 12,
        size: "max"
      }
    )
  ),
  members: fc.dictionary(name, tie("value"), { maxKeys: 5, size: "max" })
}))

const edit = fc.record({
  kind: fc.constantFrom("set", "insert", "remove", "move", "copy", "shuffle", "lift"),
  where: fc.nat(),
  from: fc.nat(),
  to: fc.nat(),
  name,
  value
})
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

/** Any JSON value. */
export const anyJson: fc.Arbitrary<unknown> = value.map(tree)

/** Two JSON values, mostly versions of one another: edited, moved, copied and shuffled at random places. */
export const jsonVersions: fc.Arbitrary<readonly [before: unknown, after: unknown]> = fc.oneof(
  { arbitrary: fc.tuple(anyJson, anyJson), weight: 1 },
  {
    arbitrary: fc
      .tuple(anyJson, fc.array(edit, { minLength: 1, maxLength: 6, size: "max" }))
      .map(([before, edits]) => [before, edited(before, edits)] as const),
    weight: 6
  }
)

/** A copy without shared parts, as parsed JSON has none: an edit in one place must not show in another. */
function tree(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json))
}

// Few different ones, so that some repeat and many look alike.
const record = fc.record({
  id: fc.nat(60),
  of: fc.constantFrom("x", "y"),
  in: fc.array(fc.nat(2), { maxLength: 3, size: "max" })
})

/** Two versions of an array that is longer than what a search for the best alignment is spent on. */
export const longVersions: fc.Arbitrary<readonly [before: unknown, after: unknown]> = fc
  .tuple(
    fc.array(record, { minLength: 20, maxLength: 80, size: "max" }),
    fc.array(edit, { minLength: 1, maxLength: 12, size: "max" }),
    fc.array(record, { minLength: 12, maxLength: 12, size: "max" })
  )
  .map(([before, edits, fresh]) => {
    const after = tree(before) as unknown[]
    for (const [i, change] of edits.entries()) editArray(after, { ...change, value: fresh[i] })
    return [tree(before), tree(after)] as const
  })

function edited(before: unknown, edits: readonly Edit[]): unknown {
  const root = { value: tree(before) }
  for (const change of edits) {
    const containers = containersOf(root)
    const container = containers[change.where % containers.length]
    if (Array.isArray(container)) editArray(container, change)
    else if (container !== undefined) editObject(container, change)
    root.value = tree(root.value)
  }
  return root.value
}

function containersOf(root: { value: unknown }): Container[] {
  const found: Container[] = []
  const pending = [root.value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== "object" || next === null) continue
    found.push(next as Container)
    pending.push(...(Object.values(next) as unknown[]))
  }
  return found
}

function editArray(list: unknown[], { kind, from, to, value: fresh }: Edit): void {
  const at = from % Math.max(1, list.length)
  const target = to % (list.length + 1)
  if (kind === "insert" || list.length === 0) list.splice(target, 0, fresh)
  else if (kind === "remove") list.splice(at, 1 + (to % 3))
  else if (kind === "move") list.splice(target, 0, ...list.splice(at, 1 + (to % 2)))
  else if (kind === "copy") list.splice(target, 0, list[at])
  else if (kind === "shuffle") list.sort((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
  else if (kind === "lift") list.splice(at, 1, [list[at]])
  else list[at] = fresh
}

function editObject(
  object: Record<string, unknown>,
  { kind, from, name: fresh, value: content }: Edit
): void {
  const keys = Object.keys(object)
  const key = keys[from % Math.max(1, keys.length)]
  if (kind === "insert" || key === undefined) object[fresh] = content
  else if (kind === "remove") delete object[key]
  else if (kind === "copy") object[fresh] = object[key]
  else if (kind === "lift") object[key] = { [fresh]: object[key] }
  else if (kind === "move" || kind === "shuffle") {
    const moved = object[key]
    delete object[key]
    object[fresh] = moved
  } else object[key] = content
}
