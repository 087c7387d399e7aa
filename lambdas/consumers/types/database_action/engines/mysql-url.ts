import type { ConnectionOptions } from "mysql2";
import { unreadableUrl } from "./network-fault.ts";

/**
 * `mysql://user:password@host:3306/database?ssl-mode=VERIFY_IDENTITY`. Parsed here, not by the driver, which would let
 * a URL set any option, such as several statements per query. `ssl-mode` means the same as in MySQL's own clients. Without it
 * there is no TLS, so a URL that asks for TLS in another client's way is refused.
 */
export function mysqlOptionsOf(text: string, reference: string): ConnectionOptions {
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
