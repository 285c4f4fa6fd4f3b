/** The production build that the setup made with a known secret key: none of it reaches browsers. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { clientFiles, fixedSecrets, KNOWN_SECRET_MARK, leaks } from "../scripts/built-client.ts";
import { expect, test } from "./test.ts";

test("the built client holds no secret and no source map, and the server's part no secret of its build", () => {
  test.skip(process.env.E2E_DATA_FOLDER === undefined, "the server is not of this folder's build");
  expect(existsSync(join(".next", KNOWN_SECRET_MARK))).toBe(true);
  const files = clientFiles(".next");
  expect(files.filter((file) => file.endsWith(".js")).length).toBeGreaterThan(10);
  expect(files.some((file) => file.endsWith(".html"))).toBe(true);
  expect(leaks(".next")).toEqual([]);
  expect(fixedSecrets(".next")).toEqual([]);
});
