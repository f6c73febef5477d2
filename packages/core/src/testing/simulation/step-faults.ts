import { SeededRandom } from "../seeded-random.ts"
import type { StepFault } from "./fault-kinds.ts"
import type { Machine } from "./machine.ts"
import { changeGrant } from "./grant-steps.ts"
import type { Line } from "./line.ts"
import type { World } from "./world.ts"

/** A day in ten years, in milliseconds: clocks go wrong by years, not by minutes. */
const tenYearsMs = 10 * 365 * 86_400_000

/** Copies that join a fleet; each costs all others another peer. */
const maxCopies = 2

/** Lets a fault happen to a machine or line; `fire` is said where it has an effect. */
export function happen(world: World, kind: StepFault, at: number, draw: number): void {
  const random = new SeededRandom(draw)
  const machine = world.machine(at)
  const line = world.line(at)
  switch (kind) {
    case "crash":
      return crash(world, machine, random)
    case "powerLoss":
      return loosePower(world, machine, random)
    case "diskFull":
      return fillDisk(world, machine, random)
    case "partition":
      return silence(world, line, kind, random)
    case "oneWay":
      return silence(world, line, kind, random)
    case "flap":
      return flap(world, line, random)
    case "restoreBackup":
    case "restoreMachine":
      return restore(world, machine, kind, random)
    case "wipe":
      return wipe(world, machine)
    case "copyStore":
    case "cloneMachine":
      return copy(world, machine, kind)
    case "skew":
      return skew(world, machine, random)
    case "regrant":
      return regrant(world, line, random)
    default:
      return changeGrant(world, line, kind, random)
  }
}

function skew(world: World, machine: Machine, random: SeededRandom): void {
  machine.skewMs = random.integer(2 * tenYearsMs) - tenYearsMs
  machine.onClockRead = () => {
    machine.onClockRead = () => {}
    world.dice.fire("skew")
  }
}

function crash(world: World, machine: Machine, random: SeededRandom): void {
  if (machine.life === undefined) return
  world.dice.fire("crash")
  machine.crash(random.chance(0.5))
}

function loosePower(world: World, machine: Machine, random: SeededRandom): void {
  const { disk } = machine
  machine.crash(false)
  const unsynced = disk.length - disk.synced
  const lost = random.integer(unsynced + 1)
  if (lost === 0) return
  world.dice.fire("powerLoss")
  world.cutDisk(machine, disk.length - lost)
}

function fillDisk(world: World, { disk }: Machine, random: SeededRandom): void {
  if (disk.isFull) return
  disk.isFull = true
  let hasFired = false
  disk.onFull = () => {
    if (!hasFired) world.dice.fire("diskFull")
    hasFired = true
  }
  world.time.schedule(200 + random.integer(5_000), () => {
    disk.isFull = false
  })
}

function silence(world: World, { name }: Line, kind: "partition" | "oneWay", random: SeededRandom): void {
  const oneOf = random.pick(["forth", "back"] as const)
  world.network.silence(name, kind, kind === "oneWay" ? [oneOf] : ["forth", "back"])
  world.time.schedule(200 + random.integer(8_000), () => world.network.speak(name))
}

function flap(world: World, { name }: Line, random: SeededRandom): void {
  let atMs = 0
  for (let left = 2 + random.integer(5); left > 0; left--) {
    atMs += 20 + random.integer(500)
    world.time.schedule(atMs, () => world.network.silence(name, "flap"))
    atMs += 20 + random.integer(500)
    world.time.schedule(atMs, () => world.network.speak(name))
  }
}

function restore(
  world: World,
  machine: Machine,
  kind: "restoreBackup" | "restoreMachine",
  random: SeededRandom
): void {
  const { disk } = machine
  if (disk.length === 0) return
  machine.crash(true)
  world.cutDisk(machine, random.integer(disk.length))
  if (kind === "restoreMachine") {
    machine.witness.putBack(disk.length)
    world.shareNames(machine)
  }
  world.dice.fire(kind)
}

function wipe(world: World, machine: Machine): void {
  if (machine.disk.length === 0) return
  machine.crash(true)
  world.cutDisk(machine, 0)
  world.dice.fire("wipe")
}

function copy(world: World, machine: Machine, kind: "copyStore" | "cloneMachine"): void {
  if (world.copies >= maxCopies) return
  world.dice.fire(kind)
  world.copyMachine(machine, kind === "cloneMachine")
}

function regrant(world: World, line: Line, random: SeededRandom): void {
  line.grant({ ...line.granted, read: [...world.someCollections(random)] }, "regrant")
  if (random.chance(0.7)) line.reconnect()
}
