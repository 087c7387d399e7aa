import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from "node:crypto";

type Data = string | ArrayBuffer | ArrayBufferView;

/**
 * SHA-256, with a secret its HMAC, as the SDK's clients sign with it. Their own hands Node a key of bytes, and Node 24 finds
 * out that bytes are no key object by throwing and catching two errors, stacks included: for each request to AWS half of
 * what its signature takes. A key object is asked for once.
 * https://github.com/nodejs/node/pull/63111
 */
export class Sha256 {
  readonly digestLength = 32;
  readonly #key: string | KeyObject | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#key = secret === undefined || typeof secret === "string" ? secret : createSecretKey(bytesOf(secret));
    this.#hash = this.#begin();
  }

  update(data: Data): void {
    this.#hash.update(typeof data === "string" ? data : bytesOf(data));
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

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
