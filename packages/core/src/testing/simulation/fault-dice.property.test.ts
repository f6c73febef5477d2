import fc from "fast-check"
import { expect, test } from "vitest"
import { FaultDice } from "./fault-dice.ts"
import { type FaultKind, faultKinds, type FaultRates } from "./fault-kinds.ts"

const kinds = fc.constantFrom(...faultKinds)
const rolls = fc.array(kinds, { maxLength: 300 })
const rates: FaultRates = Object.fromEntries(faultKinds.map(kind => [kind, 0.3]))

/** What each roll came to: the first number that how it happens is drawn from. */
function outcomes(dice: FaultDice, sequence: readonly FaultKind[]): readonly (number | undefined)[] {
  return sequence.map(kind => dice.roll(kind)?.next())
}

test("[SM2] what was taken, given back as a list, is taken again in the same way", () => {
  fc.assert(
    fc.property(fc.nat(), rolls, (seed, sequence) => {
      const dice = new FaultDice(faultKinds, seed, rates)
      const first = outcomes(dice, sequence)
      expect(outcomes(new FaultDice(faultKinds, seed, {}, dice.taken), sequence)).toEqual(first)
    })
  )
})

test("[SM2] faults of one kind are the same whatever other kinds there are", () => {
  fc.assert(
    fc.property(fc.nat(), rolls, kinds, (seed, sequence, kind) => {
      const all = outcomes(new FaultDice(faultKinds, seed, rates), sequence)
      const alone = outcomes(new FaultDice(faultKinds, seed, { [kind]: 0.3 }), sequence)
      const of = (drawn: typeof all) => drawn.filter((_, at) => sequence[at] === kind)
      expect(of(alone)).toEqual(of(all))
    })
  )
})

test("[SM2] each kind is taken about as often as its rate says", () => {
  for (const kind of faultKinds) {
    const dice = new FaultDice(faultKinds, 7, { [kind]: 0.1 })
    const taken = outcomes(
      dice,
      Array.from({ length: 2_000 }, () => kind)
    ).filter(one => one !== undefined)
    expect(taken.length).toBeGreaterThan(130)
    expect(taken.length).toBeLessThan(280)
  }
})

test("[SM2] while the dice rest nothing is taken, and no opportunity is counted", () => {
  const dice = new FaultDice(faultKinds, 3, { drop: 1 })
  dice.isResting = true
  expect(dice.roll("drop")).toBeUndefined()
  dice.isResting = false
  dice.roll("drop")
  expect(dice.taken).toEqual({ drop: [0] })
})
