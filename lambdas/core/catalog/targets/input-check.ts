import type { Fault } from "../../kernel/errors.ts";
import { targetsOf } from "../catalog.ts";
import type { InputCheck, JobTypeDefinition } from "../job-type.ts";
import { membersOf } from "./group.ts";

/** The faults of an input against its event: with a group, those that any of its targets would find. */
export const inputFaultsOf = (definition: JobTypeDefinition, check: Check): Fault[] =>
  ofAllTargets(definition, check, definition.checkInput);

/** What explain says of an input: with a group, what it means to any of its targets. */
export const inputNotesOf = (definition: JobTypeDefinition, check: Check): Fault[] =>
  ofAllTargets(definition, check, definition.notesOf);

type Check = Omit<InputCheck, "target">;

function ofAllTargets(definition: JobTypeDefinition, check: Check, find: JobTypeDefinition["checkInput"]): Fault[] {
  const { product, event } = check;
  const members = membersOf(targetsOf(product, definition), String(event[definition.targetField]));
  const faults = members.flatMap(({ target }) => find?.({ ...check, target }) ?? []);
  return members.length < 2 ? faults : distinct(faults);
}

/** The faults without repetitions, in their order. */
export const distinct = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [faultKeyOf(fault), fault])).values(),
];

/** The faults that are among others too, or are not. */
export function among(others: readonly Fault[]): (fault: Fault) => boolean {
  const keys = new Set(others.map(faultKeyOf));
  return (fault) => keys.has(faultKeyOf(fault));
}

const faultKeyOf = ({ pointer, detail }: Fault): string => `${pointer} ${detail}`;
