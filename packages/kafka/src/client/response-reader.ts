/** Larger than any response: a larger size means that the server does not speak Kafka's protocol. */
const MAX_RESPONSE_BYTES = 1 << 30;
const SIZE_BYTES = 4;

/**
 * Reassembles responses: a size (int32), then that number of bytes (https://kafka.apache.org/protocol#protocol_common).
 * Each byte is copied once, into a buffer of its response, so that the buffer of a read can be reused.
 */
export class ResponseReader {
  readonly #onResponse: (response: Buffer) => void;
  #response = Buffer.alloc(SIZE_BYTES);
  #filled = 0;

  /** @param onResponse called with each response, including its size */
  constructor(onResponse: (response: Buffer) => void) {
    this.#onResponse = onResponse;
  }

  /** @throws Error if the size of a response is negative or over 1 GiB */
  read(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const taken = rest.subarray(0, this.#response.length - this.#filled);
      this.#response.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#filled === this.#response.length) this.#advance();
    }
  }

  /** The size is complete, or the whole response. */
  #advance(): void {
    const response = this.#response;
    const total = SIZE_BYTES + readSize(response);
    if (response.length < total) {
      this.#response = Buffer.allocUnsafeSlow(total);
      this.#response.set(response);
    } else {
      this.#response = Buffer.alloc(SIZE_BYTES);
      this.#filled = 0;
      this.#onResponse(response);
    }
  }
}

function readSize(response: Buffer): number {
  const size = response.readInt32BE();
  if (size >= 0 && size <= MAX_RESPONSE_BYTES) return size;
  throw new Error(`a response of ${size} bytes: this is not the Kafka protocol`);
}
