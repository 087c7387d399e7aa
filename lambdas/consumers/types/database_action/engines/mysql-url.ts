import type { ConnectionOptions } from "mysql2";
import { unreadableUrl } from "./network-fault.ts";

/**
 * `mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY`. Read here, and not by the driver, which would let
 * a URL set any option, several statements at once among them. ssl-mode means what MySQL's own clients mean by it;
 * without one there is no TLS, so one that is asked for in another client's words is not passed over.
 */
export function optionsOf(text: string, reference: string): ConnectionOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = url?.pathname.slice(1);
  if (!url || !database || !/^(mysql|mariadb):$/.test(url.protocol)) throw unreadableUrl(reference, form);
  const ssl = tls[(url.searchParams.get("ssl-mode") ?? "DISABLED").toUpperCase()];
  const foreign = [...url.searchParams.keys()].some((name) => /ssl|tls/i.test(name) && name !== "ssl-mode");
  if (ssl === undefined || foreign) throw unreadableUrl(reference, form);
  try {
    return {
      host: decodeURIComponent(url.hostname.replace(/^\[(.+)\]$/, "$1")),
      port: url.port === "" ? 3306 : Number(url.port),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(database),
      ...(ssl && { ssl }),
    };
  } catch {
    throw unreadableUrl(reference, form);
  }
}

const form = "mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY";

const tls: Record<string, NonNullable<ConnectionOptions["ssl"]> | false> = {
  DISABLED: false,
  REQUIRED: { rejectUnauthorized: false },
  VERIFY_CA: { rejectUnauthorized: true },
  VERIFY_IDENTITY: { rejectUnauthorized: true, verifyIdentity: true },
};
