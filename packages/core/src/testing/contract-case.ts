/**
 * One check of a contract, for any test runner: `for (const { title, run } of storeContract(…)) test(title, run)`.
 * `title` begins with the rule of SPEC.md that it checks; `run` rejects when the rule is broken.
 */
export interface ContractCase {
  readonly title: string
  readonly run: () => Promise<void>
}
