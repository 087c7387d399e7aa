import { readFileSync } from "node:fs";
import { broken, mutations } from "../mutations/mutations.ts";
import { mutations as simulated } from "../simulation/mutations/all.ts";
import { mutated, sourceOf } from "../simulation/mutations/mutation.ts";

// A mutation whose text has been rewritten shows nothing. Whether the others are noticed takes minutes: npm run test:mutations.
it.each(mutations)("$file can still be broken at $find", (mutation) => {
  const source = readFileSync(new URL(`../../${mutation.file}`, import.meta.url), "utf8");
  expect(() => broken(source, mutation)).not.toThrow();
});

it.each(simulated)("the simulated code can still be broken by: $name", (mutation) => {
  expect(() => mutated(sourceOf(mutation), mutation)).not.toThrow();
});
