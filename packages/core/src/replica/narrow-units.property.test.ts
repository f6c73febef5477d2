import fc from "fast-check"
import { expect, test } from "vitest"
import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import { systemPorts } from "../ports/system-ports.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import { inScope, syncScope } from "../sync/sync-scope.ts"
import { openCore, put, settle } from "../testing/core-fixture.ts"
import { toHex } from "../codec/hex.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { RootIndex } from "./root-index.ts"

const options = { secret: new Uint8Array(32), timers: systemPorts().timers }
const id = fc
  .tuple(fc.constantFrom("a", "a/x", "a/xy", "b"), fc.nat({ max: 8 }))
  .map(([path, key]) => parseDocumentId(`${path}/${key}`))
const scope = fc.constantFrom(
  syncScope("all"),
  syncScope(["a/x/"]),
  syncScope(["a/x/1", "a/xy/", "b"]),
  syncScope(["a"])
)
const odd: DocumentRule = { name: "odd", mayRead: one => /[13579]$/.test(one), mayWrite: () => true }

test("[GR12] roots of less than a collection are those of the heads in it, whatever is appended while they are built and after", async () => {
  const writes = fc.array(fc.tuple(id, fc.boolean()), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(
      writes,
      fc.nat({ max: 30 }),
      scope,
      fc.option(fc.constant(odd)),
      async (all, when, paths, rule) => {
        const replica = await openCore()
        const view = replica.host.scopeView(paths, rule ?? undefined)
        let building: Promise<unknown> | undefined
        for (const [i, [document, waits]] of all.entries()) {
          if (i === when) building = view.roots(new Map())
          put(replica, await replica.load(document), "n", i)
          if (waits) await replica.core.writer.idle()
        }
        await building
        await settle(replica)
        const fresh = new RootIndex(replica.core.session, options)
        const roots = await view.roots(new Map())
        expect(plain(roots)).toEqual(plain(await fresh.scope(paths, rule ?? undefined).roots(new Map())))
        const seen = new Set(
          all.map(([document]) => document).filter(one => inScope(paths, one) && rule?.mayRead(one) !== false)
        )
        expect(roots.reduce((sum, { documents = 0 }) => sum + documents, 0)).toBe(seen.size)
      }
    ),
    { numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 60) }
  )
})

test("[GR12] roots with digests in the place of others are those of a replica that has them", async () => {
  const entry = fc.tuple(id, fc.constantFrom("same", "other", "nothing"))
  const entries = fc.uniqueArray(entry, { selector: ([one]) => one, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(entries, scope, async (all, paths) => {
      const inside = all.filter(([one]) => inScope(paths, one))
      const ours = all.map(([one]) => [one, digest(7)] as const)
      const theirs = inside.flatMap(([one, there]) =>
        there === "nothing" ? [] : [[one, digest(there === "same" ? 7 : 8)] as const]
      )
      const kept = inside.filter(([, there]) => there !== "same")
      const substitutes = new Map(
        kept.map(([one, there]) => [one, there === "other" ? digest(8) : undefined])
      )
      const [near, far] = [indexOf(ours).scope(paths, undefined), indexOf(theirs).scope(paths, undefined)]
      const before = plain(await near.roots(new Map()))
      expect(plain(await near.roots(substitutes))).toEqual(plain(await far.roots(new Map())))
      expect(plain(await near.roots(new Map()))).toEqual(before)
    })
  )
})

function digest(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

/** An index over these documents. */
function indexOf(documents: readonly (readonly [DocumentId, Uint8Array])[]): RootIndex {
  const heads = documents
    .map(([one, digestOfOne]) => ({ id: one, digest: digestOfOne, position: 0, body: new Uint8Array() }))
    .sort((a, b) => compareUtf8(a.id, b.id))
  return new RootIndex(
    {
      scanHeads: async ({ collection, after, limit }) =>
        heads
          .filter(head => collection === undefined || head.id.startsWith(`${collection}/`))
          .filter(head => after === undefined || compareUtf8(head.id, after) > 0)
          .slice(0, limit),
      loadHead: async one => heads.find(head => head.id === one)
    },
    options
  )
}

function plain(
  roots: readonly { readonly collection: string; readonly root: Uint8Array }[]
): readonly string[] {
  return roots.map(({ collection, root }) => `${collection} ${toHex(root)}`).sort()
}
