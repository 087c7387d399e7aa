import type * as z from "zod";
import { strings, text } from "./values.ts";

/** Where the consumer of database actions runs. The other functions run outside of the VPC. */
export const networkSettings = {
  /** The VPC in which a security group is created if none is named. */
  vpcId: text(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be the id of a VPC").optional(),
  subnetIds: strings(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be ids of subnets").optional(),
  securityGroupIds: strings(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be ids of security groups").optional(),
};

/** Subnets, and either the security groups to run in or the VPC to create one in. */
export interface Network {
  subnetIds: readonly string[];
  vpcId?: string;
  securityGroupIds?: readonly string[];
}

type Parsed = z.output<z.ZodObject<typeof networkSettings>>;

export const networkOf = ({ vpcId, subnetIds, securityGroupIds }: Parsed): Network | undefined =>
  subnetIds && {
    subnetIds,
    ...(vpcId !== undefined && { vpcId }),
    ...(securityGroupIds !== undefined && { securityGroupIds }),
  };
