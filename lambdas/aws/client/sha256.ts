import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from "node:crypto";

type Data = string | ArrayBuffer | ArrayBufferView;

/**
 * SHA-256, or its HMAC if there is a secret, for the SDK's clients to sign requests with. The SDK's own class passes the key to
 * Node as bytes, and Node 24 detects that they are not a key object by throwing and catching two errors with their stacks. That
 * takes half the time of a signature, on every request to AWS. This class creates a key object once.
 * https://github.com/nodejs/node/pull/63111
 */
export class Sha256 {
  readonly digestLength = 32;
  readonly #key: string | KeyObject | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#key = secret === undefined || typeof secret === "string" ? secret : createSecretKey(asBytes(secret));
    this.#hash = this.#begin();
  }

  update(data: Data): void {
    this.#hash.update(typeof data === "string" ? data : asBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#key === undefined ? createHash("sha256") : createHmac("sha256", this.#key);
  }
}

const asBytes = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
