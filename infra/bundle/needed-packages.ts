import { findPackageJSON } from "node:module";
import type { Product } from "../../lambdas/core/catalog/job-type.ts";

/** The clients that only some targets need, by the `engine` or `provider` of the target. A team installs those that it needs. */
const clients: Readonly<Record<string, readonly string[]>> = {
  postgres: ["pg"],
  mysql: ["mysql2"],
  mongodb: ["mongodb"],
  gcs: ["@google-cloud/storage", "google-auth-library"],
  azure: ["@azure/storage-blob"],
  fcm: ["google-auth-library"],
  kafka: ["@platformatic/kafka"],
  rabbitmq: ["amqplib"],
};

export const optionalPackages: readonly string[] = [...new Set(Object.values(clients).flat())].sort();

/** The packages that the targets of a catalog need besides this one's own. */
export function neededPackages(products: readonly Product[]): string[] {
  const targets = products.flatMap(({ databases, storages, notifications, brokers }) => [
    databases,
    storages,
    notifications,
    brokers,
  ]);
  return [...new Set(targets.flatMap(kindsIn).flatMap((kind) => clients[kind] ?? []))].sort();
}

/** Those of them that are not installed beside this package. */
export const missingPackages = (products: readonly Product[], isInstalled = isBeside): string[] =>
  neededPackages(products).filter((name) => !isInstalled(name));

/** What to do about them, in one sentence. */
export const installHint = (names: readonly string[]): string =>
  `The catalog names targets whose clients are not installed: npm install ${names.join(" ")}`;

function isBeside(name: string): boolean {
  try {
    return findPackageJSON(name, import.meta.url) !== undefined;
  } catch {
    return false;
  }
}

/** Every `engine` and `provider` inside of a part of a catalog. */
function kindsIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([field, value]) =>
    (field === "engine" || field === "provider") && typeof value === "string" ? [value] : kindsIn(value),
  );
}
