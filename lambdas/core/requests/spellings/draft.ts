import type { Fault } from "../../kernel/errors.ts";
import { valueAt } from "../../kernel/find-faults.ts";
import { jsonPointer, type Path, pathOf } from "../../kernel/schema.ts";

export type PlainObject = Record<string, unknown>;

export const isRecord = (value: unknown): value is PlainObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Ductape lets callers pass `{}` for any optional part that they do not use. */
export const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0;

/** A field of a record, and where it belongs instead. */
interface Move {
  name: string;
  to: Path;
}

/** A record that fields are moved into. */
interface Filled {
  at: Path;
  /** Undefined if what stands there is no record. */
  before: Map<string, unknown> | undefined;
  added: Map<string, unknown>;
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
  /** Where parts of the draft stood in what the caller wrote, by the pointers that they have now. */
  readonly #origins = new Map<string, Path>();

  constructor(value: unknown) {
    this.value = value;
  }

  at(...path: string[]): unknown {
    return valueAt(this.value, path);
  }

  /** The record at a path, or undefined if there is none. */
  recordAt(...path: string[]): PlainObject | undefined {
    const value = this.at(...path);
    return isRecord(value) ? value : undefined;
  }

  remove(path: Path): void {
    if (valueAt(this.value, path) !== undefined) this.value = withChange(this.value, path, undefined);
  }

  /** Replaces a value, which keeps its place. */
  set(path: Path, value: unknown): void {
    this.value = withChange(this.value, path, value);
  }

  /** Removes the parts of the record at `path` that are `{}`. */
  removeEmpty(path: string[], names: readonly string[]): void {
    for (const name of names) if (isEmpty(this.at(...path, name))) this.remove([...path, name]);
  }

  /** Moves a part, if there is one. If the caller also gave what it stands for, the part is a fault instead, unless both are equal. */
  move(from: Path, to: Path): void {
    const name = from.at(-1);
    if (name !== undefined && valueAt(this.value, from) !== undefined) {
      this.moveFields(from.slice(0, -1), [{ name: String(name), to }]);
    }
  }

  /**
   * Moves fields of the record at `from` by the rule of `move`. A flat input may have very many of them, so each record is copied
   * once, and not once for each of its fields.
   */
  moveFields(from: Path, moves: readonly Move[]): void {
    const left = this.#fieldsAt(from);
    const filled = new Map<string, Filled>();
    for (const { name, to } of moves) {
      const value = left?.get(name);
      if (value === undefined) continue;
      left?.delete(name);
      const at = to.slice(0, -1);
      const place = jsonPointer(at);
      const record = filled.get(place) ?? { at, before: this.#fieldsAt(at), added: new Map() };
      filled.set(place, record);
      this.#moveInto(record, { value, from: [...from, name], to });
    }
    if (!left || filled.size === 0) return;
    this.set(from, Object.fromEntries(left));
    for (const { at, added } of filled.values()) {
      if (added.size > 0) this.set(at, Object.fromEntries([...(this.#fieldsAt(at) ?? []), ...added]));
    }
  }

  #moveInto({ before, added }: Filled, { value, from, to }: { value: unknown; from: Path; to: Path }): void {
    const name = String(to.at(-1));
    const present = added.has(name) ? added.get(name) : before?.get(name);
    if (before && present === undefined) {
      this.standsFor(to, this.#originOf(from));
      added.set(name, value);
    } else if (!isSameJson(present, value)) {
      this.faults.push({ pointer: this.#pointer(from), detail: this.#twice(to) });
    }
  }

  /** The fields of the record at a path: none where there is nothing, and undefined where there is no record. */
  #fieldsAt(path: Path): Map<string, unknown> | undefined {
    const record = valueAt(this.value, path);
    if (record === undefined) return new Map();
    return isRecord(record) ? new Map(Object.entries(record)) : undefined;
  }

  /** Moves what the record at `path` has under other names. */
  rename(path: string[], names: Readonly<Record<string, string>>): void {
    for (const [from, to] of Object.entries(names)) this.move([...path, from], [...path, to]);
  }

  /** Records that everything below `to` which has no recorded place stood at `from`. */
  standsFor(to: Path, from: Path): void {
    const pointer = jsonPointer(to);
    if (!this.#origins.has(pointer)) this.#origins.set(pointer, from);
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

  /** The origin of the nearest part that has one, and the way from there. */
  #originOf(path: Path): Path {
    for (let steps = path.length; steps >= 0; steps--) {
      const origin = this.#origins.get(jsonPointer(path.slice(0, steps)));
      if (origin) return [...origin, ...path.slice(steps)];
    }
    return path;
  }

  #twice(to: Path): string {
    const plain = jsonPointer(to);
    const place = this.#pointer(to);
    const known = place === plain ? plain : `${plain}, as does ${place}`;
    return `means ${known}: give one of the two`;
  }
}

const isSameJson = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A copy with another value at a path, or without it. Missing records on the way are made. */
function withChange(value: unknown, [step, ...others]: Path, instead: unknown): unknown {
  if (step === undefined) return instead;
  const fields = isRecord(value) ? value : {};
  const below = withChange(fields[String(step)], others, instead);
  // Defined and not assigned, so that a field named `__proto__` stays a field.
  if (below !== undefined) return { ...fields, [String(step)]: below };
  const { [String(step)]: _before, ...rest } = fields;
  return rest;
}
