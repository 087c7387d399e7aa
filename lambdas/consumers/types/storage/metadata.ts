import type { StoragePlace } from "./target.ts";

/** What S3 allows, less the run, of 53 characters at most, that is stored with each file under a name of 11. */
export const largestMetadata = 2048 - 64;

/** The names of our own metadata, in the spelling of each vendor. */
const reserved = ["ductape-run", "ductape_run"];

/** S3 and Google take what a header's name may be; Azure takes identifiers of C#. */
const hyphenated = { pattern: /^[A-Za-z0-9_-]+$/, detail: "must have only letters, digits, - and _ in its name" };
const names: Record<StoragePlace["provider"], { pattern: RegExp; detail: string }> = {
  s3: hyphenated,
  gcs: hyphenated,
  azure: {
    pattern: /^[A-Za-z_][A-Za-z0-9_]*$/,
    detail: "must have only letters, digits and _ in its name, and no digit first, as Azure requires",
  },
};

/** Values travel as headers: other characters arrive broken, and spaces at the ends do not arrive. */
const headerText = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

interface MetadataFault {
  /** Undefined if the fault is of all of them together. */
  name?: string;
  detail: string;
}

/** Why a storage of this provider would not keep such metadata unchanged. */
export function metadataFaults(metadata: Record<string, string>, provider: StoragePlace["provider"]): MetadataFault[] {
  const entries = Object.entries(metadata);
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  const detail = `has more than ${largestMetadata} bytes of names and values`;
  const seen = new Set<string>();
  return [
    ...entries.flatMap(([name, value]) => {
      const lower = name.toLowerCase();
      const isTwice = seen.has(lower);
      seen.add(lower);
      const fault = isTwice ? "is there already, in other capitals, which the storage does not tell apart" : undefined;
      const found = fault ?? nameFault(name, provider) ?? metadataFault(value);
      return found === undefined ? [] : [{ name, detail: found }];
    }),
    ...(bytes > largestMetadata ? [{ detail }] : []),
  ];
}

function nameFault(name: string, provider: StoragePlace["provider"]): string | undefined {
  if (!names[provider].pattern.test(name)) return names[provider].detail;
  return reserved.includes(name.toLowerCase()) ? "is set by the system itself" : undefined;
}

function metadataFault(value: string): string | undefined {
  if (value === "") return "must not be empty: leave it out";
  return headerText.test(value)
    ? undefined
    : "must be printable ASCII without a space at either end: encode anything else, for example by encodeURIComponent";
}
