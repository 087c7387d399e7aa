import { type LookupAllOptions, type LookupOptions, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction, Socket, type TcpNetConnectOpts } from "node:net";
import { isOwnAddress } from "./this-machine.ts";

type Connect = Socket["connect"];

/** What `refuse` makes of a host that is not this machine. */
type Refuse = (host: string) => Error;

/**
 * Lets this process connect to this machine only: every client, whatever its protocol, connects through a socket of Node. A name is looked
 * up first, so that one of /etc/hosts that leads here is fine. The returned function takes it back.
 */
export function guardSockets(refuse: Refuse): () => void {
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const options = optionsOf(args);
    if (options === undefined) return Reflect.apply(connect, this, args);
    const { host = "localhost", lookup = systemLookup as LookupFunction } = options;
    if (isIP(host) === 0) {
      options.lookup = guarded(host, lookup, refuse);
      return Reflect.apply(connect, this, args);
    }
    if (isOwnAddress(host)) return Reflect.apply(connect, this, args);
    process.nextTick(() => this.destroy(refuse(host)));
    return this;
  } as Connect;
  return () => {
    Socket.prototype.connect = connect;
  };
}

/**
 * The options of a connection by TCP, a copy in the place of what the caller gave: `connect(options)`, `connect(port, host)`, or what
 * `net.connect` has made of either. Undefined for a path, which is a socket of this machine.
 */
function optionsOf(args: unknown[]): TcpNetConnectOpts | undefined {
  const [first, second] = args;
  if (Array.isArray(first)) return optionsOf(first);
  if (typeof first === "object" && first !== null) {
    if ("path" in first && first.path) return undefined;
    const copy = { ...first } as TcpNetConnectOpts;
    args[0] = copy;
    return copy;
  }
  const port = Number(first);
  if (Number.isNaN(port)) return undefined;
  const made: TcpNetConnectOpts = { port, ...(typeof second === "string" && { host: second }) };
  args.splice(0, typeof second === "string" ? 2 : 1, made);
  return made;
}

/** A lookup that fails unless each address that it finds is this machine's. A name that is not found is no name of this machine. */
const guarded =
  (host: string, lookup: LookupFunction, refuse: Refuse): LookupFunction =>
  (name, options: LookupOptions | LookupAllOptions, found) =>
    lookup(name, options, (error, address, family) => {
      const all = Array.isArray(address) ? address.map((one) => one.address) : [address];
      if (error || !all.every((one) => isOwnAddress(String(one)))) found(refuse(host), address, family);
      else found(null, address, family);
    });
