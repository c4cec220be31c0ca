/** Suites for implementations of the contracts. Apart from the fakes, since these import vitest, which runs only inside its runner. */
export * from "./communicator-contract.ts";
