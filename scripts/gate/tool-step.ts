import { runNode } from "../workspace/run-command.ts"
import type { GateStep } from "./gate-step.ts"

/** Makes a step of a tool that prints its findings and exits non-zero when there are any. */
export function toolStep(name: string, purpose: string, args: readonly string[]): GateStep {
  return {
    name,
    purpose,
    async run({ root }) {
      const { code, output } = await runNode(args, { cwd: root })
      return { problems: code === 0 ? [] : [output.trim() || `${args.join(" ")} exited with ${code}`] }
    }
  }
}
