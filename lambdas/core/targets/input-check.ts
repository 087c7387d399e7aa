import { targetsOf } from "../catalog/catalog.ts";
import type { InputCheck, JobTypeDefinition } from "../catalog/job-type.ts";
import type { Fault } from "../errors.ts";
import { membersOf } from "./group.ts";

/** The faults of an input against its event: with a group, those that any of its targets would find. */
export function inputFaultsOf(definition: JobTypeDefinition, check: Omit<InputCheck, "target">): Fault[] {
  const { product, event } = check;
  const members = membersOf(targetsOf(product, definition), String(event[definition.targetField]));
  const faults = members.flatMap(({ target }) => definition.checkInput?.({ ...check, target }) ?? []);
  return members.length < 2 ? faults : distinct(faults);
}

/** The faults without repetitions, in their order. */
export const distinct = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [keyOf(fault), fault])).values(),
];

/** The faults that are among others too, or are not. */
export function among(others: readonly Fault[]): (fault: Fault) => boolean {
  const keys = new Set(others.map(keyOf));
  return (fault) => keys.has(keyOf(fault));
}

const keyOf = ({ pointer, detail }: Fault): string => `${pointer} ${detail}`;
