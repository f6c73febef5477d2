import type { SeededRandom } from "../seeded-random.ts"
import type { GrantFault } from "./fault-kinds.ts"
import type { Line } from "./line.ts"
import { LineCredentials } from "./line-credentials.ts"
import { grantOf, type LineGrant } from "./line-grant.ts"
import type { World } from "./world.ts"

/** Lets what is granted over a line change. It is counted when that has an effect. */
export function changeGrant(world: World, line: Line, kind: GrantFault, random: SeededRandom): void {
  if (kind === "renewed" || kind === "renewedLate" || kind === "expired") {
    line.credentials = new LineCredentials(kind, world.time, random)
    return line.reconnect()
  }
  line.grant(changed(world, line.granted, kind, random), kind)
  if (kind === "revoke") return line.reauthorize()
  const how = random.pick(["live", "anew", "later"] as const)
  if (how === "live") line.reauthorize()
  else if (how === "anew") line.reconnect()
}

function changed(
  { paths, documents, collections }: World,
  granted: LineGrant,
  kind: Exclude<GrantFault, "renewed" | "renewedLate" | "expired">,
  random: SeededRandom
): LineGrant {
  const some = <T>(of: readonly T[]) => of.filter(() => random.chance(0.4))
  const oneOrMore = <T>(of: readonly T[]) => [...new Set([random.pick(of), ...some(of)])]
  switch (kind) {
    case "narrow":
      return { ...granted, read: some(paths) }
    case "limitWrites":
      return { ...granted, write: some(paths) }
    case "hide":
      return { ...granted, hidden: oneOrMore(documents) }
    case "forbid":
      return { ...granted, forbidden: oneOrMore(documents) }
    case "refuse":
      return { ...granted, isRefused: true }
    case "revoke":
      return { ...granted, read: granted.read.filter(() => random.chance(0.5)), write: some(paths) }
    case "grantAll":
      return grantOf(collections)
  }
}
