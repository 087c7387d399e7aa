import { Token } from "aws-cdk-lib/core";
import * as z from "zod";

/** A whole number: `cdk --context` passes strings, cdk.json numbers. The docs name its unit. */
export const whole = (min: number, max: number, unit = "whole number") => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(toNumber, z.int({ error }).min(min, { error }).max(max, { error })).meta({ unit });
};

const toNumber = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value);

/**
 * A text of a given form. A token of the CDK passes, such as the ARN of a resource that the same app creates: only the deployment
 * knows its value, and AWS checks it.
 */
export const text = (form: RegExp, error: string) =>
  z.string({ error }).refine((value) => hasForm(value, form), { error });

const hasForm = (value: unknown, form: RegExp): boolean => Token.isUnresolved(value) || form.test(String(value));

/** Several such texts: comma-separated on the command line, a list in cdk.json. `error` says what each must be. */
export const strings = (each: RegExp, error: string) =>
  z.preprocess(
    listed,
    z.custom<readonly string[]>(
      (value) =>
        Array.isArray(value) &&
        value.length > 0 &&
        // The list as a whole may be a token too.
        (Token.isUnresolved(value) || value.every((one) => hasForm(one, each))),
      error,
    ),
  );

export const listed = (value: unknown): unknown =>
  typeof value === "string" ? value.split(/[\s,]+/).filter((part) => part !== "") : value;

/** `cdk --context` passes strings, cdk.json booleans. */
export const YesNo = z.preprocess(
  (value) => (value === "true" || value === "false" ? value === "true" : value),
  z.boolean({ error: "must be true or false" }),
);
