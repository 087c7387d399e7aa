/** What `doctor` asks of AWS. Each rejects as the AWS SDK does. */
export interface AwsQuestions {
  /** Rejects where there are none. */
  credentials(): Promise<void>;
  region(): Promise<string>;
  /** The version of the CDK's bootstrap stack, and the account that it is in. */
  bootstrap(): Promise<{ version: number; account: string | undefined }>;
  /** How many functions may run at the same time in the account and Region. */
  concurrency(): Promise<number>;
  /** Whether SES sends to anybody, or in its sandbox to verified addresses only. */
  mail(): Promise<{ isSandbox: boolean; perDay: number }>;
  /** The functions with the code of products, of every deployment in the account and Region. */
  code(): Promise<CodeFunction[]>;
  /** The code that runs began with, gzipped, from where a function reads it (`codeFrom`). Undefined if it is not there. */
  bundle(from: string, sha256: string): Promise<Uint8Array | undefined>;
}

/** A Lambda function with the code of a product. */
export interface CodeFunction {
  product: string;
  name: string;
  /** As Lambda says it: `Active`, `Inactive` after weeks without a call, `Pending` or `Failed`. */
  state: string;
  /** `Successful`, `InProgress` or `Failed`: how its latest update went. */
  update: string;
  /** Why one of them is `Failed`. */
  why?: string;
  /** When its code or settings were last changed, ISO 8601. */
  changed: string;
  /** Where it reads the code of earlier deployments: the URL of a folder of the deployment's bucket. Absent if it has no features. */
  codeFrom?: string;
}

/** How the construct describes these functions, whose names begin with that of their deployment. */
const described = /^Runs the code of (.+)$/;

const bootstrapParameter = "/cdk-bootstrap/hnb659fds/version";
/** A machine without network must not keep the user waiting. */
const quick = { maxAttempts: 1 } as const;

/** By the credentials and the Region that the AWS CLI and the CDK would use. */
export function realAws(): AwsQuestions {
  const ssm = async () => {
    const { SSMClient } = await import("@aws-sdk/client-ssm");
    return new SSMClient(quick);
  };
  return {
    credentials: async () => void (await (await ssm()).config.credentials()),
    region: async () => (await ssm()).config.region(),
    async bootstrap() {
      const { GetParameterCommand } = await import("@aws-sdk/client-ssm");
      const { Parameter } = await (await ssm()).send(new GetParameterCommand({ Name: bootstrapParameter }));
      return { version: Number(Parameter?.Value), account: Parameter?.ARN?.split(":")[4] };
    },
    async concurrency() {
      const { LambdaClient, GetAccountSettingsCommand } = await import("@aws-sdk/client-lambda");
      const { AccountLimit } = await new LambdaClient(quick).send(new GetAccountSettingsCommand({}));
      return AccountLimit?.ConcurrentExecutions ?? 0;
    },
    async mail() {
      const { SESv2Client, GetAccountCommand } = await import("@aws-sdk/client-sesv2");
      const { ProductionAccessEnabled, SendQuota } = await new SESv2Client(quick).send(new GetAccountCommand({}));
      return { isSandbox: ProductionAccessEnabled !== true, perDay: SendQuota?.Max24HourSend ?? 0 };
    },
    async code() {
      const { LambdaClient, GetFunctionConfigurationCommand, paginateListFunctions } = await import(
        "@aws-sdk/client-lambda"
      );
      const client = new LambdaClient(quick);
      const found: CodeFunction[] = [];
      for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
        for (const { FunctionName: name = "", Description = "" } of Functions) {
          const [, product] = described.exec(Description) ?? [];
          if (product === undefined) continue;
          const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
          const why = now.StateReason ?? now.LastUpdateStatusReason;
          const codeFrom = now.Environment?.Variables?.CODE_FROM;
          found.push({
            ...{ product, name, state: now.State ?? "Active", update: now.LastUpdateStatus ?? "Successful" },
            ...(why !== undefined && { why }),
            ...(codeFrom !== undefined && { codeFrom }),
            changed: now.LastModified ?? "",
          });
        }
      }
      return found;
    },
    async bundle(from, sha256) {
      const { GetObjectCommand, NoSuchKey, S3Client } = await import("@aws-sdk/client-s3");
      const { hostname, pathname } = new URL(from);
      const [Bucket, rest = ""] = hostname.split(".s3.");
      const [region = ""] = rest.split(".");
      try {
        const Key = `${pathname.slice(1)}${sha256}.mjs.gz`;
        const { Body } = await new S3Client({ ...quick, region }).send(new GetObjectCommand({ Bucket, Key }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
