/** Bytes travel as standard base64 (RFC 4648 §4, padded). `fromBase64` throws on anything else. */

type NativeBase64 = {
  toBase64?: (this: Uint8Array) => string;
};
type NativeBytes = { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };

const CHUNK = 0x8000;

export function toBase64(bytes: Uint8Array): string {
  const native = (bytes as NativeBase64).toBase64;
  if (native !== undefined) return native.call(bytes);
  let binary = "";
  // In chunks: a spread of a megabyte overflows the argument list.
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}

export function fromBase64(text: string): Uint8Array {
  const native = Uint8Array as NativeBytes;
  // Postgres' encode(…, 'base64') breaks lines every 76 characters; both skip white space.
  if (native.fromBase64 !== undefined) return native.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
