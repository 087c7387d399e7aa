import type { DynamoDBRecord } from "aws-lambda";
import type { Write } from "./metered-table.ts";

type Attributes = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["Keys"]>;

/** The record of the table's stream for a write. */
export const recordOf = ({ before, after }: Write, now: number): DynamoDBRecord => ({
  eventName: before ? (after ? "MODIFY" : "REMOVE") : "INSERT",
  dynamodb: {
    Keys: Object.fromEntries(["PK", "SK"].map((key) => [key, (after ?? before)?.[key]])) as Attributes,
    ...(before && { OldImage: before as Attributes }),
    ...(after && { NewImage: after as Attributes }),
    ApproximateCreationDateTime: Math.floor(now / 1000),
    SequenceNumber: "1",
  },
});
