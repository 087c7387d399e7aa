import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../databases/free-port.ts";
import { listeningProgram } from "../databases/program.ts";
import { programPath } from "../servers.ts";
import { certificates } from "./certificates.ts";

const libs = process.env.KAFKA_LIBS ?? "/usr/local/lib/kafka-3.9.1";
const java = programPath("java");
/** The folder of Kafka's jars, if it and Java are installed. */
export const kafka = java !== undefined && existsSync(libs) ? libs : undefined;

const small = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", `${libs}/*`];

/**
 * Kafka's own broker with its own controller (KRaft), on loopback only: one listener for anybody, the same with TLS for
 * `localhost`, and one that wants a user, who signs in by PLAIN or SCRAM as `writer` with the password `s3cret` and may write to the
 * topic `orders` only.
 */
export async function startKafka() {
  const folder = await mkdtemp(join(tmpdir(), "kafka-"));
  const [port, signed, secure, controller] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const { ca, cert, key } = await certificates(folder);
  const keystore = join(folder, "keystore.pem");
  await writeFile(keystore, (await Promise.all([key, cert].map((one) => readFile(one)))).join("\n"));
  const module = "org.apache.kafka.common.security";
  const file = join(folder, "server.properties");
  const properties = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: `OPEN://127.0.0.1:${port},SIGNED://127.0.0.1:${signed},SECURE://127.0.0.1:${secure},CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": `OPEN://127.0.0.1:${port},SIGNED://127.0.0.1:${signed},SECURE://localhost:${secure}`,
    "listener.security.protocol.map": "OPEN:PLAINTEXT,SIGNED:SASL_PLAINTEXT,SECURE:SSL,CONTROLLER:PLAINTEXT",
    "listener.name.secure.ssl.keystore.type": "PEM",
    "listener.name.secure.ssl.keystore.location": keystore,
    "inter.broker.listener.name": "OPEN",
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "listener.name.signed.plain.sasl.jaas.config": `${module}.plain.PlainLoginModule required user_writer="s3cret";`,
    "listener.name.signed.scram-sha-256.sasl.jaas.config": `${module}.scram.ScramLoginModule required;`,
    "listener.name.signed.scram-sha-512.sasl.jaas.config": `${module}.scram.ScramLoginModule required;`,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
    "auto.create.topics.enable": "true",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "log.dirs": join(folder, "data"),
  };
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  await writeFile(file, lines.join("\n"));
  const run = promisify(execFile);
  const id = randomBytes(16).toString("base64url");
  const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=writer,password=s3cret]`,
  ]);
  await run(java ?? "", [...small, "kafka.tools.StorageTool", "format", "-t", id, "-c", file, ...users]);
  const server = await listeningProgram(java ?? "", [...small, "kafka.Kafka", file], port);
  return {
    brokers: [`127.0.0.1:${port}`],
    signedBrokers: [`127.0.0.1:${signed}`],
    secureBrokers: [`localhost:${secure}`],
    secureByAddress: [`127.0.0.1:${secure}`],
    ca,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
