import { createPrivateKey, generateKeyPair, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { codeOf, StartError } from "../runtime/start-error.ts";
import { cannotWrite, dataFaultOf, opened, remedies } from "./data-fault.ts";
import { privateFile, privateFolder } from "./private.ts";

/** The content of `local.json` while the system runs, for tools on this machine. */
export interface Running {
  url: string;
  api_key: string;
  pid: number;
  /** The URLs of the stand-ins, for clients of AWS services. */
  aws: { sqs: string; events: string };
  /** The URL of the table, for `npm run keys -- --local`. */
  dynamodb: string;
}

/** The ports of the stand-ins for AWS that clients use. */
type Ports = Partial<Record<keyof Running["aws"], number>>;

interface DataFolder {
  path(...parts: string[]): string;
  /** Opens one of the folder's contents. Throws a StartError when it is damaged or cannot be used. */
  open<T>(name: keyof typeof remedies, open: (place: string) => Promise<T> | T): Promise<T>;
  /** Whether no system has run on the folder yet: a start that failed leaves it new. */
  isNew: boolean;
  apiKey: string;
  /** What signs the addresses of approvals. */
  approvalKey: string;
  /** In PEM format. The demo's FCM service account signs with it. */
  fcmKey: string;
  /** The password of the demo database. */
  ordersPassword: string;
  /** The ports that clients of AWS services used last time. Reusing them keeps the clients' settings valid. */
  ports: Ports;
  announce(running: Running): void;
  /** Removes the announcement and releases the folder for another process. */
  release(): void;
}

/**
 * Creates the folder if necessary and locks it for this process. Throws a StartError if that fails. Only its owner can read what
 * is in it; a folder that existed before keeps its own permissions, because it may have other uses.
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const path = (...parts: string[]) => join(folder, ...parts);
  try {
    mkdirSync(path("log"), { recursive: true, mode: 0o700 });
    for (const folder of ["log", "dynamodb", "sqs-s3"]) privateFolder(path(folder));
    for (const file of ["lock", "schedules.db", "stream.db"]) privateFile(path(file));
    writeFileSync(path(".writable"), "");
    rmSync(path(".writable"));
    hideFromGit(folder);
  } catch (error) {
    if (dataFaultOf(error) === "full") throw new StartError(`${cannotWrite(folder)} Free some space and start again.`);
    const place = (error as NodeJS.ErrnoException).path ?? folder;
    const which = place === folder ? "" : `: ${place}`;
    throw new StartError(
      `Cannot write to the data folder ${folder}${which} (${codeOf(error)}). Set DUCTAPE_DATA to another folder.`,
    );
  }
  const deletable = "Delete it, and the next start creates another.";
  const unlock = await opened(path("lock"), deletable, () =>
    lock(path("lock"), () => inUse(folder, path("local.json"))),
  );
  // Written by the first start that succeeds, and kept.
  const isNew = !existsSync(path("ports.json"));
  const credential = (name: string, { what, isGood, make }: Credential) =>
    opened(path(name), deletable, async () => {
      const value = await kept(path(name), make);
      if (isGood(value)) return value;
      throw new StartError(`${path(name)} is not ${what}. ${deletable}`);
    });
  return {
    path,
    open: (name, open) => opened(path(name), remedies[name], () => open(path(name))),
    isNew,
    apiKey: await credential("api-key", { what: "an API key", ...token }),
    approvalKey: await credential("approval-key", { what: "a key that was generated here", ...token }),
    ordersPassword: await credential("postgres-password", { what: "a password that was generated here", ...token }),
    fcmKey: await credential("fcm-key.pem", { what: "a private key", isGood: isPrivateKey, make: makeRsaKey }),
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

/** What systems of this and of earlier versions make in the folder. */
const ours =
  /^(log|dynamodb|sqs-s3|catalog|postgres|postgres-password|api-key|approval-key|fcm-key\.pem|lock|(ports|local|clock)\.json|(schedules|stream)\.db)(\.new|-wal|-shm|-journal)?$/;

/**
 * The folder holds keys and the inputs of jobs: git takes none of it, whatever the project's own .gitignore says. A folder that has other
 * uses as well is left to its owner.
 */
function hideFromGit(folder: string): void {
  const entries = readdirSync(folder);
  if (entries.every((name) => ours.test(name))) writeFileSync(join(folder, ".gitignore"), "*\n", { mode: 0o600 });
}

const sqliteBusy = 5;

/** An SQLite lock, which the system releases when the process is killed, and which recycled process ids cannot confuse. */
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

/** Empty if the file is missing or unreadable: then other ports are chosen. */
function portsIn(file: string): Ports {
  try {
    const { sqs, events } = JSON.parse(readFileSync(file, "utf8"));
    return { ...(isPort(sqs) && { sqs }), ...(isPort(events) && { events }) };
  } catch {
    return {};
  }
}

const isPort = (port: unknown): port is number => Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;

/** The content of a file that is created once and then kept. */
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

/** Written as a whole or not, and readable by the owner only: these files hold credentials. */
function writeWhole(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** A secret of this installation, in a file in the data folder. */
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

/** 43 letters and digits, 256 bits, as in AWS. */
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
