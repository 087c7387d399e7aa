import { secret as secretOf } from "../../lambdas/core/catalog/references.ts";
import { jobTypes } from "../../lambdas/core/job/job.ts";
import { inAws } from "../deploy/in-aws.ts";
import { products } from "../support/catalog/products.ts";
import { privilegesByEntry, privilegesOf } from "./privileges.ts";
import { flat, policiesOf, resourcesOf, type Statement, synthesize } from "./synth.ts";

/** A product whose requests may bring tokens: what schedules for callers reads the secrets of its sessions. */
const signed = {
  tag: "signed",
  envs: ["prd"],
  jobs: {},
  sessions: {
    keyed: { envs: { prd: { jwks: "https://idp.example/keys", audience: "signed" } } },
    secret: { envs: { prd: { secret: secretOf("signed/session#key"), audience: "signed" } } },
  },
};
/** The demo's product, and one whose targets are all in AWS: together they need every kind of grant. */
const { service, state } = synthesize({}, [...products, inAws, signed]);
const granted = privilegesByEntry(service);

const receives = "ChangeMessageVisibility,DeleteMessage,GetQueueAttributes,GetQueueUrl,ReceiveMessage";
const queueOf = (type: string) => `Queue${type.replace("_", "")}Queue`;
const sendsToAll = jobTypes.map((type) => `sqs:SendMessage ${queueOf(type)}`);
const passes = (role: string) => `iam:PassRole ${role} if iam:PassedToService = scheduler.amazonaws.com`;
const scheduleRoleOf = (type: string) => `SchedulesRole${type.replace("_", "")}`;
/**
 * The schedule roles of every type, and the one that all types once shared, which the previous version uses until it is
 * replaced.
 */
const passesScheduleRoles = [...jobTypes.map((type) => passes(scheduleRoleOf(type))), passes("SchedulesRole")];
/** The types of the demo's events, any of which a run of a feature may have kept as a step. */
const stepTypes = jobTypes.filter((type) => type !== "feature");
const makesSchedules = "scheduler:CreateSchedule scheduler:schedule/job_*";
const makesAndDropsSchedules = [
  "scheduler:CreateSchedule,DeleteSchedule scheduler:schedule/job_*",
  "scheduler:DeleteSchedule scheduler:schedule-of-before/job_*",
];
const secret = (name: string) => `secretsmanager:GetSecretValue secretsmanager:secret:${name}-??????`;
const parameter = (path: string) => `ssm:GetParameter ssm:parameter${path}`;

/** Whoever creates schedules counts minutes that hold many jobs, and keeps what EventBridge Scheduler refuses. */
const countsDueJobs = "dynamodb:UpdateItem Jobs if key = DUE#*";
const keepsUnscheduled = "dynamodb:PutItem Jobs if key = UNSCHEDULED#*";
const readsPauses = "dynamodb:Query Jobs if key = PAUSES";
const changesPauses = "dynamodb:DeleteItem,GetItem,PutItem,Query Jobs if key = PAUSES";

const usesGates = [
  "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem,Query,UpdateItem Jobs if key = GATE#*",
  "dynamodb:GetItem Jobs if key = LIMITS#*",
];
/** Whoever cancels or moves jobs takes them off the lines of their limits. */
const leavesLines = "dynamodb:DeleteItem Jobs if key = GATE#*";
/** Who stands in line for a rate is called by the pump, which a tick sets going. */
const ticks = "sqs:SendMessage QueuepumpQueue";
/** Operations on many jobs go on by messages. */
const operationTurns = "sqs:SendMessage IntakeImports";

const usesResultCache = "dynamodb:BatchGetItem,PutItem Jobs if key = CACHE#*";

/** An object that is gone is one in a folder that is read: nobody lists more than the objects of a job that it can name. */
const prefixes: Record<string, string> = {
  inputs: "inputs/job_<id>/*",
  progress: "progress*/job_<id>/*",
  results: "results/job_<id>/*",
  uploads: "uploads/*/upl_<id>",
  imports: "imports/*",
  operations: "operations/op_????????????????/*",
  runs: "runs/job_<id>/*",
  code: "code/*",
};
const sees = (...folders: string[]) =>
  `s3:ListBucket Payloads if prefix = ${folders.map((folder) => prefixes[folder]).join(", ")}`;

