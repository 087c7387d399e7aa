import { targetsOf } from "../catalog/catalog.ts";
import type { InputCheck, JobTypeDefinition } from "../catalog/job-type.ts";
import type { Fault } from "../errors.ts";
import { membersOf } from "./group.ts";

/** The faults of an input against its event: with a group, those that any of its targets would find. */
export function inputFaultsOf(definition: JobTypeDefinition, check: Omit<InputCheck, "target">): Fault[] {
  const { product, event } = check;
  const members = membersOf(targetsOf(product, definition), String(event[definition.targetField]));
  const faults = members.flatMap(({ target }) => definition.checkInput?.({ ...check, target }) ?? []);
  return members.length < 2 ? faults : faults.filter((fault, i) => faults.findIndex(isSame(fault)) === i);
}

export const isSame = (one: Fault) => (other: Fault) => one.pointer === other.pointer && one.detail === other.detail;
