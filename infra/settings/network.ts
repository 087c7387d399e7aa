import * as z from "zod";
import { texts } from "./values.ts";

/** Where the consumer of database actions runs; the other functions stay outside. */
export const networkSettings = {
  /** Of the VPC in which a security group is made, where none is named. */
  vpcId: z
    .string()
    .regex(/^vpc-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be the id of a VPC")
    .optional(),
  subnetIds: texts(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be ids of subnets").optional(),
  securityGroupIds: texts(/^sg-([0-9a-f]{8}|[0-9a-f]{17})$/, "must be ids of security groups").optional(),
};

/** Subnets, and the security groups to run in or the VPC to make one in. */
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
