import type * as z from "zod";
import type { Access } from "../../core/catalog/access.ts";
import type {
  CheckedJobType,
  DefinedStep,
  EventName,
  GraphStep,
  InputCheck,
  JobTypeDefinition,
  Product,
  ProductEvent,
  Registry,
} from "../../core/catalog/job-type.ts";
import type { JobType } from "../../core/job/job.ts";
import type { Fault } from "../../core/kernel/errors.ts";
import type { Fields } from "../../core/kernel/fields.ts";
import type { Execution } from "../../core/operations/execution.ts";

type InputSchema = z.ZodType<Record<string, unknown>>;
type EventOf<Fields extends z.ZodRawShape> = ProductEvent & z.output<z.ZodObject<Fields>>;

/** Carries the type of a definition's targets; it never has a value. */
declare const targets: unique symbol;

/** A definition with the name and shapes of its own type, which a JobTypeDefinition does not have. */
export interface Named<
  Target,
  Type extends JobType,
  Section extends string,
  RequestName extends string,
  Input extends InputSchema,
  Event extends z.ZodRawShape,
> extends JobTypeDefinition {
  type: Type;
  section: Section;
  requestName: RequestName;
  input: Input;
  event: () => Event;
  readonly [targets]?: Target;
}

/** The functions of a definition, with the type's own shapes. An input has been parsed; a target is as the catalog has it. */
interface Typed<Target, Input extends InputSchema, Event extends z.ZodRawShape> {
  inputSchemaOf?: (event: EventOf<Event>, target: Target) => Record<string, unknown> | undefined;
  eventNames?: (event: EventOf<Event>, target: Target) => EventName[];
  partOf?: (event: EventOf<Event>, target: Target, field: string) => string;
  takesBody?: (event: EventOf<Event>, target: Target) => boolean;
  isRepeatable?: (event: EventOf<Event>, target: Target) => boolean;
  checkEvent?: (event: EventOf<Event>, target: Target, product: Product) => Fault[];
  checkInput?: (check: InputCheck<z.output<Input>, Target, EventOf<Event>>) => Fault[];
  notesOf?: (check: InputCheck<z.output<Input>, Target, EventOf<Event>>) => Fault[];
  texts?: (target: Target) => unknown;
  graph?: (target: Target) => GraphStep[];
  signals?: (target: Target) => Readonly<Record<string, Fields | undefined>>;
  takesAnySignal?: (target: Target) => boolean;
  undoes?: (target: Target) => boolean;
  steps?: (target: Target) => DefinedStep[];
  example: { event: string; input: z.input<Input> };
}

/**
 * Defines a job type whose targets are of the given type, as they are written in the catalog: without the defaults of
 * their schema. Each field is described at JobTypeDefinition.
 *
 * Only the type itself knows its shapes, so its functions are typed for callers as functions of any target and input. Callers have
 * looked the target up in the type's own section, and have parsed the input with the type's schema.
 */
export const defineJobType =
  <Target>() =>
  <
    const Type extends JobType,
    const Section extends string,
    const RequestName extends string,
    Input extends InputSchema,
    Event extends z.ZodRawShape,
  >(
    definition: Omit<Named<Target, Type, Section, RequestName, Input, Event>, keyof Typed<Target, Input, Event>> &
      Typed<Target, Input, Event>,
  ) =>
    definition as unknown as Named<Target, Type, Section, RequestName, Input, Event>;

/** The targets of a type, as they are written in the catalog. */
type TargetOf<Definition> = Definition extends { readonly [targets]?: infer Target } ? NonNullable<Target> : never;

/**
 * A definition with what is needed of its targets at deployment only. CheckedJobType describes the fields. It is separate so that
 * no function bundles it.
 */
export const withTarget = <
  Definition extends JobTypeDefinition,
  Schema extends z.ZodType<unknown, TargetOf<Definition>>,
>(
  definition: Definition,
  target: {
    target: () => Schema;
    access?: (target: TargetOf<Definition>) => Access[];
    checkTarget?: (target: TargetOf<Definition>, product: Product, registry: Registry) => Fault[];
    /** For a check that a definition would bring into every function. */
    checkEvent?: (
      event: EventOf<ReturnType<Definition["event"]>>,
      target: TargetOf<Definition>,
      product: Product,
    ) => Fault[];
  },
) =>
  ({ ...definition, ...target }) as Definition &
    Pick<CheckedJobType, "access" | "checkTarget"> & { target: () => Schema };

/** One attempt of one job of a type, with the type's own shapes. */
export type ExecutionOf<Definition extends JobTypeDefinition> = Omit<Execution, "input" | "target" | "event"> & {
  input: z.output<Definition["input"]>;
  target: TargetOf<Definition>;
  event: EventOf<ReturnType<Definition["event"]>>;
};

/** Types an executor by the definition of its type. The engine calls it only with jobs of that type. */
export const defineExecutor = <Definition extends JobTypeDefinition, Rest extends unknown[], Result>(
  _of: Definition,
  execute: (execution: ExecutionOf<Definition>, ...rest: Rest) => Promise<Result>,
) => execute as (execution: Execution, ...rest: Rest) => Promise<Result>;