/** What every consumer may do: claim, read, run and record the jobs of its own queue. */
const runsJobs = (type: string) => [
  // Whoever frees a slot reads the jobs that wait for it. A feature has no limits.
  // It may ask for a decision on an approval. A feature makes such jobs, and sends none itself.
  ...(type === "feature" ? [] : ["secretsmanager:GetSecretValue ApprovalKey"]),
  ...(type === "feature"
    ? ["dynamodb:GetItem,PutItem,Query,UpdateItem Jobs if key = JOB#*"]
    : ["dynamodb:BatchGetItem,GetItem,PutItem,Query,UpdateItem Jobs if key = JOB#*", ...usesGates, ticks]),
  readsPauses,
  // A job with a cache tag is answered with the result of an earlier run, which may be in the archive.
  usesResultCache,
  "s3:GetObject Payloads/inputs/*",
  "s3:GetObject,PutObject Payloads/progress*",
  "s3:GetObject,PutObject Payloads/results/*",
  sees("inputs", "progress", "results"),
  `sqs:${receives},SendMessage ${queueOf(type)}`,
  // The end of a step wakes its feature.
  `sqs:SendMessage ${queueOf("feature")}`,
  countsDueJobs,
  keepsUnscheduled,
  makesSchedules,
  passes(scheduleRoleOf(type)),
];

/**
 * Everything that the functions of a deployment may do, one line per resource, besides writing their own logs and traces. An
 * added or missing line or function fails here: add a line when the function needs it, and not before.
 */
