import * as z from "zod";
import { duration } from "../../../core/kernel/duration.ts";
import { durationMs } from "../../../core/kernel/duration-ms.ts";
import { didYouMean, strict } from "../../../core/kernel/schema.ts";
import { EventTag, Tag } from "../../../core/kernel/tag.ts";

/** The bounds of an approval: times in milliseconds, texts in characters. */
export const approvalLimits = {
  least: 1000,
  most: 400 * 24 * 3_600_000,
  choices: 10,
  choice: 40,
  show: 20,
  asked: 10,
  title: 200,
  label: 100,
  value: 500,
} as const;

const template = (most: number) => z.string().min(1).max(most);
/** The longest template, which may be longer than its value. */
const longestTemplate = 2000;

/** Who is asked for a decision, and how. */
const Ask = strict({
  /** The event of this product whose job asks: of any type but feature. */
  event: EventTag,
  app: Tag.optional(),
  /** The job's input. In it `$Approval{url}` is the address at which the recipient decides. */
  input: z.record(z.string(), z.unknown()).default({}),
  /** A template: who is asked, as the result and lists name them. Default: the tag of the event, numbered if it asks several. */
  to: template(longestTemplate).optional(),
});
export type Ask = z.input<typeof Ask>;

/** A value to show: a template alone, or one with a label. */
const Shown = z.union([
  template(longestTemplate),
  strict({
    label: template(approvalLimits.label),
    value: z.union([template(longestTemplate), z.number(), z.boolean()]),
  }),
]);

/** A choice. It is compared with in conditions, and stands on a button. */
const Choice = z
  .string()
  .min(1)
  .max(approvalLimits.choice)
  .refine((text) => text.trim() === text, "must not begin or end with a space")
  .refine((text) => !/[\p{Cc}$]/u.test(text), "must have no control characters and no $: it is no template")
  .refine((text) => text !== "fail", "is what `otherwise` says of a step that fails: name the choice otherwise");

export const defaultChoices: readonly string[] = ["approve", "reject"];

/** A step that waits for the decision of a person. */
export const Approve = strict({
  /** A template: the question, of at most 200 characters. */
  title: template(longestTemplate),
  /** What the person sees besides: up to 20 templates, each with a label or alone. */
  show: z.array(Shown).max(approvalLimits.show).optional(),
  /** What can be chosen: up to 10 texts, of which the first is offered first. Default: `approve` and `reject`. */
  choices: z.array(Choice).min(1).max(approvalLimits.choices).optional(),
  /** Who is asked: one, or up to 10, of whom the first who decides does so for all. Default: nobody; people find it in the inbox. */
  ask: z.union([Ask, z.array(Ask).min(1).max(approvalLimits.asked)]).optional(),
  /** How long it waits at most. Default: 400 days. */
  timeout: duration(approvalLimits.least, approvalLimits.most).optional(),
  /** What becomes of the step when its `timeout` is over: one of the choices, or `fail`. Default: `fail`. */
  otherwise: z.string().min(1).max(approvalLimits.choice).optional(),
}).superRefine(({ choices = defaultChoices, otherwise = "fail" }, context) => {
  const fault = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  choices.forEach((choice, i) => {
    const same = choices.findIndex((other) => other.toLowerCase() === choice.toLowerCase());
    if (same !== i) fault(["choices", i], `is the same as /choices/${same}`);
  });
  if (otherwise !== "fail" && !choices.includes(otherwise))
    fault(["otherwise"], `is none of the choices, nor \`fail\`.${didYouMean(otherwise, [...choices, "fail"])}`);
});
export type Approve = z.input<typeof Approve>;

export const asksOf = ({ ask = [] }: Approve): Ask[] => [ask].flat();

/** The path of one that is asked, below its `approve`. */
export const askPath = ({ ask }: Approve, i: number): (string | number)[] =>
  Array.isArray(ask) ? ["ask", i] : ["ask"];

/** The templates of an approval but the inputs of those who ask. */
export const shownTemplates = (approve: Approve): unknown[] => [
  approve.title,
  ...(approve.show ?? []),
  ...asksOf(approve).map(({ to }) => to),
];

/** How long it waits at most, in milliseconds. */
export const approvalTimeout = ({ timeout = approvalLimits.most }: Approve): number => durationMs(timeout);
