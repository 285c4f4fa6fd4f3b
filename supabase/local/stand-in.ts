/** Puts the parts together, in the order in which they need each other, and takes them apart again. */
import { mkdir } from "node:fs/promises";
import type { Server } from "node:http";
import { readAuthConfig } from "./auth-config.ts";
import { createLimits, unlimited } from "./auth-limits.ts";
import type { Database } from "./database.ts";
import { openDatabase, prepareDatabase } from "./database-open.ts";
import { watchRequests } from "./drain.ts";
import { createFaultSwitch, type FaultSwitch } from "./faults.ts";
import { createGateway } from "./gateway.ts";
import { type Keys, loadKeys, saveKeys } from "./keys.ts";
import { createLite } from "./lite.ts";
import { lockFolder } from "./lock.ts";
import { createOutbox } from "./mail.ts";
import type { Options } from "./options.ts";
import { createRpcCatalog } from "./rpc-catalog.ts";
import { closeServer, createHttpServer, type Handler, HOST, listen } from "./server.ts";
import { type ServiceContext, startServices } from "./services.ts";
import { explainStart } from "./start-errors.ts";
import { createTokens } from "./tokens.ts";

/** Half of the time that main.ts gives the whole end. */
const DRAIN_MS = 2_500;

export interface StandIn {
  readonly url: string;
  stop(): Promise<void>;
}

type Undo = (() => Promise<unknown>)[];

interface Parts {
  readonly options: Options;
  readonly database: Database;
  readonly keys: Keys;
  readonly server: Server;
  readonly port: number;
  readonly faults: FaultSwitch;
}

/** Throws a sentence when it cannot start; nothing is left open then. */
export async function start(options: Options): Promise<StandIn> {
  const undo: Undo = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const url = await assemble(options, undo);
    return { url, stop };
  } catch (error) {
    await stop();
    throw await explainStart(error, options.dataFolder);
  }
}

async function assemble(options: Options, undo: Undo): Promise<string> {
  const folder = options.dataFolder;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  undo.push(() => lock.release());
  const keys = await loadKeys(folder);

  let handle: Handler = async () =>
    new Response(null, { status: 503, headers: { "retry-after": "1", connection: "close" } });
  const server = createHttpServer((request) => handle(request));
  const drain = watchRequests(server);
  const port = await listen(server, options.port ?? keys.port, options.port !== undefined);
  undo.push(() => closeServer(server));
  if (keys.port !== port) await saveKeys(folder, { ...keys, port });
  if (options.announce) process.stdout.write(`Supabase stand-in opening http://${HOST}:${port}\n`);
  const { testMode } = options;
  const faults = createFaultSwitch({ testMode, secretKey: keys.secretKey, url: `http://${HOST}:${port}` });
  const database = faults.guard(await openDatabase(options));
  undo.push(() => database.close());
  await prepareDatabase(database, options);
  const unready = handle;
  handle = faults.wrap(await createHandler({ options, database, keys, server, port, faults }, undo));
  // First of all nothing new comes in, and what is under way gets its answer.
  undo.push(async () => {
    handle = unready;
    await drain(DRAIN_MS);
  });
  return `http://${HOST}:${port}`;
}

async function createHandler(parts: Parts, undo: Undo): Promise<Handler> {
  const { options, database, keys, server, port, faults } = parts;
  const url = `http://${HOST}:${port}`;
  const tokens = createTokens(keys);
  const context: ServiceContext = {
    database,
    server,
    keys,
    url,
    verifyToken: (token) => tokens.verify(token),
    testMode: options.testMode,
    profile: options.realtimeProfile,
    functionsFolder: options.functionsFolder,
    secrets: options.functionSecrets,
    dataFolder: options.dataFolder,
  };
  await writeRuntimeConfig(context);
  const services = await startServices(context);
  undo.push(() => Promise.all(services.map((service) => service.stop())));
  const config = await readAuthConfig(options.configFile, options);
  if (config.missing.length > 0) {
    const names = config.missing.join(", ");
    process.stderr.write(`${options.configFile} switches on what the stand-in has not: ${names}\n`);
  }
  const limits = options.rateLimits ? createLimits(config.rates) : unlimited;
  const outbox = createOutbox(options.dataFolder);
  const lite = createLite(database, keys);
  const catalog = createRpcCatalog(database);
  // As on hosted projects, `notify pgrst, 'reload schema'` makes REST look again.
  const forget = () => {
    catalog.forget();
    lite.forgetSchema().catch(console.error);
  };
  await database.listen("pgrst", forget, forget);
  const warmed = lite.warm().catch(console.error);
  undo.push(() => warmed);
  const issuer = `${url}/auth/v1`;
  const { explain } = faults;
  return createGateway({
    database,
    lite,
    keys,
    tokens,
    outbox,
    config,
    limits,
    issuer,
    catalog,
    services,
    port,
    explain,
  });
}

/** Where the database finds the edge functions: the port may be another one at each start. */
async function writeRuntimeConfig({ database, keys, url }: ServiceContext): Promise<void> {
  const found = await database.query(
    "select 1 from pg_tables where schemaname = 'private' and tablename = 'runtime_config'",
  );
  if (found.rows.length === 0) return;
  await database.query(
    `insert into private.runtime_config (key, value) values ('functions_url', $1), ('functions_secret', $2)
     on conflict (key) do update set value = excluded.value`,
    [`${url}/functions/v1`, keys.functionsSecret],
  );
}
