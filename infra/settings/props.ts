import type { ICertificate } from "aws-cdk-lib/aws-certificatemanager";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import { defined } from "../../lambdas/core/kernel/defined.ts";
import type { JobsSettings } from "./jobs-settings.ts";

/** Constructs of the app, for settings that name such a resource. */
export interface AppResources {
  /**
   * The certificate of `domainName`, instead of `certificateArn`.
   * @default - none
   */
  certificate?: ICertificate;
  /**
   * The VPC in which the consumer of database actions runs, instead of `vpcId` and `subnetIds`.
   * @default - none
   */
  vpc?: Pick<IVpc, "vpcId" | "selectSubnets">;
  /**
   * Which subnets of `vpc`.
   * @default - as for any function of the CDK: private ones, if it has any
   */
  vpcSubnets?: SubnetSelection;
  /**
   * The security groups of the consumer of database actions, instead of `securityGroupIds`.
   * @default - one that is created in the VPC
   */
  securityGroups?: readonly ISecurityGroup[];
}

/** Constructs as the settings that name them. A setting that is given itself takes precedence. */
export const withoutResources = ({
  kmsKey,
  certificate,
  vpc,
  vpcSubnets,
  securityGroups,
  ...settings
}: JobsSettings & AppResources): Omit<JobsSettings, "kmsKey"> & { kmsKey?: string } => ({
  ...(kmsKey !== undefined && { kmsKey: typeof kmsKey === "string" ? kmsKey : kmsKey.keyArn }),
  ...(certificate && { certificateArn: certificate.certificateArn }),
  ...(vpc && { vpcId: vpc.vpcId, subnetIds: vpc.selectSubnets(vpcSubnets).subnetIds }),
  ...(securityGroups && { securityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId) }),
  ...defined(settings),
});

/** The settings as context: `maxConcurrency: { storage: 5 }` is `jobs:maxConcurrency.storage`. */
export const contextOf = (settings: JobsSettings): [key: string, value: unknown][] =>
  Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]): [string, unknown][] =>
      typeof value === "object" && !Array.isArray(value)
        ? Object.entries(value).map(([type, one]) => [`jobs:${name}.${type}`, one])
        : [[`jobs:${name}`, value]],
    );
