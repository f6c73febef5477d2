/**
 * The greatest share of a population that can be wrong, so that a sample without replacement shows `wrong` or fewer with
 * a chance above `1 - confidence`: the exact one-sided bound of the hypergeometric distribution (Clopper and Pearson's
 * argument; Buonaccorsi, 1987). Where nothing is wrong and the population large it is near the rule of three, 3 / n.
 * Cost: `wrong` times the logarithm of the population.
 */
export function shareBound(population: number, sampled: number, wrong: number, confidence: number): number {
  if (population === 0) return 0
  if (sampled === 0) return 1
  // So many can be wrong at all: those seen, and all that were not drawn.
  let low = wrong
  let high = population - sampled + wrong
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (chanceOfAtMost(wrong, population, middle, sampled) > 1 - confidence) low = middle
    else high = middle - 1
  }
  return low / population
}

/** Of `bad` among `population`, a sample shows `seen` or fewer. */
function chanceOfAtMost(seen: number, population: number, bad: number, sampled: number): number {
  const fewest = Math.max(0, sampled - (population - bad))
  const most = Math.min(seen, bad, sampled)
  let chance = 0
  const all = logChoose(population, sampled)
  for (let count = fewest; count <= most; count++)
    chance += Math.exp(logChoose(bad, count) + logChoose(population - bad, sampled - count) - all)
  return chance
}

function logChoose(from: number, count: number): number {
  return logFactorial(from) - logFactorial(count) - logFactorial(from - count)
}

/** Stirling's series; below ten, where it is coarse, the product itself. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1
    for (let factor = 2; factor <= n; factor++) product *= factor
    return Math.log(product)
  }
  const inverse = 1 / n
  const series = inverse / 12 - inverse ** 3 / 360 + inverse ** 5 / 1260 - inverse ** 7 / 1680
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series
}
