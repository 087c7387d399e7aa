import { defined } from "../../kernel/defined.ts";
import type { Group } from "./group.ts";
import { byWeight } from "./order.ts";

interface TargetView {
  name: string;
  order: number;
  weight?: number;
  share?: number;
}

/** The targets of a group in the order in which they are tried; nothing for a single target. */
export function groupShown({ group }: { group?: Group }): { targets?: TargetView[] } {
  if (!group) return {};
  const sum = group.members.reduce((all, { weight = 0 }) => all + weight, 0);
  const targets = byWeight(group.members).map(({ name, weight }, i) => ({
    ...{ name, order: i + 1 },
    ...defined({ weight, share: weight === undefined ? undefined : weight / sum }),
  }));
  return { targets };
}
