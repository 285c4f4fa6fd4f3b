/** The algorithm that the head of a JWT names; null when it is no JWT. Nothing is verified here. */
export function decodeProtectedHeader(token: string): string | null {
  const parts = token.split(".");
  if (parts.length !== 3) return null;
  try {
    const { alg } = JSON.parse(Buffer.from(parts[0] ?? "", "base64url").toString("utf8")) as {
      alg?: unknown;
    };
    return typeof alg === "string" ? alg : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
