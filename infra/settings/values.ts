import * as z from "zod";

/** A whole number; `cdk --context` passes text, cdk.json numbers. */
export const whole = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(toNumber, z.int({ error }).min(min, { error }).max(max, { error }));
};

const toNumber = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value);

/** Several texts: with commas between them on the command line, a list in cdk.json. `error` says what each must be. */
export const texts = (each: RegExp, error: string) =>
  z.preprocess(
    listed,
    z.custom<readonly string[]>(
      (value) => Array.isArray(value) && value.length > 0 && value.every((text) => each.test(String(text))),
      error,
    ),
  );

export const listed = (value: unknown): unknown =>
  typeof value === "string" ? value.split(/[\s,]+/).filter((text) => text !== "") : value;