const privileges: Record<string, string[]> = {
  api: [
    "dynamodb:BatchGetItem,BatchWriteItem,DeleteItem,GetItem,PutItem,Query Jobs if key = JOB#*",
    "dynamodb:Query Jobs/index/by-phase",
    "dynamodb:Query Jobs if key = STATS#*, ERRORS#*, LOG#*, CAUSE#*, HOOK#*, SENT#*",
    // After it has pinned other numbers it wakes the lines.
    "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem,Query,UpdateItem Jobs if key = GATE#*",
    "dynamodb:GetItem Jobs if key = PUMP#*, DEF#*, LIMITS#*, CAUSE#*, HOOK#*, SENT#*, ROLLUP",
    // It stores the present definition for a run that is moved to it.
    "dynamodb:UpdateItem Jobs if key = LIMITS#*, DEF#*, CAUSE#*, WAITS#*",
    // Where two requests begin one operation at once, the second one gives back the place that it has taken.
    "dynamodb:DeleteItem,GetItem,PutItem Jobs if key = PAUSES, OPS",
    readsPauses,
    "dynamodb:GetItem,PutItem,Query Jobs if key = SHARED#*, SIG#*, APPR#*, OPEN, AUDIT#*, OP#*, OPS*",
    usesResultCache,
    "dynamodb:Query,UpdateItem Jobs if key = DUE#*",
    keepsUnscheduled,
    "dynamodb:GetItem,UpdateItem Jobs if key = WEBHOOK#*",
    // It shows inputs to keys that may see them.
    "s3:DeleteObject,GetObject,PutObject Payloads/inputs/*",
    "s3:GetObject Payloads/progress*",
    "s3:DeleteObject,GetObject Payloads/results/*",
    sees("results", "progress", "inputs"),
    "s3:PutObject Payloads/uploads/*",
    secret("signed/session"),
    ...sendsToAll,
    ticks,
    operationTurns,
    // It has webhooks sent again.
    "sqs:SendMessage WebhooksQueue",
    ...makesAndDropsSchedules,
    ...passesScheduleRoles,
  ],
  authorizer: [
    "dynamodb:GetItem Jobs if key = KEYS",
    // It notes when a key was used, and can write nothing else.
    "dynamodb:UpdateItem Jobs if key = KEYS and attributes = PK, SK, last_used_at",
    "secretsmanager:GetSecretValue ApiKey",
  ],
  intake: [
    "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem,Query Jobs if key = JOB#*",
    // Operations on many jobs: which ones, and whether the key of the caller is still good.
    "dynamodb:Query Jobs/index/by-phase",
    "dynamodb:DeleteItem,GetItem,PutItem Jobs if key = OP#*, OPS",
    "dynamodb:GetItem Jobs if key = KEYS",
    "s3:GetObject,PutObject Payloads/operations/*",
    "s3:DeleteObject Payloads/results/*",
    leavesLines,
    "dynamodb:Query,UpdateItem Jobs if key = DUE#*",
    keepsUnscheduled,
    // Which job has a key of `debounce` or `unique`, and messages to runs with who waits for them.
    "dynamodb:GetItem,PutItem,Query Jobs if key = SHARED#*, SIG#*",
    // What a run takes that a message names.
    "dynamodb:GetItem Jobs if key = DEF#*",
    "events:PutEvents Bus",
    "s3:GetObject Payloads/imports/*",
    "s3:GetObject Payloads/progress*",
    sees("imports", "progress", "operations"),
    "s3:PutObject Payloads/import-reports/*",
    "s3:DeleteObject,PutObject Payloads/inputs/*",
    `sqs:${receives},SendMessage IntakeImports`,
    `sqs:${receives},SendMessage IntakeQueue`,
    "sqs:SendMessage IntakeDeadLetters",
    // A refused request may come from a task of Step Functions, which is then notified.
    "sqs:SendMessage TasksQueue",
    secret("signed/session"),
    ...sendsToAll,
    ...makesAndDropsSchedules,
    ...passesScheduleRoles,
  ],
  reconciler: [
    // It makes, changes and cancels the jobs of the catalog's schedules.
    "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem Jobs if key = JOB#*",
    // It asks the relay to send what is kept, and deletes none of it.
    "dynamodb:PutItem,Query Jobs if key = UNSCHEDULED#*",
    "sqs:SendMessage QueuerelayQueue",
    "dynamodb:GetItem,PutItem Jobs if key = ROUNDS, ROLLUP",
    // It tells operations to go on whose message was lost, and frees the places of those that are over.
    "dynamodb:DeleteItem,GetItem,Query Jobs if key = OP#*, OPS",
    operationTurns,
    "dynamodb:GetItem,PutItem Jobs if key = SCHEDULES",
    "dynamodb:Query,UpdateItem Jobs if key = DUE#*",
    "dynamodb:Query Jobs/index/by-phase",
    changesPauses,
    "s3:DeleteObject,PutObject Payloads/inputs/*",
    "s3:GetObject Payloads/progress*",
    sees("progress"),
    ...usesGates,
    ...sendsToAll,
    ticks,
    ...makesAndDropsSchedules,
    ...jobTypes.map((type) => passes(scheduleRoleOf(type))),
  ],
  // It calls jobs out of lines, and writes none.
  pump: [
    "dynamodb:BatchGetItem Jobs if key = JOB#*",
    ...usesGates,
    "dynamodb:GetItem,PutItem Jobs if key = PUMP#*",
    readsPauses,
    ...sendsToAll,
    `sqs:${receives},SendMessage QueuepumpQueue`,
  ],
  // It sends what EventBridge Scheduler did not take, and reads no job.
  relay: [
    "dynamodb:BatchWriteItem,Query Jobs if key = UNSCHEDULED#*",
    ...sendsToAll,
    `sqs:${receives} QueuerelayQueue`,
  ],
  lifecycle: [
    "dynamodb:BatchWriteItem,Query Jobs if key = LOG#*",
    "dynamodb:DescribeStream,GetRecords,GetShardIterator JobsStream",
    "dynamodb:ListStreams *",
    "dynamodb:GetItem,UpdateItem Jobs if key = ERRORS#*",
    "dynamodb:GetItem,UpdateItem Jobs if key = STATS#*",
    // It wakes the runs that wait for a message whose sender has died, and forgets the waits of those that were cancelled.
    "dynamodb:DeleteItem,Query Jobs if key = SIG#*",
    `sqs:SendMessage ${queueOf("feature")}`,
    "events:PutEvents Bus",
    "s3:DeleteObject Payloads/inputs/*",
    "s3:DeleteObject Payloads/progress*",
    "s3:DeleteObject Payloads/runs/*",
    "sqs:SendMessage LifecycleDeadLetters",
    "sqs:SendMessage TasksQueue",
    "sqs:SendMessage WebhooksQueue",
  ],
  tasks: [
    "dynamodb:GetItem Jobs if key = JOB#*",
    "s3:GetObject Payloads/results/*",
    sees("results"),
    `sqs:${receives},SendMessage TasksQueue`,
    // What Step Functions permanently refuses.
    "sqs:SendMessage TasksQueueDeadLetters",
    "states:SendTaskFailure,SendTaskHeartbeat,SendTaskSuccess *",
  ],
  webhooks: [
    "dynamodb:GetItem,UpdateItem Jobs if key = WEBHOOK#*",
    // What was sent is kept for people: it cannot read that.
    "dynamodb:UpdateItem Jobs if key = SENT#*",
    "events:PutEvents Bus",
    `sqs:${receives},SendMessage WebhooksQueue`,
    "sqs:SendMessage WebhooksQueueDeadLetters",
    secret("my-product/webhook"),
    parameter("/my-product/webhook-url"),
  ],
  // Providers without a key reach it: it checks what they sign with the secrets of the catalog's hooks, and schedules as the intake does.
  hooks: [
    "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem Jobs if key = JOB#*",
    leavesLines,
    countsDueJobs,
    keepsUnscheduled,
    "dynamodb:GetItem,PutItem,Query Jobs if key = SHARED#*, SIG#*",
    // What came is kept for people: it cannot read that.
    "dynamodb:PutItem Jobs if key = HOOK#*",
    "s3:GetObject Payloads/progress*",
    sees("progress"),
    "s3:DeleteObject,PutObject Payloads/inputs/*",
    secret("my-product/payments"),
    secret("my-product/payments-prd"),
    ...sendsToAll,
    ...makesAndDropsSchedules,
    ...passesScheduleRoles,
  ],
  // People without a key reach it: it shows an approval, puts a decision and writes it down, and can change no job.
  approve: [
    "dynamodb:GetItem Jobs if key = JOB#*, APPR#*",
    "dynamodb:PutItem Jobs if key = AUDIT#*",
    "dynamodb:PutItem,Query Jobs if key = SIG#*",
    "secretsmanager:GetSecretValue ApprovalKey",
    `sqs:SendMessage ${queueOf("feature")}`,
  ],
  // All that it serves is part of it.
  dashboard: [],
  "consumers/action": [...runsJobs("action"), secret("my-product/shop"), parameter("/my-product/shop-url")],
  "consumers/notification": [
    ...runsJobs("notification"),
    secret("my-product/fcm"),
    secret("my-product/smtp"),
    parameter("/my-product/callback-url"),
    parameter("/my-product/fcm-endpoint"),
    "sns:Publish not arn:<AWS::Partition>:sns:*:*:*",
  ],
  "consumers/database_action": [
    ...runsJobs("database_action"),
    secret("my-product/orders"),
    "dynamodb:DeleteItem,GetItem,PutItem,UpdateItem dynamodb:table/in-aws-visits",
    "dynamodb:Query dynamodb:table/in-aws-visits/index/by-day",
  ],
  "consumers/function": [
    ...runsJobs("function"),
    // A step of a feature in code reads the log of its run, and the code with which that began: an earlier catalog may have had such features.
    "dynamodb:Query Jobs if key = LOG#*",
    ...["code", "runs"].map((folder) => `s3:GetObject Payloads/${folder}/*`),
    sees("runs", "code"),
    parameter("/my-product/pricing-url"),
    "lambda:InvokeFunction arn:aws:lambda:us-east-1:000000000000:function:in-aws-doubler",
  ],
  "consumers/storage": [
    ...runsJobs("storage"),
    "s3:GetObject Payloads/uploads/*",
    sees("uploads"),
    parameter("/my-product/documents-bucket"),
    "s3:AbortMultipartUpload,PutObject s3:::*/documents/* if aws:ResourceAccount = <AWS::AccountId>",
    "s3:AbortMultipartUpload,GetObject,PutObject s3:::in-aws-archive/2030/*",
  ],
  "consumers/publish": [...runsJobs("publish"), "events:PutEvents events:event-bus/default"],
  "consumers/feature": [
    "dynamodb:BatchGetItem,DeleteItem,GetItem,PutItem,Query,UpdateItem Jobs if key = JOB#*",
    // It cancels steps that wait.
    leavesLines,
    usesResultCache,
    // A run keeps the definition with which it begins.
    "dynamodb:GetItem,UpdateItem Jobs if key = DEF#*",
    // A run in code keeps what it has seen, and the code with which it began, until when it needs that, and that it waits for another deployment.
    "dynamodb:PutItem,Query Jobs if key = LOG#*, PARKED#*",
    "dynamodb:UpdateItem Jobs if key = BUNDLES",
    ...["code", "runs"].map((folder) => `s3:GetObject,PutObject Payloads/${folder}/*`),
    sees("runs", "code"),
    // A run notes that it waits, reads the messages, and waits no more.
    "dynamodb:DeleteItem,PutItem,Query Jobs if key = SIG#*, APPR#*",
    countsDueJobs,
    keepsUnscheduled,
    readsPauses,
    "s3:DeleteObject,GetObject,PutObject Payloads/inputs/*",
    "s3:GetObject,PutObject Payloads/progress*",
    "s3:GetObject,PutObject Payloads/results/*",
    sees("inputs", "progress", "results"),
    `sqs:${receives},SendMessage ${queueOf("feature")}`,
    // It starts the steps of features, also of those of a former catalog.
    ...stepTypes.map((type) => `sqs:SendMessage ${queueOf(type)}`),
    ...makesAndDropsSchedules,
    ...["feature", ...stepTypes].map((type) => passes(scheduleRoleOf(type))),
  ],
};

