import { api } from "./api.ts"
import { benchSmoke } from "./bench-smoke.ts"
import { bundle } from "./bundle.ts"
import { consumer } from "./consumer.ts"
import { cycles } from "./cycles.ts"
import { files } from "./files.ts"
import { format } from "./format.ts"
import type { GateStep } from "./gate-step.ts"
import { layers } from "./layers.ts"
import { lint } from "./lint.ts"
import { packages } from "./packages.ts"
import { rules } from "./rules.ts"
import { size } from "./size.ts"
import { tests } from "./tests.ts"
import { types } from "./type-check.ts"
import { unused } from "./unused.ts"
import { wasm } from "./wasm.ts"
import { words } from "./words.ts"

/** Every check, cheap ones first. `types` builds the `dist` that `api`, `packages`, `consumer`, `size` and `bundle` look at. */
export const steps: readonly GateStep[] = [
  format,
  words,
  files,
  rules,
  layers,
  cycles,
  lint,
  unused,
  wasm,
  types,
  api,
  packages,
  consumer,
  size,
  bundle,
  tests,
  benchSmoke
]
