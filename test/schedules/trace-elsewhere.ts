import { fork } from "node:child_process"
import type { Answer, Job } from "./serve-jobs.ts"

/** The trace that another process computes, one that runs such a worker. */
export function traceElsewhere(worker: URL, job: Job): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = fork(worker, { execArgv: ["--conditions=@syncline/source"] })
    child.on("message", message => {
      const [report] = (message as Answer).reports as readonly { readonly trace: string }[]
      resolve(report?.trace)
      child.kill()
    })
    child.on("error", reject)
    child.send(job)
  })
}
