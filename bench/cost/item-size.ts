import type { AttributeValue } from "@aws-sdk/client-dynamodb";

type Attributes = Record<string, AttributeValue>;

/** The size in bytes by which DynamoDB bills an item. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export const itemBytes = (item: Attributes): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

/** Every list and map takes 3 bytes, and one more for each element. */
const container = 3;

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  // The strings of a set, and nothing for the set.
  if (value.SS !== undefined) return value.SS.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
  if (value.L !== undefined) return value.L.reduce((sum, one) => sum + 1 + valueBytes(one), container);
  if (value.M !== undefined) return container + Object.keys(value.M).length + itemBytes(value.M);
  throw new Error(`bench/cost/item-size.ts does not know attributes of type ${Object.keys(value)}`);
}

/** About one byte per two significant digits, one more, and another for a sign. */
function numberBytes(number: string): number {
  const digits = number.replace(/^-/, "").replace(".", "").replace(/^0+/, "").replace(/0+$/, "").length;
  return Math.ceil(digits / 2) + 1 + (number.startsWith("-") ? 1 : 0);
}
