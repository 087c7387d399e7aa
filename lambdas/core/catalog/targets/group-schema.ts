import * as z from "zod";
import { jobErrorCodes } from "../../job/job-error.ts";
import { duration } from "../../kernel/duration.ts";
import { findFaults } from "../../kernel/find-faults.ts";
import { milliseconds, must } from "../../kernel/plain-faults.ts";
import { requestLimits } from "../../kernel/request-limits.ts";
import { didYouMean, strict } from "../../kernel/schema.ts";
import { Tag } from "../../kernel/tag.ts";
import { isGroup, type TargetGroup } from "./group.ts";
import { groupBounds, healthBounds } from "./group-bounds.ts";

/** A crash ends the process that could try another target. */
const codes = Object.keys(jobErrorCodes).filter((code) => code !== "CRASHED");

const Code = z.string().superRefine((code, context) => {
  if (codes.includes(code)) return;
  const hint = didYouMean(code, codes) || ` The codes are ${codes.join(", ")}.`;
  context.addIssue({ code: "custom", message: `is no error code after which another target can be tried.${hint}` });
});

/** `host:port`, with the brackets of an IPv6 address. */
const HostAndPort = z
  .string()
  .refine(
    (text) =>
      /^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[1-9]\d{0,4}$/.test(text) &&
      Number(/\d+$/.exec(text)?.[0]) <= 65_535,
    "must be host:port, with a port from 1 to 65535",
  );

const every = duration(healthBounds.leastEveryMs, healthBounds.mostEveryMs).optional();

const Healthcheck = z.union(
  [strict({ action: Tag, every }), strict({ tcp: z.union([HostAndPort, z.record(Tag, HostAndPort)]), every })],
  must(
    `must have either an action that only reads, or tcp: "host:port" (or one per env); and, if need be, every, from ${healthBounds.leastEveryMs} to ${healthBounds.mostEveryMs} ms`,
  ),
);

const reference = () => ({ use: Tag, healthcheck: Healthcheck.optional() });

const options = () => ({
  on: z.array(Code).min(1).max(codes.length).optional(),
  timeout_ms: milliseconds(requestLimits.leastTimeoutMs).optional(),
});

const Fallback = () =>
  strict({
    fallback: z
      .array(z.union([Tag, strict(reference())], must("must be the name of an entry, or an object with it as `use`")))
      .min(1)
      .max(groupBounds.members),
    ...options(),
  });

const Quota = () =>
  strict({
    quota: z
      .array(strict({ ...reference(), weight: z.number().min(0).max(groupBounds.weight) }))
      .min(1)
      .max(groupBounds.members)
      .refine((members) => members.some(({ weight }) => weight !== 0), "must have a weight above 0"),
    ...options(),
  });

/** The faults of a group's form, and its rest without them. */
export const groupFormOf = (group: TargetGroup) =>
  findFaults(Object.hasOwn(group, "quota") ? Quota() : Fallback(), group);

/** An entry of a section: a target, or a group of others, which `checkGroup` checks. A union would report the faults of neither. */
export const orGroup = (target: z.ZodType): z.ZodType =>
  z.unknown().superRefine((entry, context) => {
    const parsed = isGroup(entry) ? undefined : target.safeParse(entry);
    for (const issue of parsed?.error?.issues ?? []) context.addIssue({ ...issue, input: undefined } as never);
  });
