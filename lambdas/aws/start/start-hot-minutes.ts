export { dynamoDueCounts as startDueCounts } from "../dynamodb/due-counts.ts";
export { dynamoUnscheduled as startUnscheduled } from "../dynamodb/unscheduled.ts";
