/** Starts one server for all browser tests and names it in E2E_BASE_URL; its data goes when they end. */
import { ensureChromium } from "../scripts/chromium.ts";
import { startServer } from "./server.ts";

export default async function setUp(): Promise<() => Promise<void>> {
  await ensureChromium();
  if (process.env.E2E_BASE_URL) return async () => undefined;
  const server = await startServer();
  process.env.E2E_BASE_URL = server.url;
  return () => server.dispose();
}
