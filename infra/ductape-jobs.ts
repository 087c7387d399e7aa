import { resolve } from "node:path";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { ITableV2, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { type EventBus, type IRuleTarget, Rule } from "aws-cdk-lib/aws-events";
import { ArnPrincipal, type Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Stack } from "aws-cdk-lib/core";
import { Construct, type IConstruct } from "constructs";
import { registry } from "../lambdas/consumers/types/registry.ts";
import { eventSource } from "../lambdas/topology.ts";
import { catalogContext, readCatalog } from "./bundle/catalog-file.ts";
import { installHint, missingPackages } from "./bundle/needed-packages.ts";
import { arnSize, arnSizeContext, idContext, nameIn } from "./constructs/deployment-name.ts";
import type { CodeOptions } from "./constructs/functions/code-function.ts";
import { JobsService } from "./constructs/jobs-service.ts";
import { JobsState } from "./constructs/jobs-state.ts";
import { admitServices } from "./constructs/trust/encryption-key.ts";
import { checkedCatalog } from "./settings/catalog-check.ts";
import { readConfig } from "./settings/config.ts";
import type { JobsSettings } from "./settings/jobs-settings.ts";
import { type AppResources, contextOf, withoutResources } from "./settings/props.ts";
import { SetupError } from "./settings/setup-error.ts";

export interface DuctapeJobsProps extends JobsSettings, AppResources {
  /**
   * The file of the catalog, which exports `products`: a list of what `defineProduct` returns. Relative to the folder in which the
   * app runs, which is that of cdk.json.
   * @example "./products/index.ts"
   */
  catalog: string;
  /**
   * The stack for what must survive: the jobs, their larger inputs and results, the bus, the first API key and the addresses of the
   * intake. With a stack of its own, the rest can be deleted and made again.
   * @default - the stack of this construct
   */
  stateStack?: Stack;
  /**
   * How the code of a product runs, by the product's tag: `{ shop: { memory: 1024, env: { LEVEL: "debug" } } }`.
   * @default - 512 MB, no VPC, no variables
   */
  code?: Readonly<Record<string, CodeOptions>>;
}

/** What a rule selects from the events of jobs. */
export interface JobEventRuleProps {
  /**
   * What happened: `job.completed`, `job.failed` and so on. It has to be among the transitions that are published (`publish`).
   * @default - any
   */
  detailTypes?: readonly (`job.${string}` | `run.${string}`)[];
  /**
   * The products, by tag.
   * @default - any
   */
  products?: readonly string[];
  /**
   * The envs of the products.
   * @default - any
   */
  envs?: readonly string[];
  /**
   * The events that jobs run.
   * @default - any
   */
  events?: readonly string[];
  /** What receives the events. */
  targets: IRuleTarget[];
  /**
   * Where the rule is created, such as the stack of the target: a function of another stack that also schedules jobs would make the two
   * stacks depend on each other otherwise.
   * @default - this construct
   */
  scope?: Construct;
}

/**
 * The job scheduler, as a part of a stack.
 *
 * A setting of the context (`-c jobs:logLevel=debug`) takes precedence over the prop of the same name.
 * @example
 * const jobs = new DuctapeJobs(stack, "Jobs", { catalog: "./products/index.ts", alarmEmail: "team@example.com" });
 * jobs.grantSchedule(checkout);
 */
export class DuctapeJobs extends Construct {
  /** The HTTP API. `api.apiEndpoint` is the address that AWS assigns; `url` is the one to call. */
  readonly api: HttpApi;
  /** The address of the API for callers, without a slash at its end: its own domain name, if it has one. */
  readonly url: string;
  /** The bus that receives an event for what happens to jobs. Events of detail-type `schedule-job` on it are requests. */
  readonly bus: EventBus;
  /** Each message in this queue is a request. */
  readonly intakeQueue: Queue;
  /** Each message published to this topic is a request. */
  readonly intakeTopic: Topic;
  /** Schedules a job when it is invoked with a request. */
  readonly intakeFunction: IFunction;
  /** The secret that holds the first API key. */
  readonly apiKey: ISecret;
  /** The table of jobs. */
  readonly table: ITableV2 | TableV2;
  /** The bucket of larger inputs and results, uploads and imports. */
  readonly bucket: Bucket;
  /** What callers need `execute-api:Invoke` on, with `auth: "iam"`. */
  readonly apiArn: string;
  readonly #state: JobsState;
  readonly #alarmTopic: Topic | undefined;
  readonly #code: JobsService["code"];

  constructor(scope: Construct, id: string, { catalog, stateStack, code, ...settings }: DuctapeJobsProps) {
    super(scope, id);
    const file = resolve(catalog);
    const own = Stack.of(this);
    const stacks = [...new Set([own, stateStack ?? own])];
    const name = nameIn(stacks, this);
    const context = [
      ...contextOf(withoutResources(settings)),
      [idContext, name] as const,
      [catalogContext, file] as const,
      [arnSizeContext, arnSize(stacks, this)] as const,
    ];
    // Before there are children, as the CDK requires.
    give(this, context);
    const config = readConfig(this.node);
    const products = checkedCatalog(readCatalog(file), registry);
    const missing = missingPackages(products);
    if (missing.length > 0) throw new SetupError(installHint(missing), []);
    const separate = stateStack !== undefined && stateStack !== own;
    const place = separate ? new Construct(stateStack, stateStack.node.tryFindChild(id) ? name : id) : this;
    if (place !== this) give(place, context);
    const state = new JobsState(place, "State", { config, separate });
    if (typeof settings.kmsKey === "object") admitServices(settings.kmsKey, Stack.of(place));
    const service = new JobsService(this, "Service", { config, state, products, code });
    this.#state = state;
    this.api = service.httpApi.http;
    this.url = service.httpApi.url;
    this.apiArn = service.httpApi.arn;
    this.bus = state.bus;
    this.intakeQueue = state.intake.queue;
    this.intakeTopic = state.intake.topic;
    this.intakeFunction = service.intake.lambda;
    this.apiKey = Secret.fromSecretCompleteArn(this, "ApiKey", state.apiKeyArn);
    this.table = state.table;
    this.bucket = state.bucket;
    this.#code = service.code;
    this.#alarmTopic = service.alarmTopic?.topic;
  }

  /** The topic that receives the alarms. Throws with `alarms: false`, where there is none. */
  get alarmTopic(): Topic {
    if (this.#alarmTopic) return this.#alarmTopic;
    throw new SetupError(
      `${this.node.path} has no alarms, and so no alarmTopic: set \`alarms\` to "joined" or "each".`,
      [],
    );
  }

  /**
   * Lets a role, a function or a user schedule jobs by the intake: by its queue, and by invoking its function. It may be of another
   * stack, which depends on this one from then on.
   */
  grantSchedule(grantee: IGrantable): Grant {
    this.#state.key?.grantEncryptDecrypt(grantee);
    const sends = this.intakeQueue.grantSendMessages(grantee);
    const { grantPrincipal } = grantee;
    const besideState = isConstruct(grantPrincipal) && Stack.of(grantPrincipal) === Stack.of(this.#state);
    if (!besideState || Stack.of(this.#state) === Stack.of(this))
      return sends.combine(this.intakeFunction.grantInvoke(grantee));
    // The stack of the state cannot refer to this one, which depends on it: the function's own policy admits the role instead.
    this.intakeFunction.addPermission(`InvokedBy${grantPrincipal.node.addr}`, {
      principal: new ArnPrincipal(grantPrincipal.policyFragment.principalJson.AWS?.[0] ?? ""),
    });
    return sends;
  }

  /**
   * The function with the code of a product: `jobs.code("shop").addToRolePolicy(...)`, or `table.grantReadData(jobs.code("shop"))`. It may
   * do nothing by itself but write its log, and read the secrets that its functions list in the catalog.
   */
  code(product: string): LambdaFunction {
    const found = this.#code.get(product);
    if (found) return found.lambda;
    const known = [...this.#code.keys()];
    throw new SetupError(
      `The catalog has no functions or features in code of a product "${product}".`,
      known.map((tag) => `Those of ${tag} are there.`),
    );
  }

  /** Sends events of jobs to targets. The rule stands below this construct, or below `scope`: another id makes another rule. */
  addEventRule(id: string, { detailTypes, products, envs, events, targets, scope = this }: JobEventRuleProps): Rule {
    const detail = { product_tag: products, env: envs, event: events };
    const selected = Object.entries(detail).filter(([, values]) => values !== undefined);
    return new Rule(scope, id, {
      eventBus: this.bus,
      eventPattern: {
        source: [eventSource],
        ...(detailTypes && { detailType: [...detailTypes] }),
        ...(selected.length > 0 && { detail: Object.fromEntries(selected) }),
      },
      targets,
    });
  }
}

function give({ node }: Construct, context: readonly (readonly [key: string, value: unknown])[]): void {
  for (const [key, value] of context) if (node.tryGetContext(key) === undefined) node.setContext(key, value);
}

const isConstruct = <Value>(value: Value): value is Value & IConstruct => Construct.isConstruct(value);
