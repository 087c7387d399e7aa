import { BlockList, isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";

/** The addresses that lead back here: the loopback ones, "any", and those of the machine's own interfaces. */
function ownAddresses(): BlockList {
  const own = new BlockList();
  own.addSubnet("127.0.0.0", 8, "ipv4");
  own.addAddress("0.0.0.0", "ipv4");
  for (const address of ["::", "::1"]) own.addAddress(address, "ipv6");
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    own.addAddress(address, family === "IPv6" ? "ipv6" : "ipv4");
  return own;
}

/** Whether an IP address is this machine's. Asked each time, because interfaces come and go. */
export function isOwnAddress(address: string): boolean {
  const [plain = ""] = address.split("%");
  const family = isIP(plain);
  return family !== 0 && ownAddresses().check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** Whether a host is this machine by its name alone, without asking DNS. */
export function isThisMachine(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (isIP(name.split("%")[0] ?? "") !== 0) return isOwnAddress(name);
  return name === "localhost" || name.endsWith(".localhost") || name === hostname().toLowerCase();
}
