/** Next calls it once in each server process, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { noteAddresses } = await import("./lib/web/client-address.ts");
  noteAddresses();
}
