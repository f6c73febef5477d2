import { expect, it } from "vitest"
import { FaultyNetwork, noFaults } from "../testing/faulty-network.ts"
import { ModelSyncHost } from "../testing/model-sync-host.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"

it("[XX] smoke", async () => {
  const time = new VirtualTime()
  const random = new SeededRandom(1)
  const net = new FaultyNetwork({ timers: time, now: () => time.nowMs(), random, faults: noFaults })
  const a = new ModelSyncHost(time.ports(random), random)
  const b = new ModelSyncHost(time.ports(random), random)
  for (let i = 0; i < 300; i++) a.write(`notes/${i}`, random.bytes(50))
  b.write("notes/5", random.bytes(10))
  b.write("other/5", random.bytes(10))
  const link = connectLink(
    b,
    net.transport("l", c => {
      const l = acceptLink(a, c)
      l.onProblem(p => console.log("acc", p))
    })
  )
  link.onProblem(p => console.log(p))
  link.onStatus(s => console.log(time.nowMs(), s))
  let done = false
  link.synced().then(() => {
    done = true
    console.log("synced", time.nowMs())
  })
  await time.until(() => done, 20000)
  console.log(link.metrics, link.progress)
  expect(a.contents()).toBe(b.contents())
  b.write("notes/5", random.bytes(10))
  a.write("notes/6", random.bytes(10))
  await time.advance(5000)
  expect(a.contents()).toBe(b.contents())
  console.log(link.metrics, link.progress)
  link.close()
  const l2 = connectLink(
    b,
    net.transport("l", c => {
      acceptLink(a, c)
    })
  )
  await l2.synced
  await time.advance(5000)
  console.log(l2.metrics, l2.status, time.nowMs())
  b.write("notes/5", random.bytes(10))
  a.write("notes/6", random.bytes(10))
  await time.advance(5000)
  l2.close()
  a.write("notes/5", random.bytes(10))
  b.write("notes/6", random.bytes(10))
  const l3 = connectLink(
    b,
    net.transport("l", c => {
      acceptLink(a, c)
    })
  )
  await time.advance(5000)
  console.log(l3.metrics, l3.status, time.nowMs())
})
