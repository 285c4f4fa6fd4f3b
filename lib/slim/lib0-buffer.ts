/** In the place of lib0/buffer. */
export const copyUint8Array = (bytes: Uint8Array): Uint8Array => bytes.slice();
