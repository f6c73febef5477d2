import { toolStep } from "./tool-step.ts"

/** The linter with its type-aware rules; `.oxlintrc.json` has the list. A disable comment that disables nothing fails. */
export const lint = toolStep("lint", "no `any`, no `!`, no forgotten promise, no file over 400 lines, …", [
  "node_modules/oxlint/bin/oxlint",
  "--type-aware",
  "--deny-warnings",
  "--report-unused-disable-directives",
  "--format=unix"
])