test("the table of grants names every function of the deployment", () => {
  expect(Object.keys(granted).sort()).toEqual(Object.keys(privileges).sort());
});

test.each(Object.keys(granted))("%s may do exactly this, on these resources", (entry) => {
  expect(granted[entry]).toEqual([...(privileges[entry] ?? [])].sort());
});

const may = (pattern: RegExp) =>
  Object.entries(granted)
    .filter(([, lines]) => lines.some((line) => pattern.test(line)))
    .map(([entry]) => entry)
    .sort();

describe("by these grants", () => {
  const consumers = jobTypes.map((type) => `consumers/${type}`);

  test("only the consumer of functions invokes functions", () => {
    expect(may(/^(lambda|execute-api):/)).toEqual(["consumers/function"]);
  });

  test.each([
    ["my-product/orders", "consumers/database_action"],
    ["my-product/shop", "consumers/action"],
    ["my-product/fcm", "consumers/notification"],
    ["my-product/webhook", "webhooks"],
    ["my-product/payments", "hooks"],
    ["ApiKey", "authorizer"],
  ])("only one function reads the secret %s: %s", (name, entry) => {
    expect(may(new RegExp(`^secretsmanager:\\S+ .*${name}`))).toEqual([entry]);
  });

  test("jobs are written by the entries that create them and those that run them", () => {
    expect(may(/^dynamodb:\S*(Put|Write|Update|Delete)\S* Jobs if key = JOB/)).toEqual(
      ["api", ...consumers, "hooks", "intake", "reconciler"].sort(),
    );
    expect(may(/^dynamodb:\S*Update\S* Jobs if key = JOB/)).toEqual([...consumers].sort());
  });

  test("only the pump writes which jobs it has called, and only the API also reads them", () => {
    expect(may(/ if key = PUMP/)).toEqual(["api", "pump"]);
    expect(may(/^dynamodb:\S*(Put|Write|Update|Delete)\S* Jobs if key = PUMP/)).toEqual(["pump"]);
    expect(may(/^sqs:\S*ReceiveMessage\S* QueuepumpQueue/)).toEqual(["pump"]);
  });

  test("only the authorizer and the intake, which works on operations, read keys, and none writes more of them than when they were used", () => {
    expect(may(/ if key = .*KEYS/)).toEqual(["authorizer", "intake"]);
    const writes =
      /^dynamodb:\S*(Put|Write|Update|Delete)\S* Jobs (?!if key = ((JOB|(LIMITS#\*, )?DEF|LIMITS#\*, DEF#\*, CAUSE#\*, WAITS|STATS|ERRORS|SHARED#\*, SIG|SHARED#\*, SIG#\*, APPR|SIG#\*, APPR|SIG|SHARED|CACHE|WAITS|WEBHOOK|GATE|PUMP|DUE|UNSCHEDULED|LOG|LOG#\*, PARKED|HOOK|SENT)#\*|BUNDLES|PAUSES(, OPS)?|ROUNDS, ROLLUP|SCHEDULES|SHARED#\*, SIG#\*, APPR#\*, OPEN, AUDIT#\*, OP#\*, OPS\*|AUDIT#\*|OP#\*, OPS|KEYS and attributes = PK, SK, last_used_at)$)/;
    expect(may(writes)).toEqual([]);
    // These actions name no item, and so would pass any condition on items.
    expect(may(/^dynamodb:\S*(Scan|PartiQL)/)).toEqual([]);
  });

  test("every access to the table is limited to certain items", () => {
    const open = Object.values(granted).flatMap((lines) => lines.filter((line) => /^dynamodb:\S+ Jobs$/.test(line)));
    expect(open).toEqual([]);
  });

  test("no function can change its own permissions, another's code, or a KMS key", () => {
    expect(may(/^(iam:(?!PassRole )|sts:|lambda:(?!InvokeFunction)|cloudformation:|kms:|organizations:)/)).toEqual([]);
  });
});

test("no condition on items passes a request that names no item", () => {
  const onItems = policiesOf(service).flatMap(({ Properties }) =>
    (Properties.PolicyDocument.Statement as Statement[]).filter(({ Condition = {} }) =>
      Object.values(Condition).some((test) => "dynamodb:LeadingKeys" in test),
    ),
  );
  expect(onItems.length).toBeGreaterThan(30);
  for (const { Condition } of onItems) expect(Condition?.Null).toMatchObject({ "dynamodb:LeadingKeys": "false" });
});

test("only the Scheduler assumes its roles, each for its type's queue and the dead letters", () => {
  const roles = resourcesOf(service, "AWS::IAM::Role").filter(({ Properties }) => {
    const [{ Principal }] = Properties.AssumeRolePolicyDocument.Statement;
    return Principal.Service !== "lambda.amazonaws.com";
  });
  const sends = Object.fromEntries(
    roles.map(({ id }) => [id.replace(/[0-9A-F]{8}$/, ""), privilegesOf(service, id)] as const),
  );
  const dead = "sqs:SendMessage SchedulesDeadLetters";
  expect(sends).toEqual({
    // For schedules made before each type had a role of its own: it keeps its name, so that it stays the same role.
    SchedulesRole: [...sendsToAll, dead].sort(),
    ...Object.fromEntries(
      jobTypes.map((type) => [scheduleRoleOf(type), [`sqs:SendMessage ${queueOf(type)}`, dead].sort()]),
    ),
  });
  expect(roles.map(({ id }) => id)).toContain("SchedulesRole523D57EE");
  state.resourceCountIs("AWS::IAM::Role", 0);
});

test("functions are invoked only by API Gateway and by the reconciler's rule", () => {
  const permissions = resourcesOf(service, "AWS::Lambda::Permission").map(({ Properties }) => [
    flat(Properties.FunctionName).replace(/[<>]|Function.*$/g, ""),
    Properties.Principal,
    Properties.SourceArn === undefined ? "anywhere" : "its source",
  ]);
  expect(new Set(permissions.map((one) => one.join(" ")))).toEqual(
    new Set([
      "Api apigateway.amazonaws.com its source",
      "Approve apigateway.amazonaws.com its source",
      "Authorizer apigateway.amazonaws.com its source",
      "HooksEntry apigateway.amazonaws.com its source",
      "Page apigateway.amazonaws.com its source",
      "ReconcilerEntry events.amazonaws.com its source",
    ]),
  );
});

test("consumers reach the slots and lines of a catalog that has lost its limits: jobs keep those that their event had", () => {
  const { service } = synthesize({}, [{ tag: "shop", envs: ["prd"], jobs: {} }]);
  const may = privilegesByEntry(service);
  expect(may["consumers/action"]).toEqual(expect.arrayContaining([...usesGates, ticks]));
  expect(may["consumers/feature"]).toContain(leavesLines);
});
