import { sha256 } from "#platform"
import { toHex } from "../codec/hex.ts"
import type { CollectionRules } from "../document/collection-rules.ts"

/**
 * Names how the documents of some collections show beyond what is in them: another key means that old documents may show
 * otherwise, although nothing was written. As for mappings of projections, the source text of upgrades decides, which a
 * bundler may alter: rows are then made once more than needed. Empty where nothing is upgraded.
 */
export function viewsKey(
  collections: Iterable<readonly [string, { readonly rules?: CollectionRules }]>
): string {
  const views = [...collections].flatMap(([name, { rules }]) => {
    const { current, field, upgrades } = rules?.version ?? { current: 1, field: "", upgrades: {} }
    const sources = Object.entries(upgrades).map(([version, upgrade]) => [version, String(upgrade)])
    return current === 1 ? [] : [JSON.stringify([name, current, field, sources])]
  })
  return views.length === 0 ? "" : toHex(sha256(new TextEncoder().encode(views.sort().join("\n"))))
}
