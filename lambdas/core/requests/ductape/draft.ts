import type { Fault } from "../../errors.ts";
import { valueAt } from "../../schema/find-faults.ts";
import { jsonPointer, type Path, pathOf } from "../../schema/schema.ts";

export type Fields = Record<string, unknown>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Ductape lets callers pass `{}` for any optional part that they do not use. */
export const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;

/** A part of the draft that stood elsewhere in what the caller wrote. */
interface Move {
  to: Path;
  from: Path;
}

/**
 * A request while it is being rewritten. It remembers where each part stood in what the caller wrote, so that faults can point
 * there. The caller's own value is never changed: only the records on the way to a changed part are copied, since a file's
 * bytes may be a list of millions of numbers.
 */
export class Draft {
  value: unknown;
  /** Pointers are those of the caller's request. */
  readonly faults: Fault[] = [];
  /** What a caller may want to know about a request that is accepted. */
  readonly notes: Fault[] = [];
  readonly #moves: Move[] = [];

  constructor(value: unknown) {
    this.value = value;
  }

  at(...path: string[]): unknown {
    return valueAt(this.value, path);
  }

  /** The record at a path, or undefined if there is none. */
  recordAt(...path: string[]): Fields | undefined {
    const value = this.at(...path);
    return isRecord(value) ? value : undefined;
  }

  remove(path: Path): void {
    if (valueAt(this.value, path) !== undefined) this.value = changed(this.value, path, undefined);
  }

  /** Replaces a value, which keeps its place. */
  set(path: Path, value: unknown): void {
    this.value = changed(this.value, path, value);
  }

  /** Removes the parts of the record at `path` that are `{}`. */
  removeEmpty(path: string[], names: readonly string[]): void {
    for (const name of names) if (isEmpty(this.at(...path, name))) this.remove([...path, name]);
  }

  /** Moves a part, if there is one. If the caller also gave what it stands for, the part is a fault instead, unless both are equal. */
  move(from: Path, to: Path): void {
    const value = valueAt(this.value, from);
    if (value === undefined) return;
    const parent = valueAt(this.value, to.slice(0, -1));
    const before = valueAt(this.value, to);
    this.remove(from);
    if (before !== undefined || (parent !== undefined && !isRecord(parent))) {
      if (!isSame(before, value)) this.faults.push({ pointer: this.#pointer(from), detail: this.#twice(to) });
      return;
    }
    this.#moves.push({ to, from: this.#originOf(from) });
    this.set(to, value);
  }

  /** Moves what the record at `path` has under other names. */
  rename(path: string[], names: Readonly<Record<string, string>>): void {
    for (const [from, to] of Object.entries(names)) this.move([...path, from], [...path, to]);
  }

  /** Records that everything below `to` which has no place of its own stood at `from`. */
  standsFor(to: Path, from: Path): void {
    this.#moves.push({ to, from });
  }

  fault(path: Path, detail: string): void {
    this.faults.push({ pointer: this.#pointer(path), detail });
  }

  note(path: Path, detail: string): void {
    this.notes.push({ pointer: this.#pointer(path), detail });
  }

  /** The place in the caller's request of a pointer into the draft. */
  placeOf(pointer: string): string {
    return this.#pointer(pathOf(pointer));
  }

  #pointer(path: Path): string {
    return jsonPointer(this.#originOf(path));
  }

  #originOf(path: Path): Path {
    const [nearest] = this.#moves
      .filter(({ to }) => to.length <= path.length && to.every((step, i) => step === path[i]))
      .toSorted((one, other) => other.to.length - one.to.length);
    return nearest ? [...nearest.from, ...path.slice(nearest.to.length)] : path;
  }

  #twice(to: Path): string {
    const plain = jsonPointer(to);
    const place = this.#pointer(to);
    const known = place === plain ? plain : `${plain}, as does ${place}`;
    return `means ${known}: give one of the two`;
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A copy with another value at a path, or without it. Missing records on the way are made. */
function changed(value: unknown, [step, ...others]: Path, instead: unknown): unknown {
  if (step === undefined) return instead;
  const fields = isRecord(value) ? value : {};
  const below = changed(fields[String(step)], others, instead);
  const { [String(step)]: _before, ...rest } = fields;
  // Defined and not assigned, so that a field named `__proto__` stays a field.
  return below === undefined ? rest : { ...fields, [String(step)]: below };
}
