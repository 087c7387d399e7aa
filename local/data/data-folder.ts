import { createPrivateKey, generateKeyPair, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { codeOf, StartError } from "../runtime/start-error.ts";
import { cannotWrite, dataFaultOf, opened, remedies } from "./data-fault.ts";
import { privateFile, privateFolder } from "./private.ts";

/** What `local.json` says while the system runs, for tools on this machine. */
export interface Running {
  url: string;
  api_key: string;
  pid: number;
  /** Where clients of AWS services reach the stand-ins. */
  aws: { sqs: string; events: string };
  /** Where the table is, for `npm run keys -- --local`. */
  dynamodb: string;
}

/** The ports of the stand-ins for AWS that clients reach. */
export type Ports = Partial<Record<keyof Running["aws"], number>>;

export interface DataFolder {
  path(...parts: string[]): string;
  /** Opens what is kept at a place of the folder; throws a StartError when it is damaged or cannot be used. */
  open<T>(name: keyof typeof remedies, open: (place: string) => Promise<T> | T): Promise<T>;
  apiKey: string;
  /** PEM; the demo's FCM service account signs with it. */
  fcmKey: string;
  /** Of the demo's PostgreSQL. */
  ordersPassword: string;
  /** The ports that clients of AWS services used last time: their settings stay right if these can be had again. */
  ports: Ports;
  announce(running: Running): void;
  /** Takes the announcement back and lets another process have the folder. */
  release(): void;
}

/**
 * Makes the folder if need be and takes it for this process; throws a StartError when it cannot. What is in it is for its owner
 * alone; a folder that was there before keeps its own permissions, for others may have a use for it too.
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = (...parts: string[]) => join(folder, ...parts);
  try {
    mkdirSync(path("log"), { recursive: true, mode: 0o700 });
    for (const folder of ["log", "dynamodb", "sqs-s3"]) privateFolder(path(folder));
    for (const file of ["lock", "schedules.db", "stream.db"]) privateFile(path(file));
    writeFileSync(path(".writable"), "");
    rmSync(path(".writable"));
  } catch (error) {
    if (dataFaultOf(error) === "full") throw new StartError(`${cannotWrite(folder)} Free some space and start again.`);
    const place = (error as NodeJS.ErrnoException).path ?? folder;
    const which = place === folder ? "" : `: ${place}`;
    throw new StartError(
      `Cannot write to the data folder ${folder}${which} (${codeOf(error)}). Set DUCTAPE_DATA to another.`,
    );
  }
  const deletable = "Delete it, and another one is made at the next start.";
  const unlock = await opened(path("lock"), deletable, () =>
    lock(path("lock"), () => inUse(folder, path("local.json"))),
  );
  const credential = (name: string, { what, isGood, make }: Credential) =>
    opened(path(name), deletable, async () => {
      const value = await kept(path(name), make);
      if (isGood(value)) return value;
      throw new StartError(`${path(name)} is no ${what}. ${deletable}`);
    });
  return {
    path,
    open: (name, open) => opened(path(name), remedies[name], () => open(path(name))),
    apiKey: await credential("api-key", { what: "API key", ...token }),
    ordersPassword: await credential("postgres-password", { what: "password that was made here", ...token }),
    fcmKey: await credential("fcm-key.pem", { what: "private key", isGood: isPrivateKey, make: makeRsaKey }),
    ports: portsIn(path("ports.json")),
    announce: (running) => {
      writeWhole(path("local.json"), `${JSON.stringify(running, null, 2)}\n`);
      const ports = { sqs: portOf(running.aws.sqs), events: portOf(running.aws.events) } satisfies Ports;
      writeWhole(path("ports.json"), `${JSON.stringify(ports)}\n`);
    },
    release: () => {
      rmSync(path("local.json"), { force: true });
      unlock();
    },
  };
}

const sqliteBusy = 5;

/** An SQLite lock: the system lets go of it when the process is killed, and it knows no recycled process ids. */
function lock(file: string, refused: () => StartError): () => void {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw (error as { errcode?: number }).errcode === sqliteBusy ? refused() : error;
  }
  return () => database.close();
}

function inUse(folder: string, announcement: string): StartError {
  try {
    const { url, pid } = JSON.parse(readFileSync(announcement, "utf8")) as Running;
    return new StartError(`Already running at ${url} (process ${pid}) with the data folder ${folder}.`);
  } catch {
    return new StartError(`Another process is using the data folder ${folder}.`);
  }
}

const portOf = (url: string): number => Number(new URL(url).port);

/** Nothing of a file that is not there or makes no sense: other ports are taken then. */
function portsIn(file: string): Ports {
  try {
    const { sqs, events } = JSON.parse(readFileSync(file, "utf8"));
    return { ...(isPort(sqs) && { sqs }), ...(isPort(events) && { events }) };
  } catch {
    return {};
  }
}

const isPort = (port: unknown): port is number => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;

/** The file's content, made at first and kept for good. */
async function kept(file: string, make: () => Promise<string>): Promise<string> {
  const known = read(file)?.trim();
  if (known) return known;
  const value = await make();
  writeWhole(file, value);
  return value;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** All or nothing, and for our eyes only: these files hold credentials. */
function writeWhole(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** A secret of this installation, in a file of the data folder. */
interface Credential {
  what: string;
  isGood: (value: string) => boolean;
  make: () => Promise<string>;
}

const token = { isGood: (value: string) => /^[\x21-\x7e]{1,200}$/.test(value), make: async () => makeApiKey() };

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}

/** As in AWS: 43 letters and digits, 256 bits. */
const makeApiKey = () =>
  randomBytes(96)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 43);

const makeRsaKey = async (): Promise<string> => {
  const { privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return privateKey;
};
