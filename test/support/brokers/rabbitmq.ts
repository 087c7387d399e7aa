import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../databases/free-port.ts";
import { listeningProgram } from "../databases/program.ts";
import { programPath } from "../servers.ts";
import { certificates } from "./certificates.ts";

/** Debian's own script starts it as another user, and only that one. */
const scripts = "/usr/lib/rabbitmq/bin";
export const rabbitmq = programPath("rabbitmq-server");

/** A RabbitMQ server from this machine's installation, with ports, a node name and data of its own, on loopback only. */
export async function startRabbitMq() {
  const folder = await mkdtemp(join(tmpdir(), "rabbitmq-"));
  const [port, securePort, distribution, epmd] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const { ca, authority, cert, key } = await certificates(folder);
  await writeFile(
    join(folder, "rabbitmq.conf"),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `listeners.ssl.1 = 127.0.0.1:${securePort}`,
      ...[`cacertfile = ${authority}`, `certfile = ${cert}`, `keyfile = ${key}`].map((one) => `ssl_options.${one}`),
      "loopback_users = none",
      "max_message_size = 1000000",
    ].join("\n"),
  );
  await writeFile(join(folder, "enabled_plugins"), "[].");
  await writeFile(join(folder, "inetrc"), '{host, {127,0,0,1}, ["localhost"]}.');
  const env = {
    HOME: folder,
    RABBITMQ_NODENAME: `test${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, "data"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "enabled_plugins"),
    RABBITMQ_PID_FILE: join(folder, "pid"),
    RABBITMQ_CONF_ENV_FILE: join(folder, "none"),
    // Two schedulers do for a test.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
    // Its script then becomes the server itself, so that stopping the child stops the server.
    RABBITMQ_ALLOW_INPUT: "true",
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(epmd),
  };
  const server = await listeningProgram(join(scripts, "rabbitmq-server"), ["-noinput"], port, env);
  const run = promisify(execFile);
  const control = (...args: string[]) =>
    run(join(scripts, "rabbitmqctl"), args, { env: { ...process.env, ...env } }).then(({ stdout }) => stdout);
  return {
    port,
    ca,
    /** With TLS: the certificate is for `localhost`. */
    secureUrl: (host = "localhost") => `amqps://guest:guest@${host}:${securePort}/`,
    url: (at = port, user = "guest", password = "guest", vhost = "") =>
      `amqp://${user}:${encodeURIComponent(password)}@127.0.0.1:${at}/${vhost}`,
    control,
    async stop() {
      await server.stop();
      await run("epmd", ["-port", String(epmd), "-kill"], { env: { ...process.env, ...env } }).catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}
