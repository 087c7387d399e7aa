import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/**
 * An authority of its own, and a certificate of it for `localhost`, in a folder: as brokers read them, and the authority for clients.
 * The private key is PKCS #8, which Kafka wants.
 */
export async function certificates(folder: string) {
  const [authority, authorityKey, cert, key, request] = ["ca.pem", "ca.key", "cert.pem", "cert.key", "cert.csr"].map(
    (name) => join(folder, name),
  ) as [string, string, string, string, string];
  const openssl = (...args: string[]) => promisify(execFile)("openssl", args);
  const fresh = (file: string) => ["-newkey", "rsa:2048", "-nodes", "-keyout", file];
  await openssl("req", "-x509", ...fresh(authorityKey), "-out", authority, "-days", "2", "-subj", "/CN=Tests");
  await openssl(
    "req",
    ...fresh(key),
    "-out",
    request,
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost",
  );
  const by = ["-CA", authority, "-CAkey", authorityKey, "-CAcreateserial"];
  await openssl("x509", "-req", "-in", request, ...by, "-days", "2", "-copy_extensions", "copy", "-out", cert);
  return { authority, cert, key, ca: await readFile(authority, "utf8") };
}
