import { checkRules } from "../rules/check-rules.ts"
import { listProjectFiles } from "../workspace/source-files.ts"
import type { GateStep } from "./gate-step.ts"

/** The SPEC.md of each package and its tests speak of the same rules. */
export const rules: GateStep = {
  name: "rules",
  purpose: "every numbered rule of a SPEC.md has a test, every test title a rule",
  async run({ root }) {
    const { problems, rules: count } = checkRules(await listProjectFiles(root))
    return { problems, note: `${count} rules` }
  }
}
