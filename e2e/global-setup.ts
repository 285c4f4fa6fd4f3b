/** Starts one server for all browser tests, named in E2E_BASE_URL, E2E_DATA_FOLDER and E2E_LOG; its data goes when they end. */
import { ensureChromium } from "../scripts/chromium.ts";
import { startServer } from "./server.ts";

export default async function setUp(): Promise<() => Promise<void>> {
  await ensureChromium();
  if (process.env.E2E_BASE_URL) return async () => undefined;
  const server = await startServer();
  process.env.E2E_BASE_URL = server.url;
  process.env.E2E_DATA_FOLDER = server.dataFolder;
  process.env.E2E_LOG = server.logPath;
  return () => server.dispose();
}
